"""Earlier results on the screen: looked at, compared, pinned, removed, and what is in the way."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.screens.history.compared import HistoryCompareScreen
from integrator_tui.tui.screens.history.opened import HistoryResultScreen
from integrator_tui.tui.screens.history.screen import HistoryScreen
from integrator_tui.tui.screens.result import ResultScreen
from integrator_tui.workspace import Workspace
from tests.history.entries import entry
from tests.tui import samples
from tests.tui.driver import LARGE, SMALL, Driver, running

FOLDER = "state/history"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    surroundings = Surroundings(tmp_path / "config", tmp_path / "state", tmp_path / "cache")
    return Workspace(tmp_path / "connections", surroundings)


def save(workspace: Workspace, demo: ThreadedDemoServer, path: str = "/basic/none") -> None:
    found = next((e for e in workspace.catalog.entries() if e.file == "orders.yaml"), None)
    draft = Draft(Connection(name="Orders", base_url=demo.addresses.http, test_path=path))
    if found is not None and found.connection is not None:
        draft = Draft(draft.connection, found.file, found.revision)
    workspace.editor.save(draft)


async def try_it(user: Driver) -> None:
    await user.press("t")
    await user.on(ResultScreen)
    await user.shows("Test again")
    await user.until(lambda: isinstance(user.app.screen, ResultScreen) and user.app.screen._finished, "the end")
    await user.press("escape")


async def history(user: Driver) -> HistoryScreen:
    await user.press("H")
    return await user.on(HistoryScreen)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
async def test_results_are_shown_opened_and_compared(
    workspace: Workspace, demo: ThreadedDemoServer, size: tuple[int, int]
) -> None:
    save(workspace, demo, "/status/200")
    async with running(workspace, size) as user:
        await try_it(user)
        save(workspace, demo, "/status/503")
        await try_it(user)
        await history(user)
        await user.shows("2 results")
        await user.shows("since then changed: status, file")
        assert user.row(" results ✓").split()[1] == "✓✗"
        assert "1 of 2 passed" in user.row(" results ✓")
        first, second = (line for line in user.lines if "  test " in line)
        assert "✗" in first and "server_error" in first and "✓" in second and "200" in second
        await user.press("enter")
        await user.on(HistoryResultScreen)
        await user.shows("server_error at respond")
        await user.shows("/status/503")
        assert "hint" in user.text and "failed" in user.lines[0]
        await user.press("b")
        await user.shows('"status": 503')
        await user.press("escape", "escape")
        await user.on(HistoryScreen)
        await user.press("D")
        await user.on(HistoryCompareScreen)
        assert user.row("≠ outcome").index("✓ passed") < user.row("≠ outcome").index("✗ failed")
        await user.press("G")
        await user.shows("≠   status")
        await user.press("q", "j", "D")
        assert "Space marks one" in user.notices
        await user.press("escape")
        await user.on(MainScreen)


async def test_a_failed_test_says_when_it_worked_last(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    save(workspace, demo, "/status/200")
    async with running(workspace) as user:
        await try_it(user)
        save(workspace, demo, "/status/404")
        await user.press("t")
        await user.shows("worked last: ")
        await user.shows("since then changed: status, file")
        await history(user)
        await user.press("t")
        await user.on(ResultScreen)
        await user.until(lambda: len(workspace.history.entries("orders.yaml")) == 3, "the third result")


async def test_a_test_from_here_comes_back_here(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    save(workspace, demo, "/status/200")
    async with running(workspace) as user:
        await history(user)
        await user.shows("No results yet")
        await user.press("p")
        assert "no result here" in user.notices
        await try_it(user)
        await user.on(HistoryScreen)
        await user.shows("1 result")


async def test_a_result_that_could_not_be_kept_is_told_and_no_silent_absence(
    workspace: Workspace, demo: ThreadedDemoServer, tmp_path: Path
) -> None:
    save(workspace, demo, "/status/200")
    in_the_way = tmp_path / FOLDER / "new.ndjson"
    in_the_way.mkdir(parents=True)
    async with running(workspace) as user:
        await try_it(user)
        await history(user)
        await user.shows("what was tested last is not kept: is a directory")
        assert "leaves one here" not in user.text
        in_the_way.rmdir()
        await try_it(user)
        await user.on(HistoryScreen)
        await user.shows("1 result")
        assert "not kept" not in user.text


async def test_an_answer_is_pinned_where_the_user_says_so(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    save(workspace, demo, "/status/200")
    async with running(workspace) as user:
        await try_it(user)
        await history(user)
        await user.shows("1 result")
        await user.press("p")
        await user.on(QuestionScreen)
        await user.press("tab", "enter")
        await user.shows("⊙")
        assert "its answer with it" in user.notices
        await user.press("enter", "b")
        await user.on(HistoryResultScreen)
        await user.shows("Body ·")
        await user.shows('"status"')
        await user.press("escape", "escape")
        await user.on(HistoryScreen)
        (kept,) = workspace.history.entries("orders.yaml")
        headers, body = workspace.history.pinned_answer(kept)
        assert kept.pinned and headers and json.loads(body or "")["status"] == 200
        await user.press("p")
        await user.on(QuestionScreen)
        await user.shows("cannot be brought back")
        await user.press("tab", "enter")
        await user.until(lambda: "⊙" not in user.text, "no pin")
        (kept,) = workspace.history.entries("orders.yaml")
        assert workspace.history.pinned_answer(kept) == ([], None)


async def test_an_answer_that_is_not_held_any_more_is_not_pinned(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    save(workspace, demo)
    add(workspace, [entry()._replace(started_at=datetime.now(UTC) - timedelta(days=1))])
    async with running(workspace) as user:
        await history(user)
        await user.shows("1 result")
        await user.press("p")
        await user.shows("⊙")
        assert "kept without one" in user.notices


def add(workspace: Workspace, entries: Sequence[object]) -> None:
    workspace.history._opened().add(entries)  # type: ignore[arg-type]


async def test_rows_are_filtered_copied_saved_and_removed(
    workspace: Workspace, demo: ThreadedDemoServer, tmp_path: Path
) -> None:
    save(workspace, demo)
    begun = datetime.now(UTC) - timedelta(hours=1)
    add(
        workspace,
        [
            entry(
                n, failed=n == 1, kind="run" if n == 2 else "check", operation="Open orders" if n == 2 else None
            )._replace(started_at=begun + timedelta(minutes=n))
            for n in range(3)
        ],
    )
    async with running(workspace) as user:
        await history(user)
        await user.shows("3 results")
        await user.press("slash")
        await user.write("server_error")
        await user.shows("1 of 3")
        await user.press("enter", "y")
        assert "server_error" in user.app.clipboard and "hint: look at the server's log" in user.app.clipboard
        place = tmp_path / "results.json"
        await user.press("S", "ctrl+a", "ctrl+k")
        await user.write(str(place))
        await user.press("enter")
        await user.until(lambda: "bytes saved" in user.notices, "the file")
        assert [found["failure"]["kind"] for found in json.loads(place.read_text())] == ["server_error"]
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
        await user.press("x")
        await user.on(QuestionScreen)
        await user.press("escape", "x", "tab", "enter")
        await user.shows("0 of 2")
        await user.shows("Nothing holds these words")
        await user.press("escape")
        await user.shows("2 results")
        assert "Open orders" in user.text
    assert [kept.kind for kept in workspace.history.entries("orders.yaml")] == ["run", "check"]


async def test_what_is_in_the_way_is_said_and_the_keys_go_on(
    workspace: Workspace, demo: ThreadedDemoServer, tmp_path: Path
) -> None:
    save(workspace, demo, "/status/200")
    async with running(workspace) as user:
        await try_it(user)
        workspace.history.entries()
        database = tmp_path / FOLDER / "history.db"
        held = sqlite3.connect(database)
        held.execute("BEGIN EXCLUSIVE")
        await history(user)
        await user.shows("in use by another program")
        await user.shows("try again in a moment")
        held.close()
        await user.press("ctrl+r")
        await user.shows("1 result")
        database.write_bytes(b"no database" * 1000)
        await user.press("ctrl+r")
        # It goes by itself after a while.
        await user.until(lambda: "the history was damaged" in user.notices, "the notice")
        await user.shows("No results yet")
        await try_it(user)
        await user.on(HistoryScreen)
        await user.shows("1 result")


async def test_a_history_that_is_switched_off_says_so(
    workspace: Workspace, demo: ThreadedDemoServer, tmp_path: Path
) -> None:
    save(workspace, demo)
    (tmp_path / "config").mkdir(exist_ok=True)
    (tmp_path / "config/settings.yaml").write_text("history: false\n")
    async with running(workspace) as user:
        await history(user)
        await user.shows("the history is switched off")
        await user.press("x", "D", "escape")
        await user.on(MainScreen)


async def test_a_long_history_scrolls_by_every_motion() -> None:
    workspace = samples.workspace()
    workspace.kept.past = tuple(entry(n, id=n) for n in range(2500, 0, -1))
    async with running(workspace, SMALL) as user:
        screen = await history(user)
        await user.shows("1,000 and more results")
        await user.press("G")
        await user.shows("2,500 results")
        await user.press("g")
        for keys, at in ((("G",), 1), (("g", "j", "j", "k"), 2499), (("end", "up"), 2), (("home",), 2500)):
            await user.press(*keys)
            assert screen.list.current is not None and screen.list.current.id == at
        await user.press("ctrl+d", "pagedown", "ctrl+u", "pageup")
        assert screen.list.current is not None and screen.list.current.id == 2500
        await user.press("slash", *"no such")
        await user.shows("0 of 2,500")
