"""Calls that may need the identity's passphrase, or leave to send a secret: run in a thread, asked for once, tried
again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from textual.app import App

from integrator_tui.errors import LockedError, PassphraseNeeded, SourceNotAgreed, WrongPassphrase
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import Secret
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.notices import notify_error

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices

P = ParamSpec("P")
T = TypeVar("T")


async def unlock(app: App[int], workspace: WorkspaceServices, note: str) -> bool:
    """Ask for the passphrase until it opens the identity; return False where the user gave up."""
    from integrator_tui.tui.dialogs.prompt import passphrase_prompt

    while True:
        answer = await ask(app, passphrase_prompt(note))
        if answer is None:
            return False
        try:
            await asyncio.to_thread(workspace.keys.unlock, Secret(answer["passphrase"]))
        except WrongPassphrase as error:
            notify_error(app, error.message, error.hint)
        else:
            return True


async def unlocked(
    app: App[int], workspace: WorkspaceServices, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Return what `call` gives, in a thread, after asking for the passphrase where it is needed, and whether
    secrets that lie elsewhere may be sent where nobody said so yet.

    Raises whatever `call` raises; PassphraseNeeded and SourceNotAgreed where the user gave up.
    """
    while True:
        try:
            return await asyncio.to_thread(call, *args, **kwargs)
        except PassphraseNeeded as error:
            if not await unlock(app, workspace, error.message):
                raise
        except SourceNotAgreed as error:
            if not await _agreed_to_send(app, workspace, error):
                raise


async def _agreed_to_send(app: App[int], workspace: WorkspaceServices, error: SourceNotAgreed) -> bool:
    """Ask whether secrets that lie elsewhere may be sent where this connection sends them, and remember a yes."""
    from integrator_tui.tui.dialogs.question import QuestionAnswer, QuestionScreen
    from integrator_tui.tui.widgets.sheet import SheetGroup, SheetLine

    asked = "These secrets are your own: they lie on this machine, and the connection names them. Send them there?"
    lines = tuple(SheetLine(text, "\n".join(to), "warn") for text, to in error.missing.items())
    groups = (
        SheetGroup("", (SheetLine("", asked),)),
        SheetGroup("Source and where it goes", lines),
        SheetGroup("", (SheetLine("", "A yes is remembered for this workspace on this machine.", "muted"),)),
    )
    answers = (QuestionAnswer("Cancel", "cancel", "primary"), QuestionAnswer("Send", "send", "danger"))
    if await ask(app, QuestionScreen("Send secrets from elsewhere", groups, answers)) != "send":
        return False
    await asyncio.to_thread(workspace.sources.agree, error.missing)
    return True


async def opened(app: App[int], workspace: WorkspaceServices, draft: Draft, parameters: Mapping[str, str]) -> None:
    """Open the secrets of a draft, asking for the passphrase where that is all that is missing.

    What keeps them closed otherwise is left to the probe, which tells it as a result.
    """
    with suppress(LockedError):
        await unlocked(app, workspace, workspace.probes.target, draft, parameters)
