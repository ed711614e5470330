"""Documents of other tools come and go through the interface, and nothing is written before it was looked at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste

from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.dialogs.text_prompt import TextPromptScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.workspace import Workspace
from tests.tui.driver import LARGE, SMALL, Driver, running

OPENAPI = """
openapi: 3.0.3
info: {title: Stock, version: "1"}
servers: [{url: https://stock.example.com/v1}]
paths:
  /items:
    get: {operationId: Items, responses: {"200": {description: ok}}, x-odd: 1}
    trace: {responses: {"200": {description: ok}}}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "connections/prod").mkdir(parents=True)
    orders = "name: Orders\nbase_url: https://orders.example.com\nauth: {type: basic, username: me}\n"
    (tmp_path / "connections/prod/orders.yaml").write_text(orders)
    surroundings = Surroundings(
        tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_keys_file=tmp_path / "keys.txt"
    )
    return Workspace(tmp_path / "connections", surroundings)


def kinetic(*names: str, **config: Any) -> str:
    """An export of connections with these names."""
    return json.dumps(
        [
            {
                "id": f"id-{name}",
                "name": name,
                "type": "http",
                "config": {
                    "configType": "http",
                    "baseUrl": f"https://{name.lower()}.example.com",
                    "auth": {"authType": "basic", "username": "svc", "password": "hunter2"},
                    **config,
                },
                "operations": [],
            }
            for name in names
        ]
    )


async def _asked_for_a_document(user: Driver) -> None:
    await user.on(MainScreen)
    await user.palette("Import")
    await user.on(TextPromptScreen)


def files(workspace: Workspace) -> list[str]:
    return sorted(str(path.relative_to(workspace.root)) for path in workspace.root.rglob("*.yaml"))


async def paste(user: Driver, text: str) -> None:
    user.app.key_order.put(Paste(text))
    await user.app.key_order.drained()
    await user._painted()


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_document_is_imported_by_its_path_after_a_look(
    workspace: Workspace, tmp_path: Path, size: tuple[int, int]
) -> None:
    document = tmp_path / "my stock.yaml"
    document.write_text(OPENAPI)
    async with running(workspace, size) as user:
        await _asked_for_a_document(user)
        await user.write(f"{document}\n")
        await user.on(QuestionScreen)
        await user.shows("New files (1)")
        for shown in ("my stock.yaml (openapi)", "https://stock.example.com/v1", "left out (2)", "TRACE"):
            assert shown in user.text
        assert files(workspace) == ["prod/orders.yaml"]
        await user.press("enter")
        await user.on(MainScreen)
        await user.until(lambda: len(files(workspace)) == 2, "the file")
        await user.until(lambda: user.sidebar.selected == "prod/stock.yaml", "its row")
        # Once more nothing is new, and nothing is written.
        before = (workspace.root / "prod/stock.yaml").read_bytes()
        await paste(user, f"'{document}'")
        await user.on(QuestionScreen)
        await user.shows("nothing to write")
        await user.press("enter")
        await user.on(MainScreen)
        assert (workspace.root / "prod/stock.yaml").read_bytes() == before


async def test_another_folder_is_chosen_and_cancel_writes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    async with running(workspace, SMALL) as user:
        await user.on(MainScreen)
        await user.press("n", "down", "down", "enter")
        await user.on(TextPromptScreen)
        await user.shows("From a document")
        await paste(user, OPENAPI)
        await user.press("enter")
        await user.on(QuestionScreen)
        await user.shows("Folder              prod")
        await user.press("tab", "enter")
        await user.on(MenuScreen)
        await user.press("home", "enter")
        await user.on(QuestionScreen)
        await user.shows("(top of the workspace)")
        await user.press("escape")
        await user.on(MainScreen)
        assert files(workspace) == ["prod/orders.yaml"]


async def test_what_cannot_be_read_is_said_and_what_was_typed_stays(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text('{"openapi": "3.0.3"')
    async with running(workspace, SMALL) as user:
        await _asked_for_a_document(user)
        await user.write(f"{tmp_path}/none.json\n")
        await user.shows("cannot be read")
        await user.shows("none.json")
        await user.press("escape")
        await _asked_for_a_document(user)
        await user.write(f"{tmp_path}/broken.json\n")
        await user.shows("not valid JSON")


async def test_a_path_that_was_mistyped_is_mended_at_its_end(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text('{"openapi": "3.0.3"')
    async with running(workspace, SMALL) as user:
        await _asked_for_a_document(user)
        await user.write(f"{tmp_path}/broken.json5\n")
        await user.shows("cannot be read")
        await user.press("backspace", "enter")
        await user.shows("not valid JSON")


async def test_where_requests_go_is_asked_for(workspace: Workspace) -> None:
    async with running(workspace, SMALL) as user:
        await user.on(MainScreen)
        await user.press("n", "down", "down", "down", "enter")
        await user.on(TextPromptScreen)
        await user.shows("From an Integrator export")
        await paste(user, kinetic("Stock", "Billing", baseUrl=None))
        await user.press("enter")
        await user.on(PromptScreen)
        await user.write("https://a.example.com")
        await user.press("enter")
        await user.write("https://b.example.com")
        await user.press("enter")
        await user.on(QuestionScreen)
        await user.shows("https://b.example.com")
        await user.press("enter")
        await user.on(QuestionScreen)
        await user.shows("Create an identity")
        await user.press("enter")
        await user.until(lambda: len(files(workspace)) == 3, "the files")
        text = (workspace.root / "prod/stock.yaml").read_text()
        assert "https://a.example.com" in text and "hunter2" not in text and "ENC[" in text


async def test_a_pasted_export_of_one_connection_fills_the_form(workspace: Workspace) -> None:
    async with running(workspace, SMALL) as user:
        await user.on(MainScreen)
        await paste(user, kinetic("Stock"))
        await user.on(QuestionScreen)
        await user.shows("New Connection from an Integrator export")
        assert "hunter2" not in user.text
        await user.press("enter")
        form = await user.on(EditScreen)
        assert form.draft.connection.base_url == "https://stock.example.com"
        assert {name: secret.reveal() for name, secret in form.draft.typed.items()} == {"password": "hunter2"}
        assert files(workspace) == ["prod/orders.yaml"]


async def test_an_export_pasted_into_the_form_of_a_new_connection_fills_it(workspace: Workspace) -> None:
    async with running(workspace, SMALL) as user:
        await user.on(MainScreen)
        await user.press("n", "enter")
        await user.on(EditScreen)
        await user.go("Base URL")
        await paste(user, kinetic("Stock"))
        await user.on(QuestionScreen)
        await user.press("enter")
        await user.until(
            lambda: isinstance(user.app.screen, EditScreen) and user.app.screen.draft.connection.name == "Stock",
            "the form of the export",
        )


async def test_a_text_that_says_nothing_of_itself_asks_for_its_format(workspace: Workspace) -> None:
    async with running(workspace, SMALL) as user:
        await _asked_for_a_document(user)
        await paste(user, '{\n  "a": 1,\n  "b": [2, 3, 4]\n}\n')
        await user.press("enter")
        await user.on(MenuScreen)
        assert "openapi" in user.text and "kinetic" in user.text
        await user.press("down", "down", "enter")
        await user.shows("no OpenAPI document")


async def test_marked_connections_are_exported_and_saved(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.root / "stock.yaml").write_text("name: Stock\nbase_url: https://stock.example.com\n")
    target = tmp_path / "out.sh"
    async with running(workspace, SMALL) as user:
        await user.on(MainScreen)
        await user.press("A")
        await user.palette("Export")
        await user.on(MenuScreen)
        await user.shows("Export 2 connections")
        await user.press("down", "enter")
        await user.on(QuestionScreen)
        await user.shows("no secret in it")
        await user.press("enter")
        await user.on(PromptScreen)
        await user.press("end", "ctrl+u")
        await user.write(f"{target}\n")
        await user.on(MainScreen)
        await user.until(target.exists, "the script")
        assert "https://stock.example.com" in target.read_text() and "# Orders: test" in target.read_text()
        # What is there stays.
        await user.palette("Export")
        await user.on(MenuScreen)
        await user.press("enter")
        await user.on(QuestionScreen)
        await user.press("enter")
        await user.on(PromptScreen)
        await user.press("end", "ctrl+u")
        await user.write(f"{target}\n")
        await user.shows("exists already")


async def test_what_cannot_be_said_is_named_and_the_others_are_exported(workspace: Workspace) -> None:
    odd = "name: Odd\nbase_url: https://odd.example.com\noptions: {verify: false}\n"
    (workspace.root / "odd.yaml").write_text(odd)
    async with running(workspace, SMALL) as user:
        await user.on(MainScreen)
        await user.press("A")
        await user.palette("Export")
        await user.on(MenuScreen)
        await user.press("enter")
        await user.on(QuestionScreen)
        await user.shows("Odd: options.verify")
        await user.shows("hint")
        await user.press("enter")
        await user.shows("Export Orders: Integrator")
        assert "odd.example.com" not in user.text


async def test_copy_as_curl_says_why_it_cannot(workspace: Workspace) -> None:
    odd = "name: Odd\nbase_url: https://odd.example.com\nauth: {type: api_key}\noptions: {follow_redirect: true}\n"
    (workspace.root / "odd.yaml").write_text(odd)
    async with running(workspace, SMALL) as user:
        await user.on(MainScreen)
        await user.select("odd.yaml")
        await user.press("c")
        await user.until(lambda: "curl would carry X-Api-Key to another host" in user.notices, "a notice")
