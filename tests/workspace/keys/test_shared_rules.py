"""A `.sops.yaml` that is not the workspace's own: found as sops finds it, changed in what is the workspace's."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.errors import InvalidFile, SaveError, UnpinnedRecipient
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.store.sops_yaml.creation_rules import creation_rules
from integrator_tui.store.sops_yaml.edit import pin, unpin
from integrator_tui.vault.age.x25519 import X25519Identity
from integrator_tui.workspace import Workspace
from integrator_tui.workspace.keys.recipients import named
from tests.store.sops_rules import sops_encrypts_for

OTHER, THIRD, FOURTH = (X25519Identity.generate().recipient() for _ in range(3))
PLAIN = "name: {name}\nbase_url: https://api.example.com\nsecrets:\n  password: canary\n"


def opened(folder: Path, sops_config: Path | None = None) -> Workspace:
    """Return the workspace `work` in `folder`, as another process opens it."""
    keys = folder / "age/keys.txt"
    given = Surroundings(
        folder / "c", folder / "state", folder / "cache", age_keys_file=keys, sops_config=sops_config
    )
    return Workspace(folder / "repo/work", given)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace in a folder of a repository, with two files whose secrets are still in plain."""
    made = opened(tmp_path)
    (made.root / "prod").mkdir(parents=True)
    made.keys.create_identity()
    for file in ("a.yaml", "prod/b.yaml"):
        (made.root / file).write_text(PLAIN.format(name=file))
    return made


def own(workspace: Workspace) -> str:
    found = workspace.keys.recipients.own()
    assert found
    return found


def rules(workspace: Workspace, text: str) -> Path:
    path = workspace.root.parent / ".sops.yaml"
    path.write_text(text.replace("OWN", own(workspace)))
    return path


def seal(workspace: Workspace, file: str) -> list[str]:
    """Seal a file; return for whom, as it says."""
    workspace.seals.reseal(workspace.catalog.entry(file))
    sealed = workspace.catalog.sealed(file)
    assert sealed
    return sorted(named(sealed))


def test_the_nearest_folder_above_counts_and_is_named(workspace: Workspace) -> None:
    path = rules(
        workspace,
        f"creation_rules:\n  - path_regex: ^work/prod/\n    age: OWN,{OTHER}\n"
        f"  - path_regex: ^elsewhere/\n    age: {FOURTH}\n  - age: [OWN, {THIRD}]\n",
    )
    assert workspace.keys.shared_rules() == path
    assert workspace.keys.recipients.origin == str(path)
    for file in ("a.yaml", "prod/b.yaml"):
        assert seal(workspace, file) == sops_encrypts_for(workspace.root, file)
    assert FOURTH not in workspace.keys.recipients.pinned(), "whom a rule for another folder names is nobody here"


def test_posix_classes_mean_what_they_mean_to_sops(workspace: Workspace) -> None:
    (workspace.root / ".sops.yaml").write_text(
        f"creation_rules:\n  - path_regex: ^[[:alpha:]]+/\n    age: {own(workspace)},{OTHER}\n"
        f"  - age: {own(workspace)}\n"
    )
    assert seal(workspace, "prod/b.yaml") == sorted([own(workspace), OTHER])
    assert seal(workspace, "a.yaml") == [own(workspace)]


def test_merged_groups_mean_what_they_mean_to_sops(workspace: Workspace) -> None:
    rules(
        workspace,
        f"creation_rules:\n  - key_groups:\n      - merge:\n          - merge: [{{age: [OWN]}}]\n"
        f"          - age: [{OTHER}]\n        age: [{THIRD}]\n",
    )
    assert seal(workspace, "a.yaml") == sorted([own(workspace), OTHER, THIRD])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"creation_rules: [{{path_regex: ^elsewhere/, age: {OTHER}}}]\n", "no creation rule is for work/a.yaml"),
        ("creation_rules: [{path_regex: a, encrypted_regex: ^secrets$}]\n", "the creation rule for a names nobody"),
        ("creation_rules: [{path_regex: '(?=a)', age: OWN}]\n", "uses a group that RE2 does not have"),
        ("creation_rules: []\n", "is an empty list"),
        ("creation_rules: [{key_groups: [{merge: [{age: OWN}]}]}]\n", "age of a key group is not a list"),
    ],
)
def test_where_sops_refuses_nothing_is_written(workspace: Workspace, text: str, message: str) -> None:
    path = rules(workspace, text)
    with pytest.raises(InvalidFile) as refused:
        seal(workspace, "a.yaml")
    assert refused.value.message.startswith(f"{path}: ") and message in refused.value.message
    assert refused.value.hint
    assert (workspace.root / "a.yaml").read_text() == PLAIN.format(name="a.yaml")
    assert sops_encrypts_for(workspace.root, "a.yaml") is None


