"""Documents: where things stand, what the vault is told, and that both parsers agree."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings

from integrator_tui.model.connection import Connection
from integrator_tui.model.sealed import Leaf
from integrator_tui.store.connection_file.reader import connection_of
from integrator_tui.store.connection_file.writer import write
from integrator_tui.store.yamltext import parser
from integrator_tui.store.yamltext.document import Document, parse, parse_bytes
from integrator_tui.store.yamltext.node import Scalar
from tests.store.corpus import CORPUS, SAMPLE_FILES, SOUND
from tests.store.drawn_connections import CONNECTIONS


def purely(monkeypatch: pytest.MonkeyPatch, data: bytes) -> Document:
    with monkeypatch.context() as patch:
        patch.setattr(parser, "CParser", None)
        return parse_bytes(data)


def test_the_c_parser_is_there() -> None:
    assert parser.CParser is not None


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in (*SOUND, *SAMPLE_FILES)])
def test_both_parsers_read_and_write_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = path.read_bytes()
    fast, pure = parse_bytes(data), purely(monkeypatch, data)
    assert fast.leaves() == pure.leaves()
    assert fast.metadata() == pure.metadata()
    connection = connection_of(fast)
    assert connection is not None
    changed = connection.model_copy(
        update={"test_path": "/new", "tags": (*connection.tags, "new"), "description": "", "secrets": ("new",)}
    )
    text = write(fast, changed)
    monkeypatch.setattr(parser, "CParser", None)
    assert write(pure, changed) == text
    assert write(pure, connection).encode() == data


@settings(max_examples=15, deadline=None)
@given(CONNECTIONS)
def test_the_pure_parser_reads_what_was_written(connection: Connection) -> None:
    fast = parser.CParser
    text = write(None, connection)
    parser.CParser = None
    try:
        assert connection_of(parse(text)) == connection
    finally:
        parser.CParser = fast


def test_leaves_stand_in_the_order_of_the_document_with_nulls_and_without_the_block() -> None:
    text = "a: '1'\nsops: {mac: x}\nb:\n  - 2\n  - {c: ~}\nd: |\n  e\nsecrets: {sops: y}\n"
    assert parse(text).leaves() == (
        Leaf(("a",), "1", False, None, 1),
        Leaf(("b", 0), "2", True, None, 4),
        Leaf(("b", 1, "c"), "~", True, None, 5),
        Leaf(("d",), "e\n", False, None, 6),
        Leaf(("secrets", "sops"), "y", True, None, 8),
    )
    assert parse("a: !!str 1\n").leaves() == (Leaf(("a",), "1", True, "tag:yaml.org,2002:str", 1),)


def test_the_block_is_plain_data() -> None:
    document = parse("a: b\nsops:\n  age: [{recipient: r, enc: e}]\n  kms: ~\n  on: true\n  n: 1.50\n")
    assert document.metadata() == {"age": [{"recipient": "r", "enc": "e"}], "kms": None, "on": "true", "n": "1.50"}
    assert document.sealed().metadata == document.metadata()
    assert parse("a: b\n").metadata() is None
    assert parse("a: b\nsops: c\n").metadata() is None


def test_lines_are_those_of_keys_and_items() -> None:
    document = parse("a: b\nc:\n  d.e:\n    - x\n    - f: g\n")
    assert document.line(("c",)) == 2
    assert document.line(("c", "d.e", 1, "f")) == 5
    assert document.line(("c", "d.e", 1, "missing")) == 5
    assert document.line(("missing",)) is None
    assert document.path("c.d.e.1.f") == ("c", "d.e", 1, "f")
    assert document.path("c.d.e.7.f") == ("c", "d.e")
    assert document.path("missing.x") == ()


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in SOUND])
def test_every_plain_scalar_stands_where_its_offsets_say(path: Path) -> None:
    document = parse_bytes(path.read_bytes())
    seen = 0
    for leaf in document.leaves():
        node = document.find(leaf.path)
        assert isinstance(node, Scalar)
        written = document.text[node.start : node.end]
        if not node.style and "\n" not in written:
            assert written == node.text
            seen += 1
        elif node.style:
            assert written.startswith(node.style)
    assert seen or path.name == "json.yaml"


def test_a_colon_in_a_flow_collection_is_read() -> None:
    document = parse_bytes((CORPUS / "sound" / "flow_url.yaml").read_bytes())
    assert document.problems == ()
    node = document.find(("auth", "token_connection", "base_url"))
    assert isinstance(node, Scalar)
    assert node.text == "https://login.example.com"
