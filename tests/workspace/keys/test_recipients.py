"""Who a workspace is encrypted for: pinned, agreed to, remembered; and that a list needs none of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from integrator_tui.errors import (
    InvalidFile,
    NoIdentity,
    PassphraseNeeded,
    SaveError,
    UnpinnedRecipient,
    WrongPassphrase,
)
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.store.sops_yaml.creation_rules import creation_rules
from integrator_tui.store.sops_yaml.edit import pin, unpin
from integrator_tui.vault.age.keys import Identity
from integrator_tui.vault.age.x25519 import X25519Identity
from integrator_tui.vault.sops import cipher
from integrator_tui.vault.sops.data_key import DataKey
from integrator_tui.workspace import Workspace
from tests.identities import protected_identity

OTHER = X25519Identity.generate().recipient()
THIRD = X25519Identity.generate().recipient()
PLAIN = "name: {name}\nbase_url: https://api.example.com\nsecrets:\n  password: canary\n"


def surroundings(folder: Path) -> Surroundings:
    return Surroundings(folder / "c", folder / "state", folder / "cache", age_keys_file=folder / "age/keys.txt")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace of somebody with an identity."""
    (tmp_path / "work").mkdir()
    made = Workspace(tmp_path / "work", surroundings(tmp_path))
    made.keys.create_identity()
    return made


def again(workspace: Workspace) -> Workspace:
    """Return the workspace as another process opens it."""
    return Workspace(workspace.root, surroundings(workspace.root.parent))


def own(workspace: Workspace) -> str:
    found = workspace.keys.recipients.own()
    assert found
    return found


def pinned(workspace: Workspace, *recipients: str) -> None:
    (workspace.root / ".sops.yaml").write_text(f"creation_rules:\n  - age: {','.join(recipients)}\n")


def test_without_pins_the_users_own(workspace: Workspace) -> None:
    assert workspace.keys.recipients.of("a.yaml") == (own(workspace),)
    assert workspace.keys.recipients.pinned() == ()


@pytest.mark.parametrize("text", ["", "\n", "# nobody yet\n"])
def test_an_empty_list_of_recipients_pins_nobody(workspace: Workspace, text: str) -> None:
    (workspace.root / ".sops.yaml").write_text(text)
    assert workspace.keys.recipients.of("a.yaml") == (own(workspace),)


def test_the_first_use_agrees_and_a_later_one_asks(workspace: Workspace) -> None:
    pinned(workspace, own(workspace), OTHER)
    assert workspace.keys.recipients.of("a.yaml") == (own(workspace), OTHER)
    pinned(workspace, own(workspace), OTHER, THIRD)
    later = again(workspace)
    assert later.keys.recipients.new() == (THIRD,)
    with pytest.raises(UnpinnedRecipient, match=THIRD):
        later.keys.recipients.of("a.yaml")
    later.keys.recipients.agree((THIRD,))
    assert again(workspace).keys.recipients.of("a.yaml") == (own(workspace), OTHER, THIRD)


def test_a_sops_yaml_that_appears_after_the_first_use_is_new(workspace: Workspace) -> None:
    workspace.keys.recipients.of("a.yaml")
    pinned(workspace, own(workspace), OTHER)
    assert again(workspace).keys.recipients.new() == (OTHER,)


def test_reading_is_a_use(workspace: Workspace) -> None:
    (workspace.root / "a.yaml").write_text(PLAIN.format(name="A"))
    workspace.seals.reseal(workspace.catalog.entry("a.yaml"))
    for path in (workspace.root.parent / "state").iterdir():
        path.unlink()
    reader = again(workspace)
    assert reader.secrets.of(reader.catalog.entry("a.yaml"))
    pinned(workspace, own(workspace), OTHER)
    assert again(workspace).keys.recipients.new() == (OTHER,)


def test_a_recipient_who_left_is_new_when_they_come_back(workspace: Workspace) -> None:
    for recipients in ((OTHER,), ()):
        pinned(workspace, own(workspace), *recipients)
        assert again(workspace).keys.recipients.new() == ()
    pinned(workspace, own(workspace), OTHER)
    assert again(workspace).keys.recipients.new() == (OTHER,)


def test_the_users_own_recipient_needs_no_agreement(workspace: Workspace) -> None:
    pinned(workspace, OTHER)
    assert workspace.keys.recipients.new() == ()
    pinned(workspace, OTHER, own(workspace))
    assert again(workspace).keys.recipients.new() == ()