def test_rules_that_appear_above_are_new_after_the_first_use(workspace: Workspace, tmp_path: Path) -> None:
    assert seal(workspace, "a.yaml") == [own(workspace)]
    path = rules(workspace, f"creation_rules: [{{age: 'OWN,{OTHER}'}}]\n")
    with pytest.raises(UnpinnedRecipient, match=f"{path} names somebody who is new .*{OTHER}"):
        seal(opened(tmp_path), "prod/b.yaml")


def test_a_file_that_is_named_counts(workspace: Workspace, tmp_path: Path) -> None:
    rules(workspace, f"creation_rules: [{{age: 'OWN,{THIRD}'}}]\n")
    elsewhere = tmp_path / "rules.yaml"
    elsewhere.write_text(f"creation_rules: [{{path_regex: ^repo/work/, age: '{own(workspace)},{OTHER}'}}]\n")
    found = seal(opened(tmp_path, elsewhere), "a.yaml")
    assert found == sops_encrypts_for(workspace.root, "a.yaml", {"SOPS_CONFIG": str(elsewhere)})
    assert OTHER in found


def test_files_without_a_rule_are_named_and_do_not_hide_the_others(workspace: Workspace, tmp_path: Path) -> None:
    seal(workspace, "prod/b.yaml")
    rules(workspace, f"creation_rules: [{{path_regex: prod/, age: {OTHER}}}]\n")
    rotation = opened(tmp_path).keys.rotation
    assert rotation.strangers() == {own(workspace): ("prod/b.yaml",)}
    assert [*rotation.unruled()] == ["a.yaml"]


def test_rules_in_a_group_are_named_and_not_read(workspace: Workspace) -> None:
    (workspace.root / "prod/.sops.yaml").write_text(f"creation_rules: [{{age: {OTHER}}}]\n")
    assert seal(workspace, "prod/b.yaml") == [own(workspace)]
    assert workspace.keys.rotation.unread_rules() == (workspace.root / "prod/.sops.yaml",)


def test_somebody_is_let_into_what_is_for_the_workspace_alone(workspace: Workspace, tmp_path: Path) -> None:
    text = (
        f"creation_rules:\n  - path_regex: ^elsewhere/\n    age: {FOURTH}\n"
        f"  - path_regex: ^work/prod/\n    age: OWN,{THIRD}\n"
    )
    path = rules(workspace, text)
    assert seal(workspace, "prod/b.yaml") == sorted([own(workspace), THIRD])
    assert [outcome.changed for outcome in opened(tmp_path).keys.rotation.add(OTHER)] == [False, True]
    assert path.read_text() == text.replace("OWN", own(workspace)).replace(THIRD, f"{THIRD},{OTHER}") + (
        "  - path_regex: ^work/\n    encrypted_regex: ^secrets$\n    mac_only_encrypted: true\n    age:\n"
        f"      - {own(workspace)}\n      - {OTHER}\n"
    )
    for file in ("a.yaml", "prod/b.yaml"):
        assert seal(opened(tmp_path), file) == sops_encrypts_for(workspace.root, file)
    assert sops_encrypts_for(workspace.root.parent, "other/x.yaml") is None, "what is elsewhere is as it was"


def test_somebody_is_taken_out_of_what_is_for_the_workspace_alone(workspace: Workspace, tmp_path: Path) -> None:
    text = (
        f"creation_rules:\n  - path_regex: ^elsewhere/\n    age: OWN,{OTHER}\n"
        f"  - path_regex: ^work/\n    age: OWN,{OTHER}\n"
    )
    path = rules(workspace, text)
    seal(workspace, "a.yaml")
    assert [outcome.error for outcome in opened(tmp_path).keys.rotation.remove(OTHER)] == [None, None]
    assert path.read_text().count(OTHER) == 1
    assert sops_encrypts_for(workspace.root.parent, "elsewhere/x.yaml") == sorted([own(workspace), OTHER])
    assert sops_encrypts_for(workspace.root, "a.yaml") == [own(workspace)]


MERGED = (
    "creation_rules:\n  - key_groups:\n      - merge:\n          - age: [{a}]\n          - age:\n"
    "              - {b}\n        pgp: []\n"
)


def test_merged_groups_gain_and_lose_somebody() -> None:
    before = MERGED.format(a=OTHER, b=THIRD)
    with_fourth = pin(before.encode(), ["a.yaml"], FOURTH, [OTHER])
    assert with_fourth.decode() == MERGED.format(a=f"{OTHER}, {FOURTH}", b=THIRD)
    assert unpin(with_fourth, FOURTH).decode() == before
    assert creation_rules(unpin(before.encode(), OTHER))[0].recipients == (THIRD,)


def test_nobody_is_taken_out_of_rules_that_cannot_be_read_whole() -> None:
    text = f"creation_rules:\n  - path_regex: x\n    age: [{OTHER}, '']\n  - age: {OTHER},{THIRD}\n"
    with pytest.raises(InvalidFile, match="empty recipient"):
        unpin(text.encode(), OTHER)
    with pytest.raises(SaveError):
        unpin(f"creation_rules:\n  - age: {OTHER}\n".encode(), OTHER)
