"""Edits: each changes what it names, and nothing else, in every way a file can be written."""

from __future__ import annotations

from typing import Any

import pytest

from integrator_tui.errors import SaveError
from integrator_tui.model.sealed import OpenedValue, Path
from integrator_tui.store.yamltext.document import Document, parse, plain
from integrator_tui.store.yamltext.edits import delete, insert_item, insert_member, put, rename


def doc(text: str) -> Document:
    document = parse(text)
    assert document.problems == ()
    return document


PUTS: list[tuple[str, Path, Any, str]] = [
    # The style of a scalar stays where it can hold the new text.
    ("a: b # c\n", ("a",), "d", "a: d # c\n"),
    ("a: 'b' # c\n", ("a",), "it's", "a: 'it''s' # c\n"),
    ('a: "b"\n', ("a",), 'x"\n', 'a: "x\\"\\n"\n'),
    ("a: 'b'\n", ("a",), "x\ny\n", "a: |\n  x\n  y\n"),
    ("a: b\n", ("a",), "c: d", 'a: "c: d"\n'),
    ("a: b\n", ("a",), "0123", 'a: "0123"\n'),
    ("a: b\n", ("a",), 'say "x"', 'a: say "x"\n'),
    ("a: b\n", ("a",), '{"x": 1}', "a: '{\"x\": 1}'\n"),
    ("a: b\n", ("a",), "", "a: ''\n"),
    ("a: b\n", ("a",), True, "a: true\n"),
    ("a: b\n", ("a",), 2.5, "a: 2.5\n"),
    ("a: b\n", ("a",), None, "a: null\n"),
    # Where there is no value yet.
    ("a:\nb: c\n", ("a",), "x", "a: x\nb: c\n"),
    ("a:   # c\nb: c\n", ("a",), "x", "a: x   # c\nb: c\n"),
    ("{a, b: c}\n", ("a",), "x", "{a: x, b: c}\n"),
    ("{a: , b: c}\n", ("a",), "x", "{a: x , b: c}\n"),
    ("a:\n  -\n  - b\n", ("a", 0), "x", "a:\n  - x\n  - b\n"),
    # Blocks of text.
    ("a: |   # c\n  x\n  y\n\n# d\nb: e\n", ("a",), "z\n", "a: |   # c\n  z\n\n# d\nb: e\n"),
    ("a: |   # c\n  x\nb: e\n", ("a",), "ENC[AES256_GCM,x]", "a: ENC[AES256_GCM,x]   # c\nb: e\n"),
    ("a: >-\n  x\n  y\nb: e\n", ("a",), "p\nq", "a: |-\n  p\n  q\nb: e\n"),
    ("a: |+\n  x\n\n\nb: e\n", ("a",), "z\n", "a: |\n  z\n\n\nb: e\n"),
    ("a: b   # c\nd: e\n", ("a",), "x\ny\n", "a: |   # c\n  x\n  y\nd: e\n"),
    ("r:\n- a: b\n  c: d\n", ("r", 0, "a"), "x\ny\n", "r:\n- a: |\n    x\n    y\n  c: d\n"),
    # Collections.
    ("a: b   # c\nd: e\n", ("a",), {"x": "1"}, 'a:   # c\n  x: "1"\nd: e\n'),
    ("a:\n  x: y   # c\nd: e\n", ("a",), "z", "a: z   # c\nd: e\n"),
    ("a:\n  - x\nd: e\n", ("a",), [], "a: []\nd: e\n"),
    ("tags:\n- x\nd: e\n", ("tags",), ["p", "q"], "tags: [p, q]\nd: e\n"),
    ("a: {x: y}\n", ("a", "x"), {"p": ["q", "r, s"]}, 'a: {x: {p: [q, "r, s"]}}\n'),
    # New keys, with those between.
    ("a: b\n", ("c", "d", "e"), "f", "a: b\nc:\n  d:\n    e: f\n"),
    ("a: b", ("c",), "d", "a: b\nc: d"),
    ("a:\n    b: c\n# end\n", ("d", "e"), "f", "a:\n    b: c\nd:\n    e: f\n# end\n"),
    ("a: {}\n", ("a", "b"), "c", "a:\n  b: c\n"),
    ("a: ~\n", ("a", "b"), "c", "a:\n  b: c\n"),
    ("a: b\r\n", ("c",), "x\ny\n", "a: b\r\nc: |\r\n  x\r\n  y\r\n"),
    ("\ufeffa: b\n", ("a",), "x\ny\n", "\ufeffa: |\n  x\n  y\n"),
    ("{a: b}", ("c",), "x\ny", '{a: b, c: "x\\ny"}'),
]


@pytest.mark.parametrize(("before", "path", "value", "after"), PUTS)
def test_put(before: str, path: Path, value: Any, after: str) -> None:
    changed = put(doc(before), path, value)
    assert changed.text == after
    node = changed.find(path)
    assert node is not None
    if isinstance(value, str):
        assert plain(node) == value