def test_rules_for_other_paths_are_no_news(workspace: Workspace) -> None:
    (workspace.root / ".sops.yaml").write_text(
        f"creation_rules:\n  - path_regex: ^prod/\n    age: {own(workspace)},{OTHER}\n  - age: {own(workspace)}\n"
    )
    for file, recipients in (("a.yaml", 1), ("prod/b.yaml", 2), ("a.yaml", 1), ("prod/b.yaml", 2)):
        assert len(again(workspace).keys.recipients.of(file)) == recipients


def test_nobody_at_all(tmp_path: Path) -> None:
    with pytest.raises(NoIdentity):
        Workspace(tmp_path / "work", surroundings(tmp_path)).keys.recipients.of("a.yaml")


def test_split_keys_and_broken_rules_are_refused(workspace: Workspace) -> None:
    groups = "\n".join(f"      - age: [{recipient}]" for recipient in (OTHER, THIRD))
    (workspace.root / ".sops.yaml").write_text(f"creation_rules:\n  - key_groups:\n{groups}\n")
    with pytest.raises(InvalidFile, match="key_groups"):
        workspace.keys.recipients.of("a.yaml")
    (workspace.root / ".sops.yaml").write_text("creation_rules: {\n")
    with pytest.raises(InvalidFile, match=r"\.sops\.yaml"):
        workspace.keys.recipients.of("a.yaml")


@pytest.mark.parametrize("kind", ["pgp", "kms", "gcp_kms", "azure_keyvault", "hc_vault_transit_uri"])
@pytest.mark.parametrize("age", [True, False])
def test_a_rule_that_means_others_than_age_is_refused_not_narrowed(
    workspace: Workspace, kind: str, age: bool
) -> None:
    ours = f"    age: {own(workspace)}\n" if age else ""
    (workspace.root / ".sops.yaml").write_text(f"creation_rules:\n  - {kind}: somebody-there\n{ours}")
    file = workspace.root / "a.yaml"
    file.write_text(PLAIN.format(name="A"))
    with pytest.raises(InvalidFile, match=kind):
        workspace.seals.reseal(workspace.catalog.entry("a.yaml"))
    assert file.read_text() == PLAIN.format(name="A")


def test_keys_that_sops_wrote_stay_where_the_rule_means_them(workspace: Workspace) -> None:
    file = workspace.root / "a.yaml"
    file.write_text(PLAIN.format(name="A"))
    workspace.seals.reseal(workspace.catalog.entry("a.yaml"))
    pgp = "  pgp:\n  - created_at: '2020-01-02T03:04:05Z'\n    enc: abc\n    fp: FBC7B9E2\n"
    file.write_text(file.read_text().replace("  lastmodified:", f"{pgp}  lastmodified:"))
    (workspace.root / ".sops.yaml").write_text(f"creation_rules:\n  - pgp: FBC7B9E2\n    age: {own(workspace)}\n")
    later = again(workspace)
    later.editor.store_secrets(later.catalog.entry("a.yaml"), {"password": Secret("changed")})
    assert pgp in file.read_text()
    assert later.secrets.of(later.catalog.entry("a.yaml")) == {"password": Secret("changed")}


def test_strangers_are_told_without_a_key(workspace: Workspace) -> None:
    (workspace.root / "a.yaml").write_text(PLAIN.format(name="A"))
    workspace.seals.reseal(workspace.catalog.entry("a.yaml"))
    assert workspace.keys.rotation.strangers() == {}
    pinned(workspace, OTHER)
    assert again(workspace).keys.rotation.strangers() == {own(workspace): ("a.yaml",)}


def test_a_list_decrypts_nothing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        file = f"f{number}.yaml"
        (workspace.root / file).write_text(PLAIN.format(name=f"N{number}"))
        workspace.seals.reseal(workspace.catalog.entry(file))
    counted: list[str] = []
    unwrap, decrypt = DataKey.unwrap, cipher.decrypt

    def counting_unwrap(wrapped: str, identities: Sequence[Identity]) -> DataKey:
        counted.append("unwrap")
        return unwrap(wrapped, identities)

    def counting_decrypt(key: bytes, value: cipher.Encrypted, bound_to: str) -> str | None:
        counted.append("decrypt")
        return decrypt(key, value, bound_to)

    monkeypatch.setattr(DataKey, "unwrap", counting_unwrap)
    monkeypatch.setattr(cipher, "decrypt", counting_decrypt)
    fresh = again(workspace)
    assert [entry.state for entry in fresh.catalog.summaries()] == ["ok"] * 20
    assert [entry.state for entry in fresh.catalog.entries()] == ["ok"] * 20
    assert fresh.keys.rotation.strangers() == {}
    assert counted == []
    fresh.secrets.of(fresh.catalog.entry("f0.yaml"))
    assert set(counted) == {"unwrap", "decrypt"}, "the counting counts"


