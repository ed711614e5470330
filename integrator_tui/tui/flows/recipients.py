"""Calls that write a file: whoever could read it and was not agreed to here is shown in full, and asked about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from textual.app import App

from integrator_tui.errors import UnpinnedRecipient
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.question import QuestionAnswer, QuestionScreen
from integrator_tui.tui.flows.passphrase import unlocked
from integrator_tui.tui.widgets.sheet import SheetGroup, SheetLine

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices
    from integrator_tui.workspace import Strangers

P = ParamSpec("P")
T = TypeVar("T")


async def agreed(
    app: App[int],
    workspace: WorkspaceServices,
    file: str | None,
    call: Callable[P, T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Return what `call` gives, after asking for the passphrase and about recipients nobody here agreed to.

    Raises whatever `call` raises; UnpinnedRecipient where the user did not agree, and nothing was written then.
    """
    told: set[str] = set()
    while True:
        try:
            return await unlocked(app, workspace, call, *args, **kwargs)
        except UnpinnedRecipient:
            found = await asyncio.to_thread(workspace.keys.strangers, file)
            if not set(found.recipients) - told or await ask(app, agreement_question(found, file)) != "agree":
                raise
            told.update(found.recipients)
            await asyncio.to_thread(workspace.keys.agree, found, file)


def agreement_question(found: Strangers, file: str | None) -> QuestionScreen:
    """Return the question about recipients nobody agreed to; `agree` is the one answer that lets them read."""
    one = len(found.recipients) == 1
    whom = "a recipient who is" if one else "recipients who are"
    if found.pinned:
        text = f"{found.config} names {whom} new since its last use here. Who edits that file can add anybody."
        agreeing = "Agree, and what is encrypted from now on may be read with the key that belongs to it."
    else:
        text = f"{file} is encrypted for {whom} not in {found.config}, and to whom nobody here agreed."
        agreeing = (
            f"Agree, and {found.config} will name it: what you save may be read with the key that belongs to it."
        )
    groups = (
        SheetGroup("", (SheetLine("", text),)),
        SheetGroup(
            "Recipient" if one else "Recipients", tuple(SheetLine("", text, "strong") for text in found.recipients)
        ),
        SheetGroup("", (SheetLine("", agreeing), SheetLine("", "Leave, and nothing is written.", "muted"))),
    )
    answers = (QuestionAnswer("Leave", "leave", "primary"), QuestionAnswer("Agree", "agree", "danger"))
    return QuestionScreen("A recipient nobody here agreed to", groups, answers)
