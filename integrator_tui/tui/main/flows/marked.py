"""What is done to all marked connections: one question that says how many, and one word of how it went."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from textual.app import App

from integrator_tui.errors import IntegratorError
from integrator_tui.model.text import counted, visible
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.notices import notify_error, say_lost
from integrator_tui.tui.dialogs.question import QuestionAnswer, QuestionScreen
from integrator_tui.tui.flows.places import moved as moved_to_folder
from integrator_tui.tui.widgets.sheet import SheetGroup, SheetLine

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry
    from integrator_tui.tui.services import WorkspaceServices

_NAMED: Final = 8
"""Names that a question shows; of more it says how many."""


class MarkedHost(Protocol):
    """What is asked of the screen whose connections are marked."""

    @property
    def app(self) -> App[Any]: ...
    @property
    def workspace(self) -> WorkspaceServices: ...
    def entry_of(self, file: str) -> Entry | None: ...
    def reload(self, select: str | None = None) -> None: ...
    def note_moved(self, moved: Sequence[tuple[Entry, Entry]]) -> None: ...


class MarkedFlows:
    """Flows over the marked connections of a screen."""

    def __init__(self, screen: MarkedHost, files: Sequence[str]) -> None:
        self._screen = screen
        self._workspace = screen.workspace
        self._entries = [entry for file in files if (entry := screen.entry_of(file)) is not None]

    async def delete(self) -> None:
        """Remove the files, after a question."""
        undo = self._workspace.undo
        kept = await asyncio.to_thread(lambda: [undo.keeps(entry.file) for entry in self._entries])
        back = (
            "Undo last change brings them back one by one, for 24 hours."
            if all(kept)
            else "Not all of them can be brought back."
        )
        count, extensions = len(self._entries), self._workspace.extensions
        going = {entry.file for entry in self._entries}
        stages = await asyncio.to_thread(lambda: [extensions.extending(file) for file in going])
        staying = sorted({file for files in stages for file in files} - going)
        text = f"This removes {counted(count, 'file')} and the secrets in them."
        text = f"{text} {unusable_without(staying, 'them')}{back}"
        if await self._asked(f"Delete {counted(count, 'connection')}", text, "Delete") == "yes":
            await self.each("deleted", self._workspace.editor.delete)
            say_lost(self._screen.app, self._workspace)

    async def move(self) -> None:
        """Ask for a folder, and move the files there."""
        moved = await moved_to_folder(self._screen.app, self._workspace, self._entries)
        if moved:
            self._screen.note_moved(moved)
            self._say(len(moved), "moved")

    async def export(self) -> None:
        """Write them for another tool."""
        from integrator_tui.tui.main.flows.documents import export

        await export(self._screen, self._entries)

    async def _asked(self, title: str, text: str, answer: str) -> str | None:
        names = [SheetLine("", visible(entry.name, limit=200), "strong") for entry in self._entries[:_NAMED]]
        if len(self._entries) > _NAMED:
            names.append(SheetLine("", f"and {len(self._entries) - _NAMED:,} more", "muted"))
        groups = (SheetGroup("", (SheetLine("", text),)), SheetGroup("", tuple(names)))
        answers = (QuestionAnswer("Cancel", "cancel"), QuestionAnswer(answer, "yes", "danger"))
        return await ask(self._screen.app, QuestionScreen(title, groups, answers))

    async def each(self, done: str, call: Callable[[Entry], object]) -> None:
        """Call for each entry, one after the other, in a thread; say how many were `done`, and why others were
        not."""
        failed: list[IntegratorError] = []
        try:
            for entry in self._entries:
                try:
                    await asyncio.to_thread(call, entry)
                except IntegratorError as error:
                    failed.append(error)
        finally:
            self._screen.reload()
        succeeded = len(self._entries) - len(failed)
        if succeeded:
            self._say(succeeded, done)
        if failed:
            more = f" (and {len(failed) - 1:,} more)" if len(failed) > 1 else ""
            notify_error(self._screen.app, f"{failed[0].message}{more}", failed[0].hint)

    def _say(self, count: int, done: str) -> None:
        self._screen.app.notify(f"{counted(count, 'connection')} {done}.", timeout=5, markup=False)


def unusable_without(files: Sequence[str], what: str = "it") -> str:
    """Return, before the files that these extend go, what becomes of them, as a sentence and a blank; empty where
    there are none."""
    if not files:
        return ""
    named = ", ".join(visible(file, limit=200) for file in files[:_NAMED])
    more = f" and {len(files) - _NAMED:,} more" if len(files) > _NAMED else ""
    verb = "extends" if len(files) == 1 else "extend"
    return f"{counted(len(files), 'file')} {verb} {what} and cannot be used without {what}: {named}{more}. "
