"""A connection in the user's editor: its file as it lies on disk, or its text with the checks of a save.

Nothing that was typed is lost: what cannot be saved is told, and the editor opens again with it until it can be, or
its user discards it.
"""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App

from integrator_tui.errors import ChangedOnDisk, IntegratorError, LockedError, UnpinnedRecipient
from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.question import QuestionAnswer, QuestionScreen, question
from integrator_tui.tui.flows.passphrase import unlocked
from integrator_tui.tui.flows.programs.lent_terminal import lend
from integrator_tui.tui.flows.recipients import agreed
from integrator_tui.tui.flows.save import Saving
from integrator_tui.tui.widgets.sheet import SheetGroup, SheetLine

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry
    from integrator_tui.tui.services import WorkspaceServices
    from integrator_tui.workspace import NotedText, ReadBack, TextEdit

_HINT = "edit it in another terminal: integrator-tui edit"
_AGAIN = QuestionAnswer("Edit again", "again", "primary")
_DISCARD = QuestionAnswer("Discard what was typed", "discard", "danger")


def open_in_editor(app: App[Any], workspace: WorkspaceServices, entry: Entry, line: int | None = None) -> None:
    """Open the file of an entry as it lies on disk, at a line, or at its first problem; nothing is rewritten.

    The caller reads it again. Raises UsageError where the editor fails.
    """
    first = next((problem.line for problem in entry.problems if problem.line), None)
    lend(app, partial(workspace.texts.open_file, entry.file, line or first), hint=_HINT)


def in_editor(
    app: App[Any], workspace: WorkspaceServices, shown: NotedText, name: str, *, suffix: str = ".yaml"
) -> str:
    """Return a text as the editor left it; raises what `Texts.in_editor` raises."""
    told: list[Path] = []
    text = lend(app, partial(workspace.texts.in_editor, shown, name, told.append, suffix=suffix), hint=_HINT)
    for folder in told:
        words = f"There is no folder in memory: until the editor ended the text lay in {visible(str(folder))}"
        app.notify(words, severity="warning", timeout=8, markup=False)
    return text


async def edit_as_text(app: App[Any], workspace: WorkspaceServices, entry: Entry) -> Entry | None:
    """Have a connection edited as text, decrypted, and save it; return it, or None where nothing was saved."""
    edit = await unlocked(app, workspace, workspace.texts.opened, entry)
    return await _TextFlow(app, workspace, edit, entry).run()


