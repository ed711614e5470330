"""Parameters: what templates ask for that is no secret, asked once for a test, a stream and a token alike."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import App

from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.prompt import parameters_prompt


async def parameters_given(
    app: App[int], names: Sequence[str], remembered: dict[str, str], *, button: str = "Run"
) -> bool:
    """Ask for these parameters, and put the answers into `remembered`; return False where the user gave up.

    What is remembered from before stands in the fields. Nothing is asked where there are no names. `button` is what
    the answers are for.
    """
    if not names:
        return True
    answer = await ask(app, parameters_prompt(names, remembered, button))
    if answer is None:
        return False
    remembered.update(answer)
    return True
