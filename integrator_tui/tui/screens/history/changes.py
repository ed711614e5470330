"""What is done with results of the history: pinned, let go, removed, set side by side.

Each asks where something cannot be brought back, and returns what to say of it, None where it was not done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from textual.app import App

from integrator_tui.model.body import body_text
from integrator_tui.model.difference import differences
from integrator_tui.model.history import HistoryEntry
from integrator_tui.model.moments import moment
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.question import QuestionAnswer, question
from integrator_tui.tui.screens.history.words import pinned_as_answer

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices

Change = Callable[[App[Any], "WorkspaceServices", HistoryEntry, datetime | None], Awaitable[str | None]]
"""What is changed of a result; the time is when the next one began, None for the newest."""

_CANCEL = QuestionAnswer("Cancel", "cancel")


async def pin(
    app: App[Any], workspace: WorkspaceServices, entry: HistoryEntry, before: datetime | None
) -> str | None:
    """Keep a result beyond the bounds, and its answer where it is still held and the user wants that."""
    answer = None
    if entry.file is not None:
        answer = await workspace.answers.of_time(entry.file, entry.started_at, before)
    if answer is None:
        await asyncio.to_thread(workspace.history.pin, entry)
        return "pinned: it stays. Its answer is not held any more, so it is kept without one"
    dialog = question(
        "Pin this result",
        "It stays, however old or many results there are. Its answer may stay as well, on this machine's disk:\n"
        "what is known to be secret is masked in it, the rest lies there as it came.",
        (
            QuestionAnswer("Without the answer", "without", "primary"),
            QuestionAnswer("With the answer", "with"),
            _CANCEL,
        ),
    )
    match await ask(app, dialog):
        case "with":
            text = body_text(answer.body, answer.content_type).data.decode("utf-8", "replace")
            await asyncio.to_thread(workspace.history.pin, entry, answer.headers, text)
            return "pinned: it stays, and its answer with it"
        case "without":
            await asyncio.to_thread(workspace.history.pin, entry)
            return "pinned: it stays"
    return None


async def unpin(
    app: App[Any], workspace: WorkspaceServices, entry: HistoryEntry, before: datetime | None
) -> str | None:
    """Let a result go with the others again."""
    headers, body = await asyncio.to_thread(workspace.history.pinned_answer, entry)
    if headers or body is not None:
        dialog = question(
            "No longer pinned",
            "Its answer goes at once, and cannot be brought back.",
            (_CANCEL, QuestionAnswer("Remove the answer", "unpin", "danger")),
        )
        if await ask(app, dialog) != "unpin":
            return None
    await asyncio.to_thread(workspace.history.unpin, entry)
    return "no longer pinned"


async def remove(
    app: App[Any], workspace: WorkspaceServices, entry: HistoryEntry, before: datetime | None
) -> str | None:
    """Remove a result."""
    also = " What was pinned with it goes, too." if entry.pinned else ""
    dialog = question(
        f"Remove the result of {moment(entry.started_at)}",
        f"It goes from the history of this machine, and cannot be brought back.{also}",
        (_CANCEL, QuestionAnswer("Remove", "remove", "danger")),
    )
    if await ask(app, dialog) != "remove":
        return None
    await asyncio.to_thread(workspace.history.remove, (entry,))
    return "removed"


async def compare(app: App[Any], workspace: WorkspaceServices, older: HistoryEntry, newer: HistoryEntry) -> None:
    """Show two results side by side, with what differs in their bodies where both were pinned with them."""
    from integrator_tui.tui.screens.history.compared import HistoryCompareScreen

    bodies: list[str] = []
    if older.pinned and newer.pinned:
        before, after = [
            pinned_as_answer(one, *await asyncio.to_thread(workspace.history.pinned_answer, one))
            for one in (older, newer)
        ]
        if before is not None and after is not None:
            bodies = await asyncio.to_thread(differences, before, after)
    await ask(app, HistoryCompareScreen(older, newer, bodies))
