"""F1 explains the field that has the focus on every page that has fields, not in the form alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.connection import Connection, Operation, Output
from integrator_tui.model.entry import Draft
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.dialogs.help import HelpScreen
from integrator_tui.tui.form.operation_screen import OperationScreen
from integrator_tui.tui.screens.expressions.screen import TryExpressionScreen
from integrator_tui.tui.screens.operations.inputs import InputsScreen
from integrator_tui.tui.screens.operations.run import RunScreen
from integrator_tui.tui.screens.operations.transform import TransformScreen
from integrator_tui.tui.screens.requests.screen import RequestScreen
from integrator_tui.workspace import Workspace
from tests.tui.driver import Driver, running


@pytest.fixture
def workspace(tmp_path: Path, demo: ThreadedDemoServer) -> Workspace:
    workspace = Workspace(
        tmp_path / "connections", Surroundings(tmp_path / "config", tmp_path / "state", tmp_path / "cache")
    )
    operation = Operation(
        name="Open orders",
        method="GET",
        path="/echo/{{Region}}",
        params=(("limit", "{{name}}"),),
        outputs=(Output(name="Path", value="body.path"),),
    )
    connection = Connection(name="Orders", base_url=demo.addresses.http, operations=(operation,))
    workspace.editor.save(Draft(connection))
    return workspace


async def explains(user: Driver, label: str, *said: str) -> None:
    """Press F1, and see what it says of the field; then go back."""
    await user.press("f1")
    await user.on(HelpScreen)
    first = next(y for y, line in enumerate(user.lines) if "Help" in line) + 1
    assert label in user.lines[first]
    there = "\n".join(user.lines[first : next(y for y, line in enumerate(user.lines) if "This screen" in line)])
    assert all(words in " ".join(there.replace("│", " ").split()) for words in said), there
    await user.press("escape")


async def test_every_page_with_fields_explains_them(workspace: Workspace) -> None:
    async with running(workspace, (100, 40)) as user:
        await user.press("right", "down", "e")
        await user.on(OperationScreen)
        await explains(user, "Operation Name", "required", "operations[].name")
        await user.go("URL Parameters")
        await explains(user, "URL Parameters", "it may be left empty when it is run", "operations[].params")
        await user.press("escape", "enter")
        await user.on(InputsScreen)
        await explains(user, "Region", "Region goes into Request Path")
        await user.write("north")
        await user.press("down")
        # An input that is called like a field of the file is none.
        await explains(user, "name", "name goes into URL Parameters limit; left out where empty")
        await user.press("f5")
        await user.on(RunScreen)
        await user.shows("passed")
        await user.press("m")
        await user.on(TransformScreen)
        await explains(user, "Outputs", "operations[].outputs")
        await user.press("escape", "escape", "escape", "R")
        await user.on(RequestScreen)
        await explains(user, "Request Path", "joined to the base URL", "Takes a curl command", "operations[].path")
        await user.press("escape", "e")
        await user.on(OperationScreen)
        await user.go("Outputs")
        await user.press("f7")
        await user.on(TryExpressionScreen)
        await explains(user, "Expression", "JavaScript on body, statusCode and headers")
