"""The program with an error of its own in one place: `failing_interface.py PLACE LENGTH ARGUMENT…`.

The error comes when a secret of LENGTH characters was typed. It quotes what was typed, and so do the local
variables around it.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Mapping
from typing import Any

from integrator_tui.cli.commands import open as open_command
from integrator_tui.workspace import Workspace
from integrator_tui.workspace.editor import Editor


def _quoting(typed: str) -> ValueError:
    error = ValueError(f"cannot use {typed!r}")
    error.add_note(f"it was {typed}")
    return error


def _fail(typed: str) -> None:
    begun = {"typed": typed}
    try:
        begun[typed + typed]
    except KeyError as cause:
        raise _quoting(typed) from cause


def _when_typed(length: int, then: Callable[[Any, str], None]) -> None:
    from textual.widgets import Input

    from integrator_tui.tui.widgets.fields.secret_field import SecretField

    def on_input_changed(field: SecretField, event: Input.Changed) -> None:
        typed = event.value
        if len(typed) == length:
            then(field, typed)

    SecretField.on_input_changed = on_input_changed  # type: ignore[assignment, method-assign]


def _in_painting(length: int) -> None:
    from textual.strip import Strip

    from integrator_tui.tui.widgets.fields.secret_field import SecretField

    paint = SecretField.render_line

    def render_line(field: SecretField, y: int) -> Strip:
        if len(field.value) == length:
            _fail(field.value)
        return paint(field, y)

    SecretField.render_line = render_line  # type: ignore[assignment, method-assign]


def _in_flow() -> None:
    from integrator_tui.model.entry import Draft
    from integrator_tui.tui.flows.save import Saving

    async def save(saving: Saving, draft: Draft) -> None:
        typed = next(iter(draft.typed.values())).reveal()
        raise ExceptionGroup(typed, [_quoting(typed), OSError(typed)])

    Saving.save = save  # type: ignore[assignment, method-assign]


def _in_thread() -> None:
    def save(editor: Editor, draft: Any, **how: Any) -> None:
        _fail(next(iter(draft.typed.values())).reveal())

    Editor.save = save  # type: ignore[assignment, method-assign]


def _in_keyboard_thread(length: int) -> None:
    from textual.drivers.linux_driver import LinuxDriver
    from textual.events import Key
    from textual.message import Message

    process = LinuxDriver.process_message
    typed: list[str] = []

    def process_message(driver: LinuxDriver, message: Message) -> None:
        if isinstance(message, Key) and message.character:
            typed.append(message.character)
            if message.key == "ctrl+s":
                _fail("".join(typed)[-length - 1 : -1])
        process(driver, message)

    LinuxDriver.process_message = process_message  # type: ignore[assignment, method-assign]


def _in_loop(field: Any, typed: str) -> None:
    """What nobody waits for, and what libraries log, goes to `logging`, and at the end so to the terminal."""

    async def lost() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            logging.getLogger("some.library").error("sent %s", typed)
            _fail(typed)

    # Cancelled when the interface is gone already and the loop ends.
    _lost.append(asyncio.get_running_loop().create_task(lost()))
    field.app.call_later(field.app.exit, 1)


_lost: list[asyncio.Task[None]] = []


def _put(place: str, length: int) -> None:
    simple: Mapping[str, Callable[[], None]] = {
        "handler": lambda: _when_typed(length, lambda field, typed: _fail(typed)),
        "timer": lambda: _when_typed(length, lambda field, typed: field.set_timer(0.01, lambda: _fail(typed))),
        "loop": lambda: _when_typed(length, _in_loop),
        "painting": lambda: _in_painting(length),
        "flow": _in_flow,
        "thread": _in_thread,
        "keyboard": lambda: _in_keyboard_thread(length),
        "nowhere": lambda: None,
    }
    simple[place]()


def main() -> None:
    """Run the program; the error is put in when the interface was imported, and before it is shown."""
    place, length, *arguments = sys.argv[1:]
    give_up_waiting = open_command._give_up_waiting

    def put(workspace: Workspace) -> None:
        give_up_waiting(workspace)
        _put(place, int(length))

    open_command._give_up_waiting = put
    sys.argv[1:] = arguments
    from integrator_tui.cli.process import entry

    entry()


main()
