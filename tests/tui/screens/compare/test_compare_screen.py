"""The marked connections compared: what is asked first, how each went, and the answers side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.connection import BasicAuth, Connection, Operation
from integrator_tui.model.difference import AnswerDifference
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.screens.compare.screen import CompareScreen
from integrator_tui.tui.screens.compare.table import ComparedRow, compared_rows
from integrator_tui.tui.widgets.menu_list import MenuList
from integrator_tui.workspace import Workspace
from tests.tui.driver import LARGE, SMALL, Driver, running


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    keys = tmp_path / "keys.txt"
    surroundings = Surroundings(tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_keys_file=keys)
    made = Workspace(tmp_path / "connections", surroundings)
    made.keys.create_identity()
    return made


def save(workspace: Workspace, name: str, base: str, path: str, **more: object) -> None:
    connection = Connection(name=name, base_url=base, test_path=path).model_copy(update=more)
    workspace.editor.save(Draft(connection))


async def over(user: Driver) -> CompareScreen:
    screen = await user.on(CompareScreen)
    await user.until(lambda: screen._is_over, "the end")
    await user._painted()
    return screen


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
async def test_answers_stand_side_by_side_by_json_path(
    workspace: Workspace, demo: ThreadedDemoServer, size: tuple[int, int]
) -> None:
    save(workspace, "Orders", demo.addresses.http, "/echo?stage=one&same=x")
    save(workspace, "Orders prod", demo.addresses.http, "/echo?stage=two&same=x&more=1")
    save(workspace, "Orders off", "http://127.0.0.1:9", "/echo")
    async with running(workspace, size) as user:
        await user.press("equals_sign")
        assert "Mark two connections or more" in user.notices
        await user.press("A", "equals_sign")
        await over(user)
        assert "Test of 3 connections" in user.lines[0] and "differences" in user.lines[0]
        first = user.row("✓ Orders  ")
        assert "passed" in first and "200 OK" in first and " ms" in first
        assert "✗ Orders off" in user.text and "connect: refused" in user.text and "hint: " in user.text
        assert "beside Orders prod" in user.lines[1]
        await user.press("G")
        row = user.row("≠ body.query[0][1]")
        assert row.index("two") < row.index("one") and "body.query[1]" not in user.text
        assert "≠ body.query[2]" in user.text and "≠ answer" in user.text
        await user.press("y")
        assert 'Orders: body.query[0][1]: "two" → "one"' in user.app.clipboard
        assert "Orders off: failed: connect: refused" in user.app.clipboard
        await user.press("escape")
        await user.on(MainScreen)
        assert "✗ connect" in user.text and "✓" in user.text
    kept = [workspace.history.entries(file) for file in ("orders.yaml", "orders-prod.yaml", "orders-off.yaml")]
    assert [len(entries) for entries in kept] == [1, 1, 1]


async def test_an_earlier_answer_is_not_taken_for_this_one(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    save(workspace, "One", demo.addresses.http, "/echo")
    save(workspace, "Two", demo.addresses.http, "/echo")
    async with running(workspace) as user:
        await user.press("A", "equals_sign")
        await over(user)
        await user.shows("alike")
        path = workspace.root / "two.yaml"
        path.write_text(path.read_text().replace(demo.addresses.http, "http://127.0.0.1:9"))
        await user.press("t")
        await over(user)
        await user.shows("connect: refused")
        assert "–" in user.row("✗ Two") and "≠ answer" in user.text and "body." not in user.text


async def test_an_operation_that_all_have_is_chosen_and_its_inputs_are_asked_for(
    workspace: Workspace, demo: ThreadedDemoServer, room: Room
) -> None:
    base = f"{demo.addresses.http}{room.prefix}"
    found = Operation(name="Find", method="GET", path="/echo/{{Order}}")
    made = Operation(name="Make", method="POST", path="/echo")
    only = Operation(name="Only here", method="GET", path="/echo")
    save(workspace, "One", base, "/health", operations=(found, made, only))
    save(workspace, "Two", base, "/health", operations=(made, found), tags=("prod",))
    async with running(workspace) as user:
        await user.press("A", "equals_sign")
        await user.on(MenuScreen)
        offered = [item.words for item in user.app.screen.query_one(MenuList).items]
        assert offered == ["Test", "Find", "Make"]
        await user.press("down", "enter")
        await user.on(PromptScreen)
        await user.shows("Order")
        await user.write("a7")
        await user.press("enter")
        await over(user)
        assert "Find of 2 connections" in user.lines[0]
        assert user.text.count("200 OK") == 2
        await user.press("escape")
        await user.on(MainScreen)
        assert room.stats()["requests"] == 2
        await user.press("equals_sign", "down", "down", "enter")
        await user.on(QuestionScreen)
        await user.shows("has the tag prod")
        await user.press("escape")
        await user.on(MainScreen)
        assert room.stats()["requests"] == 2
        await user.press("equals_sign", "down", "down", "enter")
        await user.on(QuestionScreen)
        await user.press("tab", "enter")
        await over(user)
        assert "≠ body.headers" in user.text or "alike" in user.lines[0]
        assert room.stats()["requests"] == 4


async def test_refused_credentials_are_tried_once(
    workspace: Workspace, demo: ThreadedDemoServer, room: Room
) -> None:
    base = f"{demo.addresses.http}{room.prefix}"
    for name in ("One", "Two", "Three"):
        basic = Connection(
            name=name,
            base_url=base,
            test_path="/basic/health",
            auth=BasicAuth(username="demo"),
            secrets=("password",),
            operations=(Operation(name="Look", method="GET", path="/basic/health"),),
        )
        workspace.editor.save(Draft(basic, typed={"password": Secret("wrong")}))
    async with running(workspace) as user:
        for keys in (("enter",), ("down", "enter")):
            before = room.stats()["requests"]
            await user.press(*(() if "marked" in user.text or before else ("A",)))
            await user.press("equals_sign")
            await user.on(MenuScreen)
            await user.press(*keys)
            await over(user)
            await user.shows("credentials_rejected")
            assert "refused a moment ago" in " ".join(user.text.split())
            assert room.stats()["requests"] == before + 1
            await user.press("escape")
            await user.on(MainScreen)


async def test_more_than_fit_are_gone_through_sideways(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    for number in range(1, 7):
        save(workspace, f"Number {number}", demo.addresses.http, f"/echo?number={number}")
    async with running(workspace, SMALL) as user:
        await user.press("A", "equals_sign")
        await over(user)
        assert "beside Number 1" in user.lines[1] and "2–3 of 6" in user.lines[1]
        await user.press("G")
        row = user.row("≠ body.query[0][1]").partition("]")[2]
        assert all(f'"{number}"' in row for number in "123") and '"4"' not in row
        await user.press("right")
        row = user.row("≠ body.query[0][1]")
        assert '"4"' in row and '"2"' not in row and "3–4 of 6" in user.lines[1]
        await user.press("right", "right", "right")
        assert "5–6 of 6" in user.lines[1] and "no more connections on that side" in user.notices
        await user.press("left", "left", "left")
        assert "2–3 of 6" in user.lines[1]


def test_rows_hold_each_difference_once() -> None:
    """A row is one path and one value of the first; lines of text may come twice."""
    one = [AnswerDifference("body.a", "1", "2"), AnswerDifference("", None, "x"), AnswerDifference("", None, "x")]
    other = [AnswerDifference("body.a", "1", None), AnswerDifference("body.b", None, "3")]
    assert compared_rows([one, other]) == [
        ComparedRow("body.a", "1", ("2", "–")),
        ComparedRow("", "–", ("x", None)),
        ComparedRow("", "–", ("x", None)),
        ComparedRow("body.b", "–", (None, "3")),
    ]


async def test_what_a_server_says_stays_text(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    save(workspace, "[red]One[/red]", demo.addresses.http, "/echo")
    save(workspace, "Two\x1b[31m", demo.addresses.http, "/hostile")
    async with running(workspace) as user:
        await user.press("A", "equals_sign")
        await over(user)
        assert "[red]One[/red]" in user.text and "\x1b" not in user.text


async def test_a_parameter_whose_name_reads_like_a_secret_is_not_shown(workspace: Workspace) -> None:
    for name in ("One", "Two"):
        save(workspace, name, "http://127.0.0.1:9", "/{{Region}}/{{Access Token}}")
    async with running(workspace, SMALL) as user:
        await user.press("A", "equals_sign")
        await user.on(PromptScreen)
        await user.write("north")
        await user.press("tab")
        await user.write("word-of-mouth")
        assert "north" in user.text and "word-of-mouth" not in user.text
        await user.press("enter")
        screen = await over(user)
        assert screen._given == {"Region": "north", "Access Token": "word-of-mouth"}


async def test_a_comparison_that_cannot_go_on_says_so(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    operation = Operation(name="Echo", method="GET", path="/echo")
    for name in ("One", "Two"):
        save(workspace, name, demo.addresses.http, "/echo", operations=(operation,))
    async with running(workspace, SMALL) as user:
        await user.press("A", "equals_sign")
        await user.on(MenuScreen)
        await user.press("down", "enter")
        await over(user)
        file = workspace.root / "two.yaml"
        file.write_text(file.read_text().replace("name: Echo", "name: Gone"))
        await user.press("t")
        await user.shows("not finished")
        assert "alike" not in user.text
