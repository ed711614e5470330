"""What the main screen does with the files of connections: names, places, editors, removal, and taking it back."""

from __future__ import annotations

import asyncio

from integrator_tui.errors import UsageError
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.notices import say_lost
from integrator_tui.tui.dialogs.question import QuestionAnswer, question
from integrator_tui.tui.flows.passphrase import unlocked
from integrator_tui.tui.labels import labelled_problem
from integrator_tui.tui.main.flows.host import FlowHost, sealed

_WITH_FILE = "Rename with file"


class FileFlows:
    """Flows over the files of one workspace; each runs in a worker of the screen."""

    def __init__(self, screen: FlowHost) -> None:
        self._screen = screen
        self._workspace = screen.workspace

    async def rename(self, entry: Entry) -> None:
        """Ask for another name until one can be taken, and give it."""
        from integrator_tui.tui.dialogs.prompt import name_prompt

        name, note = entry.name, ""
        while True:
            prompt = name_prompt(f"Rename {entry.name}", name, "Rename", note, other=_WITH_FILE)
            answer = await ask(self._screen.app, prompt)
            name = answer["name"].strip() if answer else ""
            with_file = answer is not None and answer.get("button") == _WITH_FILE
            if not name or (name == entry.name and not with_file):
                return
            note = self._wrong_name(entry, name)
            if not note:
                break
        rename = self._workspace.places.rename
        renamed = await unlocked(self._screen.app, self._workspace, rename, entry, name, with_file=with_file)
        say_lost(self._screen.app, self._workspace)
        self._screen.note_renamed(entry, renamed)

    async def move(self, entry: Entry) -> None:
        """Ask for a folder, and move the file there."""
        from integrator_tui.tui.flows.places import moved

        for before, after in await moved(self._screen.app, self._workspace, (entry,)):
            self._screen.note_renamed(before, after)

    async def new_folder(self) -> None:
        """Ask for a name, and make a folder beside what is selected."""
        from integrator_tui.tui.flows.places import new_folder

        entry = self._screen.selected
        await new_folder(self._screen.app, self._workspace, entry.group if entry is not None else "")

    async def delete(self, entry: Entry) -> None:
        """Remove the file, after a question that says who else needs it."""
        from integrator_tui.tui.main.flows.marked import unusable_without

        kept = await asyncio.to_thread(self._workspace.undo.keeps, entry.file)
        back = "Undo last change brings it back, for 24 hours." if kept else "It cannot be undone here."
        stages = await asyncio.to_thread(self._workspace.extensions.extending, entry.file)
        dialog = question(
            f"Delete {entry.name}",
            f"This removes the file {entry.file} and the secrets in it. {unusable_without(stages)}{back}",
            (QuestionAnswer("Cancel", "cancel"), QuestionAnswer("Delete", "delete", "danger")),
        )
        if await ask(self._screen.app, dialog) == "delete":
            await asyncio.to_thread(self._workspace.editor.delete, entry)
            say_lost(self._screen.app, self._workspace)
            self._screen.reload()

    async def undo(self) -> None:
        """Take back the last change, after a question where that removes a file."""
        undo = self._workspace.undo
        change = await asyncio.to_thread(undo.last)
        if change.makes_file:
            # What was typed there is nowhere else.
            files = ", ".join(part.file for part in change.files)
            dialog = question(
                f"Undo the {change.what} of {change.name}",
                f"It made the file {files}, which is removed again, and the secrets in it. That cannot be undone.",
                (QuestionAnswer("Cancel", "cancel"), QuestionAnswer("Remove the file", "undo", "danger")),
            )
            if await ask(self._screen.app, dialog) != "undo":
                return
        try:
            undone = await asyncio.to_thread(undo.undo)
        finally:
            self._screen.reload()
        self._screen.app.notify(visible(undone.words, limit=500), timeout=6, markup=False)
        self._screen.reload(next(iter(undone.restored), None))

    async def open_editor(self, entry: Entry) -> None:
        """Open the file in the user's editor, at its first problem."""
        from integrator_tui.tui.flows.programs.editor import open_in_editor

        if entry.is_folder:
            raise UsageError(f"{entry.file} cannot be looked into", "give yourself the right to that folder")
        try:
            open_in_editor(self._screen.app, self._workspace, entry)
        finally:
            self._screen.reload(entry.file)

    async def edit_text(self, entry: Entry) -> None:
        """Have the file changed, decrypted, in the user's editor."""
        from integrator_tui.tui.flows.programs.editor import edit_as_text

        now: Entry = await asyncio.to_thread(self._workspace.catalog.entry, entry.file)
        saved = await edit_as_text(self._screen.app, self._workspace, now)
        if saved is not None:
            say_lost(self._screen.app, self._workspace)
            self._screen.note_saved(saved)

    async def export(self, entry: Entry) -> None:
        """Write the connection for another tool, after a look at the text."""
        from integrator_tui.tui.main.flows.documents import export

        await export(self._screen, (entry,))

    async def seal(self, entry: Entry) -> None:
        """Have the file reviewed, and sealed to what it says now."""
        await sealed(self._screen, entry.file)

    def _wrong_name(self, entry: Entry, name: str) -> str:
        """Say why the connection cannot have this name; empty where it can."""
        if entry.connection is None:
            return ""
        draft = Draft(entry.connection.model_copy(update={"name": name}), entry.file, entry.revision)
        wrong = (problem for problem in self._workspace.editor.problems(draft) if problem.field == "name")
        told = (labelled_problem(problem) for problem in wrong if problem.is_error)
        return next((f"✗ {problem.message}: {problem.hint}" for problem in told), "")
