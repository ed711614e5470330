"""What was read elsewhere is saved whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.errors import SaveError
from integrator_tui.model.entry import Draft
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace

TWO = "curl https://a.example/x\ncurl https://b.example/y"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    folders = (tmp_path / "config", tmp_path / "state", tmp_path / "cache")
    return Workspace(tmp_path / "connections", Surroundings(*folders, age_keys_file=tmp_path / "keys.txt"))


def test_what_is_saved_is_what_was_read(workspace: Workspace) -> None:
    prepared = workspace.imports.prepared(workspace.imports.curl(TWO), "dev/eu")
    workspace.imports.save(prepared)
    entries = workspace.catalog.entries()
    assert [entry.file for entry in entries] == ["dev/eu/a-example.yaml", "dev/eu/b-example.yaml"]
    assert [entry.connection for entry in entries] == [draft.connection for draft in prepared.drafts]


@pytest.mark.parametrize("error", [SaveError("the disk is full"), KeyboardInterrupt()])
def test_where_one_cannot_be_written_none_stays(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    put = workspace.editor.put

    def failing(draft: Draft, *, seal: bool = True, leave_broken: bool = False) -> None:
        if draft.connection.name == "b.example":
            raise error
        put(draft, seal=seal, leave_broken=leave_broken)

    monkeypatch.setattr(workspace.editor, "put", failing)
    prepared = workspace.imports.prepared(workspace.imports.curl(TWO))
    with pytest.raises(type(error)):
        workspace.imports.save(prepared)
    assert [*workspace.root.glob("*.yaml")] == []


def test_names_whose_files_would_be_the_same_have_files_of_their_own(workspace: Workspace) -> None:
    imported = workspace.imports.curl("curl https://a-b.example/x\ncurl https://a.b.example/x")
    files = [draft.file for draft in workspace.imports.prepared(imported).drafts]
    assert files == ["a-b-example.yaml", "a-b-example-2.yaml"]


def test_what_is_shown_of_a_draft_holds_no_value(workspace: Workspace) -> None:
    imported = workspace.imports.curl("curl -u me:hunter2 https://a.example/x")
    (draft,) = workspace.imports.prepared(imported).drafts
    shown = workspace.imports.shown(draft)
    assert "hunter2" not in shown
    assert "•••" in shown
