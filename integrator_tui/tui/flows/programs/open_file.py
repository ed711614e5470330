"""The file of a draft in the user's editor, at the line of a field, and what it says afterwards."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from textual.app import App

from integrator_tui.errors import UsageError
from integrator_tui.tui.dialogs.notices import notify_error
from integrator_tui.tui.flows.programs.editor import open_in_editor
from integrator_tui.tui.labels import labelled_problem

if TYPE_CHECKING:
    from integrator_tui.model.entry import Draft, Entry
    from integrator_tui.tui.services import WorkspaceServices


async def opened_in_editor(app: App[Any], workspace: WorkspaceServices, draft: Draft, field: str) -> Entry | None:
    """Open the file of a draft at the line of a dotted key, and return what it says afterwards.

    Problems that it has then are told, and an editor that cannot be started or failed; None where there is no file.
    """
    if draft.file is None:
        app.notify("there is no file yet: save the connection first", markup=False)
        return None
    entry: Entry = await asyncio.to_thread(workspace.catalog.entry, draft.file)
    line = await asyncio.to_thread(workspace.catalog.line_of, draft.file, field) if field else None
    try:
        open_in_editor(app, workspace, entry, line)
    except UsageError as error:
        notify_error(app, error.message, error.hint, of_file=True)
    now: Entry = await asyncio.to_thread(workspace.catalog.entry, draft.file)
    for problem in map(labelled_problem, now.problems[:3]):
        if problem.is_error:
            where = f"{draft.file}:{problem.line}" if problem.line else draft.file
            notify_error(app, f"{where}: {problem.message}", problem.hint, of_file=True)
    return now
