"""A connection in the user's editor, again and again until it can be saved or its user gives up.

Rules: nothing that was typed is lost on a mistake: the editor opens again with what is wrong above the text. A text
that comes back as it was shown is not saved. Off a terminal there is nobody to look at a file that changed
meanwhile: it is left as it is, and the edited version is kept beside it. An editor that changes a text there each
time it is run is not run for ever.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from integrator_tui.cli.editing.saving import saved
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.prompts.questions import can_ask
from integrator_tui.errors import ChangedOnDisk, IntegratorError, InvalidFile, SaveError, UsageError
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.text import counted, visible

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry
    from integrator_tui.workspace import NotedText, ReadBack, TextEdit, Workspace

_MOST: Final = 20
"""Times that an editor is run off a terminal."""


def edited(
    workspace: Workspace, passphrases: Passphrases, output: Console, edit: TextEdit, line: int = 1
) -> Entry | None:
    """Have a connection edited and save it; return it, or None where nothing was changed.

    Raises UsageError where the editor fails, and where it was closed with the last mistake in the text; what keeps
    the text from being saved off a terminal.
    """
    if not workspace.texts.names_editor and not can_ask():
        raise UsageError("no editor is named, and there is no terminal", "set EDITOR, or use --set and --secret")
    return _Rounds(workspace, passphrases, output, edit).run(line)


class _Rounds:
    """The times that the editor is run for one connection.

    `wrong` is why the last text was not saved, `last` what it said where a file that changed on disk kept it from
    that.
    """

    def __init__(self, workspace: Workspace, passphrases: Passphrases, output: Console, edit: TextEdit) -> None:
        self.workspace = workspace
        self.passphrases = passphrases
        self.output = output
        self.edit = edit
        self.wrong: IntegratorError | None = None
        self.last: ReadBack | None = None

    def run(self, line: int) -> Entry | None:
        from integrator_tui.workspace import noted

        shown = noted(self.edit.copy.text, self.edit.notes, self.edit.problems, line)
        rounds = 0
        while can_ask() or rounds < _MOST:
            rounds += 1
            text = self.workspace.texts.in_editor(shown, self.edit.name or "connection", self._tell_place)
            if text == shown.text or shown.stripped(text) == self.edit.copy.text:
                self._give_up()
                return None
            text = shown.stripped(text)
            result = self._saved(text)
            if not isinstance(result, _Again):
                return result
            shown = result.shown
        assert self.wrong is not None
        raise self.wrong

    def _saved(self, text: str) -> Entry | _Again:
        read = self.workspace.texts.read_back(self.edit, text)
        if read.problems or read.draft is None:
            return self._mistaken(text, read)
        try:
            return saved(
                self.workspace,
                self.passphrases,
                self.output,
                read.draft,
                lambda seal: self.workspace.texts.save(read, seal=seal),
            )
        except ChangedOnDisk as error:
            return self._changed_meanwhile(text, read, error)
        except IntegratorError as error:
            if not can_ask():
                raise
            return self._again(text, error, f"Not saved: {error.message}", error.hint)

    def _mistaken(self, text: str, read: ReadBack) -> _Again:
        from integrator_tui.workspace import noted

        first = read.problems[0]
        field = f"{visible(first.field)}: " if first.field else ""
        self.wrong = InvalidFile(f"{field}{first.message}", f"{first.hint or 'mend it'}; nothing was saved")
        count = len(read.problems)
        note = f"Not saved: {counted(count, 'problem')}. Close the editor without a change to leave it."
        return _Again(noted(text, (note,), read.problems))

    def _changed_meanwhile(self, text: str, read: ReadBack, error: ChangedOnDisk) -> _Again:
        if not can_ask():
            raise self._kept(read, error)
        notes = ["Not saved: the file changed on disk meanwhile. Close the editor without a change to leave it so;"]
        notes.append("take out these lines to write your version over it. On disk, and yours:")
        try:
            told = self.workspace.texts.differences(read)
        except IntegratorError:
            notes.append("what it says now cannot be read")
        else:
            notes += [f"{field}: {there} | {mine}" for field, there, mine in told]
        self.edit = self.workspace.texts.onto(self.edit)
        again = self._again(text, error, *notes)
        self.last = read
        return again

    def _again(self, text: str, error: IntegratorError, *notes: str) -> _Again:
        from integrator_tui.workspace import noted

        self.wrong, self.last = error, None
        return _Again(noted(text, [note for note in notes if note]))

    def _give_up(self) -> None:
        """Raise why the last text was not saved, where there was one; what it said is kept beside the file."""
        if self.wrong is None:
            return
        if self.last is not None:
            raise self._kept(self.last, self.wrong)
        raise self.wrong

    def _kept(self, read: ReadBack, error: IntegratorError) -> SaveError:
        kept = self.passphrases.unlocked(self.workspace.texts.kept_beside, read)
        return ChangedOnDisk(error.message, f"it is left as it is; your version is kept in {visible(kept)}")

    def _tell_place(self, folder: Path) -> None:
        self.output.warning(f"there is no folder in memory: until the editor ends the text lies in {folder}")


class _Again(NamedTuple):
    """The text as it is shown once more."""

    shown: NotedText
