"""What a filter finds while somebody types it: always what it would find if it had been typed at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integrator_tui.model.entry import Entry
from integrator_tui.model.last_result import LastResult
from integrator_tui.model.operation_row import OperationRow
from integrator_tui.tui.widgets.connections.facts import RowFacts
from integrator_tui.tui.widgets.connections.search import Search

NOW = datetime.now(UTC)
ENTRIES = (
    Entry("orders.yaml", "Orders API", "basic", "https://orders.example.com", ("prod", "blue")),
    Entry("stage/orders.yaml", "Orders on stage", "none", "https://stage.example.com", ("stage",), "locked"),
    Entry("stock.yaml", "Stock", "oauth2", "https://stock.example.com:8443/v1", ("prod",), "problem"),
    Entry("billing.yaml", "Billing", operations=(OperationRow("Open invoices", "GET", "/invoices"),)),
    Entry("mail.yaml", "Mail", state="unsealed"),
)
FACTS = {
    "orders.yaml": RowFacts("ok", LastResult("failed", NOW, 1.0, "tls", "tls")),
    "billing.yaml": RowFacts("ok", LastResult("passed", NOW, 1.0, warned=True), is_current=True),
    "mail.yaml": RowFacts("unsealed", LastResult("error", NOW, 0.0, "", "parameter"), is_current=True),
}


def made() -> Search:
    search = Search(lambda entry: FACTS.get(entry.file, RowFacts(entry.state)), lambda entry: entry.name == "Stock")
    search.replace(ENTRIES)
    return search


def found(search: Search, text: str) -> tuple[list[str], bool]:
    hits = search.find(text)
    assert hits.entries is not None
    return [entry.name for entry in hits.entries], hits.is_similar


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ORDERS", ["Orders API", "Orders on stage"]),
        ("invoices", ["Billing"]),
        ("is:failed", ["Orders API"]),
        ("is:passed is:failed", ["Orders API", "Billing"]),
        ("is:untested", ["Orders on stage", "Stock"]),
        ("is:warning", ["Billing"]),
        ("is:problem", ["Stock"]),
        ("is:locked", ["Orders on stage"]),
        ("is:unsealed", ["Mail"]),
        ("is:marked", ["Stock"]),
        ("tag:prod -is:problem", ["Orders API"]),
        ("host:stock", ["Stock"]),
        ("auth:none -name:mail", ["Orders on stage", "Billing"]),
    ],
)
def test_words_mean_what_the_filter_of_the_command_line_says(text: str, names: list[str]) -> None:
    assert found(made(), text) == (names, False)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ordres", ["Orders API", "Orders on stage"]),
        ("billng", ["Billing"]),
        ("stokc", ["Stock"]),
        ("invoicse", ["Billing"]),
        ("tag:prod ordesr", ["Orders API"]),
        ("ordesr stage", ["Orders on stage"]),
        ("ordesr stagx", ["Orders on stage"]),
        ("stock 84434", ["Stock"]),
    ],
)
def test_where_nothing_is_found_exactly_a_long_word_may_hold_a_typo(text: str, names: list[str]) -> None:
    assert found(made(), text) == (names, True)


@pytest.mark.parametrize("text", ["mial", "ordxxs", "is:ordres"])
def test_short_words_words_of_two_typos_and_keys_are_not_forgiven(text: str) -> None:
    assert found(made(), text) == ([], False)


@pytest.mark.parametrize(
    "keys",
    [
        *("orders sta", "ordres sta", "xorders", "prod <<<<stage", "billingg<<g", "orders -stage"),
        *('"orders api" blue', "a b c"),
    ],
    ids=lambda keys: keys.replace(" ", "_"),
)
def test_typing_and_taking_back_finds_what_the_whole_text_finds(keys: str) -> None:
    search, text = made(), ""
    for key in keys:
        text = text[:-1] if key == "<" else text + key
        assert search.find(text) == made().find(text), text


def test_new_entries_are_searched_for_the_same_text() -> None:
    search = made()
    assert found(search, "sto") == (["Stock"], False)
    search.replace((*ENTRIES, Entry("store.yaml", "Store")))
    assert found(search, "stor") == (["Store"], False)
    search.replace(ENTRIES)
    assert found(search, "stor") == ([], False)


def test_without_words_there_is_no_filter() -> None:
    search = made()
    assert [search.find(text).entries for text in ("", "  ", "-", "tag:")] == [None] * 4
