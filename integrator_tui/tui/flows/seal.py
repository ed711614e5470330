"""Sealing again: what is wrong with the secrets of a file, what it says now field by field, and the question."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from textual.app import App

from integrator_tui.errors import PassphraseNeeded
from integrator_tui.model.draft import differences
from integrator_tui.model.entry import Entry
from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.question import QuestionAnswer, QuestionScreen
from integrator_tui.tui.flows.passphrase import unlock, unlocked
from integrator_tui.tui.flows.recipients import agreed
from integrator_tui.tui.labels import label_of
from integrator_tui.tui.widgets.sheet import SheetGroup, SheetLine

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection
    from integrator_tui.tui.services import WorkspaceServices
    from integrator_tui.workspace import Review, ReviewedField


async def seal(app: App[int], workspace: WorkspaceServices, file: str, seen: Connection | None) -> Entry | None:
    """Show what a file says now, and seal it if the user says so; None where it stays as it is.

    `seen` is the connection as this session first read it. Raises what `Sealing.seal` raises.
    """
    review = await reviewed(app, workspace, file)
    if not review.findings:
        app.notify(f"The seal of {visible(review.name)} holds: there is nothing to do", timeout=4, markup=False)
        return None
    now = (await asyncio.to_thread(workspace.catalog.entry, file)).connection
    before = {field: was for field, was, _ in differences(seen, now)} if seen and now else {}
    if await ask(app, seal_question(review, before)) != "seal":
        return None
    await agreed(app, workspace, file, workspace.seals.seal, file, review.revision)
    app.notify(f"{visible(review.name)} is sealed", timeout=4, markup=False)
    return await asyncio.to_thread(workspace.catalog.entry, file)


async def reviewed(app: App[int], workspace: WorkspaceServices, file: str) -> Review:
    """Return what a file says now, asking for a passphrase where one is needed; raises what `review` raises."""
    while True:
        review = await unlocked(app, workspace, workspace.seals.review, file)
        needed = next((error for error in review.findings if isinstance(error, PassphraseNeeded)), None)
        if needed is None:
            return review
        if not await unlock(app, workspace, needed.message):
            raise needed


def seal_question(review: Review, before: Mapping[str, str]) -> QuestionScreen:
    """Return the question whether the secrets of a file are to go where it says now; `before` tells what fields
    said when this session first read them."""
    wrong = tuple(SheetLine("", f"✗ {error.message}", "bad") for error in review.findings)
    odd = tuple(SheetLine("", f"! {warning}", "warn") for warning in review.warnings)
    asked = SheetLine("", "Secrets of this file will go where these fields say. Seal only what you know.")
    same = tuple(
        SheetLine(label_of(field.name), f"{field.value}{_elsewhere(review, field)}")
        for field in review.fields
        if not field.differs
    )
    groups = (
        SheetGroup("", (*wrong, *odd, asked)),
        SheetGroup("Differs from what was sealed", tuple(differing(review, before))),
        SheetGroup("What the file says besides" if review.compared else "What the file says now", same),
    )
    answers = (QuestionAnswer("Not now", "cancel", "primary"), QuestionAnswer("Seal", "seal", "danger"))
    return QuestionScreen(f"Seal {review.name}", [group for group in groups if group.lines], answers)


def _elsewhere(review: Review, field: ReviewedField) -> str:
    """Which file says a field, where it is not this one."""
    return "" if field.source in ("", review.file) else f"\nin {field.source}"


def differing(review: Review, before: Mapping[str, str]) -> Iterator[SheetLine]:
    """What differs from what was sealed, with what it was where this session saw that."""
    if not review.compared:
        yield SheetLine("", "It cannot be told from this file which fields differ: read every one.")
    for field in review.fields:
        if field.differs:
            was = f"\nwas {before[field.name]}" if field.name in before else ""
            yield SheetLine(label_of(field.name), f"{field.value}{_elsewhere(review, field)}{was}", "warn")
    for name in review.gone:
        was = f", was {before[name]}" if name in before else ""
        yield SheetLine(label_of(name), f"is gone{was}", "warn")
