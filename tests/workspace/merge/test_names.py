"""Names of secrets that are still to be given survive a merge."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace


@pytest.mark.parametrize("ours", [True, False])
def test_a_name_that_one_side_declared_is_kept(tmp_path: Path, ours: bool) -> None:
    given = Surroundings(tmp_path / "c", tmp_path / "s", tmp_path / "k", age_keys_file=tmp_path / "keys.txt")
    workspace = Workspace(tmp_path / "work", given)
    workspace.keys.create_identity()
    connection = Connection(name="a", base_url="https://a.example", secrets=("password",))
    file = workspace.editor.save(Draft(connection, typed={"password": Secret("one")})).file
    path = workspace.root / file
    base = path.read_text()
    declared = base.replace("secrets:\n", "secrets:\n  to_give: # why\n")
    declared = declared.replace("base_url: https://a.example", "base_url: https://a.example\ntags: [t]")
    workspace.editor.store_secrets(workspace.catalog.entry(file), {"password": Secret("two"), "more": Secret("x")})
    other = path.read_text()
    path.write_text(declared)
    workspace.editor.store_secrets(workspace.catalog.entry(file), {"third": Secret("y")})
    sides = [path.read_text().encode(), other.encode()]
    merged = workspace.three_way.merge(file, base.encode(), *(sides if ours else sides[::-1]))
    assert merged.clean, merged.findings
    assert b"\n  to_give:" in merged.data
    path.write_bytes(merged.data)
    opened = workspace.secrets.of(workspace.catalog.entry(file))
    assert {name: value.reveal() for name, value in opened.items()} == {
        "password": "two",
        "more": "x",
        "third": "y",
    }
