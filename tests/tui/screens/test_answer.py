"""The answer of a test, looked at below its stages: the very one that the test got."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.screens.result import ResultScreen
from integrator_tui.workspace import Workspace
from tests.tui.driver import SMALL, running


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    surroundings = Surroundings(
        tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_keys_file=tmp_path / "keys.txt"
    )
    return Workspace(tmp_path / "connections", surroundings)


def save(workspace: Workspace, base_url: str, path: str) -> None:
    workspace.editor.save(Draft(Connection(name="Orders", base_url=base_url, test_path=path)))


async def test_the_body_of_a_test_is_shown_and_nothing_is_sent_for_it(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo.addresses.http, "/gzip")
    async with running(workspace, SMALL) as user:
        await user.press("t")
        await user.on(ResultScreen)
        await user.shows("passed in")
        await user.press("b")
        await user.shows('"status": "ok"')
        await user.press("h")
        await user.shows("content-type: application/json")
        await user.press("escape")
        await user.shows("passed in")