def test_a_passphrase_is_needed_where_it_helps_and_given_once(tmp_path: Path) -> None:
    given = surroundings(tmp_path)
    (tmp_path / "work").mkdir()
    first = Workspace(tmp_path / "work", given)
    protected_identity(first, tmp_path / "age/keys.txt", "right")
    (first.root / "a.yaml").write_text(PLAIN.format(name="A"))
    first.seals.reseal(first.catalog.entry("a.yaml"))
    locked = Workspace(first.root, given)
    assert [entry.state for entry in locked.catalog.entries()] == ["ok"]
    assert locked.keys.waiting() == (str(tmp_path / "age/keys.txt"),)
    entry = locked.catalog.entry("a.yaml")
    for look in (
        lambda: locked.secrets.of(entry),
        lambda: locked.secrets.require_unlocked([entry]),
        lambda: locked.secrets.require_unlocked(locked.catalog.listed()),
        locked.keys.rotation.require_unlocked,
        locked.keys.recipients.own,
        locked.keys.kept_identity,
    ):
        with pytest.raises(PassphraseNeeded, match=r"keys\.txt is protected by a passphrase"):
            look()
    with pytest.raises(WrongPassphrase):
        locked.keys.unlock(Secret("wrong"))
    locked.keys.unlock(Secret("right"))
    assert locked.keys.waiting() == ()
    locked.secrets.require_unlocked([entry])
    locked.secrets.require_unlocked(locked.catalog.listed())
    locked.keys.rotation.require_unlocked()
    assert locked.secrets.of(entry)["password"] == Secret("canary")


def test_what_nobody_needs_a_passphrase_for_asks_for_none(tmp_path: Path) -> None:
    given = surroundings(tmp_path)
    (tmp_path / "work").mkdir()
    first = Workspace(tmp_path / "work", given)
    protected_identity(first, tmp_path / "age/keys.txt", "right")
    other = X25519Identity.generate()
    with_other = Workspace(first.root, given._replace(age_key=Secret(other.text())))
    (first.root / "a.yaml").write_text(PLAIN.format(name="A"))
    (first.root / "b.yaml").write_text("name: B\nbase_url: https://api.example.com\n")
    with_other.seals.reseal(with_other.catalog.entry("a.yaml"))
    with_other.secrets.require_unlocked(with_other.catalog.entries())
    with_other.keys.rotation.require_unlocked()
    locked = Workspace(first.root, given)
    locked.secrets.require_unlocked([locked.catalog.entry("b.yaml")])
    locked.secrets.require_unlocked([entry for entry in locked.catalog.listed() if entry.file == "b.yaml"])
    locked.keys.rotation.require_unlocked(naming=THIRD)
    with pytest.raises(PassphraseNeeded):
        locked.keys.rotation.require_unlocked(naming=other.recipient())


PINS = [
    (f"creation_rules:\n  - age: {OTHER}\n", f"creation_rules:\n  - age: {OTHER},{THIRD}\n"),
    (
        f"creation_rules:\n  - age:\n      - {OTHER}  # who\n",
        f"creation_rules:\n  - age:\n      - {OTHER}  # who\n      - {THIRD}\n",
    ),
    (f"creation_rules: [{{age: [{OTHER}]}}]\n", f"creation_rules: [{{age: [{OTHER}, {THIRD}]}}]\n"),
    (
        f"creation_rules:\n  - key_groups:\n      - age: [{OTHER}]\n",
        f"creation_rules:\n  - key_groups:\n      - age: [{OTHER}, {THIRD}]\n",
    ),
    (
        f"# c\ncreation_rules:\n  - path_regex: ^x/\n    age: {OTHER}\n  - age: '{OTHER}'\n\n# end\n",
        f"# c\ncreation_rules:\n  - path_regex: ^x/\n    age: {OTHER}\n  - age: '{OTHER},{THIRD}'\n\n# end\n",
    ),
    (f"creation_rules:\r\n  - age: {OTHER}\r\n", f"creation_rules:\r\n  - age: {OTHER},{THIRD}\r\n"),
]


