"""Sealing several files in one go: those that extend a file which was just saved, and whose seals that broke.

Rules: each is shown with the fields that differ and the file that says them, all in one question; nothing is sealed
that was not shown. What cannot be sealed is told by its name, and the others are sealed all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textual.app import App

from integrator_tui.errors import IntegratorError
from integrator_tui.model.entry import Entry
from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.question import QuestionAnswer, QuestionScreen, question
from integrator_tui.tui.flows.recipients import agreed
from integrator_tui.tui.flows.seal import differing, reviewed
from integrator_tui.tui.widgets.sheet import SheetGroup, SheetLine

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices
    from integrator_tui.workspace import Review

_MOST_NAMES = 8


async def offered(app: App[int], workspace: WorkspaceServices, saved: Entry, broken: Sequence[str]) -> None:
    """Say how many seals the saving of a file broke, and seal those files if the user says so."""
    one = len(broken) == 1
    named = ", ".join(visible(file) for file in broken[:_MOST_NAMES])
    more = f" and {len(broken) - _MOST_NAMES} more" if len(broken) > _MOST_NAMES else ""
    text = (
        f"{len(broken)} connection{' extends' if one else 's extend'} {visible(saved.file)}, and "
        f"{'its seal is' if one else 'their seals are'} broken now: {named}{more}. No secret of "
        f"{'it' if one else 'them'} leaves this machine before somebody looked at what changed and sealed it again."
    )
    answers = (QuestionAnswer("Review and seal", "review", "primary"), QuestionAnswer("Later", "later"))
    if await ask(app, question("Seals of other files", text, answers)) != "review":
        return
    reviews = [review for file in broken if (review := await _reviewed(app, workspace, file)) is not None]
    if not reviews or await ask(app, _question(reviews)) != "seal":
        return
    sealed = 0
    for review in reviews:
        try:
            await agreed(app, workspace, review.file, workspace.seals.seal, review.file, review.revision)
            sealed += 1
        except IntegratorError as error:
            _tell(app, review.file, error)
    if sealed:
        app.notify(f"{sealed} file{'s' if sealed > 1 else ''} sealed", timeout=4, markup=False)


async def _reviewed(app: App[int], workspace: WorkspaceServices, file: str) -> Review | None:
    """Return what a file says now, None where it cannot be told, which is said, or its seal holds."""
    try:
        review = await reviewed(app, workspace, file)
    except IntegratorError as error:
        _tell(app, file, error)
        return None
    return review if review.findings else None


def _tell(app: App[int], file: str, error: IntegratorError) -> None:
    hint = f" ({error.hint})" if error.hint else ""
    app.notify(visible(f"{file} is not sealed: {error.message}{hint}"), severity="error", timeout=10, markup=False)


def _question(reviews: Sequence[Review]) -> QuestionScreen:
    asked = SheetLine("", "Secrets of these files will go where these fields say. Seal only what you know.")
    groups = [SheetGroup("", (asked,))]
    groups += (SheetGroup(f"{review.name}  {review.file}", tuple(_lines(review))) for review in reviews)
    words = "Seal" if len(reviews) == 1 else f"Seal {len(reviews)}"
    answers = (QuestionAnswer("Not now", "cancel", "primary"), QuestionAnswer(words, "seal", "danger"))
    return QuestionScreen("Review and seal", groups, answers)


def _lines(review: Review) -> Iterator[SheetLine]:
    yield from (SheetLine("", f"✗ {error.message}", "bad") for error in review.findings)
    yield from (SheetLine("", f"! {warning}", "warn") for warning in review.warnings)
    yield from differing(review, {})
