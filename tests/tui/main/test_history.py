"""What the interface keeps of its tests, and what it says of a damaged history and of mistakes in the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.screens.result import ResultScreen
from integrator_tui.workspace import Workspace
from tests.tui import samples
from tests.tui.driver import SMALL, running


@pytest.fixture
def workspace(tmp_path: Path, demo: ThreadedDemoServer) -> Workspace:
    folders = Surroundings(tmp_path / "config", tmp_path / "state", tmp_path / "cache")
    workspace = Workspace(tmp_path / "connections", folders)
    workspace.root.mkdir()
    text = f"name: Orders\nbase_url: {demo.addresses.http}\ntest_path: /status/{{{{Code}}}}\n"
    (workspace.root / "orders.yaml").write_text(text)
    return workspace


async def test_a_test_is_kept_without_what_was_typed(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    async with running(workspace, SMALL) as user:
        await user.press("t")
        await user.on(PromptScreen)
        await user.write("503")
        await user.press("enter")
        await user.on(ResultScreen)
        await user.shows("hint")
        await user.press("escape")
        await user.on(MainScreen)
        await user.press("r")
        await user.on(PromptScreen)
        await user.write("Orders API")
        await user.press("enter")
        await user.shows("Orders API")
        await user.until(
            lambda: bool(workspace.history.entries(name="Orders API")), "the result under its new name"
        )
    (kept,) = workspace.history.entries("orders.yaml")
    assert (kept.outcome, kept.operation, kept.failure and kept.failure.kind) == ("failed", None, "server_error")
    assert kept.address == f"{demo.addresses.http}/status/{{{{Code}}}}"
    assert workspace.history.entries(name="Orders") == ()


async def test_a_damaged_history_is_said() -> None:
    workspace = samples.workspace()
    workspace.kept.told = "the history was damaged; it was set aside as x"
    async with running(workspace, SMALL) as user:
        await user.until(lambda: "the history was damaged" in user.notices, "the notice")


async def test_an_unknown_key_of_the_settings_is_said(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/settings.yaml").write_text("histroy: false\n")
    async with running(workspace, SMALL) as user:
        await user.until(lambda: "unknown key histroy" in user.notices, "the notice")


async def test_the_result_of_an_earlier_session_stands_in_the_detail_as_in_its_row(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    (workspace.root / "orders.yaml").write_text(
        f"name: Orders\nbase_url: {demo.addresses.http}\ntest_path: /health\n"
    )
    (workspace.root / "refused.yaml").write_text(
        f"name: Refused\nbase_url: {demo.addresses.http}\ntest_path: /status/503\n"
    )
    async with running(workspace, SMALL) as user:
        await user.press("T")
        await user.until(lambda: "2 tested" in user.notices, "the results")
    workspace.history.flush()
    async with running(workspace, SMALL) as user:
        await user.select("orders.yaml")
        await user.shows("Last test       ✓ passed in")
        await user.select("refused.yaml")
        await user.shows("Last test       ✗ failed at respond (")
        text = (workspace.root / "refused.yaml").read_text()
        (workspace.root / "refused.yaml").write_text(f"{text}description: another\n")
        await user.press("ctrl+r")
        await user.shows("another")
        assert "Last test" not in user.text, "that was another version"
