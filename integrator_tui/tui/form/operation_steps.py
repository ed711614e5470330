"""What the form of a connection does with its operations: each is edited in a form of its own, and nothing is saved
before the connection is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from textual.app import App

from integrator_tui.model.connection import Operation
from integrator_tui.model.operation_edits import with_copy, with_operation, with_output, without_operation
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.question import QuestionAnswer, QuestionScreen, question
from integrator_tui.tui.form.outcome import OperationEdited
from integrator_tui.tui.widgets.fields.operations_list import Deed, OperationsList

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection
    from integrator_tui.model.entry import Draft
    from integrator_tui.tui.form.form import ConnectionForm
    from integrator_tui.tui.services import WorkspaceServices
    from integrator_tui.workspace import TypedDraft


class FormHost(Protocol):
    """The page of a connection's form, as these steps know it."""

    workspace: WorkspaceServices
    saved: Draft
    form: ConnectionForm
    journal: TypedDraft

    @property
    def app(self) -> App[Any]: ...
    @property
    def draft(self) -> Draft: ...
    def show_state(self) -> None: ...


class OperationSteps:
    """The steps of one form."""

    def __init__(self, screen: FormHost) -> None:
        self._screen = screen

    async def take(self, what: Deed, at: int) -> None:
        """Do what was asked for with the operation at this place, or with a new one."""
        draft = self._screen.draft
        match what:
            case "new":
                await self._edit(*with_operation(draft, Operation()), is_new=True)
            case "edit":
                await self._edit(draft, at)
            case "duplicate":
                await self._edit(*with_copy(draft, at), is_new=True)
            case "delete":
                if await ask(self._screen.app, deletion_question(draft.connection, at, saves=False)) == "delete":
                    self._screen.form.take_operations(without_operation(draft, at), max(0, at - 1))

    async def keep_output(self, sent: Operation, expression: str) -> tuple[Draft, Operation] | None:
        """Have a new operation described that asks what was sent, with this output; return the draft that has it,
        and it."""
        edited, at = with_operation(self._screen.draft, with_output(sent, expression))
        if not await self._edit(edited, at, is_new=True):
            return None
        return self._screen.draft, self._screen.draft.connection.operations[at]

    async def _edit(self, draft: Draft, at: int, *, is_new: bool = False) -> bool:
        from integrator_tui.tui.form.operation_screen import OperationScreen

        form = self._screen
        screen = OperationScreen(
            form.workspace,
            form.saved,
            draft,
            at,
            is_new=is_new,
            renamed=form.form.renamed,
            journal=form.journal,
        )
        outcome = await ask(form.app, screen)
        if isinstance(outcome, OperationEdited):
            form.form.take_operations(outcome.draft, at)
            form.form.query_one(OperationsList).focus()
            return True
        else:
            # What was typed there is dropped, and what stands in this form journalled again.
            form.show_state()
            return False


def deletion_question(connection: Connection, at: int, *, saves: bool) -> QuestionScreen:
    """Return the question before an operation goes; `saves` says that its file is written at once."""
    operation = connection.operations[at]
    what = f"{operation.method} {operation.path}"
    when = "Undo last change brings it back, for 24 hours." if saves else "It is gone once the connection is saved."
    return question(
        f"Delete operation {operation.name} of {connection.name}",
        f"{what}. {when}",
        (QuestionAnswer("Cancel", "cancel"), QuestionAnswer("Delete", "delete", "danger")),
    )
