"""Connections as text in the user's editor: a decrypted copy, read back with the checks of a save."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from integrator_tui.errors import IntegratorError, InvalidFile, LockedError, PassphraseNeeded
from integrator_tui.model.draft import differences
from integrator_tui.model.entry import NO_FILE, Draft, Entry, Revision, connection_of
from integrator_tui.model.problem import Problem
from integrator_tui.model.text import visible
from integrator_tui.store import files
from integrator_tui.store.connection_file import reader
from integrator_tui.store.yamltext.document import Document, parse, parse_bytes
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.catalog.file_names import file_stem
from integrator_tui.workspace.editing.editor_process import editor_command, run_editor
from integrator_tui.workspace.editing.noted_text import NotedText
from integrator_tui.workspace.editing.plain_copy import PlainCopy, plain_copy, taken_back
from integrator_tui.workspace.editing.scratch import scratch
from integrator_tui.workspace.editor import EditedText, Editor, with_base

if TYPE_CHECKING:
    from integrator_tui.workspace.keys.file_secrets import FileSecrets

_TEMPLATE: Final = """\
# A new connection. Keys and their values: integrator-tui schema, docs/connection-file.md
name: {name}
type: http
base_url:{space}
#test_path: /health
#auth:
#  type: basic
#  username: me
#secrets:
#  password: in plain here, encrypted in the file
"""


@dataclass(frozen=True, slots=True)
class TextEdit:
    """One edit of a connection as text: the copy, the file and version that it is of (None: a new one in `group`),
    and the problems that it had before."""

    copy: PlainCopy
    file: str | None
    name: str
    revision: Revision = NO_FILE
    problems: tuple[Problem, ...] = ()
    group: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What its user has to know of the copy."""
        what = f"{self.file}, decrypted." if self.file else "A new connection."
        closed = self.copy.closed
        if closed is None:
            return (f"{what} These lines are left out.",)
        return (
            f"{self.file}. These lines are left out.",
            f"Its secrets stay closed: {closed.message}.",
            "••• keeps a value as it is.",
        )


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What an edited text says: a draft and how it is written, or the problems that keep it from being saved."""

    draft: Draft | None
    edited: EditedText | None = field(default=None, repr=False)
    problems: tuple[Problem, ...] = ()
    removed: tuple[str, ...] = ()
    """Stored secrets that it does not hold any more."""


class Texts:
    """Opens the files below `root` as text, and saves what came back."""

    def __init__(
        self, root: Path, catalog: Catalog, editor: Editor, secrets: FileSecrets, command: str, runtime: Path | None
    ) -> None:
        self._root = root
        self._catalog = catalog
        self._editor = editor
        self._secrets = secrets
        self._command = command
        self._runtime = runtime

    @property
    def names_editor(self) -> bool:
        """Whether the user named an editor."""
        return bool(self._command.strip())

    # texts

    def begun(self, name: str, group: str = "") -> TextEdit:
        """Return a new connection to be written, as a template."""
        return TextEdit(PlainCopy(_TEMPLATE.format(name=_scalar(name), space=" ")), None, name, group=group)

    def opened(self, entry: Entry) -> TextEdit:
        """Return the text of a file, its secrets in plain as far as they open.

        Raises:
            PassphraseNeeded: An identity waits for its passphrase.
            LockedError: Its fields are encrypted, and stay closed.
            InvalidFile: It is no text, or of another type.
        """
        data, revision = files.read(self._root / entry.file)
        document = parse_bytes(data)
        try:
            if document.whole:
                document = self._secrets.whole(document, entry.file)
                revision = with_base(revision, document)
            connection, problems = reader.read(document, PurePosixPath(entry.file).stem)
            values, closed = {}, None
            if "encrypted" in reader.secret_states(document).values():
                try:
                    if connection is None:
                        raise InvalidFile("the file has problems")
                    values = self._secrets.open(document.sealed(), entry.file, connection)
                except PassphraseNeeded:
                    raise
                except IntegratorError as error:
                    closed = error
            copy = plain_copy(document, values, closed)
        except (LockedError, InvalidFile) as error:
            message = error.message.removeprefix(f"{entry.file}: ")
            raise type(error)(f"{entry.file}: {message}", error.hint) from None
        return TextEdit(copy, entry.file, entry.name, revision, problems, entry.group)

    def line_of(self, edit: TextEdit, field_name: str) -> int:
        """Return the line of a field in the text of an edit, 1 where it has none."""
        document = parse(edit.copy.text)
        return document.line(document.path(field_name)) or 1

    def read_back(self, edit: TextEdit, text: str) -> ReadBack:
        """Return what an edited text says; problems that it had before do not keep it from being saved."""
        base = edit.copy.base
        document = parse(text)
        if base is not None:
            # Comments that sops made items of a list stay encrypted in the text.
            document = document.reopened(base.opened)
        document = self._secrets.bases.based(document, edit.file or f"{edit.group}/new.yaml".lstrip("/"))
        stem = PurePosixPath(edit.file).stem if edit.file else file_stem(edit.name) if edit.name else ""
        connection, found = reader.read(document, stem)
        taken = taken_back(edit.copy, text)
        known = {(problem.field, problem.message) for problem in edit.problems}
        problems = tuple(
            problem
            for problem in dict.fromkeys((*found, *taken.problems))
            if problem.is_error and (problem.field, problem.message) not in known
        )
        if connection is None and not problems:
            # What was wrong before is wrong still, and keeps it from being read as a connection.
            problems = tuple(problem for problem in found if problem.is_error)
        if connection is None or problems:
            return ReadBack(None, problems=problems)
        draft = Draft(connection, edit.file, edit.revision, taken.typed, folder=edit.group)
        named = tuple(
            _placed(document, problem)
            for problem in self._editor.namesakes(draft)
            if (problem.field, problem.message) not in known
        )
        before = list(reader.secret_states(base)) if base is not None else []
        gone = tuple(name for name in before if name not in connection.secrets and name != "_seal")
        if named:
            return ReadBack(None, problems=named)
        return ReadBack(draft, EditedText(taken.text, base), removed=gone)

    def save(self, read: ReadBack, *, overwrite: bool = False, seal: bool = True) -> Entry:
        """Write what an edited text says; raises what `Editor.save` raises."""
        assert read.draft is not None
        assert read.edited is not None
        return self._editor.save_text(read.draft, read.edited, overwrite=overwrite, seal=seal)

    def differences(self, read: ReadBack) -> tuple[tuple[str, str, str], ...]:
        """Return the fields in which the file as it is now and an edited text differ, with both values."""
        assert read.draft is not None
        assert read.draft.file is not None
        theirs = self._catalog.entry(read.draft.file)
        return differences(connection_of(theirs), read.draft.connection)

    def kept_beside(self, read: ReadBack) -> str:
        """Write an edited text, its secrets encrypted, beside the file that changed meanwhile; return its path.

        It ends in `.edited` and is no connection of the workspace. Raises what `save` raises.
        """
        assert read.draft is not None
        assert read.edited is not None
        return self._editor.keep_beside(read.draft, read.edited)

    def onto(self, edit: TextEdit) -> TextEdit:
        """Return the edit as one of the version that is on disk now: its user has seen how the two differ."""
        assert edit.file is not None
        return replace(edit, revision=self._catalog.entry(edit.file).revision)

    # editors

    def in_editor(
        self, shown: NotedText, name: str, on_disk: Callable[[Path], None], *, suffix: str = ".yaml"
    ) -> str:
        """Have a text edited in a folder of its own, and return it as it was left; `name` is what the connection,
        or the field, is called. Where that folder is not in memory `on_disk` is told its path first.

        Raises UsageError where the editor fails, SaveError where there is no place for the text.
        """
        with scratch(self._runtime) as folder:
            if not folder.in_memory:
                on_disk(folder.path)
            path = folder.write(f"{file_stem(name)}{suffix}", shown.text)
            run_editor(editor_command(self._command, path, shown.line))
            return folder.read(path)

    def open_file(self, file: str, line: int | None = None) -> None:
        """Open a file as it lies on disk in the editor; raises UsageError where that fails."""
        run_editor(editor_command(self._command, self._root / file, line))


def _scalar(name: str) -> str:
    from integrator_tui.store.yamltext.scalar import inline

    return inline(name, flow=False) if name else '""'


def _placed(document: Document, problem: Problem) -> Problem:
    return problem._replace(line=document.line(document.path(problem.field)), message=visible(problem.message))
