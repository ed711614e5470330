"""The workspace: what saving, copying, renaming and deleting leave on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from integrator_tui.errors import ChangedOnDisk, NoIdentity, NotFound, SaveError, SealBroken, UsageError
from integrator_tui.model.connection import BasicAuth, Connection
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.sealed import SealedFile
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.store.yamltext.document import Document
from integrator_tui.workspace import Workspace
from integrator_tui.workspace.catalog import loader
from integrator_tui.workspace.catalog.bases import Bases
from integrator_tui.workspace.catalog.catalog import SOUGHT


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    home = tmp_path / "home"
    surroundings = Surroundings(home / "config", home / "state", home / "cache", age_keys_file=home / "keys.txt")
    return Workspace(tmp_path / "work", surroundings)


def draft(name: str = "Orders", **more: object) -> Draft:
    connection = Connection(name=name, base_url="https://orders.example.com", **more)
    return Draft(connection)


def secret_draft(name: str = "Orders") -> Draft:
    connection = draft(name, auth=BasicAuth(username="svc"), secrets=("password",)).connection
    return Draft(connection, typed={"password": Secret("hunter2-hunter2")})


def test_a_first_save_makes_the_folder_for_the_owner_alone(workspace: Workspace) -> None:
    entry = workspace.editor.save(draft("Orders API"))
    assert entry.file == "orders-api.yaml"
    assert workspace.root.stat().st_mode & 0o777 == 0o700
    assert (workspace.root / entry.file).stat().st_mode & 0o777 == 0o600
    assert entry.connection == draft("Orders API").connection


def test_names_that_make_the_same_file_name_get_files_of_their_own(workspace: Workspace) -> None:
    assert [workspace.editor.save(draft(name)).file for name in ("Orders", "orders!", "ORDERS")] == [
        "orders.yaml",
        "orders-2.yaml",
        "orders-3.yaml",
    ]


def test_a_file_that_changed_meanwhile_is_not_overwritten(workspace: Workspace) -> None:
    entry = workspace.editor.save(draft())
    path = workspace.root / entry.file
    theirs = path.read_text() + "# theirs\n"
    path.write_text(theirs)
    assert entry.connection is not None
    mine = Draft(entry.connection.model_copy(update={"test_path": "/mine"}), entry.file, entry.revision)
    with pytest.raises(ChangedOnDisk):
        workspace.editor.save(mine)
    assert path.read_text() == theirs
    workspace.editor.save(mine, overwrite=True)
    assert path.read_text().endswith("test_path: /mine\n# theirs\n")
    with pytest.raises(ChangedOnDisk):
        workspace.editor.delete(entry)


def test_a_file_that_was_removed_meanwhile_comes_back_only_where_that_is_meant(workspace: Workspace) -> None:
    workspace.keys.create_identity()
    entry = workspace.editor.save(secret_draft())
    path = workspace.root / entry.file
    path.unlink()
    assert entry.connection is not None
    mine = Draft(entry.connection, entry.file, entry.revision)
    with pytest.raises(ChangedOnDisk, match="was removed"):
        workspace.editor.save(mine)
    with pytest.raises(SaveError, match="with it the secrets password"):
        workspace.editor.save(mine, overwrite=True)
    assert not path.exists()
    again = workspace.editor.save(replace(mine, typed={"password": Secret("hunter3-hunter3")}), overwrite=True)
    assert again.file == entry.file
    assert workspace.secrets.of(again) == {"password": Secret("hunter3-hunter3")}


def test_a_secret_needs_an_identity_and_nothing_is_written_without_one(workspace: Workspace) -> None:
    assert workspace.keys.needs_identity()
    with pytest.raises(NoIdentity):
        workspace.editor.save(secret_draft())
    assert workspace.catalog.entries() == ()
    workspace.keys.create_identity()
    assert not workspace.keys.needs_identity()
    entry = workspace.editor.save(secret_draft())
    assert "hunter2" not in (workspace.root / entry.file).read_text()
    assert workspace.secrets.of(entry) == {"password": Secret("hunter2-hunter2")}


def test_a_copy_has_its_own_secrets_and_stands_beside_the_original(workspace: Workspace) -> None:
    workspace.keys.create_identity()
    original = workspace.editor.save(secret_draft())
    folder = workspace.root / "prod"
    folder.mkdir()
    (workspace.root / original.file).rename(folder / "orders.yaml")
    copy = workspace.editor.save(workspace.editor.duplicate(workspace.catalog.entry("prod/orders.yaml")))
    assert (copy.file, copy.name) == ("prod/orders-copy.yaml", "Orders copy")
    assert workspace.secrets.of(copy) == {"password": Secret("hunter2-hunter2")}


def test_renaming_and_describing_need_no_key(workspace: Workspace) -> None:
    workspace.keys.create_identity()
    entry = workspace.editor.save(secret_draft())
    elsewhere = workspace.root.parent / "other"
    keyless = Workspace(workspace.root, Surroundings(elsewhere, elsewhere, elsewhere))
    renamed = keyless.editor.rename(keyless.catalog.entry(entry.file), "Purchases")
    assert renamed.name == "Purchases"
    assert workspace.seals.verify(entry.file) == ()


def test_saving_never_seals_a_broken_seal_by_the_way(workspace: Workspace) -> None:
    workspace.keys.create_identity()
    entry = workspace.editor.save(secret_draft())
    path = workspace.root / entry.file
    changed = path.read_text().replace("https://orders.example.com", "https://evil.example.com")
    path.write_text(changed)
    entry = workspace.catalog.entry(entry.file)
    assert entry.connection is not None
    mine = Draft(entry.connection.model_copy(update={"test_path": "/mine"}), entry.file, entry.revision)
    with pytest.raises(SealBroken):
        workspace.editor.save(mine)
    assert path.read_text() == changed


def test_finding_by_name_by_file_and_not_at_all(workspace: Workspace) -> None:
    workspace.editor.save(draft("Orders"))
    assert workspace.catalog.find("Orders").file == workspace.catalog.find("orders.yaml").file == "orders.yaml"
    with pytest.raises(NotFound):
        workspace.catalog.find("Nobody")
    (workspace.root / "twin.yaml").write_text("name: Orders\nbase_url: https://b.example\n")
    with pytest.raises(UsageError, match="2 connections are named Orders"):
        workspace.catalog.find("Orders")
    assert [entry.state for entry in workspace.catalog.entries()] == ["problem", "problem"]


def test_finding_many_parses_only_what_may_be_meant(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Orders", "Billing", "Stock"):
        workspace.editor.save(draft(name))
    (workspace.root / "torn.yaml").write_text("name: [Torn\n")
    parsed: list[str] = []
    load = loader.load

    def recorded(
        file: str, path: str, opened: Callable[[Document], Document], bases: Bases
    ) -> tuple[Entry, SealedFile | None]:
        parsed.append(file)
        return load(file, path, opened, bases)

    monkeypatch.setattr(loader, "load", recorded)
    again = Workspace(workspace.root, Surroundings(tmp_path / "config", tmp_path / "state", tmp_path / "cache"))
    assert [entry.file for entry in again.catalog.find_all(["Stock", "./orders.yaml", "torn", "Stock"])] == [
        "stock.yaml",
        "orders.yaml",
        "torn.yaml",
        "stock.yaml",
    ]
    assert parsed == ["orders.yaml", "stock.yaml", "torn.yaml"]
    assert again.catalog.find_all([]) == ()


def test_finding_very_many_looks_for_none_of_them_in_a_file(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.editor.save(draft("Orders"))
    monkeypatch.setattr(loader, "may_hold", None)
    names = ["Orders", *(f"other-{number}" for number in range(SOUGHT))]
    with pytest.raises(NotFound, match="other-0"):
        workspace.catalog.find_all(names)
    with pytest.raises(TypeError):
        workspace.catalog.find_all(names[:SOUGHT])


def test_finding_by_tag_parses_only_what_may_carry_it(workspace: Workspace) -> None:
    workspace.editor.save(draft("Orders", tags=("prod", "on call")))
    workspace.editor.save(draft("Billing of prod", tags=("test",)))
    workspace.editor.save(draft("Stock", tags=("on call",)))
    assert [entry.file for entry in workspace.catalog.tagged(["prod"])] == ["orders.yaml"]
    assert [entry.name for entry in workspace.catalog.tagged(["on call", "test"])] == [
        "Billing of prod",
        "Orders",
        "Stock",
    ]
    assert workspace.catalog.tagged(["call"]) == ()


def test_a_broken_file_is_an_entry(workspace: Workspace) -> None:
    workspace.editor.save(draft())
    (workspace.root / "broken.yaml").write_text("name: [\n")
    (workspace.root / "loop.yaml").symlink_to("loop.yaml")
    states = {entry.file: entry.state for entry in workspace.catalog.entries()}
    assert states == {"broken.yaml": "problem", "loop.yaml": "problem", "orders.yaml": "ok"}
    assert {entry.file for entry in workspace.catalog.summaries()} == set(states)


def test_the_theme_is_remembered_beside_other_settings(workspace: Workspace, tmp_path: Path) -> None:
    assert workspace.settings.theme() is None
    workspace.settings.remember_theme("light")
    settings = tmp_path / "home/config/settings.yaml"
    settings.write_text("# mine\ntheme: light  # bright\n")
    workspace.settings.remember_theme("dark")
    assert settings.read_text() == "# mine\ntheme: dark  # bright\n"
    assert workspace.settings.theme() == "dark"
