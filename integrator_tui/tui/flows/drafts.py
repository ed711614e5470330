"""Offering a draft that was lost: what it is, how old, what is not in it, and taking it up again."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.app import App

from integrator_tui.errors import InvalidFile, LockedError, NotFound
from integrator_tui.model.entry import Draft
from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.notices import notify_error
from integrator_tui.tui.dialogs.question import QuestionAnswer, question
from integrator_tui.tui.flows.passphrase import unlocked

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices
    from integrator_tui.workspace import DraftTyped, TypedDraft, WaitingDraft

_ANSWERS = (
    QuestionAnswer("Take the draft", "take", "primary"),
    QuestionAnswer("Discard", "discard", "danger"),
    QuestionAnswer("Later", "later"),
)


async def offered(app: App[Any], workspace: WorkspaceServices) -> tuple[DraftTyped, TypedDraft] | None:
    """Offer the drafts that wait, the newest first; return the one that was taken with its journal, None where none
    was.

    Raises LockedError where the passphrase of the one that was chosen was not given.
    """
    drafts = workspace.drafts
    for waiting in await asyncio.to_thread(drafts.waiting):
        typed = None
        try:
            typed = await asyncio.to_thread(drafts.opened, waiting, ask=False)
        except LockedError:
            # Opened when it is taken, whoever has to be asked for that.
            pass
        except (InvalidFile, NotFound) as error:
            notify_error(app, error.message, error.hint)
            continue
        if typed is not None:
            typed = await asyncio.to_thread(_completed, workspace, typed)
        answer = await ask(app, question("Unsaved draft", _text(workspace, waiting, typed), _ANSWERS))
        if answer == "discard":
            await asyncio.to_thread(drafts.discard, waiting)
            continue
        if answer != "take":
            return None
        if typed is None:
            typed = await unlocked(app, workspace, drafts.opened, waiting)
            typed = await asyncio.to_thread(_completed, workspace, typed)
        return typed, drafts.begin(waiting)
    return None


def _completed(workspace: WorkspaceServices, typed: DraftTyped) -> DraftTyped:
    """Return a draft with what was left out of it as it stands in its file now."""
    file = typed.saved.file
    if file is None or not typed.left_out:
        return typed
    entry = workspace.catalog.entry(file)
    if entry.connection is None:
        return typed
    return typed.completed(replace(typed.saved, connection=entry.connection, revision=entry.revision))


def _text(workspace: WorkspaceServices, waiting: WaitingDraft, typed: DraftTyped | None) -> str:
    ago = _ago(time.time() - waiting.at)
    if typed is None:
        return f"A draft, typed {ago}, was not saved. It is encrypted, and opened when you take it."
    name = visible(typed.edited.connection.name, limit=60) or "a new connection"
    lines = [f"A draft of {name}, typed {ago}, was not saved."]
    if typed.is_request:
        lines = [f"A draft in the request line of {name}, typed {ago}, was not kept."]
    if typed.left_out:
        lines.append(
            "Secrets, header values, bodies and the query of addresses were left out: no identity was open to "
            "encrypt them for. What the file holds stands there."
        )
    if not typed.is_request and _is_changed(workspace, typed.saved):
        lines.append(f"{visible(typed.saved.file or '')} changed since: a save shows both versions.")
    return "\n".join(lines)


def _is_changed(workspace: WorkspaceServices, saved: Draft) -> bool:
    return saved.file is not None and workspace.catalog.entry(saved.file).revision != saved.revision


def _ago(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return "less than a minute ago"
