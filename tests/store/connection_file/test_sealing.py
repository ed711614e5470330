"""The store's text and the vault's values together, held to the real sops."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from integrator_tui.model.connection import BasicAuth, Connection
from integrator_tui.model.sealed import ScalarChanges
from integrator_tui.model.secret import Secret
from integrator_tui.store.connection_file.reader import connection_of, read, secret_states, summary
from integrator_tui.store.connection_file.writer import apply, write
from integrator_tui.store.yamltext.document import parse
from integrator_tui.store.yamltext.edits import put
from tests.store.corpus import CORPUS
from tests.vault.conftest import Person, make_person

DIGEST = "d" * 64
PEM = "-----BEGIN PRIVATE KEY-----\nYWJj\n-----END PRIVATE KEY-----\n"
CONNECTION = Connection(
    name="Orders",
    base_url="https://orders.example.com",
    auth=BasicAuth(username="joe"),
    secrets=("password", "key"),
)


@pytest.fixture
def alice(tmp_path: Path) -> Person:
    return make_person(tmp_path / "alice")


@pytest.fixture
def bob(tmp_path: Path) -> Person:
    return make_person(tmp_path / "bob")


def seal(person: Person, text: str, *recipients: str, **typed: str) -> str:
    document = parse(text)
    secrets = {name: Secret(value) for name, value in typed.items()}
    names = recipients or (person.recipient,)
    return apply(document, person.vault.seal(document.sealed(), secrets, DIGEST, names))


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def test_sops_opens_what_was_written(alice: Person) -> None:
    text = seal(alice, write(None, CONNECTION), password="pa: ss", key=PEM)
    opened = alice.sops.decrypt(text)
    assert opened["secrets"]["password"] == "pa: ss"
    assert opened["secrets"]["key"] == PEM
    assert opened["name"] == "Orders"
    assert list(opened["secrets"]) == ["password", "key", "_seal"]
    assert next(iter(parse(text).metadata() or {})) == "age"
    assert text.index("\nsops:") > text.index("\n  _seal: ENC[")
    assert connection_of(parse(text)) == CONNECTION


def test_a_new_secret_changes_its_line_and_those_of_the_mac(alice: Person) -> None:
    before = seal(alice, write(None, CONNECTION), password="one", key="two")
    after = seal(alice, before, password="three")
    words = {line[1:].split(":")[0].strip() for line in changed_lines(before, after)}
    assert words <= {"password", "lastmodified", "mac"}
    assert alice.sops.decrypt(after)["secrets"]["password"] == "three"


def test_a_recipient_more_adds_lines_and_keeps_the_others(alice: Person, bob: Person) -> None:
    before = seal(alice, write(None, CONNECTION), password="one", key="two")
    document = parse(before)
    after = apply(document, alice.vault.add_recipients(document.sealed(), (alice.recipient, bob.recipient)))
    assert bob.sops.decrypt(after)["secrets"]["password"] == "one"
    assert alice.sops.decrypt(after)["secrets"]["password"] == "one"
    assert [line for line in changed_lines(before, after) if line.startswith("-")] == []


def test_editing_a_plain_field_of_a_file_that_sops_wrote_keeps_its_mac(alice: Person) -> None:
    plain = "name: Orders\nbase_url: https://orders.example.com\n# why\nauth: {type: basic, username: joe}\n"
    sealed = alice.sops.encrypt(
        plain + "secrets:\n  password: hunter2\n",
        alice.recipient,
        encrypted_regex="^secrets$",
        mac_only_encrypted=True,
    )
    document = parse(sealed)
    connection = connection_of(document)
    assert connection is not None
    after = write(document, connection.model_copy(update={"description": "edited: here"}))
    assert len(changed_lines(sealed, after)) == 1
    opened = alice.sops.decrypt(after)
    assert (opened["description"], opened["secrets"]["password"]) == ("edited: here", "hunter2")


def test_ours_on_theirs_on_ours(alice: Person) -> None:
    text = seal(alice, write(None, CONNECTION), password="one", key=PEM)
    theirs = alice.sops.change(text, "set", "FILE", '["secrets"]["password"]', '"by sops"')
    assert connection_of(parse(theirs)) == CONNECTION
    ours = seal(alice, theirs, key="by us")
    assert alice.sops.decrypt(ours)["secrets"] | {"_seal": ""} == {
        "password": "by sops",
        "key": "by us",
        "_seal": "",
    }


def test_a_file_that_encrypts_every_field_is_read_through_the_vault_and_stays_encrypted(alice: Person) -> None:
    sealed = alice.sops.encrypt(
        "name: Orders\nbase_url: https://orders.example.com\ntags: [a, b]\n", alice.recipient
    )
    document = parse(sealed)
    opened = document.replaced(alice.vault.fields(document.sealed()))
    connection = connection_of(opened)
    assert connection is not None
    assert (connection.name, connection.tags) == ("Orders", ("a", "b"))
    assert write(opened, connection) == sealed
    changed = write(opened, connection.model_copy(update={"description": "x"}))
    assert len(changed_lines(sealed, changed)) == 1


@pytest.mark.parametrize("name", ["crlf", "bom", "json", "no_final_line_end", "comments", "blocks"])
def test_any_file_can_be_sealed_and_opened(alice: Person, name: str) -> None:
    document = parse((CORPUS / "sound" / f"{name}.yaml").read_bytes().decode())
    connection = connection_of(document)
    assert connection is not None
    wanted = connection.model_copy(update={"secrets": ("password", *(connection.secrets[:1]))[:1]})
    text = seal(alice, write(document, wanted), password=PEM)
    assert connection_of(parse(text)) == wanted
    assert alice.vault.open(parse(text).sealed(), DIGEST)["password"].reveal() == PEM
    assert alice.sops.decrypt(text.removeprefix("\ufeff"))["secrets"]["password"] == PEM
    bare_feeds = text.count("\n") - text.count("\r\n")
    assert (bare_feeds == 0) == (name in ("crlf", "json"))


def test_plain_text_below_secrets_is_seen_and_sealed_in_place(alice: Person) -> None:
    plain = (
        "name: x\nbase_url: https://a.example\nsecrets:\n"
        "  password: |   # typed\n    two words\n    and lines\n  n: 0123\n"
    )
    document = parse(plain)
    assert secret_states(document) == {"password": "plain", "n": "plain"}
    assert summary(document, "x").state == "unsealed"
    text = seal(alice, plain)
    assert "two words" not in text
    assert "   # typed\n" in text
    assert summary(parse(text), "x").state == "ok"
    assert alice.sops.decrypt(text)["secrets"] | {"_seal": ""} == {
        "password": "two words\nand lines\n",
        "n": "0123",
        "_seal": "",
    }


def test_the_last_secret_takes_secrets_and_sops_along() -> None:
    document = parse((CORPUS / "sound" / "sealed.yaml").read_text())
    connection = connection_of(document)
    assert connection is not None
    text = write(document, connection.model_copy(update={"secrets": ()}))
    assert text == "name: Sealed\nbase_url: https://sealed.example.com\nauth: {type: basic, username: joe}\n"
    assert (
        apply(parse(document.text.replace("  password:", "  #").replace("  other:", "  #")), ScalarChanges({}, {}))
        == text
    )


def test_removing_one_secret_keeps_the_others_to_the_byte() -> None:
    document = parse((CORPUS / "sound" / "sealed.yaml").read_text())
    connection = connection_of(document)
    assert connection is not None
    text = write(document, connection.model_copy(update={"secrets": ("other", "new")}))
    assert changed_lines(document.text, text) == [
        "-  password: ENC[AES256_GCM,data:YWJj,iv:aXY=,tag:dGFn,type:str]   # the real one",
        "+  new: ''",
    ]
    swapped = write(document, connection.model_copy(update={"secrets": ("other", "password")}))
    assert "password: ENC[AES256_GCM,data:YWJj," in swapped


def test_a_block_stays_while_something_else_is_encrypted() -> None:
    text = (CORPUS / "sound" / "sealed.yaml").read_text().replace("username: joe", 'username: "ENC[AES256_GCM,x]"')
    document = parse(text)
    connection = connection_of(document)
    assert connection is not None
    assert "\nsops:" in write(document, connection.model_copy(update={"secrets": ()}))


def test_unknown_entries_of_the_block_stay() -> None:
    document = parse((CORPUS / "sound" / "sealed.yaml").read_text())
    metadata = document.metadata()
    assert metadata is not None
    assert apply(document, ScalarChanges({}, metadata)) == document.text
    after = apply(document, ScalarChanges({}, {**metadata, "lastmodified": "2027-01-01T00:00:00Z"}))
    assert changed_lines(document.text, after) == [
        '-  lastmodified: "2026-11-24T00:08:27Z"',
        '+  lastmodified: "2027-01-01T00:00:00Z"',
    ]


def test_no_problem_of_a_secret_holds_its_value() -> None:
    document = put(parse("name: x\nbase_url: https://a.example\n"), ("secrets", "a"), "s3cr3t")
    assert "s3cr3t" not in repr(read(document)[1])
