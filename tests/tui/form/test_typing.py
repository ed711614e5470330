"""Typing in fields: taken back and typed again, a shell's keys, and a field in the user's editor."""

from __future__ import annotations

import pytest
from textual.widgets import TextArea

from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.form.operation_screen import OperationScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.screens.requests.screen import RequestScreen
from integrator_tui.tui.widgets.fields.text_field import TextField
from integrator_tui.tui.widgets.fields.typing_history import TypingHistory, TypingStep
from tests.tui.driver import Driver, running
from tests.tui.fake_workspace import FakeWorkspace
from tests.tui.main.editing import PLAIN, Desk
from tests.tui.main.editing import desk as desk


def value(user: Driver) -> str:
    field = user.app.focused
    assert isinstance(field, TextField)
    return field.value


def test_letters_of_a_word_are_one_step_and_what_is_typed_anew_forgets_what_was_taken_back() -> None:
    history = TypingHistory()
    for at, letter in enumerate("ab cd"):
        history.note(at, "", letter)
    assert history.undo() == TypingStep(3, "", "cd")
    assert history.undo() == TypingStep(0, "", "ab ")
    assert history.undo() is None
    assert history.redo() == TypingStep(0, "", "ab ")
    history.note(3, "", "x")
    assert history.redo() is None
    # Backspaces, one behind the other.
    history.note(3, "x", "")
    history.note(2, " ", "")
    assert history.undo() == TypingStep(2, " x", "")


async def test_typing_is_taken_back_and_typed_again_by_keys_and_by_name() -> None:
    async with running(FakeWorkspace()) as user:
        await user.press("n", "enter")
        screen = await user.on(EditScreen)
        await user.write("Orders API")
        await user.press("ctrl+z")
        assert value(user) == "Orders "
        await user.press("ctrl+z", "ctrl+y", "ctrl+y")
        assert value(user) == "Orders API"
        await user.press("ctrl+u")
        await user.palette("Undo typing")
        await user.until(lambda: value(user) == "Orders API", "what was there")
        assert screen.draft.connection.name == "Orders API"
        await user.palette("Redo typing")
        await user.until(lambda: value(user) == "", "an empty field")
        await user.go("Base URL")
        await user.press("ctrl+z")
        await user.until(lambda: "Nothing that was typed here can be taken back" in user.notices, "why not")


async def test_typing_in_a_text_of_several_lines_is_taken_back() -> None:
    async with running(FakeWorkspace()) as user:
        await user.press("n", "enter")
        screen = await user.on(EditScreen)
        await user.turn("Set Trusted CA Certificate")
        await user.go("Trusted CA Certificate")
        await user.write("abc")
        await user.press("enter")
        await user.write("def")
        area = user.app.focused
        assert isinstance(area, TextArea)
        await user.press("ctrl+z", "ctrl+z")
        assert area.text == "abc" and screen.draft.connection.ca_cert == "abc"
        await user.palette("Redo typing")
        await user.until(lambda: area.text != "abc", "what was typed")


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        (("ctrl+a", "x"), "xone two"),
        (("ctrl+a", "ctrl+e", "space"), "one two "),
        (("ctrl+w",), "one "),
        (("left", "ctrl+u"), "o"),
        (("ctrl+a", "right", "ctrl+k"), "o"),
    ],
    ids=["a", "e", "w", "u", "k"],
)
async def test_a_shells_keys_work_in_fields(keys: tuple[str, ...], left: str) -> None:
    async with running(FakeWorkspace()) as user:
        await user.press("n", "enter")
        await user.on(EditScreen)
        await user.write("one two")
        await user.press(*keys)
        assert value(user) == left
        await user.press("ctrl+z", "ctrl+y")
        assert value(user) == left


async def test_f4_takes_a_field_to_the_editor_and_back(desk: Desk) -> None:
    desk.seal("o.yaml")
    desk.edits('cp "$1" "$D/seen"; stat -c %a "$1" > "$D/mode"; echo edited > "$1"')
    async with running(desk.workspace) as user:
        await user.select("o.yaml")
        await user.press("e")
        screen = await user.on(EditScreen)
        await user.go("Username")
        await user.press("f4")
        await user.until(lambda: value(user) == "edited", "the edited text")
        assert desk.seen() == "svc\n" and desk.seen("mode") == "600\n"
        await user.press("ctrl+z")
        assert value(user) == "svc"
        await user.go("Password")
        desk.edits('cp "$1" "$D/seen"; printf "two\\nlines\\n" > "$1"')
        await user.press("f4")
        await user.until(lambda: value(user) == "two\nlines", "the edited secret")
        assert desk.seen() == ""
        assert screen.draft.typed["password"].reveal() == "two\nlines"
        assert "lines" not in user.text


async def test_f4_with_more_lines_than_a_field_takes_asks_and_loses_nothing(desk: Desk) -> None:
    desk.write("o.yaml")
    desk.edits(
        'if [ -e "$D/seen" ]; then cp "$1" "$D/seen"; echo one > "$1"\n'
        'else touch "$D/seen"; printf "one\\ntwo\\n" > "$1"; fi'
    )
    async with running(desk.workspace) as user:
        await user.select("o.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.press("f4")
        await user.on(QuestionScreen)
        await user.shows("Connection Name takes one line, and there are 2.")
        await user.press("escape")
        await user.on(EditScreen)
        await user.until(lambda: value(user) == "one", "the edited text")
    assert desk.seen() == "one\ntwo\n"


async def test_f4_with_an_editor_that_fails_leaves_the_field(desk: Desk) -> None:
    desk.write("o.yaml")
    desk.edits('echo lost > "$1"; exit 1')
    async with running(desk.workspace) as user:
        await user.select("o.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.press("f4")
        await user.until(lambda: "failed with exit code 1" in user.notices, "the notice")
        assert value(user) == "Orders"


async def test_the_form_of_an_operation_has_the_same_keys(desk: Desk) -> None:
    desk.write("o.yaml", f"{PLAIN}operations:\n  - name: Open\n    path: /orders\n")
    desk.edits('cp "$1" "$D/seen"; echo /edited > "$1"')
    async with running(desk.workspace) as user:
        await user.select("o.yaml")
        await user.palette("Edit operation")
        screen = await user.on(OperationScreen)
        await user.go("Request Path")
        await user.press("f4")
        await user.until(lambda: value(user) == "/edited", "the edited text")
        await user.press("ctrl+z")
        assert value(user) == "/orders" and desk.seen() == "/orders\n"
        await user.palette("Redo typing")
        await user.until(lambda: screen.operation.path == "/edited", "what was typed")


async def test_the_request_line_has_the_same_keys(desk: Desk) -> None:
    desk.write("o.yaml")
    desk.edits('cp "$1" "$D/seen"; echo /edited > "$1"')
    async with running(desk.workspace) as user:
        await user.select("o.yaml")
        await user.press("R")
        screen = await user.on(RequestScreen)
        await user.fill("Request Path", "/orders")
        await user.press("f4")
        await user.until(lambda: value(user) == "/edited", "the edited text")
        await user.press("ctrl+z")
        assert value(user) == "/orders" and desk.seen() == "/orders\n"
        await user.palette("Redo typing")
        await user.until(lambda: screen.form.operation.path == "/edited", "what was typed")
        await user.press("pagedown", "pageup")
        await user.choose("Method", "PUT")
        assert screen.form.operation.method == "PUT"
