"""What the flows of the main screen ask of it and tell it, and what several of them do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from textual.app import App

from integrator_tui.errors import InvalidFile
from integrator_tui.tui.dialogs.notices import notify_error

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection
    from integrator_tui.model.entry import Entry, Revision
    from integrator_tui.model.probe import ProbeReport
    from integrator_tui.tui.screens.requests.line import RequestLine
    from integrator_tui.tui.services import WorkspaceServices


class FlowHost(Protocol):
    """What a flow asks of the screen that it was begun on, and what it tells it."""

    @property
    def app(self) -> App[Any]: ...
    @property
    def workspace(self) -> WorkspaceServices: ...
    @property
    def selected(self) -> Entry | None: ...
    @property
    def selected_operation(self) -> int | None: ...
    @property
    def parameters(self) -> dict[str, dict[str, str]]: ...
    @property
    def first_seen(self) -> dict[str, Connection]: ...
    @property
    def request_lines(self) -> dict[str, RequestLine]: ...
    def entry_of(self, file: str) -> Entry | None: ...
    def reload(self, select: str | None = None) -> None: ...
    def note_report(self, file: str, revision: Revision, report: ProbeReport) -> None: ...
    def note_saved(self, entry: Entry, report: ProbeReport | None = None, operation: int | None = None) -> None: ...
    def note_renamed(self, before: Entry, after: Entry) -> None: ...


def unusable(entry: Entry) -> InvalidFile:
    """Return the error that says why a file cannot be used as it is."""
    problem = next((problem for problem in entry.problems if problem.stops_connection), None)
    line = f", line {problem.line}" if problem and problem.line else ""
    said = f": {problem.message}" if problem else ""
    hint = problem.hint if problem and problem.hint else "mend the file in an editor"
    return InvalidFile(f"{entry.file}{line} cannot be used as it is{said}", hint)


def refuse(host: FlowHost, entry: Entry) -> None:
    """Say why a file cannot be used as it is, and have the list say so, too."""
    error = unusable(entry)
    notify_error(host.app, error.message, error.hint, of_file=True)
    host.reload()


async def sealed(host: FlowHost, file: str) -> Entry | None:
    """Have a file reviewed and sealed; return it as it is then, None where it was left."""
    from integrator_tui.tui.flows.seal import seal

    entry = await seal(host.app, host.workspace, file, host.first_seen.get(file))
    if entry is not None:
        host.note_saved(entry)
    return entry
