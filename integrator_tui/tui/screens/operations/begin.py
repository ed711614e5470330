"""Running an operation, from wherever it is asked for: its inputs first where it has some, then what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import App

from integrator_tui.model.connection import Operation
from integrator_tui.model.entry import Draft
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.screens.operations.carry_out import carry_out
from integrator_tui.tui.screens.operations.outcome import Keeping, Ran

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices


async def run_operation(
    app: App[Any],
    workspace: WorkspaceServices,
    draft: Draft,
    operation: Operation,
    values: dict[str, str],
    *,
    keeping: Keeping | None = None,
) -> Ran | None:
    """Ask for the inputs of an operation of a draft, saved or not, and carry it out, as often as the user wants.

    `values` are what its inputs were given last in this session, and are kept there; `keeping` takes outputs that
    were changed while looking at the answer, and gives the draft with them. Returns where the user wants to go on,
    None where that is nowhere.
    """
    if workspace.runs.inputs(draft, operation):
        from integrator_tui.tui.screens.operations.inputs import InputsScreen

        return await ask(app, InputsScreen(workspace, draft, operation, values, keeping=keeping))
    ran = await carry_out(app, workspace, draft, operation, {}, keeping=keeping)
    return ran if ran.next else None
