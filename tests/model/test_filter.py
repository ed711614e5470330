"""Which entries the words of a filter choose."""

from __future__ import annotations

import pytest

from integrator_tui.model.connection import Connection, Operation
from integrator_tui.model.entry import Entry
from integrator_tui.model.filter import chosen, has_similar, parsed, subject_of
from integrator_tui.model.listed import operation_rows
from integrator_tui.model.operation_row import OperationRow

ORDERS = subject_of(
    Entry(
        "prod/orders.yaml",
        "Orders API",
        "oauth2",
        "https://orders.example.com:8443/base",
        ("Prod", "Team Blue"),
        test_path="/health",
        description="Straße of all orders",
        operations=(OperationRow("Open orders", "GET", "/orders/{{Id}}", "those that wait"),),
    )
)
STOCK = subject_of(Entry("stock.yaml", "Stock", "basic", "http://stock.internal/", state="locked"))
BROKEN = subject_of(Entry("broken.yaml", "broken", state="problem"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "orders",
        "ORDERS api",
        "prod/orders.yaml",
        "team",
        "8443/base",
        "/health",
        "oauth2",
        "get",
        "{{id}}",
        "that wait",
        "STRASSE",
        '"orders api"',
        "'team blue'",
        "tag:prod",
        'tag:"team blue"',
        "TAG:PROD",
        "auth:OAuth2",
        "host:orders.example",
        "name:api",
        "tag:other tag:prod",
        "name:nothing name:orders",
        "-stock",
        "-tag:dev",
        '-"no such words"',
        "orders -auth:basic tag:prod",
        "tag:",
        "-",
        "-tag:",
        "https://orders.example.com:8443/base",
    ],
)
def test_what_chooses_an_entry(text: str) -> None:
    assert parsed(text).fits(ORDERS)


@pytest.mark.parametrize(
    "text",
    [
        "stock",
        "orders stock",
        "tag:pro",
        "auth:oauth",
        "host:base",
        "name:health",
        "-orders",
        "-tag:prod",
        '-"orders api"',
        "tag:prod -name:orders",
        '"api orders"',
        "is:problem",
        "is:nothing",
        "port:8443",
        '"tag:prod"',
        "-tag:dev -tag:prod",
        "tag:prod auth:basic",
    ],
)
def test_what_leaves_an_entry_out(text: str) -> None:
    assert not parsed(text).fits(ORDERS)


def test_states_of_files_and_results_are_told_apart() -> None:
    assert [parsed("is:locked").fits(subject) for subject in (ORDERS, STOCK, BROKEN)] == [False, True, False]
    assert [parsed("is:problem").fits(subject) for subject in (ORDERS, STOCK, BROKEN)] == [False, False, True]
    either = parsed("is:problem is:locked")
    assert [either.fits(subject) for subject in (ORDERS, STOCK, BROKEN)] == [False, True, True]
    assert not parsed("is:failed").fits(ORDERS)
    assert parsed("is:failed").fits(ORDERS, {"failed"})
    assert not parsed("-is:failed").fits(ORDERS, {"failed"})
    assert parsed("is:failed is:untested").fits(ORDERS, {"untested"})
    assert parsed("is:problem").fits(subject_of(Entry("a.yaml", "a", state="seal_broken")))


@pytest.mark.parametrize(
    ("text", "needs"),
    [("is:passed", True), ("-is:untested", True), ("is:locked is:marked", False), ("failed", False)],
)
def test_a_filter_says_whether_it_needs_results(text: str, needs: bool) -> None:
    assert parsed(text).needs_results is needs


def test_a_word_of_is_that_means_nothing_is_known_for_that() -> None:
    assert parsed("is:broke is:problem -is:lost").unknown == ("broke", "lost")
    assert parsed("").is_empty
    assert parsed("tag:").is_empty


def test_what_a_quote_holds_together_and_what_it_does_not() -> None:
    assert [word.value for word in parsed('a"b c" "d  e" \'f"g\' "h i').words] == [
        'a"b',
        'c"',
        "d  e",
        'f"g',
        "h i",
    ]
    assert [(word.key, word.value) for word in parsed('"is:failed" -"tag:x" tag:\'a b\'').words] == [
        ("", "is:failed"),
        ("", "tag:x"),
        ("tag", "a b"),
    ]


@pytest.mark.parametrize("typo", ["ordrs", "oorders", "orderx", "ordesr", "roders", "oredrs", "orders"])
def test_one_typo_is_forgiven_where_nothing_fits(typo: str) -> None:
    assert has_similar("all open orders api", typo)


@pytest.mark.parametrize("typo", ["ordxxs", "oerdsr", "odrs", "stock", "orders12"])
def test_two_typos_are_not(typo: str) -> None:
    assert not has_similar("all open orders api", typo)


def test_a_list_that_is_looked_at_forgives_and_says_so() -> None:
    subjects = (ORDERS, STOCK, BROKEN)
    assert chosen(parsed("stock"), subjects) == ([1], False)
    assert chosen(parsed("sotck"), subjects) == ([1], True)
    assert chosen(parsed("stok"), subjects) == ([], False)
    assert chosen(parsed("-stock"), subjects) == ([0, 2], False)
    assert chosen(parsed("-sotck"), subjects) == ([0, 1, 2], False)
    assert chosen(parsed("nothing"), subjects) == ([], False)
    assert chosen(parsed("is:failed"), subjects, ({"failed"}, (), ())) == ([0], False)


def test_an_entry_that_was_read_says_what_one_of_the_index_says() -> None:
    connection = Connection(
        name="A",
        base_url="http://h/{{Region}}",
        test_path="/live",
        description="about it",
        operations=(Operation(name="List", method="GET", path="/x/{{Id}}", description="all"),),
    )
    read = Entry("a.yaml", "A", base_url="http://h/{{Region}}", connection=connection)
    rows = operation_rows(read, with_inputs=True)
    assert [(found.name, found.required, found.where) for found in rows[0].inputs] == [
        ("Region", True, ("base_url",)),
        ("Id", True, ("path",)),
    ]
    of_index = read._replace(connection=None, test_path="/live", description="about it", operations=rows)
    assert subject_of(read) == subject_of(of_index)
    assert operation_rows(of_index) == rows
