"""Where connections lie: a folder is chosen, or made, and files are moved there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from textual.app import App

from integrator_tui.errors import IntegratorError
from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.dialogs.notices import notify_error, say_lost
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.flows.passphrase import unlocked
from integrator_tui.tui.widgets.fields.labelled import Label
from integrator_tui.tui.widgets.menu_list import MenuItem

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry
    from integrator_tui.tui.services import WorkspaceServices

_NEW: Final = "new folder"  # no folder of a workspace has this id: those begin with a slash


async def moved(
    app: App[Any], workspace: WorkspaceServices, entries: Sequence[Entry]
) -> tuple[tuple[Entry, Entry], ...]:
    """Ask for a folder and move the files of these entries there; return those that moved, before and after.

    What cannot be moved is told, and the others move all the same.
    """
    title = f"Move {entries[0].name}" if len(entries) == 1 else f"Move {len(entries)} connections"
    folder = await folder_chosen(app, workspace, title, entries[0].group if len(entries) == 1 else None)
    if folder is None:
        return ()
    done = []
    for entry in entries:
        try:
            now = await unlocked(app, workspace, workspace.places.move, entry, folder)
        except IntegratorError as error:
            if len(entries) == 1:
                raise
            notify_error(app, f"{entry.file}: {error.message}", error.hint)
        else:
            say_lost(app, workspace)
            done += [(entry, now)] if now.file != entry.file else []
    return tuple(done)


async def folder_chosen(app: App[Any], workspace: WorkspaceServices, title: str, current: str | None) -> str | None:
    """Ask which folder of the workspace is meant, or have one made; return it, empty for the top, or None."""
    folders = await asyncio.to_thread(workspace.places.folders)
    named = [("", "(top of the workspace)"), *((folder, visible(folder)) for folder in folders)]
    items = [
        MenuItem(f"/{folder}", words, "it lies here" if folder == current else "", available=folder != current)
        for folder, words in named
    ]
    items.append(MenuItem(_NEW, "New folder"))
    chosen = await ask(app, MenuScreen(title, items))
    if chosen == _NEW:
        return await new_folder(app, workspace, current or "")
    return chosen[1:] if chosen is not None else None


async def new_folder(app: App[Any], workspace: WorkspaceServices, beside: str) -> str | None:
    """Ask for the name of a folder and make it; return it, or None where the user left."""
    name, note = f"{beside}/" if beside else "", "A folder below the workspace; a slash stands between two."
    while True:
        label = Label("Folder", "folder", required=True)
        prompt = PromptScreen("New folder", (label,), note=note, values={"folder": name}, button="Make it")
        answer = await ask(app, prompt)
        name = answer["folder"].strip() if answer else ""
        if not name:
            return None
        try:
            folder = workspace.places.folder(name)
            is_new = await asyncio.to_thread(workspace.places.make_folder, folder)
        except IntegratorError as error:
            note = f"✗ {error.message}: {error.hint}"
            continue
        words = f"Made the folder {visible(folder)}" if is_new else f"{visible(folder)} is there already"
        app.notify(words, timeout=4, markup=False)
        return folder
