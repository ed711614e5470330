"""Undo: takes back the last change that this program made in this workspace on this machine.

Rules: earlier bytes and mode come back exactly, and nothing is sealed by the way: a seal that was broken then is
broken again. Where a file changed since, or the earlier bytes would let somebody read who is no recipient any more,
all stays as it is.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from integrator_tui import atomic
from integrator_tui.errors import ChangedOnDisk, InvalidFile, NotFound, SaveError
from integrator_tui.model.entry import Revision
from integrator_tui.model.text import visible
from integrator_tui.store import files
from integrator_tui.store.yamltext.document import parse_bytes
from integrator_tui.workspace.journals.changes import Change, Changes, FileChange, digest_now
from integrator_tui.workspace.keys.recipients import named

if TYPE_CHECKING:
    from integrator_tui.workspace.keys.file_secrets import FileSecrets


@dataclass(frozen=True, slots=True)
class Undone:
    """A change that was taken back: `restored` files are as they were before it, `removed` ones were not there."""

    change: Change
    restored: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def words(self) -> str:
        """What was taken back, and where, in one line."""
        told = [f"{', '.join(self.restored)} as before"] if self.restored else []
        told += [f"{', '.join(self.removed)} removed"] if self.removed else []
        return f"took back the {self.change.what} of {self.change.name}: {'; '.join(told)}"


class Undo:
    """Takes back changes of the files below `root`; `secrets` is asked for where a file has any.

    `moved` is told of a file that has its earlier place or name again: where it was, where it is, and the SHA-256
    of the two versions.
    """

    def __init__(
        self,
        root: Path,
        changes: Changes,
        secrets: Callable[[], FileSecrets],
        moved: Callable[[str, str, str | None, str | None], None] = lambda old, new, was, now: None,
    ) -> None:
        self._moved = moved
        self._root = root
        self._changes = changes
        self._secrets = secrets

    @property
    def lost(self) -> str:
        """Why the change that was made last cannot be taken back, empty where it can."""
        return self._changes.lost

    def keeps(self, file: str) -> bool:
        """Return whether a removal of this file could be taken back, as far as can be told before it is removed."""
        try:
            before = files.read(self._root / file)[0]
        except InvalidFile:
            return False
        return self._changes.keeps(self._changes.removal(file, before))

    def last(self) -> Change:
        """Return what would be taken back next.

        Raises:
            NotFound: There is nothing.
            InvalidFile: What was kept of it is damaged; it is passed over from then on.
        """
        change = self._changes.last()
        if change is None:
            hint = (
                "undo knows what this program saved, renamed, moved and removed here in the last 24 hours, back to "
                "the last change of keys or of a file that held secrets in plain text"
            )
            raise NotFound("there is no change to take back", hint)
        return change

    def undo(self) -> Undone:
        """Take back the last change, all of it or nothing.

        Raises:
            NotFound: There is nothing to take back.
            ChangedOnDisk: A file changed since.
            SaveError: Who is no recipient any more could read the earlier version, or it cannot be written.
            InvalidFile: What was kept is damaged, or `.sops.yaml` cannot be read.
        """
        with self._changes.locked():
            change = self.last()
            for part in change.files:
                self._refuse_changed(change, part)
            for part in change.files:
                self._refuse_readers(part)
            for part in reversed(change.files):
                self._restore(part)
            try:
                self._changes.forget(change)
            except OSError as error:
                raise SaveError(
                    f"the {change.what} of {change.name} was taken back, and is still kept: {error.strerror}",
                    "make the state folder writable",
                ) from None
        self._follow_back(change)
        there = [part.file for part in change.files if part.before is not None or part.link is not None]
        gone = [part.file for part in change.files if part.before is None and part.link is None]
        return Undone(change, tuple(there), tuple(gone))

    def _follow_back(self, change: Change) -> None:
        """Have what is known of files be known of what they are again."""
        # A save may have changed more than the name.
        is_same = change.what in ("rename", "move")
        for part in change.files:
            if part.before is not None and part.after is not None:
                was, now = (part.after, part.before_digest) if is_same else (None, None)
                self._moved(part.file, part.file, was, now)
        gone = next((part for part in change.files if part.before is not None and part.after is None), None)
        made = next((part for part in change.files if part.before is None and part.after is not None), None)
        if gone is not None and made is not None:
            was, now = (made.after, gone.before_digest) if is_same else (None, None)
            self._moved(made.file, gone.file, was, now)

    def _refuse_changed(self, change: Change, part: FileChange) -> None:
        now = digest_now(self._root / part.file)
        if now == part.after or self._is_as_before(part, now):
            return
        how = "was removed" if now is None else "changed" if part.after else "appeared again"
        raise ChangedOnDisk(
            f"the {change.what} of {visible(change.name)} cannot be taken back: {part.file} {how} since",
            "undo goes back step by step, and this step would lose what others did; mend the file by hand",
        )

    def _is_as_before(self, part: FileChange, now: str | None) -> bool:
        """Whether a file is already what it was: taken back by hand, or by an undo that was killed."""
        if part.link is not None:
            path = self._root / part.file
            return path.is_symlink() and os.readlink(path) == part.link
        return now == part.before_digest

    def _refuse_readers(self, part: FileChange) -> None:
        document = parse_bytes(part.before) if part.before is not None else None
        readers = named(document.sealed()) if document is not None and document.whole else ()
        if not readers:
            return
        recipients = self._secrets().recipients
        pinned = recipients.pinned_for(part.file)
        allowed = pinned or self._readers_now(part.file) or readers
        strangers = [reader for reader in readers if reader not in allowed]
        if strangers:
            own = recipients.standing() or ()
            strangers = [reader for reader in strangers if reader not in own]
        if strangers:
            raise SaveError(
                f"the earlier version of {part.file} can be read by {', '.join(strangers)}, "
                "who is no recipient any more",
                "make the change again by hand, so that it is encrypted for those who are",
            )

    def _readers_now(self, file: str) -> tuple[str, ...]:
        path = self._root / file
        return named(parse_bytes(files.read(path)[0]).sealed()) if path.exists() else ()

    def _restore(self, part: FileChange) -> None:
        """Bring one file back; raises ChangedOnDisk and SaveError."""
        path = self._root / part.file
        if part.link is not None:
            _restore_link(path, part.link)
        elif part.before is None:
            if os.path.lexists(path):
                files.remove(path, Revision(part.after))
        else:
            _restore_bytes(path, part.before, part)


def _restore_bytes(path: Path, before: bytes, part: FileChange) -> None:
    def verify(written: bytes) -> None:
        if hashlib.sha256(written).hexdigest() != part.before_digest:
            raise SaveError(f"{part.file} would not read back as it was", "nothing was changed")

    if digest_now(path) != part.before_digest:
        files.write(path, before, Revision(part.after), verify=verify)
    if part.mode is not None:
        try:
            os.chmod(path, part.mode)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            message = f"{part.file} is as before, but for its mode {part.mode:o}: {reason}"
            raise SaveError(message, f"run: chmod {part.mode:o}") from None


def _restore_link(path: Path, target: str) -> None:
    if path.is_symlink() and os.readlink(path) == target:
        return
    try:
        atomic.make_folder(path.parent)
        atomic.make_link(path, target)
    except OSError as error:
        raise SaveError(f"{path} cannot be made again: {(error.strerror or str(error)).lower()}") from None
