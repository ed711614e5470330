"""From a failure to its fix: the form at the hinted field, the editor at the line, report and link copied."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.app import IntegratorApp
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.screens.result import ResultScreen
from integrator_tui.workspace import Workspace
from tests.tui.driver import SMALL, Driver, running

LINK = "https://docs.example.com/orders"


@contextmanager
def _lent(app: IntegratorApp) -> Iterator[None]:
    yield


@pytest.fixture
def workspace(tmp_path: Path, demo: ThreadedDemoServer) -> Workspace:
    folders = (tmp_path / "config", tmp_path / "state", tmp_path / "cache")
    workspace = Workspace(tmp_path / "connections", Surroundings(*folders, editor=str(tmp_path / "vi")))
    connection = Connection(
        name="Orders", base_url=demo.addresses.http, test_path="/status/403", documentation_link=LINK
    )
    workspace.editor.save(Draft(connection))
    return workspace


async def tried(user: Driver) -> None:
    await user.press("t")
    await user.on(ResultScreen)
    await user.shows("forbidden")


def edits(tmp_path: Path, does: str) -> None:
    """Have the editor note its arguments, and do something with the file."""
    program = tmp_path / "vi"
    noted = f"pathlib.Path({str(tmp_path / 'args')!r}).write_text('\\n'.join(args))"
    program.write_text(f"#!{sys.executable}\nimport sys, pathlib\nargs = sys.argv[1:]\n{noted}\n{does}\n")
    program.chmod(0o700)


async def test_e_opens_the_form_at_the_hinted_field(workspace: Workspace) -> None:
    async with running(workspace, SMALL) as user:
        await tried(user)
        assert "Edit: go to Test Path" in user.row("key e")
        await user.press("e")
        await user.on(EditScreen)
        assert user.focused_label == "Test Path"
        # From the form, too.
        await user.press("f5")
        await user.on(ResultScreen)
        await user.shows("forbidden")
        await user.press("e")
        await user.on(EditScreen)
        assert user.focused_label == "Test Path"


async def test_o_opens_the_file_at_the_line_and_it_is_read_again(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(IntegratorApp, "suspend", _lent)
    (entry,) = workspace.catalog.entries()
    path = workspace.root / entry.file
    async with running(workspace, SMALL) as user:
        await tried(user)
        edits(tmp_path, "p = pathlib.Path(args[-1]); p.write_text(p.read_text().replace('/status/403', '/health'))")
        await user.press("o")
        await user.until(lambda: "read again" in user.notices, "a word that it was read")
        line = 1 + path.read_text().splitlines().index("test_path: /health")
        assert (tmp_path / "args").read_text().split("\n") == [f"+{line}", str(path)]
        await user.press("t")
        await user.shows("passed in")
        await user.press("escape")
        await user.on(MainScreen)
        await user.shows("/health")


async def test_an_editor_that_fails_and_a_file_with_mistakes_are_told(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(workspace, SMALL) as user:
        await tried(user)
        await user.press("o")
        await user.until(lambda: "cannot be lent" in user.notices, "a terminal that cannot be lent")
        monkeypatch.setattr(IntegratorApp, "suspend", _lent)
        await user.press("o")
        await user.until(lambda: "vi cannot be started" in user.notices, "an editor that is none")
        edits(tmp_path, "sys.exit(3)")
        await user.press("o")
        await user.until(lambda: "exit code 3" in user.notices, "an editor that failed")
        edits(tmp_path, "pathlib.Path(args[-1]).write_text('name: Orders\\nbase_ur: x\\n')")
        await user.press("o")
        await user.until(lambda: "unknown key base_ur" in user.notices, "the mistake")
        await user.on(ResultScreen)


async def test_the_report_is_copied_and_saved_and_the_link_is_copied(workspace: Workspace, tmp_path: Path) -> None:
    async with running(workspace, SMALL) as user:
        await user.palette("Copy link")
        await user.until(lambda: user.app.clipboard == LINK, "the link")
        assert LINK in user.notices
        await tried(user)
        await user.press("b")
        await user.palette("Copy report")
        await user.until(lambda: "forbidden" in user.app.clipboard, "the report")
        assert f"GET {workspace.catalog.entries()[0].base_url}/status/403" in user.app.clipboard
        await user.palette("Save report")
        await user.shows("Save to")
        await user.press("end", "ctrl+u", *str(tmp_path / "report.txt"), "enter")
        await user.until(lambda: "saved to" in user.notices, "the report's file")
    saved = tmp_path / "report.txt"
    assert "hint" in saved.read_text() and stat.S_IMODE(os.stat(saved).st_mode) == 0o600
