"""Calls that may need the identity's passphrase: run in a thread, asked for once, tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from textual.app import App

from integrator_tui.errors import LockedError, PassphraseNeeded, WrongPassphrase
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
    """Return what `call` gives, in a thread, after asking for the passphrase where it is needed.

    Raises whatever `call` raises; PassphraseNeeded where the user gave up.
    """
    while True:
        try:
            return await asyncio.to_thread(call, *args, **kwargs)
        except PassphraseNeeded as error:
            if not await unlock(app, workspace, error.message):
                raise


async def opened(app: App[int], workspace: WorkspaceServices, draft: Draft, parameters: Mapping[str, str]) -> None:
    """Open the secrets of a draft, asking for the passphrase where that is all that is missing.

    What keeps them closed otherwise is left to the probe, which tells it as a result.
    """
    with suppress(LockedError):
        await unlocked(app, workspace, workspace.probes.target, draft, parameters)
