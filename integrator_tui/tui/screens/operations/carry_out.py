"""An operation whose inputs are known: its outputs and its answer, or its stream in the log pane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import App

from integrator_tui.model.connection import Operation
from integrator_tui.model.entry import Draft
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.screens.operations.outcome import Keeping, Ran
from integrator_tui.tui.screens.operations.run import RunScreen

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices


async def carry_out(
    app: App[Any],
    workspace: WorkspaceServices,
    draft: Draft,
    operation: Operation,
    given: dict[str, str],
    *,
    keeping: Keeping | None = None,
) -> Ran:
    """Show what comes of an operation; return it as it is afterwards, with its draft."""
    if not operation.stream_response:
        screen = RunScreen(workspace, draft, operation, given, keeping=keeping)
        return await ask(app, screen) or Ran(draft, operation)
    from integrator_tui.tui.screens.stream import StreamScreen

    await ask(app, StreamScreen(workspace, draft, given, asked=True, operation=operation))
    return Ran(draft, operation)
