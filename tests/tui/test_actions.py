"""The tables of actions: one word and one key for each thing, and a page that says the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.binding import Binding

from integrator_tui.tui.actions import APP_ACTIONS, Action, spelt
from integrator_tui.tui.dialogs.palette import PaletteScreen
from integrator_tui.tui.elsewhere import tables
from integrator_tui.tui.form import operation_screen, screen
from integrator_tui.tui.main import actions as main
from integrator_tui.tui.screens import preview, result_actions, stream, token, vantages
from integrator_tui.tui.screens.compare import screen as compare
from integrator_tui.tui.screens.expressions import screen as try_expression
from integrator_tui.tui.screens.history import compared, opened
from integrator_tui.tui.screens.history import screen as history
from integrator_tui.tui.screens.operations import inputs, run_actions, transform
from integrator_tui.tui.screens.requests import screen as request_line
from integrator_tui.tui.widgets.fields.operations_list import OperationsList
from tests.tui import samples
from tests.tui.driver import running

PAGE = Path(__file__).parents[2] / "docs" / "keys.md"
SCREENS = {
    "main": main.ACTIONS,
    "create": screen.CREATE,
    "update": screen.UPDATE,
    "create operation": operation_screen.CREATE,
    "update operation": operation_screen.UPDATE,
    "inputs": inputs.ACTIONS,
    "run": run_actions.ACTIONS,
    "transform": transform.ACTIONS,
    "result": result_actions.ACTIONS,
    "request result": result_actions.OF_REQUEST,
    "request line": request_line.ACTIONS,
    "try expression": try_expression.ACTIONS,
    "stream": stream.ACTIONS,
    "token": token.ACTIONS,
    "preview": preview.ACTIONS,
    "vantages": vantages.ACTIONS,
    "history": history.ACTIONS,
    "earlier result": opened.ACTIONS,
    "results compared": compared.ACTIONS,
    "connections compared": compare.ACTIONS,
}


def test_every_table_is_one_that_the_palette_knows_elsewhere() -> None:
    assert {id(actions) for _, actions in tables()} == {*map(id, SCREENS.values()), id(stream.ENDED)}


async def test_the_palette_says_where_an_action_of_another_screen_is() -> None:
    async with running(samples.workspace()) as user:
        await user.press("ctrl+p")
        await user.write("Filter answer")
        await user.shows("nothing here has this name")
        assert any("Filter answer" in line and "in the result of a test: F" in line for line in user.lines)
        # It cannot be chosen, and what is here stands above it.
        await user.press("down", "enter")
        await user.on(PaletteScreen)
        await user.press("ctrl+u")
        await user.write("undo")
        await user.shows("Undo typing")
        assert next(line for line in user.lines if "Undo" in line).split()[1:4] == ["Undo", "last", "change"]
        await user.press("end", "enter")
        await user.until(lambda: not isinstance(user.app.screen, PaletteScreen), "the action")
        assert "no change to take back" in user.notices


@pytest.mark.parametrize("actions", SCREENS.values(), ids=SCREENS)
def test_no_key_and_no_word_stands_for_two_things(actions: tuple[Action, ...]) -> None:
    everything = (*actions, *APP_ACTIONS)
    keys = [key for action in everything for key in action.keys]
    assert len(keys) == len(set(keys))
    words = [action.words for action in everything]
    assert len(words) == len(set(words))
    assert all(action.tooltip for action in everything)


@pytest.mark.parametrize("actions", [*SCREENS.values(), APP_ACTIONS], ids=[*SCREENS, "everywhere"])
def test_the_page_of_keys_says_what_the_tables_say(actions: tuple[Action, ...]) -> None:
    page = PAGE.read_text()
    for action in actions:
        if action.words not in ("Create Connection", "Create Operation"):
            keys = ", ".join(action.key_texts).replace("|", "\\|")
            assert f"| {keys} | {action.words} | {action.tooltip} |" in page


def test_the_page_of_keys_says_what_the_list_of_operations_does() -> None:
    page = PAGE.read_text()
    told = [binding for binding in OperationsList.BINDINGS if isinstance(binding, Binding) and binding.tooltip]
    assert len(told) == 6
    for binding in told:
        keys = ", ".join(map(spelt, binding.key.split(",")))
        assert f"| {keys} | {binding.description} | {binding.tooltip} |" in page


def test_the_actions_menu_has_the_documented_words_in_order() -> None:
    words = [action.words for action in main.SELECTED]
    assert words[:7] == ["Edit", "Test", "Stream", "Duplicate", "Rename", "Delete", "Copy as curl"]
