"""Documents that become connections, from the main screen: asked for, or pasted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from textual.app import App

from integrator_tui.tui.flows.importing import ImportFlow

if TYPE_CHECKING:
    from integrator_tui.model.entry import Draft, Entry
    from integrator_tui.tui.services import WorkspaceServices

ASKED: Final = {
    "import": (
        "Import",
        "The path of a document, or its text. You see what comes of it before anything is written.",
    ),
    "document": ("From a document", "The path of a document (OpenAPI, Postman, .http), or its text."),
    "export": ("From an Integrator export", "The path of an export, or its JSON."),
}
"""Title and first words of the question for a document, by what was chosen."""


class DocumentHost(Protocol):
    """What is asked of the screen that a document is taken into."""

    @property
    def app(self) -> App[Any]: ...
    @property
    def workspace(self) -> WorkspaceServices: ...
    def reload(self, select: str | None = None) -> None: ...


async def take(screen: DocumentHost, folder: str, *, kind: str = "import", text: str = "") -> Draft | None:
    """Import a document, the one that was pasted where there is a `text`, into a folder unless another is chosen.

    Returns the connection that the form is to begin with, None where there is none.
    """
    flow = ImportFlow(screen.app, screen.workspace, folder)
    taken = await flow.of_text(text, pasted=True) if text else await flow.asked(*ASKED[kind])
    if taken is not None and taken.draft is None:
        screen.reload(taken.files[0] if taken.files else None)
    return taken.draft if taken is not None else None


async def export(screen: DocumentHost, entries: Sequence[Entry]) -> None:
    """Write connections for another tool, after a look at the text."""
    from integrator_tui.tui.flows.exporting import ExportFlow

    await ExportFlow(screen.app, screen.workspace, entries).run()
