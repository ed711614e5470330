"""Keys that only sops can use: kept where they are, named where they stand in the way, dropped never."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.errors import InvalidFile, UnpinnedRecipient
from integrator_tui.model.connection import BasicAuth, Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.vault.age.x25519 import X25519Identity
from integrator_tui.workspace import Workspace

FILE = "basic.yaml"
OTHER = X25519Identity.generate().recipient()
PGP = "  pgp:\n  - created_at: '2020-01-02T03:04:05Z'\n    enc: abc\n    fp: FBC7B9E2\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with one file, to which sops added a key of PGP."""
    (tmp_path / "work").mkdir()
    given = Surroundings(tmp_path, tmp_path / "state", tmp_path / "cache", age_keys_file=tmp_path / "keys.txt")
    made = Workspace(tmp_path / "work", given)
    made.keys.create_identity()
    made.editor.save(draft())
    file = made.root / FILE
    file.write_text(file.read_text().replace("  lastmodified:", f"{PGP}  lastmodified:"))
    return made


def draft() -> Draft:
    connection = Connection(
        name="Basic", base_url="https://x.example.com", auth=BasicAuth(username="u"), secrets=("password",)
    )
    return Draft(connection, typed={"password": Secret("stored")})


def own(workspace: Workspace) -> str:
    found = workspace.keys.recipients.own()
    assert found is not None
    return found


def text(workspace: Workspace) -> str:
    return (workspace.root / FILE).read_text()


def test_a_recipient_more_leaves_them(workspace: Workspace) -> None:
    assert [outcome.changed for outcome in workspace.keys.rotation.add(OTHER)] == [True]
    assert OTHER in text(workspace)
    assert PGP in text(workspace)


def test_a_rotation_names_them_and_the_file_and_changes_nothing(workspace: Workspace) -> None:
    before = text(workspace)
    (outcome,) = workspace.keys.rotation.rotate()
    assert (outcome.file, outcome.changed) == (FILE, False)
    assert isinstance(outcome.error, UnpinnedRecipient)
    assert "pgp FBC7B9E2" in outcome.error.message
    assert "sops" in outcome.error.hint
    assert text(workspace) == before


def test_a_removal_names_them_and_says_which_file_is_left(workspace: Workspace) -> None:
    list(workspace.keys.rotation.add(OTHER))
    before = text(workspace)
    assert workspace.keys.rotation.leaving(OTHER) == (FILE,)
    (outcome,) = workspace.keys.rotation.remove(OTHER)
    assert not outcome.changed
    assert outcome.error is not None
    assert "pgp FBC7B9E2" in outcome.error.message
    assert text(workspace) == before


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("pgp: FBC7B9E2", "pgp"),
        ("kms: arn:aws:kms:eu:1:key/2", "kms"),
        ("gcp_kms: projects/p/key", "gcp_kms"),
        ("azure_keyvault: https://v.example/k/1", "azure_keyvault"),
        ("hc_vault_transit_uri: https://v.example/v1/transit/keys/k", "hc_vault_transit_uri"),
        ("key_groups: [{pgp: [FBC7B9E2], age: [AGE]}]", "pgp"),
        ("key_groups: [{kms: [{arn: x}]}]", "kms"),
        ("key_groups: [{hc_vault: [x]}]", "hc_vault"),
    ],
)
def test_a_first_secret_under_a_rule_that_names_them_is_refused(workspace: Workspace, rule: str, kind: str) -> None:
    line = rule.replace("AGE", own(workspace))
    (workspace.root / ".sops.yaml").write_text(f"creation_rules:\n  - {line}\n")
    with pytest.raises(InvalidFile, match=f"names {kind}, and only age recipients are written here") as refused:
        workspace.editor.save(Draft(draft().connection.model_copy(update={"name": "New"}), typed=draft().typed))
    assert "sops" in refused.value.hint
    assert workspace.catalog.files() == (FILE,)


def test_without_a_secret_such_a_rule_is_in_nobodys_way(workspace: Workspace) -> None:
    (workspace.root / ".sops.yaml").write_text("creation_rules:\n  - pgp: FBC7B9E2\n")
    saved = workspace.editor.save(Draft(Connection(name="Plain", base_url="https://x.example.com")))
    assert saved.state == "ok"
