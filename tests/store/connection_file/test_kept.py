"""What Integrator has and this program only keeps: read as it is, written as it was, outside the seal."""

from __future__ import annotations

import pytest

from integrator_tui.model.connection import Connection
from integrator_tui.model.kept import kept, opened
from integrator_tui.store.connection_file import reader, writer
from integrator_tui.store.yamltext.document import parse
from integrator_tui.vault.seal import digest

TEXT = """\
name: Orders
base_url: https://orders.example.com
operations:
  - name: Open
    method: GET
    kinetic: {id: 0b4e, empty_body: www_form_urlencoded, n: 1, f: 1.5, d: 2026-01-01, l: [a, null, true], z: {}}
kinetic:
  id: 0123    # of the space
  version: '7'
"""


def test_it_is_read_as_json_and_written_as_it_was() -> None:
    connection, problems = reader.read(parse(TEXT))
    assert connection is not None and problems == ()
    assert opened(connection.kinetic) == {"id": "0123", "version": "7"}
    assert opened(connection.operations[0].kinetic) == {
        "id": "0b4e",
        "empty_body": "www_form_urlencoded",
        "n": 1,
        "f": 1.5,
        "d": "2026-01-01",
        "l": ["a", None, True],
        "z": {},
    }
    assert writer.write(parse(TEXT), connection) == TEXT
    assert reader.connection_of(parse(writer.write(None, connection))) == connection


def test_a_change_of_it_leaves_its_comments() -> None:
    connection = reader.connection_of(parse(TEXT))
    assert connection is not None
    notes = opened(connection.kinetic) | {"id": "4", "more": {"x": [1]}}
    changed = writer.write(parse(TEXT), connection.model_copy(update={"kinetic": kept(notes)}))
    assert 'id: "4"    # of the space' in changed and "version: '7'" in changed and "more:" in changed
    gone = writer.write(parse(TEXT), connection.model_copy(update={"kinetic": ""}))
    assert gone.endswith("z: {}}\n")


def test_no_seal_covers_it() -> None:
    with_it, without = (reader.connection_of(parse(text)) for text in (TEXT, TEXT.replace("0123", "x")))
    assert with_it is not None and without is not None and with_it != without
    plain = with_it.operations[0].model_copy(update={"kinetic": ""})
    bare = with_it.model_copy(update={"kinetic": "", "operations": (plain,)})
    assert digest(with_it) == digest(without) == digest(bare)


@pytest.mark.parametrize("value", ["7", "[a]"])
def test_what_is_no_mapping_is_a_problem_and_stops_nothing(value: str) -> None:
    text = f"name: A\nbase_url: https://a.example.com\nkinetic: {value}\n"
    connection, problems = reader.read(parse(text))
    assert connection is not None and connection.kinetic == ""
    assert [(problem.field, problem.line) for problem in problems] == [("kinetic", 3)]


def test_names_without_a_value_are_written_once() -> None:
    connection = reader.connection_of(parse(TEXT))
    assert connection is not None
    text = writer.with_names_to_give(writer.write(None, connection), ("Open API Key", "password"))
    assert writer.names_to_give(parse(text)) == ("Open API Key", "password")
    assert writer.with_names_to_give(text, ("password",)) == text
    assert reader.connection_of(parse(text)) == connection


def test_names_to_give_stand_behind_the_secrets_of_a_new_file() -> None:
    connection = Connection(name="a", base_url="https://a.example", secrets=("token", "key"))
    text = writer.write(None, connection, declared=("key", "password"))
    assert text == writer.with_names_to_give(writer.write(None, connection), ("key", "password"))
    assert text.endswith("\nsecrets:\n  token: ''\n  key: ''\n  password: null\n")
