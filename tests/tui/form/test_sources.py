"""Secrets from elsewhere in the interface: the row of the form, and the question where they may go."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.screens.result import ResultScreen
from integrator_tui.workspace import Workspace
from tests.tui.driver import running

FILE = """\
name: Orders
base_url: http://127.0.0.1:9
auth: {type: raw_bearer_token}
secrets_from: {token: 'env:INTEGRATOR_SECRET_A'}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    root = tmp_path / "work"
    root.mkdir()
    (root / "orders.yaml").write_text(FILE)
    given = Surroundings(
        tmp_path / "c",
        tmp_path / "s",
        tmp_path / "k",
        age_keys_file=tmp_path / "age/keys.txt",
        command_environment={"INTEGRATOR_SECRET_A": "s3cr3t-of-mine"},
    )
    made = Workspace(root, given)
    made.keys.create_identity()
    made.seals.reseal(made.catalog.entry("orders.yaml"))
    return made


async def test_a_test_asks_once_where_a_secret_from_elsewhere_may_go(workspace: Workspace) -> None:
    async with running(workspace) as user:
        await user.select("orders.yaml")
        await user.shows("from env:INTEGRATOR_SECRET_A")
        await user.press("t")
        await user.on(QuestionScreen)
        await user.shows("env:INTEGRATOR_SECRET_A")
        assert "http://127.0.0.1:9" in user.text
        assert "s3cr3t" not in user.text
        await user.press("enter")
        await user.on(ResultScreen)
        await user.shows("locked")
        await user.press("escape")
        await user.on(MainScreen)
        await user.press("t")
        await user.on(QuestionScreen)
        await user.press("tab", "enter")
        await user.on(ResultScreen)
        await user.shows("refused")
        await user.press("escape")
        await user.on(MainScreen)
        await user.press("t")
        await user.on(ResultScreen)
        await user.shows("refused")


async def test_the_form_offers_sources_and_says_what_is_none(workspace: Workspace) -> None:
    async with running(workspace) as user:
        await user.select("orders.yaml")
        await user.press("e")
        form = await user.on(EditScreen)
        await user.go("Secrets From")
        await user.press("tab", "end", "ctrl+u")
        await user.write("env:1")
        await user.press("tab")
        await user.shows("this is no name of a variable")
        await user.press("shift+tab", "end", "ctrl+u")
        await user.write("env:INTEGRATOR_SECRET_B")
        assert form.draft.connection.secrets_from == (("token", "env:INTEGRATOR_SECRET_B"),)
        await user.press("ctrl+s")
        await user.on(MainScreen)
    assert "env:INTEGRATOR_SECRET_B" in (workspace.root / "orders.yaml").read_text()
    (finding,) = workspace.seals.verify("orders.yaml")
    assert "INTEGRATOR_SECRET_B is not set" in finding.message
