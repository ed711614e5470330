"""What the real sops writes is read: every rule, both MAC modes, all types, older layouts, keys of other kinds."""

from __future__ import annotations

import re

import pytest

from integrator_tui.errors import InvalidFile, MacMismatch, SealBroken, UnpinnedRecipient
from integrator_tui.model.secret import Secret
from integrator_tui.vault.sops import metadata
from tests.vault.agreement import values
from tests.vault.conftest import Person
from tests.vault.sops_file import applied, sealed
from tests.vault.test_seal_and_open import DIGEST, PLAIN, TYPED, new_file, revealed

DOCUMENT = """\
# a comment at the top
name: Orders
port: 0777
ratio: 1.50
big: 1_000
since: 2026-1-2
on: yes
nothing: ~
empty: ''
login_unencrypted: Zoë
password_enc: hunter2
list:
    # a comment in a list
    - one
    - 2
    - true
    - {deep: x, password: y}
secrets:
    # a comment among secrets
    password: hunter2
    count: 42
    rate: 1e3
    flag: true
    other: FALSE
    when: 2026-01-02T03:04:05Z
    blank: ''
    void: null
"""

RULES = [
    {},
    {"encrypted_regex": "^secrets$"},
    {"unencrypted_regex": "^(name|port|s.*e)$"},
    {"encrypted_suffix": "_enc"},
    {"unencrypted_suffix": "_unencrypted"},
    {"encrypted_regex": "pass"},
    {"encrypted_comment_regex": "among"},
    {"unencrypted_comment_regex": "comment"},
]


