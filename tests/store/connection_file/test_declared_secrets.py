"""A declared secret without a value names what has to be given: no save takes it out."""

from __future__ import annotations

import pytest

from integrator_tui.model.connection import BasicAuth
from integrator_tui.model.secret import Secret
from integrator_tui.store.connection_file.reader import connection_of
from integrator_tui.store.connection_file.writer import apply, write
from integrator_tui.store.yamltext.document import parse
from tests.vault.conftest import Person, make_person

DIGEST = "d" * 64


@pytest.fixture
def alice(tmp_path_factory: pytest.TempPathFactory) -> Person:
    return make_person(tmp_path_factory.mktemp("people") / "alice")


def seal(person: Person, text: str, **typed: str) -> str:
    document = parse(text)
    secrets = {name: Secret(value) for name, value in typed.items()}
    return apply(document, person.vault.seal(document.sealed(), secrets, DIGEST, (person.recipient,)))


@pytest.mark.parametrize("null", ["", " ~", " null", " # to be given", " Null # c"])
@pytest.mark.parametrize("first", [True, False])
def test_it_is_kept_beside_others_and_alone(alice: Person, null: str, first: bool) -> None:
    lines = [f"  to_give:{null}\n", "  password: hunter2\n"]
    text = "name: a\nbase_url: https://a.example\nsecrets:\n" + "".join(lines if first else lines[::-1])
    sealed = seal(alice, text)
    assert lines[0] in sealed
    connection = connection_of(parse(sealed))
    assert connection is not None and connection.secrets == ("password",)
    assert alice.sops.decrypt(sealed)["secrets"]["to_give"] is None
    changed = write(
        parse(sealed), connection.model_copy(update={"auth": BasicAuth(username="u"), "test_path": "/x"})
    )
    assert lines[0] in seal(alice, changed, password="other")
    alone = write(parse(sealed), connection.model_copy(update={"secrets": ()}))
    assert lines[0] in alone
    assert "sops:" not in alone and "_seal" not in alone and "ENC[" not in alone
    again = connection_of(parse(alone))
    assert again is not None and again.secrets == ()
    assert lines[0] in write(parse(alone), again.model_copy(update={"description": "b"}))
    # Given at last.
    given = again.model_copy(update={"secrets": ("to_give",)})
    assert alice.sops.decrypt(seal(alice, write(parse(alone), given), to_give="x"))["secrets"]["to_give"] == "x"


def test_it_is_kept_where_a_key_is_renewed_or_the_section_emptied_by_hand(alice: Person) -> None:
    sealed = seal(alice, "name: a\nsecrets:\n  to_give:\n  password: hunter2\n")
    document = parse(sealed)
    rotated = apply(document, alice.vault.rotate(document.sealed(), (alice.recipient,)))
    assert "  to_give:\n" in rotated
    password = next(line for line in rotated.splitlines(True) if "password" in line)
    emptied = seal(alice, rotated.replace(password, ""))
    assert emptied == "name: a\nsecrets:\n  to_give:\n"
