"""The demo as it is run: what it lends is its own, and nothing of it stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.cli.commands.demo import demonstration
from integrator_tui.cli.environment import Environment
from integrator_tui.model.connection import BasicAuth, Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import Secret


@pytest.mark.parametrize("variables", [{}, {"SOPS_AGE_KEY_FILE": "/no/such/file"}, {"SOPS_AGE_KEY": "/a/path"}])
def test_a_secret_saved_in_the_demo_leaves_no_identity_behind(tmp_path: Path, variables: dict[str, str]) -> None:
    with demonstration(Environment(variables, tmp_path, tmp_path)) as demo:
        workspace = demo.workspace
        assert not workspace.keys.needs_identity()
        made = Connection(name="Mine", base_url="http://127.0.0.1:9", auth=BasicAuth(username="x"))
        draft = Draft(made.model_copy(update={"secrets": ("password",)}), typed={"password": Secret("canary")})
        assert workspace.secrets.of(workspace.editor.save(draft)) == {"password": Secret("canary")}
    assert list(tmp_path.iterdir()) == []
