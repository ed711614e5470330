"""What is written reads back the same, and what is not changed stays to the byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrator_tui.errors import SaveError
from integrator_tui.model.connection import Connection
from integrator_tui.store.connection_file.reader import connection_of
from integrator_tui.store.connection_file.writer import write
from integrator_tui.store.yamltext.document import Document, parse, parse_bytes
from tests.store.corpus import SAMPLE_FILES, SOUND
from tests.store.drawn_connections import CONNECTIONS

FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def document(path: Path) -> Document:
    return parse_bytes(path.read_bytes())


def read(text: str) -> Connection:
    connection = connection_of(parse(text))
    assert connection is not None
    return connection


@FEW
@given(CONNECTIONS)
def test_a_new_file_reads_back_as_the_connection(connection: Connection) -> None:
    text = write(None, connection)
    assert read(text) == connection
    assert text.endswith("\n")


@FEW
@given(CONNECTIONS, CONNECTIONS)
def test_a_changed_file_reads_back_as_the_connection(before: Connection, after: Connection) -> None:
    old = parse(write(None, before))
    assert read(write(old, after)) == after
    assert write(old, before) == old.text


@FEW
@given(st.sampled_from(SOUND), CONNECTIONS)
def test_every_kind_of_file_can_become_every_connection(path: Path, after: Connection) -> None:
    assert read(write(document(path), after)) == after


@FEW
@given(st.sampled_from(SOUND), st.sampled_from(SOUND))
def test_every_sound_file_can_become_every_other(before: Path, after: Path) -> None:
    wanted = connection_of(document(after))
    assert wanted is not None
    assert read(write(document(before), wanted)) == wanted


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in (*SOUND, *SAMPLE_FILES)])
def test_saving_without_a_change_keeps_every_byte(path: Path) -> None:
    old = document(path)
    connection = connection_of(old)
    assert connection is not None
    assert write(old, connection).encode() == path.read_bytes()


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in (*SOUND, *SAMPLE_FILES)])
def test_a_change_and_back_keeps_what_was_not_touched(path: Path) -> None:
    old = document(path)
    connection = connection_of(old)
    assert connection is not None
    changed = parse(write(old, connection.model_copy(update={"test_path": "/changed"})))
    back = write(changed, connection)
    lines = set(path.read_bytes().decode().splitlines())
    assert len(lines - set(back.splitlines())) <= 1
    assert read(back) == connection


@pytest.mark.parametrize("name", ["a\x00b", "\ud800"])
def test_what_a_file_cannot_hold_is_refused_or_escaped(name: str) -> None:
    connection = Connection.model_construct(**{**dict(Connection(base_url="https://a.example")), "name": name})
    try:
        text = write(None, connection)
    except SaveError as error:
        assert error.hint
    else:
        assert read(text) == connection


def test_a_name_that_stands_twice_cannot_be_saved() -> None:
    from integrator_tui.model.connection import Operation

    twice = Connection(name="x", operations=(Operation(name="o", params=(("a", "1"), ("a", "2"))),))
    with pytest.raises(SaveError):
        write(None, twice)
    with pytest.raises(SaveError):
        write(parse("name: x\noperations: [{name: o, params: {a: '1', b: c}}]\n"), twice)
