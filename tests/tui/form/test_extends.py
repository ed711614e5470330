"""A connection that extends another one, in the interface: what comes from where, a new stage, seals in one go."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.workspace import Workspace
from tests.tui.driver import running

BASE = """\
name: Orders
base_url: http://127.0.0.1:9
headers: {X-Team: orders}
auth: {type: basic, username: demo}
"""
STAGE = """\
name: Orders test
base_url: http://127.0.0.1:9
extends: orders.yaml
secrets: {password: fixture}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    root = tmp_path / "work"
    root.mkdir()
    (root / "orders.yaml").write_text(BASE)
    (root / "stage.yaml").write_text(STAGE)
    given = Surroundings(tmp_path / "c", tmp_path / "s", tmp_path / "k", age_keys_file=tmp_path / "age/keys.txt")
    made = Workspace(root, given)
    made.keys.create_identity()
    made.seals.reseal(made.catalog.entry("stage.yaml"))
    return made


async def test_detail_and_form_say_what_comes_from_where(workspace: Workspace) -> None:
    async with running(workspace) as user:
        await user.select("stage.yaml")
        await user.shows("Extends orders.yaml")
        assert "From there: Headers, Authentication" in user.text
        assert "Authentication (from orders.yaml)" in user.text
        await user.press("e")
        form = await user.on(EditScreen)
        await user.shows("Extends orders.yaml. From there: Description, API Documentation Link,")
        assert "Authentication, Operations" in user.text
        await user.go("Username")
        await user.press("end", "x", "pageup")
        await user.until(lambda: "Authentication, Operations" not in user.text, "the note without what is own now")
        assert form.unsaved
        await user.go("Username")
        await user.press("end", "backspace")
        assert form.unsaved == "", "what is taken back is taken from there again"


async def test_saving_the_base_offers_to_seal_its_stages_in_one_go(workspace: Workspace) -> None:
    async with running(workspace) as user:
        await user.select("orders.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.go("Username")
        await user.press("end", "x", "ctrl+s")
        await user.shows("1 connection extends orders.yaml, and its seal is broken now:")
        await user.press("enter")
        await user.shows("Review and seal")
        assert "demox" in user.text and "in orders.yaml" in user.text
        await user.press("tab", "enter")
        await user.on(MainScreen)
        await user.until(lambda: workspace.seals.verify("stage.yaml") == (), "the seal of the stage")


async def test_a_change_that_breaks_no_seal_asks_nothing(workspace: Workspace) -> None:
    async with running(workspace) as user:
        await user.select("orders.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.go("Test Path")
        await user.press("/", "x", "ctrl+s")
        await user.on(MainScreen)
    assert workspace.seals.verify("stage.yaml") == ()


async def test_a_new_stage_of_the_selected_connection(workspace: Workspace) -> None:
    async with running(workspace) as user:
        await user.select("orders.yaml")
        await user.press("n")
        await user.on(MenuScreen)
        await user.shows("As a stage of the selected connection")
        await user.press("down", "down", "down", "down", "enter")
        form = await user.on(EditScreen)
        assert form.draft.connection.extends == "orders.yaml"
        assert (form.draft.connection.name, form.draft.connection.base_url) == ("", "")
        await user.write("Live")
        await user.go("Base URL")
        await user.write("http://127.0.0.1:8")
        await user.press("ctrl+s")
        await user.on(MainScreen)
        await user.until(lambda: (workspace.root / "live.yaml").exists(), "the file")
    assert (workspace.root / "live.yaml").read_text() == (
        "name: Live\ntype: http\nbase_url: http://127.0.0.1:8\nextends: orders.yaml\n"
    )
