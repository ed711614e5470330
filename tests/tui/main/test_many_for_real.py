"""Tests of many against a real server and real files: what is sent, kept and seen again at the next start."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.connection import BasicAuth, Connection, OAuth2Auth
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.screens.history.opened import HistoryResultScreen
from integrator_tui.tui.screens.history.screen import HistoryScreen
from integrator_tui.workspace import Workspace
from integrator_tui.workspace.batch.run import WORTH_IT
from integrator_tui.workspace.fleet.check_helper import CheckHelper
from tests.tui.driver import LARGE, running
from tests.waiting import ended


@pytest.fixture
def workspace(tmp_path: Path, demo: ThreadedDemoServer, room: Room) -> Workspace:
    """One that passes with a stored secret, one that asks for a parameter, one that nobody answers."""
    folders = Surroundings(
        tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_keys_file=tmp_path / "keys.txt"
    )
    made = Workspace(tmp_path / "connections", folders)
    made.keys.create_identity()
    base = f"{demo.addresses.http}{room.prefix}"
    basic = Connection(
        name="Basic",
        base_url=base,
        test_path="/basic/health",
        auth=BasicAuth(username="demo"),
        secrets=("password",),
    )
    made.editor.save(Draft(basic, typed={"password": Secret("demo-password")}))
    for name, url, path in (("Asks", base, "/status/{{Code}}"), ("Nobody", "http://127.0.0.1:9", "/")):
        made.editor.save(Draft(Connection(name=name, base_url=url, test_path=path)))
    (made.root / "table.yaml").write_text("name: Table\ntype: postgres\nhost: db.example.com\n")
    return made


async def test_all_are_tested_with_their_secrets_and_known_at_the_next_start(
    workspace: Workspace, room: Room
) -> None:
    async with running(workspace, LARGE) as user:
        await user.press("T")
        await user.until(lambda: "3 tested: 1 passed, 1 failed, 1 could not be tried." in user.notices, "the end")
        assert "✓" in user.sidebar_row("Basic") and "✗ connect" in user.sidebar_row("Nobody")
        assert "! parameter" in user.sidebar_row("Asks") and "×" in user.sidebar_row("Table")
        asked = room.stats()["requests"]
        await user.select("asks.yaml")
        await user.press("t")
        await user.on(PromptScreen)
        await user.write("200\n")
        await user.shows("passed in")
        await user.press("escape")
        await user.on(MainScreen)
        await user.press("T")
        await user.until(lambda: "3 tested: 2 passed" in user.notices, "the parameter to be used")
    assert asked == 1 and room.stats()["requests"] == 4
    again = Workspace(workspace.root, workspace._surroundings)
    async with running(again, LARGE) as user:
        await user.until(lambda: "✓" in user.sidebar_row("Basic"), "what the history says")
        await user.press("slash", *"is:failed")
        assert "1 of 4" in user.lines[0] and user.sidebar_row("Nobody")
        await user.press("escape", "V")
        nobody = user.row("Nobody").split()
        assert "never" in nobody and "connect" in nobody


async def test_leaving_while_tests_run_closes_their_sockets(
    tmp_path: Path, demo: ThreadedDemoServer, room: Room
) -> None:
    root = tmp_path / "connections"
    root.mkdir()
    for number in range(5):
        text = f"name: Slow {number}\nbase_url: {demo.addresses.http}{room.prefix}\ntest_path: /silent\n"
        (root / f"{number}.yaml").write_text(text)
    workspace = Workspace(root, Surroundings(tmp_path / "config", tmp_path / "state", tmp_path / "cache"))
    async with running(workspace, LARGE) as user:
        await user.press("T")
        await user.until(lambda: room.counts.connections_open == 5, "five sockets")
        await user.press("escape")
        await user.until(lambda: room.counts.connections_open == 0, "the server to see them closed")
        assert "·" in user.sidebar_row("Slow 0")


async def test_a_second_process_is_there_while_it_is_wanted(
    tmp_path: Path, demo: ThreadedDemoServer, room: Room
) -> None:
    root = tmp_path / "connections"
    root.mkdir()

    def write(path: str) -> None:
        for number in range(WORTH_IT):
            text = f"name: Check {number}\nbase_url: {demo.addresses.http}{room.prefix}\ntest_path: {path}\n"
            (root / f"{number:04d}.yaml").write_text(text)

    write("/silent")
    given = Surroundings(tmp_path / "config", tmp_path / "state", tmp_path / "cache", cores=2)
    workspace = Workspace(root, given)
    async with running(workspace, LARGE) as user:

        async def asked() -> CheckHelper:
            await user.press("T")
            await user.on(QuestionScreen)
            helper = workspace.many._helper
            assert helper is not None
            await user.until(lambda: helper.is_ready, "a second process")
            return helper

        helper = await asked()
        await user.press("escape")
        await user.on(MainScreen)
        await user.until(lambda: helper._work.done(), "its end")
        assert ended(helper.process or 0)
        helper = await asked()
        await user.press("tab", "enter")
        await user.until(lambda: room.counts.connections_open == 25, "the sockets of both")
        assert helper.asked > 0
        await user.press("escape")
        await user.until(lambda: room.counts.connections_open == 0, "the server to see them closed")
        await user.until(lambda: helper._work.done(), "its end")
        assert ended(helper.process or 0)
        write("/health")
        await user.press("ctrl+r")
        helper = await asked()
        await user.press("tab", "enter")
        await user.until(lambda: "200 tested: 200 passed" in user.notices, "the end")
        assert ended(helper.process or 0)
        files = [entry.file for entry in workspace.catalog.listed()]
        assert {len(workspace.history.entries(file)) for file in files} == {1}
        await user.press("H")
        await user.on(HistoryScreen)
        await user.shows("1 result")
        await user.press("enter", "b")
        await user.on(HistoryResultScreen)
        await user.shows("ok")


async def test_marked_connections_move_together_and_keep_their_results(workspace: Workspace) -> None:
    async with running(workspace, LARGE) as user:
        await user.press("slash", *"-is:unsupported", "enter", "A", "t")
        await user.until(lambda: "3 tested" in user.notices, "the end of the tests")
        await user.press("escape", "m")
        await user.shows("Move 3 connections")
        await user.press("end", "enter")
        await user.shows("Make it")
        await user.write("kept/here\n")
        await user.until(lambda: "3 connections moved." in user.notices, "the word of it")
        await user.shows("kept/here/ (3)")
        await user.until(lambda: "● ✓" in user.sidebar_row("Basic"), "its mark and its result")
        assert "3 marked" in user.lines[0]
    assert (workspace.root / "kept/here/basic.yaml").exists()


async def test_the_answers_of_tests_of_many_are_kept_in_part_and_opened_from_the_history(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    big = Connection(name="Big", base_url=demo.addresses.http, test_path="/big?bytes=300000")
    workspace.editor.save(Draft(big))
    async with running(workspace, LARGE) as user:
        await user.press("T")
        await user.until(lambda: "4 tested: 2 passed" in user.notices, "the end")
        await user.select("big.yaml")
        await user.press("H")
        await user.on(HistoryScreen)
        await user.shows("1 result")
        await user.press("enter")
        await user.on(HistoryResultScreen)
        await user.shows("65,536 bytes, not whole: the")
        await user.press("b")
        await user.shows("not whole")
        await user.press("escape", "escape", "escape")
        await user.on(MainScreen)
        await user.select("nobody.yaml")
        await user.press("H")
        await user.on(HistoryScreen)
        await user.shows("1 result")
        await user.press("enter", "b")
        await user.on(HistoryResultScreen)
        assert "not held any more" in user.notices


async def test_a_token_that_many_tests_were_refused_is_kept_masked_and_told_in_no_report(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    """The answer is there to be looked at; what the history keeps has nothing of it."""
    oauth = Connection(
        name="Refused",
        base_url=demo.addresses.http,
        test_path="/bearer/health",
        auth=OAuth2Auth(access_token_url=f"{demo.addresses.http}/token/error/invalid_client", client_id="demo"),
        secrets=("client_secret",),
    )
    workspace.editor.save(Draft(oauth, typed={"client_secret": Secret("not-the-secret")}))
    async with running(workspace, LARGE) as user:
        await user.press("T")
        await user.until(lambda: "4 tested: " in user.notices, "the end")
    (entry,) = workspace.history.entries("refused.yaml")
    assert "answer" not in next(stage.detail for stage in entry.stages if stage.stage == "authenticate")
    kept = await workspace.answers.last(Draft(oauth, "refused.yaml"))
    assert kept is not None and kept.of_token and b"error" in kept.body
