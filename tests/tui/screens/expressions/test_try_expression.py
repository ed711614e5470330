"""Try expression: from its field and back, on the last answer or a pasted one; nothing is sent."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest
from textual.events import Paste

from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.screens.expressions.screen import TryExpressionScreen
from integrator_tui.tui.screens.result import ResultScreen
from integrator_tui.workspace import Workspace
from tests.tui.driver import LARGE, SMALL, Driver, running
from tests.tui.fake_workspace import FakeWorkspace
from tests.tui.samples import STOCK
from tests.tui.screens.test_tokens_and_trust import signed_in

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])


@pytest.fixture
def workspace(tmp_path: Path, demo: ThreadedDemoServer) -> Workspace:
    folders = (tmp_path / "config", tmp_path / "state", tmp_path / "cache")
    workspace = Workspace(tmp_path / "connections", Surroundings(*folders, age_keys_file=tmp_path / "keys.txt"))
    workspace.keys.create_identity()
    connection = signed_in(demo.addresses.http, "/token/form", "body.access_token", "body.expires_in")
    workspace.editor.save(Draft(connection, typed={"client_secret": Secret("demo-secret")}))
    return workspace


def requests_seen(demo: ThreadedDemoServer) -> int:
    with urllib.request.urlopen(f"{demo.addresses.http}/stats") as answer:
        return int(json.load(answer)["requests"])


async def begun(user: Driver, label: str) -> None:
    await user.go(label)
    await user.press("f7")
    await user.on(TryExpressionScreen)


@SIZES
async def test_a_token_is_tried_on_the_last_answer_masked_and_goes_back_to_its_field(
    workspace: Workspace, demo: ThreadedDemoServer, size: tuple[int, int]
) -> None:
    async with running(workspace, size) as user:
        await user.press("t")
        await user.on(ResultScreen)
        await user.shows("passed in")
        await user.press("escape")
        await user.on(MainScreen)
        before = requests_seen(demo)
        await user.press("e")
        await user.on(EditScreen)
        await begun(user, "Token")
        await user.shows('"•••"')
        await user.shows("Type           string of ")
        await user.shows("an object with the keys access_token, ")
        await user.press("end", "ctrl+u", *"body.nothing.x")
        await user.shows("TypeError")
        await user.press("end", "ctrl+u", *"body.scope")
        await user.shows("Result         null")
        await user.press("enter")
        form = await user.on(EditScreen)
        assert user.focused_label == "Token" and "Token" in user.row("body.scope")
        assert form.draft.connection.auth.token_output == "body.scope"  # type: ignore[union-attr]
        await begun(user, "Expiration")
        await user.shows("Result         3600")
        await user.shows("Type           number")
        await user.press("escape")
        await user.on(EditScreen)
        assert requests_seen(demo) == before


async def test_what_is_pasted_counts_and_one_without_end_is_stopped(workspace: Workspace) -> None:
    async with running(workspace, SMALL) as user:
        await user.press("e")
        await user.on(EditScreen)
        await begun(user, "Token")
        await user.shows("there is no answer yet")
        await user.press("tab")
        user.app.key_order.put(Paste('{"data": {"t": "p4sted"}}'))
        await user.shows("an object with the keys data")
        await user.press("shift+tab", "end", "ctrl+u", *"body.data.t")
        await user.shows('"p4sted"')
        await user.press("end", "ctrl+u", *"(()=>{for(;;);})()")
        await user.shows("ran over its 250 ms")
        await user.press("end", "ctrl+u", *"body.data")
        await user.shows("object with 1 key")
        await user.press("tab", "ctrl+s")
        form = await user.on(EditScreen)
        assert form.draft.connection.auth.token_output == "body.data"  # type: ignore[union-attr]


async def test_the_palette_tries_the_first_expression_of_the_form(workspace: Workspace) -> None:
    async with running(workspace, SMALL) as user:
        await user.press("e")
        await user.on(EditScreen)
        await user.palette("Try expression")
        await user.on(TryExpressionScreen)
        assert "Try expression  Token of" in user.text


async def test_where_there_is_no_expression_it_says_why() -> None:
    made = FakeWorkspace()
    made.add("stock.yaml", STOCK.model_copy(update={"auth": Connection().auth}))
    async with running(made, SMALL) as user:
        await user.press("e")
        await user.on(EditScreen)
        await user.press("f7")
        await user.until(lambda: "there is no expression here" in user.notices, "a word why")


async def test_the_first_key_goes_on_with_the_expression(workspace: Workspace) -> None:
    async with running(workspace, SMALL) as user:
        await user.press("e")
        await user.on(EditScreen)
        await begun(user, "Token")
        await user.press("x", "enter")
        form = await user.on(EditScreen)
        assert form.draft.connection.auth.token_output == "body.access_tokenx"  # type: ignore[union-attr]
