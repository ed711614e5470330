"""What the main screen does with requests: the request line of a connection, and what was kept in it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Protocol

from textual.app import App

from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import ask

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection, Operation
    from integrator_tui.tui.screens.requests.line import RequestLine
    from integrator_tui.tui.services import WorkspaceServices


class RequestHost(Protocol):
    """What these flows ask of the screen that they were begun on, and what they tell it."""

    @property
    def app(self) -> Any: ...
    @property
    def workspace(self) -> WorkspaceServices: ...
    @property
    def parameters(self) -> dict[str, dict[str, str]]: ...
    @property
    def request_lines(self) -> dict[str, RequestLine]: ...
    def note_saved(self, entry: Entry) -> None: ...


async def request(
    host: RequestHost, entry: Entry, draft: Draft, seal: Callable[[], Coroutine[Any, Any, Entry | None]]
) -> str | None:
    """Open the request line of a connection; return the field of its form that is to be edited, None for none."""
    from integrator_tui.tui.screens.requests.line import RequestLeft, RequestLine
    from integrator_tui.tui.screens.requests.screen import RequestScreen

    line = host.request_lines.get(entry.file) or RequestLine()
    remembered = host.parameters.setdefault(entry.file, {})
    left: RequestLeft | None = await ask(
        host.app, RequestScreen(host.workspace, draft, line, remembered, seal=seal)
    )
    if left is None:
        return None
    host.request_lines[entry.file] = left.line
    if left.saved is not None:
        host.note_saved(left.saved)
    return left.edit_at


async def keep_filter(
    host: RequestHost, draft: Draft, sent: Operation, expression: str
) -> tuple[Draft, Operation] | None:
    """Keep an expression as an output; return the draft and the operation as they are stored then."""
    from integrator_tui.tui.screens.requests.keeping import keep_output

    kept = await keep_output(host.app, host.workspace, draft, sent, expression)
    if kept is None or kept.entry.connection is None:
        return None
    host.note_saved(kept.entry)
    return Draft(kept.entry.connection, kept.entry.file, kept.entry.revision), kept.operation


def copy_link(app: App[Any], connection: Connection) -> None:
    """Copy the address of the documentation of an API, or say that there is none."""
    from integrator_tui.tui.widgets.copied import COPIED

    link = connection.documentation_link
    if not link:
        app.notify("there is no API Documentation Link: e edits it", markup=False)
        return
    app.copy_to_clipboard(link)
    app.notify(f"{visible(link, limit=200)} {COPIED}", timeout=4, markup=False)
