"""Sealing again: what is wrong with the secrets of a file, what it says now field by field, and the question."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.app import App

from integrator_tui.errors import IntegratorError, PassphraseNeeded
from integrator_tui.model.entry import Entry
from integrator_tui.model.text import visible
from integrator_tui.tui.agreeing import agreed
from integrator_tui.tui.editing import differences
from integrator_tui.tui.screens.pages import ask
from integrator_tui.tui.screens.question import Answer, QuestionScreen
from integrator_tui.tui.unlocking import unlock
from integrator_tui.tui.widgets.sheet import Group, Line

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection
    from integrator_tui.workspace import Workspace

_NOT_SEALED = frozenset({"name", "description", "documentation_link", "tags", "secrets"})


async def seal(app: App[int], workspace: Workspace, file: str, seen: Connection | None) -> Entry | None:
    """Show what a file says now, and seal it if the user says so; None where it stays as it is.

    `seen` is the connection as this session first read it. Raises what `Workspace.reseal` raises.
    """
    entry = await asyncio.to_thread(workspace.entry, file)
    wrong = await _findings(app, workspace, entry)
    if not wrong:
        app.notify(f"The seal of {visible(entry.name)} holds: there is nothing to do", timeout=4, markup=False)
        return None
    fields = await asyncio.to_thread(workspace.seal_review, entry)
    if await ask(app, review(entry, wrong, fields, seen)) != "seal":
        return None
    sealed = await agreed(app, workspace, file, workspace.reseal, entry)
    app.notify(f"{visible(entry.name)} is sealed", timeout=4, markup=False)
    return sealed


async def _findings(app: App[int], workspace: Workspace, entry: Entry) -> tuple[IntegratorError, ...]:
    while True:
        found = await asyncio.to_thread(workspace.verify, entry)
        needed = next((error for error in found if isinstance(error, PassphraseNeeded)), None)
        if needed is None:
            return found
        if not await unlock(app, workspace, needed.message):
            raise needed


def review(
    entry: Entry,
    wrong: Iterable[IntegratorError],
    fields: Iterable[tuple[str, str]],
    seen: Connection | None,
) -> QuestionScreen:
    """Return the question whether the secrets of an entry are to go where it says now."""
    asked = "Secrets of this file will go where these fields say. Seal only what you know."
    groups = [
        Group("", (*(Line("", f"✗ {error.message}", "bad") for error in wrong), Line("", asked))),
        Group(*_changed(entry.connection, seen)),
        Group("What the file says now", tuple(Line(name, value) for name, value in fields)),
    ]
    answers = (Answer("Not now", "cancel", "primary"), Answer("Seal", "seal", "danger"))
    return QuestionScreen(f"Seal {entry.name}", [group for group in groups if group.lines], answers)


def _changed(now: Connection | None, seen: Connection | None) -> tuple[str, tuple[Line, ...]]:
    """What differs, as far as it can be told: a seal says that something changed, and not what."""
    heading = "What differs"
    if now is None:
        return heading, ()
    found = differences(seen, now) if seen is not None else ()
    lines = [
        Line(field, f"now: {after}\nwas: {before}", "warn")
        for field, before, after in found
        if field.partition(".")[0] not in _NOT_SEALED
    ]
    if lines:
        return f"{heading} from what this session read first", tuple(lines)
    beside = " and ".join(name for name in (now.ca_cert_file, now.options.client_cert_file) if name)
    more = f" The content of {beside} is sealed too." if beside else ""
    return heading, (Line("", f"A seal tells that something was changed, not what: read every field.{more}"),)
