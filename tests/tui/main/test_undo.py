"""Undo last change in the interface: what it asks, what it says, what stands in the list afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.workspace import Workspace
from tests.tui.driver import running


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    given = Surroundings(
        tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_keys_file=tmp_path / "keys.txt"
    )
    return Workspace(tmp_path / "connections", given)


def saved(workspace: Workspace) -> Path:
    connection = Connection(name="Orders", base_url="https://orders.example.com")
    return workspace.root / workspace.editor.save(Draft(connection)).file


async def test_what_removes_a_file_is_asked_about(workspace: Workspace) -> None:
    path = saved(workspace)
    async with running(workspace) as user:
        await user.press("u")
        await user.on(QuestionScreen)
        await user.press("enter")
        await user.on(MainScreen)
        assert path.exists()
        await user.palette("Undo last change")
        await user.on(QuestionScreen)
        await user.press("tab", "enter")
        await user.shows("No connections yet")
        assert not path.exists()


async def test_a_save_is_taken_back_and_said(workspace: Workspace) -> None:
    path = saved(workspace)
    before = path.read_bytes()
    workspace.editor.rename(workspace.catalog.entry(path.name), "Purchases")
    async with running(workspace) as user:
        await user.shows("Purchases")
        await user.press("u")
        await user.until(lambda: "took back the rename of Purchases" in user.notices, "the notice")
        assert path.read_bytes() == before
        await user.until(lambda: user.sidebar_row("Orders"), "the row as before")
