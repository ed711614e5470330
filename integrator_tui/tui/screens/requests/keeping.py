"""A request, or a filter of its answer, kept in the file of its connection: as an operation, or an output of one.

Each asks for names, and writes through the editor service with all that a save checks and asks about.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from textual.app import App

from integrator_tui.errors import InvalidFile
from integrator_tui.model.connection import Connection, Operation, Output
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.fields import field
from integrator_tui.model.parameters import request_templates
from integrator_tui.model.pasted_request import suggested_name
from integrator_tui.model.template import parse
from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.notices import say_lost
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.flows.passphrase import unlocked
from integrator_tui.tui.flows.save import Saving
from integrator_tui.tui.labels import labelled_problem
from integrator_tui.tui.widgets.fields.labelled import Label

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices

_OPERATION: Final = Label(field("operations[].name").label, "operation", required=True)
_OUTPUT: Final = Label("Output Name", "output", required=True)
_NAME: Final = re.compile(r"(?!(?<![.\w])(?:body|headers|statusCode|JSON|Object|Math)\b)\b[A-Za-z_]\w*")
_PARAMETER: Final = re.compile(r"([A-Za-z_]\w*)\)?\s*=>")
"""The parameter of an arrow function, which names no data."""


class KeptOperation(NamedTuple):
    """An operation that was written, and the entry of its file as it is now."""

    entry: Entry
    operation: Operation


async def keep_operation(
    app: App[Any], workspace: WorkspaceServices, draft: Draft, sent: Operation
) -> KeptOperation | None:
    """Keep a request as an operation of its connection; None where it was left. Raises what a save raises."""
    entry, connection = await _stored(app, workspace, draft)
    values: Mapping[str, str] = {"operation": sent.name or suggested_name(sent)}
    note = f"It becomes an operation of {visible(connection.name, limit=60)}, written into {visible(entry.file)}."
    while True:
        screen = PromptScreen("Keep as operation", (_OPERATION,), note=note, values=values, button="Keep")
        answer = await ask(app, screen)
        if answer is None:
            return None
        values = answer
        made = sent.model_copy(update={"name": answer["operation"].strip()})
        wrong = _wrong(workspace, entry, connection, made)
        if not wrong:
            return await _saved(app, workspace, entry, draft, (*connection.operations, made), made)
        note = wrong


async def keep_output(
    app: App[Any], workspace: WorkspaceServices, draft: Draft, sent: Operation, expression: str
) -> KeptOperation | None:
    """Keep an expression as an output of the operation that was sent, or of a new one made of the request."""
    entry, connection = await _stored(app, workspace, draft)
    place = next((at for at, own in enumerate(connection.operations) if own == sent), None)
    labels = (_OUTPUT,) if place is not None else (_OUTPUT, _OPERATION)
    values: Mapping[str, str] = {
        "output": suggested_output(expression),
        "operation": sent.name or suggested_name(sent),
    }
    of = f"the operation {visible(sent.name, limit=60)}" if place is not None else "a new operation of this request"
    note = f"{visible(expression, limit=120)} becomes an output of {of}."
    while True:
        answer = await ask(app, PromptScreen("Keep as output", labels, note=note, values=values, button="Keep"))
        if answer is None:
            return None
        values = {**values, **answer}
        output = Output(name=values["output"].strip(), value=expression)
        made = sent.model_copy(
            update={
                "outputs": (*sent.outputs, output),
                "name": sent.name if place is not None else values["operation"].strip(),
            }
        )
        wrong = _wrong_output(sent, output) or _wrong(workspace, entry, connection, made, place)
        if not wrong:
            operations = _with(connection.operations, made, place)
            return await _saved(app, workspace, entry, draft, operations, made, output.name)
        note = wrong


def _with(operations: Sequence[Operation], made: Operation, place: int | None) -> tuple[Operation, ...]:
    if place is None:
        return (*operations, made)
    return (*operations[:place], made, *operations[place + 1 :])


async def _stored(app: App[Any], workspace: WorkspaceServices, draft: Draft) -> tuple[Entry, Connection]:
    """The file as it is now: it is what the operation is added to."""
    assert draft.file is not None, "only a connection that has a file keeps operations"
    entry: Entry = await asyncio.to_thread(workspace.catalog.entry, draft.file)
    if entry.closed is not None:
        entry = await unlocked(app, workspace, workspace.catalog.opened, entry)
    if entry.connection is None:
        problem = entry.problems[0] if entry.problems else None
        raise InvalidFile(f"{entry.file} cannot be read", problem.message if problem else "mend the file")
    return entry, entry.connection


def _wrong_output(sent: Operation, output: Output) -> str:
    if not output.name:
        return "✗ Output Name is required"
    if any(own.name == output.name for own in sent.outputs):
        return f"✗ the operation has an output {visible(output.name, limit=60)} already: choose another name"
    return ""


def _wrong(
    workspace: WorkspaceServices, entry: Entry, connection: Connection, made: Operation, place: int | None = None
) -> str:
    """Say why an operation cannot be kept so; empty where it can."""
    if not made.name:
        return "✗ Operation Name is required"
    if place is None and any(own.name == made.name for own in connection.operations):
        return f"✗ there is an operation {visible(made.name, limit=60)} already: choose another name"
    operations = _with(connection.operations, made, place)
    at = len(operations) - 1 if place is None else place
    changed = connection.model_copy(update={"operations": operations})
    problems = workspace.editor.problems(Draft(changed, entry.file, entry.revision))
    wrong = next((problem for problem in problems if problem.is_error and problem.operation == at), None)
    if wrong is None:
        return ""
    told = labelled_problem(wrong)
    return f"✗ {told.message}: {told.hint}" if told.hint else f"✗ {told.message}"


async def _saved(
    app: App[Any],
    workspace: WorkspaceServices,
    entry: Entry,
    draft: Draft,
    operations: tuple[Operation, ...],
    made: Operation,
    output: str = "",
) -> KeptOperation | None:
    """Write the operations, and the typed secrets that the one that was made needs."""
    connection = entry.connection
    assert connection is not None
    named = {name for _, text in request_templates(made, "operation") for name in parse(text).names}
    typed = {
        name: value for name, value in draft.typed.items() if name in named and name not in connection.secret_names
    }
    changed = connection.model_copy(update={"operations": operations, "secrets": (*connection.secrets, *typed)})
    to_save = Draft(changed, entry.file, entry.revision, typed)
    saved = await Saving(app, workspace, connection).save(to_save)
    if not isinstance(saved, Entry):
        return None
    say_lost(app, workspace)
    name = visible(made.name, limit=60)
    what = (
        f"{visible(output, limit=60)} is an output of the operation {name}" if output else f"{name} is an operation"
    )
    app.notify(f"{what} of {visible(saved.name, limit=60)}", timeout=6, markup=False)
    return KeptOperation(saved, made)


def suggested_output(expression: str) -> str:
    """A name for an output: the first one in its expression that stands for data of the answer."""
    parameters = _PARAMETER.findall(expression)
    names = [name for name in _NAME.findall(expression) if name not in _NO_NAMES and name not in parameters]
    return names[0] if names else ""


_NO_NAMES: Final = frozenset("current map filter find length parse keys values entries".split())
