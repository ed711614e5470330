"""A file is sealed and opened again, and the real sops agrees."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from integrator_tui.errors import InvalidFile, MacMismatch, NoIdentity, SealBroken, UnpinnedRecipient
from integrator_tui.model.sealed import ScalarChanges
from integrator_tui.model.secret import Secret
from tests.vault.conftest import Person
from tests.vault.sops_file import applied, sealed

DIGEST = "d" * 64
PLAIN = """\
name: Orders
type: http
base_url: https://orders.example.com
secrets:
  client_secret: ''
  token: ''
"""
TYPED = {"client_secret": Secret("s3cret: ü"), "token": Secret("two\nlines\n")}


def new_file(person: Person, text: str = PLAIN, **typed: str) -> str:
    values = {name: Secret(value) for name, value in typed.items()} or TYPED
    return applied(text, person.vault.seal(sealed(text), values, DIGEST, [person.recipient]))


def revealed(person: Person, text: str, digest: str = DIGEST) -> dict[str, str]:
    return {name: value.reveal() for name, value in person.vault.open(sealed(text), digest).items()}


def changed_lines(before: str, after: str) -> list[str]:
    """Return the keys of the lines that differ."""
    pairs = zip(before.splitlines(), after.splitlines(), strict=True)
    return [new.split(":")[0].strip() for old, new in pairs if old != new]


def test_what_is_sealed_opens_again(alice: Person) -> None:
    text = new_file(alice)
    assert "s3cret" not in text
    assert revealed(alice, text) == {"client_secret": "s3cret: ü", "token": "two\nlines\n"}


def test_sops_decrypts_what_is_sealed_with_its_mac_check_on(alice: Person) -> None:
    text = new_file(alice)
    plain = alice.sops.decrypt(text)
    assert plain["base_url"] == "https://orders.example.com"
    assert plain["secrets"]["token"] == "two\nlines\n"
    assert plain["secrets"]["_seal"].startswith("v1:")
    assert alice.sops.refuses(text.replace("client_secret: ENC", "other_secret: ENC"))


def test_an_intact_file_stays_as_it_is(alice: Person) -> None:
    text = new_file(alice)
    again = alice.vault.seal(sealed(text), {}, DIGEST, [alice.recipient])
    assert not again.changed
    assert applied(text, again) == text
    same = alice.vault.seal(sealed(text), {"client_secret": Secret("s3cret: ü")}, DIGEST, [alice.recipient])
    assert not same.changed


def test_one_changed_secret_changes_its_line_and_the_mac_alone(alice: Person) -> None:
    text = new_file(alice)
    after = applied(text, alice.vault.seal(sealed(text), {"token": Secret("new")}, DIGEST, [alice.recipient]))
    assert [key for key in changed_lines(text, after) if key != "lastmodified"] == ["token", "mac"]
    assert revealed(alice, after) == {"client_secret": "s3cret: ü", "token": "new"}


def test_a_changed_field_changes_the_seal_and_keeps_the_data_key(alice: Person) -> None:
    text = new_file(alice)
    after = applied(text, alice.vault.seal(sealed(text), {}, "e" * 64, [alice.recipient]))
    assert [key for key in changed_lines(text, after) if key != "lastmodified"] == ["_seal", "mac"]
    assert sealed(after).metadata["age"] == sealed(text).metadata["age"]  # type: ignore[index]
    assert revealed(alice, after, "e" * 64)["token"] == "two\nlines\n"
    with pytest.raises(SealBroken):
        alice.vault.open(sealed(after), DIGEST)


def test_the_marks_of_fields_decide_nothing(alice: Person) -> None:
    marked = alice.vault.seal(sealed(PLAIN), TYPED, f"{DIGEST}:marks", [alice.recipient])
    text = applied(PLAIN, marked)
    assert alice.vault.outline(sealed(text)) == "marks"
    assert revealed(alice, text, f"{DIGEST}:others") == revealed(alice, text)
    with pytest.raises(SealBroken):
        alice.vault.open(sealed(text), f"{'e' * 64}:marks")


def test_an_empty_secret_stays_plain_and_is_bound_by_the_seal(alice: Person) -> None:
    text = new_file(alice, token="t", client_secret="")
    assert "client_secret: ''" in text
    assert revealed(alice, text) == {"client_secret": "", "token": "t"}
    assert alice.sops.decrypt(text)["secrets"]["client_secret"] == ""
    with pytest.raises(SealBroken):
        alice.vault.open(sealed(text.replace("  token:", "  audience: ''\n  token:")), DIGEST)
    emptied = applied(text, alice.vault.seal(sealed(text), {"token": Secret("")}, DIGEST, [alice.recipient]))
    assert revealed(alice, emptied) == {"client_secret": "", "token": ""}


def test_a_null_counts_as_absent(alice: Person) -> None:
    text = new_file(alice).replace("  token:", "  audience:\n  token:")
    assert "audience" not in revealed(alice, text)
    assert alice.vault.open(sealed("name: x\nsecrets:\n  token:\n"), DIGEST) == {}
    assert alice.vault.open(sealed("name: x\nsecrets:\n"), DIGEST) == {}
    assert alice.vault.open(sealed("name: x\n"), DIGEST) == {}
    filled = text.replace("  audience:", "  audience: null")
    typed = alice.vault.seal(sealed(filled), {"audience": Secret("a")}, DIGEST, [alice.recipient])
    assert revealed(alice, applied(filled, typed))["audience"] == "a"


def test_plain_text_below_secrets_breaks_the_seal_and_is_never_quoted(alice: Person) -> None:
    text = new_file(alice).replace("  token:", "  hunter: hunter2\n  token:")
    with pytest.raises(SealBroken, match=r"secrets\.hunter") as caught:
        alice.vault.open(sealed(text), DIGEST)
    assert "hunter2" not in str(caught.value) + caught.value.hint
    mended = applied(text, alice.vault.seal(sealed(text), {}, DIGEST, [alice.recipient]))
    assert "hunter2" not in mended
    assert revealed(alice, mended)["hunter"] == "hunter2"


def test_plain_text_is_found_without_a_key(alice: Person, bob: Person) -> None:
    text = new_file(alice).replace("  token:", "  hunter: hunter2\n  token:")
    with pytest.raises(SealBroken):
        bob.vault.open(sealed(text), DIGEST)
    findings = bob.vault.verify(sealed(text), DIGEST)
    assert [type(finding) for finding in findings] == [SealBroken, NoIdentity]


def test_a_missing_seal_is_a_broken_one(alice: Person) -> None:
    text = new_file(alice)
    without = "\n".join(line for line in text.splitlines() if "_seal" not in line)
    with pytest.raises(SealBroken, match="_seal"):
        alice.vault.open(sealed(without), DIGEST)
    assert [type(f) for f in alice.vault.verify(sealed(without), DIGEST)] == [SealBroken, MacMismatch]
    with pytest.raises(SealBroken):
        alice.vault.open(sealed(without.replace("secrets:\n", "secrets:\n  _seal: ''\n")), DIGEST)


def test_a_missing_block_is_a_missing_mac(alice: Person) -> None:
    text = new_file(alice)
    with pytest.raises(MacMismatch, match="sops block is missing"):
        alice.vault.open(sealed(text[: text.index("\nsops:")]), DIGEST)


def test_somebody_else_does_not_open_it(alice: Person, bob: Person) -> None:
    text = new_file(alice)
    with pytest.raises(NoIdentity):
        bob.vault.open(sealed(text), DIGEST)
    assert not bob.vault.matches(sealed(text).metadata or {})
    assert alice.vault.matches(sealed(text).metadata or {})


def test_a_stranger_in_the_file_is_named_and_refused(alice: Person, bob: Person) -> None:
    both = [alice.recipient, bob.recipient]
    text = applied(PLAIN, alice.vault.seal(sealed(PLAIN), TYPED, DIGEST, both))
    assert revealed(bob, text) == revealed(alice, text)
    attempts: list[Callable[[], ScalarChanges]] = [
        lambda: alice.vault.seal(sealed(text), {"token": Secret("x")}, DIGEST, [alice.recipient]),
        lambda: alice.vault.rotate(sealed(text), [alice.recipient]),
        lambda: alice.vault.add_recipients(sealed(text), [alice.recipient]),
    ]
    for attempt in attempts:
        with pytest.raises(UnpinnedRecipient, match=bob.recipient):
            attempt()


def test_a_new_data_key_is_made_where_this_machine_did_not_make_it(alice: Person, bob: Person) -> None:
    both = [alice.recipient, bob.recipient]
    text = applied(PLAIN, alice.vault.seal(sealed(PLAIN), TYPED, DIGEST, both))
    bob.vault.open(sealed(text), DIGEST)
    sealing = bob.vault.seal(sealed(text), {"token": Secret("bob's")}, DIGEST, both)
    assert {path[-1] for path in sealing.values} == {"client_secret", "token", "_seal"}
    theirs = applied(text, sealing)
    assert sealed(theirs).metadata["age"] != sealed(text).metadata["age"]  # type: ignore[index]
    assert revealed(alice, theirs) == {"client_secret": "s3cret: ü", "token": "bob's"}
    again = bob.vault.seal(sealed(theirs), {"token": Secret("once more")}, DIGEST, both)
    assert {path[-1] for path in again.values} == {"token"}


def test_a_secret_named_below_another_key_is_refused(alice: Person) -> None:
    text = PLAIN + "auth:\n  params:\n    secrets: all\n"
    with pytest.raises(InvalidFile, match=r"auth\.params\.secrets"):
        alice.vault.seal(sealed(text), TYPED, DIGEST, [alice.recipient])


@pytest.mark.parametrize("shape", ["secrets: x", "secrets: [a]", "secrets: {a: {b: c}}", "secrets: {a: [b]}"])
def test_secrets_that_are_no_flat_map_are_refused(alice: Person, shape: str) -> None:
    with pytest.raises(InvalidFile, match="flat map"):
        alice.vault.open(sealed(f"name: x\n{shape}\n"), DIGEST)
    with pytest.raises(InvalidFile, match="flat map"):
        alice.vault.seal(sealed(f"name: x\n{shape}\n"), {}, DIGEST, [alice.recipient])


def test_a_name_that_the_file_does_not_have_is_refused(alice: Person) -> None:
    for name in ("missing", "_seal", "a\x1bb"):
        with pytest.raises(InvalidFile, match="no secret named"):
            alice.vault.seal(sealed(PLAIN), {name: Secret("x")}, DIGEST, [alice.recipient])


def test_a_file_without_secrets_has_no_block(alice: Person) -> None:
    sealing = alice.vault.seal(sealed("name: x\n"), {}, DIGEST, [alice.recipient])
    assert not sealing.changed


def test_importing_the_vault_imports_no_cryptography() -> None:
    code = "import sys, integrator_tui.vault.vault; print('cryptography' in sys.modules, 'pydantic' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["False", "False"]
