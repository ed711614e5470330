"""A curl command as a new connection: offered where one is pasted, asked for from New Connection.

The offer shows method, host and the names of headers, never a value: a paste may hold a password.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from textual.app import App

from integrator_tui.errors import IntegratorError, UsageError
from integrator_tui.model.entry import Draft
from integrator_tui.model.fields import AUTH_LABELS
from integrator_tui.model.headers import credentials_header
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.question import QuestionAnswer, QuestionScreen
from integrator_tui.tui.widgets.fields.body_editor import KINDS as BODY_KINDS
from integrator_tui.tui.widgets.sheet import SheetGroup, SheetLine

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices
    from integrator_tui.workspace import Imported

_MOST_REMARKS = 6


async def asked(app: App[Any], workspace: WorkspaceServices) -> Draft | None:
    """Ask for a curl command until there is one, and offer it; return what the form is to begin with."""
    from integrator_tui.tui.dialogs.text_prompt import TextPromptScreen

    text, note = "", "Paste it here. Nothing of it is run, and nothing is saved before the form is."
    while True:
        given = await ask(app, TextPromptScreen("From a curl command", "Command", text=text, note=note))
        if given is None:
            return None
        try:
            imported = await asyncio.to_thread(_read, workspace, given)
        except IntegratorError as error:
            text, note = given, f"✗ {error.message}: {error.hint}"
            continue
        return await _offer(app, imported)


async def offered(
    app: App[Any], workspace: WorkspaceServices, text: str, *, replaces: bool = False
) -> Draft | None:
    """Offer a curl command that was pasted; return what the form is to begin with, None where it is not wanted.

    `replaces` says that something typed would give way to it. Raises UsageError for one that cannot be read.
    """
    return await _offer(app, await asyncio.to_thread(_read, workspace, text), replaces=replaces)


def _read(workspace: WorkspaceServices, text: str) -> Imported:
    imported = workspace.imports.curl(text)
    if not imported.connections:
        hint = "write the host in place of the variable" if imported.open else "see docs/imports.md"
        raise UsageError(f"no connection comes of this curl command: {imported.why_empty}", hint)
    return imported


async def _offer(app: App[Any], imported: Imported, *, replaces: bool = False) -> Draft | None:
    answers = (QuestionAnswer("Use it", "use", "primary"), QuestionAnswer("Cancel", "cancel"))
    screen = QuestionScreen("New Connection from a curl command", _groups(imported, replaces=replaces), answers)
    if await ask(app, screen) != "use":
        return None
    first = imported.connections[0]
    return Draft(first.connection, typed=dict(first.secrets))


def _groups(imported: Imported, *, replaces: bool) -> tuple[SheetGroup, ...]:
    connection = imported.connections[0].connection
    operation = connection.operations[0] if connection.operations else None
    own = credentials_header(connection)
    headers = operation.headers if operation else connection.headers
    body = operation.body if operation else None
    # What says how the body is written stands with the body.
    told = (name for name, _ in headers if body is None or name.lower() != "content-type")
    names = dict.fromkeys((own, *told))
    lines = [
        SheetLine("Method", operation.method if operation else "GET"),
        SheetLine("Host", connection.base_url),
        SheetLine("Authentication", AUTH_LABELS[connection.auth.type]),
        SheetLine("Headers", ", ".join(name for name in names if name) or "none"),
        *((SheetLine("Body", dict(BODY_KINDS)[body.kind]),) if body is not None else ()),
        SheetLine("Becomes", "an operation" if operation else "the test path"),
    ]
    if len(connection.operations) > 1 or len(imported.connections) > 1:
        count = sum(max(1, len(found.connection.operations)) for found in imported.connections)
        lines.append(
            SheetLine("", f"{count} requests; import curl on the command line takes those of other hosts too")
        )
    if replaces:
        lines.append(SheetLine("", "What was typed in the form gives way to it.", "warn"))
    remarks = [SheetLine("", remark.text) for remark in imported.remarks[:_MOST_REMARKS]]
    if len(imported.remarks) > _MOST_REMARKS:
        remarks.append(SheetLine("", f"and {len(imported.remarks) - _MOST_REMARKS} more"))
    groups = (SheetGroup("", tuple(lines)),)
    return (*groups, SheetGroup("Different from curl", tuple(remarks))) if remarks else groups
