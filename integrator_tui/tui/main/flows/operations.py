"""What is done with the operations of a stored connection, each from its first question to what was saved.

Each function is given an entry that holds a connection, read just now, and the place of the operation in it. It
returns what was saved, None where nothing was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from textual.app import App

from integrator_tui.errors import UsageError
from integrator_tui.model.entry import Draft, Entry, connection_of
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.flows.save import Saving
from integrator_tui.tui.labels import label_of, labelled_problem

if TYPE_CHECKING:
    from integrator_tui.model.connection import Operation
    from integrator_tui.tui.screens.operations.outcome import Ran
    from integrator_tui.tui.services import WorkspaceServices


class OperationSaved(NamedTuple):
    """The entry as it was saved, and the place of the operation in it; None where it was deleted."""

    entry: Entry
    at: int | None


async def new_operation(app: App[Any], workspace: WorkspaceServices, entry: Entry) -> OperationSaved | None:
    """Have a new operation described, and save it."""
    from integrator_tui.model.connection import Operation
    from integrator_tui.model.operation_edits import with_operation

    saved = _draft(entry)
    return await _edited(app, workspace, saved, *with_operation(saved, Operation()), is_new=True)


async def edit_operation(
    app: App[Any], workspace: WorkspaceServices, entry: Entry, at: int
) -> OperationSaved | None:
    """Have an operation changed, and save it."""
    return await _edited(app, workspace, _draft(entry), _draft(entry), at)


async def duplicate_operation(
    app: App[Any], workspace: WorkspaceServices, entry: Entry, at: int
) -> OperationSaved | None:
    """Begin a new operation as a copy, and save it."""
    from integrator_tui.model.operation_edits import with_copy

    return await _edited(app, workspace, _draft(entry), *with_copy(_draft(entry), at), is_new=True)


async def delete_operation(
    app: App[Any], workspace: WorkspaceServices, entry: Entry, at: int
) -> OperationSaved | None:
    """Take an operation out of its connection, after a question."""
    from integrator_tui.model.operation_edits import without_operation
    from integrator_tui.tui.form.operation_steps import deletion_question

    saved = _draft(entry)
    if await ask(app, deletion_question(saved.connection, at, saves=True)) != "delete":
        return None
    done = await Saving(app, workspace, saved.connection).save(without_operation(saved, at))
    return OperationSaved(done, None) if isinstance(done, Entry) else None


async def run_operation(
    app: App[Any], workspace: WorkspaceServices, entry: Entry, at: int, values: dict[str, str]
) -> tuple[OperationSaved | None, Ran | None]:
    """Ask for the inputs of an operation where it has some, and carry it out. Outputs that are changed there are
    saved.

    `values` are those of its inputs in this session. Returns what was saved, and where the user wants to go on,
    None each where that is nothing. Raises UsageError where something is wrong with it.
    """
    from integrator_tui.model.operation_edits import replaced
    from integrator_tui.tui.screens.operations.begin import run_operation as run

    _refuse_broken(entry, at)
    draft, last = _draft(entry), None
    before = draft.connection.operations[at]

    async def keep(operation: Operation) -> Draft | None:
        nonlocal draft, last, before
        edited = replaced(draft, before, operation)
        done = await Saving(app, workspace, draft.connection).save(edited) if edited is not None else None
        if not isinstance(done, Entry):
            return None
        draft, last, before = _draft(done), OperationSaved(done, at), operation
        return draft

    ran = await run(app, workspace, draft, before, values, keeping=keep)
    return last, ran


def _draft(entry: Entry) -> Draft:
    return Draft(connection_of(entry), entry.file, entry.revision)


def _refuse_broken(entry: Entry, at: int) -> None:
    for problem in map(labelled_problem, entry.problems):
        if problem.is_error and problem.operation == at:
            name = connection_of(entry).operations[at].name
            message = f"{name} cannot be run: {label_of(problem.field)}: {problem.message}"
            raise UsageError(message, f"{problem.hint}; Edit operation opens it")


async def _edited(
    app: App[Any], workspace: WorkspaceServices, saved: Draft, edited: Draft, at: int, *, is_new: bool = False
) -> OperationSaved | None:
    from integrator_tui.tui.form.operation_screen import OperationScreen
    from integrator_tui.tui.form.outcome import Saved, TakenFromDisk

    while True:
        screen = OperationScreen(workspace, saved, edited, at, is_new=is_new, saves=True)
        outcome = await ask(app, screen)
        screen.journal.drop()
        if isinstance(outcome, Saved):
            return OperationSaved(outcome.entry, at)
        if not isinstance(outcome, TakenFromDisk):
            return None
        # What the file says now is looked at in its place, where it still has the operation.
        name = edited.connection.operations[at].name
        found = (place for place, each in enumerate(outcome.draft.connection.operations) if each.name == name)
        saved = edited = outcome.draft
        place = next(found, None)
        if place is None:
            return None
        at, is_new = place, False