@pytest.mark.parametrize(("before", "after"), PINS, ids=range(len(PINS)))
def test_pinning_changes_nothing_else_and_is_undone_to_the_byte(before: str, after: str) -> None:
    pinned_text = pin(before.encode(), ["a.yaml"], THIRD, [OTHER])
    assert pinned_text.decode() == after
    assert unpin(pinned_text, THIRD).decode() == before


@pytest.mark.parametrize(
    "text",
    [
        f"d: &d\n  age: {OTHER}\ncreation_rules:\n  - <<: *d\n",
        f"creation_rules:\n  - path_regex: ^x/\n    age: &l\n      - {OTHER}\n  - age: *l\n",
    ],
)
def test_a_list_that_aliases_share_is_for_a_person(text: str) -> None:
    assert creation_rules(text.encode())[-1].recipients == (OTHER,)
    with pytest.raises(SaveError) as caught:
        pin(text.encode(), ["a.yaml"], THIRD, [OTHER])
    assert THIRD in caught.value.hint


def test_a_rule_that_is_missing_is_made_in_the_form_of_sops() -> None:
    for text in ("stores:\n  yaml:\n    indent: 2\n", f"creation_rules:\n  - path_regex: ^x/\n    age: {OTHER}\n"):
        (*_, made) = creation_rules(pin(text.encode(), ["a.yaml"], THIRD, [OTHER]))
        assert made.recipients == (OTHER, THIRD)
        assert made.settings == {"encrypted_regex": "^secrets$", "mac_only_encrypted": "true"}


def test_the_last_recipient_of_a_rule_stays() -> None:
    with pytest.raises(SaveError):
        unpin(f"creation_rules:\n  - age: {OTHER}\n".encode(), OTHER)


def read_only(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    # Root writes into any folder; a file in its place stops root too.
    folder.rmdir()
    folder.write_text("")


def emptied(folder: Path) -> None:
    (folder / "recipients.json").write_text("")


def garbled(folder: Path) -> None:
    (folder / "recipients.json").write_text('{"cut')


def of_another_shape(folder: Path) -> None:
    (folder / "recipients.json").write_text('{"/work": {"age1": true}}')


def exposed(folder: Path) -> None:
    (folder / "recipients.json").chmod(0o666)


@pytest.mark.parametrize("damage", [emptied, garbled, of_another_shape, exposed])
def test_a_memory_that_cannot_be_read_makes_everybody_new(
    workspace: Workspace, damage: Callable[[Path], None]
) -> None:
    workspace.keys.recipients.of("a.yaml")
    state = workspace.root.parent / "state"
    damage(state)
    before = (state / "recipients.json").read_bytes()
    assert again(workspace).keys.recipients.of("a.yaml") == (own(workspace),), "nobody else is pinned"
    pinned(workspace, own(workspace), OTHER)
    later = again(workspace)
    with pytest.raises(UnpinnedRecipient, match=r"recipients\.json") as refused:
        later.keys.recipients.of("a.yaml")
    assert refused.value.hint and OTHER in refused.value.message
    later.keys.recipients.allow(OTHER)
    assert later.keys.recipients.of("a.yaml") == (own(workspace), OTHER), "named on the command line"
    assert (state / "recipients.json").read_bytes() == before, "what is damaged is not written over"


def test_a_memory_that_cannot_be_kept_makes_everybody_new(workspace: Workspace) -> None:
    read_only(workspace.root.parent / "state")
    assert again(workspace).keys.recipients.of("a.yaml") == (own(workspace),)
    pinned(workspace, own(workspace), OTHER)
    for _ in range(2):
        with pytest.raises(UnpinnedRecipient, match=f"cannot be written.*{OTHER}"):
            again(workspace).keys.recipients.of("a.yaml")


def test_a_first_use_that_can_be_remembered_is_told_once(workspace: Workspace) -> None:
    pinned(workspace, own(workspace), OTHER)
    assert workspace.keys.recipients.new() == ()
    assert workspace.keys.recipients.taken_on_trust() == (OTHER,)
    assert workspace.keys.recipients.taken_on_trust() == ()
    later = again(workspace)
    assert later.keys.recipients.new() == () and later.keys.recipients.taken_on_trust() == ()
