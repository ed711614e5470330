"""Recipients: added, removed, rotated, agreed to; what this machine remembers of them and of its data keys."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from integrator_tui.errors import InvalidFile, MacMismatch, NoIdentity, SealBroken
from integrator_tui.model.secret import Secret
from integrator_tui.vault.age.hybrid import HybridIdentity
from integrator_tui.vault.made_keys import MadeKeys
from integrator_tui.vault.recipients import KnownRecipients, validated
from integrator_tui.vault.sops.data_key import DataKey
from integrator_tui.vault.vault import Vault
from tests.vault.conftest import Person
from tests.vault.sops_file import applied, sealed
from tests.vault.test_seal_and_open import DIGEST, PLAIN, TYPED, changed_lines, new_file, revealed


def entries(text: str) -> list[dict[str, str]]:
    return list((sealed(text).metadata or {})["age"])


def test_adding_a_recipient_touches_no_value(alice: Person, bob: Person) -> None:
    text = new_file(alice)
    both = [alice.recipient, bob.recipient]
    added = applied(text, alice.vault.add_recipients(sealed(text), both))
    assert entries(added)[0] == entries(text)[0]
    assert text[: text.index("sops:")] == added[: added.index("sops:")]
    assert revealed(bob, added) == revealed(alice, text)
    assert bob.sops.decrypt(added)["secrets"]["token"] == "two\nlines\n"
    assert not alice.vault.add_recipients(sealed(added), both).changed
    sealing = alice.vault.seal(sealed(added), {"token": Secret("x")}, DIGEST, both)
    assert set(sealing.values) == {("secrets", "token")}, "the data key is still one that was made here"


def test_removing_a_recipient_renews_the_data_key(alice: Person, bob: Person) -> None:
    both = [alice.recipient, bob.recipient]
    text = applied(PLAIN, alice.vault.seal(sealed(PLAIN), TYPED, DIGEST, both))
    without = applied(text, alice.vault.remove_recipients(sealed(text), [bob.recipient], both))
    assert [entry["recipient"] for entry in entries(without)] == [alice.recipient]
    assert revealed(alice, without) == revealed(alice, text)
    with pytest.raises(NoIdentity):
        revealed(bob, without)
    values = [line for line in text.splitlines() if "ENC[" in line]
    assert not any(line in without for line in values)
    again = applied(without, alice.vault.remove_recipients(sealed(without), [bob.recipient], [alice.recipient]))
    assert revealed(alice, again) == revealed(alice, text)


def test_the_last_recipient_is_not_removed(alice: Person) -> None:
    with pytest.raises(NoIdentity, match="nobody"):
        alice.vault.remove_recipients(sealed(new_file(alice)), [alice.recipient], [alice.recipient])


def test_rotation_renews_the_data_key_and_keeps_values_and_seal(alice: Person) -> None:
    text = new_file(alice, token="t", client_secret="")
    rotated = applied(text, alice.vault.rotate(sealed(text), [alice.recipient]))
    assert set(changed_lines(text, rotated)) >= {"token", "_seal", "mac"}
    assert revealed(alice, rotated) == {"client_secret": "", "token": "t"}
    with pytest.raises(SealBroken):
        revealed(alice, rotated, "e" * 64)
    typed_after = alice.vault.seal(sealed(rotated), {"token": Secret("x")}, DIGEST, [alice.recipient])
    assert set(typed_after.values) == {("secrets", "token")}


def test_a_broken_file_is_not_rotated(alice: Person) -> None:
    text = new_file(alice)
    with pytest.raises(MacMismatch):
        alice.vault.rotate(sealed(text.replace("mac_only_encrypted: true", "")), [alice.recipient])
    with pytest.raises(SealBroken):
        alice.vault.rotate(sealed(text.replace("  token:", "  more: x\n  token:")), [alice.recipient])
    assert not alice.vault.rotate(sealed("name: x\n"), [alice.recipient]).changed
    assert not alice.vault.add_recipients(sealed("name: x\n"), [alice.recipient]).changed


def test_a_repair_needs_every_value_to_open(alice: Person) -> None:
    text = new_file(alice)
    lines = [line for line in text.splitlines() if not line.startswith("  token")]
    torn = "\n".join(lines) + "\n"
    with pytest.raises(MacMismatch):
        revealed(alice, torn)
    mended = applied(torn, alice.vault.seal(sealed(torn), {}, DIGEST, [alice.recipient]))
    assert revealed(alice, mended) == {"client_secret": "s3cret: ü"}
    swapped = text.replace("client_secret: ENC", "other: ENC")
    with pytest.raises(MacMismatch, match=r"secrets\.other does not open"):
        alice.vault.seal(sealed(swapped), {}, DIGEST, [alice.recipient])
    typed = alice.vault.seal(sealed(swapped), {"other": Secret("new")}, DIGEST, [alice.recipient])
    assert revealed(alice, applied(swapped, typed))["other"] == "new"


def test_what_is_typed_anew_needs_no_old_key(alice: Person, bob: Person) -> None:
    text = new_file(alice).replace(alice.recipient, bob.recipient)
    with pytest.raises(NoIdentity):
        bob.vault.seal(sealed(text), {"token": Secret("x")}, DIGEST, [bob.recipient])
    values = {"token": Secret("x"), "client_secret": Secret("y")}
    mine = applied(text, bob.vault.seal(sealed(text), values, DIGEST, [bob.recipient]))
    assert revealed(bob, mine) == {"client_secret": "y", "token": "x"}


@pytest.mark.parametrize(
    ("recipient", "word"),
    [
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", "SSH keys"),
        ("age1", "age1"),
        ("age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq", "checksum"),
        ("AGE-SECRET-KEY-1QQQQ", "not an age recipient"),
        ("age1yubikey1qqqqqq", "checksum"),
        ("", "not an age recipient"),
        ("age1\x1b[31m", "recipient"),
    ],
)
def test_a_recipient_that_cannot_be_used_is_refused(recipient: str, word: str) -> None:
    with pytest.raises(InvalidFile, match=word) as caught:
        validated([recipient])
    assert "\x1b" not in caught.value.message


def test_recipients_are_kept_once_and_in_order(alice: Person, bob: Person) -> None:
    strong = HybridIdentity.generate().recipient()
    given = [bob.recipient, f" {alice.recipient}\n", bob.recipient, strong]
    assert validated(given) == (bob.recipient, alice.recipient, strong)
    with pytest.raises(NoIdentity, match="nobody"):
        alice.vault.seal(sealed(PLAIN), TYPED, DIGEST, [])


def test_recipients_agreed_to_are_remembered_for_each_workspace(tmp_path: Path) -> None:
    state, here, there = tmp_path / "state" / "deep", tmp_path / "here", tmp_path / "there"
    known = KnownRecipients(state)
    assert known.known(here) is None
    known.agree(here, ["a", "b", "a"])
    assert KnownRecipients(state).known(here) == frozenset({"a", "b"})
    assert known.known(there) is None
    known.agree(here, ["c"])
    assert known.known(here) == frozenset({"c"}), "who was taken out is new when they come back"
    file = state / "recipients.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    KnownRecipients(None).agree(here, ["a"])


@pytest.mark.parametrize(
    "text",
    ["", "[]", "5", '{"/w": 5}', '{"/w": null}', '{"/w": "a"}', '{"/w": [["a"], "a"]}', "[" * 100_000],
    ids=["empty", "list", "number", "number-of", "null-of", "text-of", "list-of-lists", "deep"],
)
def test_a_damaged_memory_of_recipients_is_neither_empty_nor_written_over(tmp_path: Path, text: str) -> None:
    here, file = tmp_path / "here", tmp_path / "state/recipients.json"
    file.parent.mkdir()
    file.write_text(text)
    file.chmod(0o600)
    known = KnownRecipients(file.parent)
    with pytest.raises(InvalidFile, match="damaged"):
        known.known(here)
    with pytest.raises(InvalidFile, match="damaged"):
        known.agree(here, ["b"])
    assert file.read_text() == text


def test_the_memory_of_data_keys_tells_nobody_a_key(tmp_path: Path) -> None:
    made, key = MadeKeys(tmp_path / "state"), DataKey.generate()
    assert not made.holds(key, ["a"])
    made.remember(key, ["a", "b"])
    made.remember(DataKey.generate(), ["a"])
    assert made.holds(key, ["b", "a"])
    assert MadeKeys(tmp_path / "state").holds(key, ["a", "b"])
    assert not made.holds(key, ["a"])
    assert not made.holds(DataKey.generate(), ["a", "b"])
    file = tmp_path / "state" / "data_keys"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    local_key, *lines = file.read_text().splitlines()
    assert len(lines) == 2
    assert key.fingerprint(bytes.fromhex(local_key), ["a", "b"]) in lines
    assert key.fingerprint(os.urandom(32), ["a", "b"]) not in lines
    file.write_text("damaged")
    assert not made.holds(key, ["a", "b"])
    made.remember(key, ["a"])
    assert made.holds(key, ["a"])


def test_a_state_that_cannot_be_written_costs_new_data_keys_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for made in (MadeKeys(tmp_path / "file" / "state"), MadeKeys(None)):
        key = DataKey.generate()
        made.remember(key, ["a"])
        assert not made.holds(key, ["a"])


def test_another_machine_of_the_same_person_makes_its_own_key(alice: Person, tmp_path: Path) -> None:
    text = new_file(alice)
    laptop = Vault(alice.sources, tmp_path / "laptop")
    sealing = laptop.seal(sealed(text), {"token": Secret("x")}, DIGEST, [alice.recipient])
    assert ("secrets", "client_secret") in sealing.values