class _TextFlow:
    """One edit, from the first look at the text to a save or to nothing."""

    def __init__(self, app: App[Any], workspace: WorkspaceServices, edit: TextEdit, entry: Entry) -> None:
        self._app = app
        self._workspace = workspace
        self._edit = edit
        self._entry = entry

    async def run(self) -> Entry | None:
        from integrator_tui.workspace import noted

        shown = noted(self._edit.copy.text, self._edit.notes, self._edit.problems)
        typed = ""
        while True:
            outcome: Entry | _Again | None
            try:
                text = shown.stripped(in_editor(self._app, self._workspace, shown, self._edit.name))
            except IntegratorError as error:
                if not typed:
                    raise
                # What was typed before this editor failed is here still.
                outcome = await self._failed(typed, error)
            else:
                if text == self._edit.copy.text:
                    return None
                typed, outcome = text, await self._taken(text)
            if not isinstance(outcome, _Again):
                return outcome
            shown = outcome.shown

    async def _taken(self, text: str) -> Entry | _Again | None:
        """Save a text, or ask what is to become of it."""
        from integrator_tui.workspace import noted

        read = self._workspace.texts.read_back(self._edit, text)
        if read.problems or read.draft is None:
            lines = [SheetLine(problem.field, f"✗ {problem.message}", "bad") for problem in read.problems]
            if not await self._again("Not saved", lines):
                return None
            return _Again(noted(text, (f"Not saved: {len(read.problems)} to mend.",), read.problems))
        try:
            return await self._saved(read)
        except ChangedOnDisk as error:
            return await self._settled(text, read, error)
        except _NotYet:
            return _Again(noted(text, ()))
        except UnpinnedRecipient as error:
            return await self._failed(text, error)
        except LockedError as error:
            if read.draft.typed:
                return await self._failed(text, error)
            return await self._left_unsealed(text, read, error)
        except IntegratorError as error:
            return await self._failed(text, error)

    async def _saved(self, read: ReadBack, *, overwrite: bool = False) -> Entry:
        assert read.draft is not None
        await self._settle_removed(read)
        saving = Saving(self._app, self._workspace, read.draft.connection)
        if not await saving.has_identity(read.draft):
            raise _NotYet
        save = self._workspace.texts.save
        return await agreed(self._app, self._workspace, read.draft.file, save, read, overwrite=overwrite)

    async def _settle_removed(self, read: ReadBack) -> None:
        """Ask before a stored secret goes."""
        if not read.removed:
            return
        names = ", ".join(visible(name) for name in read.removed)
        text = (
            f"The text does not hold what is stored under {names}.\nUndo last change brings it back, for 24 hours."
        )
        answers = (QuestionAnswer("Remove", "remove", "danger"), _AGAIN)
        if await ask(self._app, question("Remove stored secrets", text, answers)) != "remove":
            raise _NotYet

    async def _again(self, title: str, lines: list[SheetLine]) -> bool:
        """Tell what is wrong, and return whether the editor is to open again; Esc opens it too."""
        dialog = QuestionScreen(title, (SheetGroup("", tuple(lines)),), (_AGAIN, _DISCARD))
        return await ask(self._app, dialog) != "discard"

    async def _failed(self, text: str, error: IntegratorError) -> _Again | None:
        from integrator_tui.workspace import noted

        lines = [SheetLine("", f"✗ {error.message}", "bad"), SheetLine("hint", error.hint)]
        if not await self._again("Not saved", lines[: 1 + bool(error.hint)]):
            return None
        return _Again(noted(text, (f"Not saved: {error.message}",)))

    async def _left_unsealed(self, text: str, read: ReadBack, error: LockedError) -> Entry | _Again | None:
        words = (
            f"{error.message}\n{error.hint}\nThe plain fields can be saved all the same. No secret of this file "
            "leaves the machine then until somebody who can open it seals it again."
        )
        answers = (_AGAIN, QuestionAnswer("Save without sealing", "save", "danger"), _DISCARD)
        answer = await ask(self._app, question("The secrets stay closed", words, answers))
        if answer == "save":
            return await unlocked(self._app, self._workspace, self._workspace.texts.save, read, seal=False)
        return None if answer == "discard" else await self._failed(text, error)

    async def _settled(self, text: str, read: ReadBack, error: ChangedOnDisk) -> Entry | _Again | None:
        """Show both versions, and have one chosen, or the text edited again."""
        from integrator_tui.workspace import noted

        told = await self._differences(read)
        rows = [SheetLine(field, f"on disk: {there}\nyours:   {mine}") for field, there, mine in told]
        groups = (SheetGroup("", (SheetLine("", error.message),)), SheetGroup("Differences", tuple(rows)))
        answers = (
            _AGAIN,
            QuestionAnswer("Save mine", "mine", "danger"),
            QuestionAnswer("Take the file's", "theirs", "danger"),
        )
        answer = await ask(self._app, QuestionScreen("The file changed on disk", groups, answers))
        if answer == "theirs":
            return None
        if answer == "mine":
            try:
                return await self._saved(read, overwrite=True)
            except IntegratorError as failed:
                return await self._failed(text, failed)
        return _Again(noted(text, (f"Not saved: {error.message}.", *_beside(told))))

    async def _differences(self, read: ReadBack) -> tuple[tuple[str, str, str], ...]:
        try:
            return await asyncio.to_thread(self._workspace.texts.differences, read)
        except IntegratorError as error:
            return (("on disk", error.message, "as you typed it"),)


def _beside(told: tuple[tuple[str, str, str], ...]) -> list[str]:
    return [f"{field}: {there} | {mine}" for field, there, mine in told]


class _NotYet(Exception):
    """The user wants to go on editing."""


class _Again:
    """The text as it is shown once more."""

    def __init__(self, shown: NotedText) -> None:
        self.shown = shown
