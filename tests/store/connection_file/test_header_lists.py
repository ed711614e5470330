"""Headers that are sent several times: a list in the file, pairs of one name in the model."""

from __future__ import annotations

import pytest

from integrator_tui.model.connection import Connection, Operation
from integrator_tui.model.headers import grouped, with_grouped_headers
from integrator_tui.store.connection_file.reader import connection_of
from integrator_tui.store.connection_file.writer import write
from integrator_tui.store.yamltext.document import parse

TOP = "name: x\nbase_url: https://a.example\noperations:\n  - name: o\n    path: /o\n"


def with_headers(text: str, headers: tuple[tuple[str, str], ...]) -> str:
    """Return a file after its first operation got other headers."""
    document = parse(text)
    found = connection_of(document)
    assert found is not None
    changed = found.operations[0].model_copy(update={"headers": headers})
    return write(document, found.model_copy(update={"operations": (changed,)}))


@pytest.mark.parametrize(
    ("written", "headers"),
    [
        ("{A: x}", (("A", "x"),)),
        ("{A: [x]}", (("A", "x"),)),
        ("{A: [x, u], B: z}", (("A", "x"), ("A", "u"), ("B", "z"))),
        ("{A: [x, ~, 0123], B: []}", (("A", "x"), ("A", "0123"))),
        ("{A: ['', '']}", (("A", ""), ("A", ""))),
    ],
)
def test_a_list_is_the_header_once_for_each(written: str, headers: tuple[tuple[str, str], ...]) -> None:
    text = f"{TOP}    headers: {written}\n"
    found = connection_of(parse(text))
    assert found is not None and found.operations[0].headers == headers
    assert with_headers(text, headers) == text


@pytest.mark.parametrize(
    ("before", "headers", "after"),
    [
        ("{A: x}", (("A", "x"), ("A", "u")), "{A: [x, u]}"),
        ("{A: [x, u]}", (("A", "x"), ("A", "u"), ("A", "z")), "{A: [x, u, z]}"),
        ("{A: [x, u]}", (("A", "u"),), "{A: u}"),
        ("{A: [x, u], B: z}", (("A", "x"), ("A", "u"), ("B", "w")), "{A: [x, u], B: w}"),
        ("\n      A:\n        - x   # first\n        - u\n", (("A", "x"), ("A", "w")), None),
    ],
)
def test_only_what_differs_is_written(before: str, headers: tuple[tuple[str, str], ...], after: str | None) -> None:
    changed = with_headers(f"{TOP}    headers: {before.rstrip()}\n", headers)
    if after is None:
        after = before.rstrip().replace("- u", "- w")
    assert changed == f"{TOP}    headers: {after}\n"


def test_a_new_file_holds_a_list() -> None:
    operation = Operation(name="o", headers=(("A", "x"), ("A", "u"), ("B", "z")))
    text = write(None, Connection(name="x", base_url="https://a.example", operations=(operation,)))
    assert "    headers: {A: [x, u], B: z}\n" in text


def test_what_stands_apart_in_a_form_comes_together_in_the_file() -> None:
    headers = (("A", "1"), ("B", "2"), ("A", "3"))
    assert grouped(headers) == (("A", "1"), ("A", "3"), ("B", "2"))
    apart = Connection(name="x", operations=(Operation(headers=headers),))
    assert with_grouped_headers(apart).operations[0].headers == grouped(headers)
    together = with_grouped_headers(apart)
    assert with_grouped_headers(together) is together