@pytest.mark.parametrize("mac_only", [False, True], ids=["mac-all", "mac-only"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: "-".join(rule) or "default")
def test_every_rule_in_both_mac_modes(alice: Person, rule: dict[str, str], mac_only: bool) -> None:
    text = alice.sops.encrypt(DOCUMENT, alice.recipient, **rule, mac_only_encrypted=mac_only)
    assert ("mac_only_encrypted: true" in text) == mac_only
    found = values(alice, text)
    encrypted = len(re.findall(r"(?<!#)ENC\[AES", text)) - 1
    assert len(found) == encrypted
    if ("secrets", "count") in found:
        assert found["secrets", "count"] == "42"
        assert found["secrets", "rate"] == "1000"
        assert found["secrets", "flag"] == "true"
        assert found["secrets", "other"] == "false"
        assert found["secrets", "when"] == "2026-01-02T03:04:05Z"
    if found:
        first = re.search(r"(?<!#)ENC\[AES256_GCM,data:[^\]]*\]", text)
        assert first
        with pytest.raises(MacMismatch):
            values(alice, text.replace(first[0], "''", 1))


def test_a_file_of_sops_lacks_the_seal_until_it_is_sealed_here(alice: Person) -> None:
    plain = "name: x\nsecrets:\n    flag: true\n    count: 7\n    token: abc\n"
    text = alice.sops.encrypt(plain, alice.recipient, encrypted_regex="^secrets$")
    with pytest.raises(SealBroken):
        alice.vault.open(sealed(text), DIGEST)
    here = applied(text, alice.vault.seal(sealed(text), {}, DIGEST, [alice.recipient]))
    assert revealed(alice, here) == {"flag": "true", "count": "7", "token": "abc"}
    assert alice.sops.decrypt(here)["secrets"]["flag"] is True
    assert "mac_only_encrypted: true" in here


def test_the_other_rules_are_replaced_by_this_programs_own(alice: Person) -> None:
    plain = "name: x\nsecrets:\n    token_enc: abc\n"
    text = alice.sops.encrypt(plain, alice.recipient, encrypted_suffix="_enc")
    here = applied(text, alice.vault.seal(sealed(text), {}, DIGEST, [alice.recipient]))
    assert "encrypted_suffix" not in here
    assert revealed(alice, here) == {"token_enc": "abc"}
    assert alice.sops.decrypt(here)["secrets"]["token_enc"] == "abc"


def test_a_file_that_encrypts_more_than_secrets_keeps_its_rule_and_what_it_covers(alice: Person) -> None:
    text = alice.sops.encrypt("name: x\nsecrets:\n    token: abc\n", alice.recipient)
    here = applied(text, alice.vault.seal(sealed(text), {}, DIGEST, [alice.recipient]))
    assert "name: ENC[" in here
    assert "unencrypted_suffix: _unencrypted" in here.replace('"', "")
    assert revealed(alice, here) == {"token": "abc"}
    assert alice.sops.decrypt(here)["name"] == "x"


@pytest.mark.parametrize(
    "change",
    [
        ["set", "FILE", '["secrets"]["token"]', '"changed"'],
        ["set", "FILE", '["secrets"]["added"]', '"changed"'],
        ["rotate", "-i", "FILE"],
    ],
    ids=lambda change: change[0],
)
def test_sops_changes_our_file_and_we_change_that(alice: Person, change: list[str]) -> None:
    text = alice.sops.change(new_file(alice), *change)
    found = revealed(alice, text)
    assert found["client_secret"] == "s3cret: ü"
    assert "changed" in found.values() or change[0] == "rotate"
    ours = applied(text, alice.vault.seal(sealed(text), {"token": Secret("ours")}, DIGEST, [alice.recipient]))
    assert alice.sops.decrypt(ours)["secrets"]["token"] == "ours"
    theirs = alice.sops.change(ours, "set", "FILE", '["secrets"]["token"]', '"theirs"')
    assert revealed(alice, theirs)["token"] == "theirs"


def test_sops_edit_on_our_file(alice: Person) -> None:
    editor = alice.sops.folder / "editor.sh"
    editor.write_text('#!/bin/sh\nsed -i "s/s3cret/edited/; s/name: Orders/name: Other/" "$1"\n')
    editor.chmod(0o700)
    text = alice.sops.change(new_file(alice), "edit", "FILE", EDITOR=str(editor))
    assert "name: Other" in text
    assert revealed(alice, text)["client_secret"] == "edited: ü"


def test_sops_updatekeys_on_our_file(alice: Person, bob: Person) -> None:
    config = alice.sops.folder / ".sops.yaml"
    config.write_text(f"creation_rules:\n  - age: {alice.recipient},{bob.recipient}\n")
    text = alice.sops.change(new_file(alice), "updatekeys", "--yes", "FILE")
    assert revealed(bob, text) == revealed(alice, text)
    ours = applied(
        text,
        alice.vault.seal(sealed(text), {"token": Secret("x")}, DIGEST, [alice.recipient, bob.recipient]),
    )
    assert sealed(ours).metadata["age"] != sealed(text).metadata["age"]  # type: ignore[index]
    assert bob.sops.decrypt(ours)["secrets"]["token"] == "x"


OLD_LISTS = "  kms: []\n  gcp_kms: []\n  azure_kv: []\n  hc_vault: []\n  age:\n"
FOREIGN = """\
  pgp:
    - created_at: "2020-01-02T03:04:05Z"
      enc: |
        -----BEGIN PGP MESSAGE-----
        abc
        -----END PGP MESSAGE-----
      fp: FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4
  future: {key: value, empty: null}
"""


def test_an_older_layout_and_foreign_keys_are_carried_over(alice: Person) -> None:
    text = new_file(alice).replace("  age:\n", OLD_LISTS, 1) + FOREIGN
    assert revealed(alice, text)["client_secret"] == "s3cret: ü"
    sealing = alice.vault.seal(sealed(text), {"token": Secret("x")}, DIGEST, [alice.recipient])
    before = sealed(text).metadata or {}
    assert list(sealing.metadata) == list(before)
    for key in ("kms", "pgp", "future", "hc_vault", "age"):
        assert sealing.metadata[key] == before[key]


def test_a_foreign_key_stops_a_new_data_key(alice: Person, bob: Person) -> None:
    both = [alice.recipient, bob.recipient]
    text = applied(PLAIN, alice.vault.seal(sealed(PLAIN), TYPED, DIGEST, both)) + FOREIGN
    with pytest.raises(UnpinnedRecipient, match="FBC7B9E2"):
        bob.vault.seal(sealed(text), {"token": Secret("x")}, DIGEST, both)
    assert bob.vault.seal(sealed(text), {}, "e" * 64, both).changed


def test_shamir_groups_are_refused_by_name(alice: Person) -> None:
    text = new_file(alice)
    for extra in ("  shamir_threshold: 2\n", "  key_groups:\n    - age: []\n      pgp: []\n"):
        with pytest.raises(InvalidFile, match="Shamir"):
            alice.vault.open(sealed(text + extra), DIGEST)


def test_lastmodified_binds_the_mac_without_its_fraction(alice: Person) -> None:
    text = new_file(alice)
    moment = re.search(r'lastmodified: "([^"]+)Z"', text)
    assert moment
    revealed(alice, text.replace(f"{moment[1]}Z", f"{moment[1]}.5Z"))
    revealed(alice, text.replace(f"{moment[1]}Z", f"{moment[1]}+00:00"))
    with pytest.raises(MacMismatch):
        revealed(alice, text.replace(f"{moment[1]}Z", "2020-01-02T03:04:05Z"))
    with pytest.raises(InvalidFile, match="lastmodified") as refused:
        revealed(alice, text.replace(f"{moment[1]}Z", "yesterday"))
    assert refused.value.hint


def test_another_rule_and_mode_stand_where_only_recipients_change(alice: Person, bob: Person) -> None:
    block = (
        sealed(alice.sops.encrypt("name: x\npass_x: y\n", alice.recipient, encrypted_suffix="_x")).metadata or {}
    )
    parsed = metadata.parse({**block, "mac_only_encrypted": "false", "shamir_threshold": "1", "version": "3.11.0"})
    written = parsed.with_recipients([*parsed.age, metadata.WrappedKey(bob.recipient, "enc")]).to_mapping()
    assert written["mac_only_encrypted"] is False
    assert written["shamir_threshold"] == 1
    assert written["encrypted_suffix"] == "_x"
    assert [entry["recipient"] for entry in written["age"]] == [alice.recipient, bob.recipient]
    assert (written["mac"], written["version"]) == (block["mac"], "3.11.0")