DELETES: list[tuple[str, Path, str]] = [
    ("a: b # c\n# d\ne: f\n", ("a",), "# d\ne: f\n"),
    ("a: b\n# d\ne: |\n  f\n\n  g\n\nh: i\n", ("e",), "a: b\n# d\n\nh: i\n"),
    ("a: b\ne: f", ("e",), "a: b\n"),
    ("a:\n  b: c # d\n  e: f\n", ("a", "b"), "a:\n  e: f\n"),
    ("a:\n  b: c # d\ne: f\n", ("a", "b"), "a: {}\ne: f\n"),
    ("- a: b # c\n  d: e\n", (0, "a"), "-\n  d: e\n"),
    ("- a: b\n  d: e\n", (0, "a"), "- d: e\n"),
    ("- a: b # c\n  # d\n  e: f\n", (0, "a"), "-\n  # d\n  e: f\n"),
    ("? a\n: b\nc: d\n", ("a",), "c: d\n"),
    ("a: {b: c, d: e, f: g}\n", ("a", "b"), "a: {d: e, f: g}\n"),
    ("a: {b: c, d: e, f: g}\n", ("a", "f"), "a: {b: c, d: e}\n"),
    ("a: {b: c}\n", ("a", "b"), "a: {}\n"),
    ("a: {\n  b: c, # d\n  e: f # g\n}\n", ("a", "e"), "a: {\n  b: c, # d\n   # g\n}\n"),
    ("a: [b, c]\n", ("a", 1), "a: [b]\n"),
    ("a: [b]\n", ("a", 0), "a: []\n"),
    ("a:\n- b # c\n# d\n- e\n", ("a", 0), "a:\n# d\n- e\n"),
    ("a:\n  - b\n  # d\n  - e\nf: g\n", ("a", 1), "a:\n  - b\n  # d\nf: g\n"),
    ("a:\n  -\n  - e\n", ("a", 0), "a:\n  - e\n"),
    ("a: b\n", ("x",), "a: b\n"),
    ("a: b\n", ("a", "x"), "a: b\n"),
]


@pytest.mark.parametrize(("before", "path", "after"), DELETES)
def test_delete(before: str, path: Path, after: str) -> None:
    document = parse(before)
    if document.mapping is None:
        document, path = parse("r:\n" + before), ("r", *path)
        after = "r:\n" + after
    assert delete(document, path).text == after


MEMBERS: list[tuple[str, Path, int, str]] = [
    ("a: b\nc: d\n", (), 0, "x: v\na: b\nc: d\n"),
    ("a: b # e\n# f\nc: d\n", (), 1, "a: b # e\nx: v\n# f\nc: d\n"),
    ("a: |+\n  b\n\nc: d\n", (), 1, "a: |+\n  b\n\nx: v\nc: d\n"),
    ("a: |\n  b\n\nc: d\n", (), 1, "a: |\n  b\nx: v\n\nc: d\n"),
    ("r:\n- a: b\n  c: d\n", ("r", 0), 0, "r:\n- x: v\n  a: b\n  c: d\n"),
    ("r: {a: b}\n", ("r",), 0, "r: {x: v, a: b}\n"),
    ("r: {a: b, }\n", ("r",), 1, "r: {a: b, x: v, }\n"),
    ("r: {# c\n}\n", ("r",), 0, "r:\n  x: v\n"),
    ("{r: {# c\n}}\n", ("r",), 0, "{r: {x: v # c\n}}\n"),
    ("r: [a: b]\n", ("r", 0), 1, "r: [{a: b, x: v}]\n"),
    ("r: [a: b]\n", ("r", 0), 0, "r: [{x: v, a: b}]\n"),
    ("--- # s\na: b\n...\n", (), 1, "--- # s\na: b\nx: v\n...\n"),
]


@pytest.mark.parametrize(("before", "path", "index", "after"), MEMBERS)
def test_insert_member(before: str, path: Path, index: int, after: str) -> None:
    assert insert_member(doc(before), path, index, "x", "v").text == after


ITEMS: list[tuple[str, int, str]] = [
    ("a: [b]\n", 0, "a: [x, b]\n"),
    ("a: [b]\n", 1, "a: [b, x]\n"),
    ("a: []\n", 0, "a:\n  - x\n"),
    ("a:\n  - b # c\n  # d\n  - e\n", 1, "a:\n  - b # c\n  - x\n  # d\n  - e\n"),
    ("a:\n- b\n", 0, "a:\n- x\n- b\n"),
    ("a:\n-\n", 1, "a:\n-\n- x\n"),
]


@pytest.mark.parametrize(("before", "index", "after"), ITEMS)
def test_insert_item(before: str, index: int, after: str) -> None:
    assert insert_item(doc(before), ("a",), index, "x").text == after


def test_rename_keeps_the_value_and_its_comment() -> None:
    assert rename(doc("a: b # c\n"), ("a",), "x: y").text == '"x: y": b # c\n'
    assert rename(doc("{'a': b}\n"), ("a",), "z").text == "{'z': b}\n"


@pytest.mark.parametrize("path", [("a", "b"), (0,), ("a", 0), ("c", 0), ()])
def test_a_place_that_is_not_there_is_refused(path: Path) -> None:
    with pytest.raises(SaveError):
        put(doc("a: b\n"), path, "x")


def test_an_edit_that_breaks_the_file_is_refused() -> None:
    with pytest.raises(SaveError, match="stands twice"):
        rename(doc("a: b\nc: d\n"), ("a",), "c")
    with pytest.raises(SaveError):
        rename(doc("a: b\n"), ("x",), "c")
    with pytest.raises(SaveError):
        insert_member(doc("a: b\n"), ("a",), 0, "x", "y")
    with pytest.raises(SaveError):
        insert_item(doc("a: b\n"), ("a",), 0, "x")
    with pytest.raises(SaveError):
        put(doc("a: b\n"), ("x" * 2000,), "y")


def test_an_edit_keeps_what_was_decrypted() -> None:
    document = doc("a: ENC[x]\nb: c\n").replaced({("a",): OpenedValue("plain"), ("nowhere",): OpenedValue("x")})
    changed = put(document, ("b",), "d")
    assert changed.text == "a: ENC[x]\nb: d\n"
    assert plain(changed.find(("a",)) or changed.mapping or document.root) == "plain"  # type: ignore[arg-type]
