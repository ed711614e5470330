"""HistoryFile: all that is kept of earlier results, for one workspace's view of it.

Rules: adding never waits for a database, and needs no import of one; it is given up where it is not possible.
Reading takes in what was added meanwhile; where that cannot be written (a full disk, a folder that only reads) it
is read all the same. A damaged database is set aside, once for all who find out, and the new one remembers to say
so.
"""

from __future__ import annotations

import contextlib
import heapq
import os
import stat
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from integrator_tui.errors import HistoryUnavailable
from integrator_tui.history import spool
from integrator_tui.history.codec import Line, line_of, lines_of
from integrator_tui.model.history import HistoryBounds, HistoryEntry, HistoryKind
from integrator_tui.model.revision import fingerprint

if TYPE_CHECKING:
    from integrator_tui.history.database import Database, Wanted
    from integrator_tui.model.last_result import TrackRecord
    from integrator_tui.model.moved import Moved

T = TypeVar("T")

NAME: Final = "history.db"
ASIDE: Final = "damaged.db"

FOLD_BYTES: Final = 128 * 1024
"""Size of the spool from which on who adds moves it into the database: about two hundred results."""

_PATIENCE_ADDING: Final = 0.05
_PATIENCE_READING: Final = 1.0
_RIGHT: Final = "give yourself the right to it"
_EVERYTHING: Final = 1 << 62
_MOST: Final = 1_000_000_000
"""Of results, days and megabytes alike: what is computed with more does not fit into SQLite's 64 bits."""
_DAY: Final = 86_400


class HistoryFile:
    """The history in `folder`, as `workspace`, the real path of one, sees it. `clock` gives seconds since 1970."""

    def __init__(
        self, folder: Path, workspace: str, bounds: HistoryBounds, clock: Callable[[], float] = time.time
    ) -> None:
        self.folder = folder
        self._path = folder / NAME
        self._workspace = workspace
        self._bounds = HistoryBounds(
            min(bounds.results, _MOST), min(bounds.days, _MOST), min(bounds.megabytes, _MOST)
        )
        self._clock = clock
        self._spool = spool.Spool(folder)

    def add(self, entries: Sequence[HistoryEntry]) -> None:
        """Keep entries; raises OSError or HistoryUnavailable where they cannot be kept."""
        if entries:
            self._append([Line(self._workspace, entry=entry) for entry in entries])

    def moved(self, moved: Moved) -> None:
        """Have what is known of a file be known of another place, name or version of it; raises as `add` does."""
        if self._is_there():
            was, now = (digest and fingerprint(digest) for digest in (moved.was, moved.now))
            self._append([Line(self._workspace, moved=moved._replace(was=was, now=now))])

    def entries(
        self,
        file: str | None = None,
        *,
        name: str | None = None,
        operation: str | None = None,
        kind: HistoryKind | None = None,
        passed: bool = False,
        last: int | None = None,
    ) -> tuple[HistoryEntry, ...]:
        """Return entries, newest first: of the workspace and bare URLs, or of one file, one name, one operation,
        one kind, those that `passed` alone.

        An empty `file` stands for the bare URL `name`. Raises HistoryUnavailable.
        """
        if not self._is_there():
            return ()
        from integrator_tui.history.database import Wanted

        wanted = Wanted(self._workspace, file, name, operation, kind, passed)
        limit = _EVERYTHING if last is None else min(last, _EVERYTHING)
        since = int((self._clock() - self._bounds.days * _DAY) * 1000)
        return self._read(
            lambda database, waiting: _merged(
                database.entries(wanted, limit, since) if database else [], waiting, wanted, limit
            )
        )

    def latest(self) -> dict[str, HistoryEntry]:
        """Return the last check of each file of the workspace; raises HistoryUnavailable."""
        if not self._is_there():
            return {}

        def read(database: Database | None, waiting: Sequence[Line]) -> dict[str, HistoryEntry]:
            found = {entry.file: entry for entry in (database.latest(self._workspace) if database else ())}
            for line in waiting:
                entry = line.entry
                if entry and entry.file and entry.kind == "check" and line.workspace == self._workspace:
                    found[entry.file] = entry
            return {file: entry for file, entry in found.items() if file is not None}

        return self._read(read)

    def track_records(self) -> dict[str, TrackRecord]:
        """Return of each file of the workspace when its checks passed last, and since when they fail; raises
        HistoryUnavailable."""
        if not self._is_there():
            return {}
        from integrator_tui.model.last_result import TrackRecord, of_history

        def read(database: Database | None, waiting: Sequence[Line]) -> dict[str, TrackRecord]:
            found = database.track_records(self._workspace) if database else {}
            for line in waiting:
                entry = line.entry
                if entry and entry.file and entry.kind == "check" and line.workspace == self._workspace:
                    found[entry.file] = found.get(entry.file, TrackRecord()).after(of_history(entry))
            return found

        return self._read(read)

    def set_aside(self) -> Path | None:
        """Return where a damaged history was put, once for all who ask."""
        if not self._path.exists():
            return None

        def seen(database: Database) -> Path | None:
            if not database.note("set_aside"):
                return None
            database.set_note("set_aside", None)
            return self.folder / ASIDE

        return self._with(seen)

    def pin(self, number: int, body: str | None = None) -> None:
        """Keep an entry beyond the bounds, with a text that may be kept; raises HistoryUnavailable."""
        self._with(lambda database: database.pin(number, pinned=True, body=body))

    def unpin(self, number: int) -> None:
        """Let a pinned entry go with the others, and its text at once; raises HistoryUnavailable."""
        self._with(lambda database: database.pin(number, pinned=False, body=None))

    def pinned_body(self, number: int) -> str | None:
        """Return the text that was pinned with an entry; raises HistoryUnavailable."""
        return self._with(lambda database: database.body(number))

    def remove(self, numbers: Sequence[int]) -> None:
        """Remove entries; raises HistoryUnavailable."""
        self._with(lambda database: database.remove(numbers))

    def _is_there(self) -> bool:
        try:
            return stat.S_ISDIR(os.stat(self.folder).st_mode)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise self._unreadable(error) from None

    def _unreadable(self, error: OSError) -> HistoryUnavailable:
        what = (error.strerror or str(error)).lower()
        return HistoryUnavailable(f"{self.folder} cannot be read: {what}", _RIGHT)

    def _append(self, lines: Sequence[Line]) -> None:
        size = self._spool.append([line_of(line) for line in lines])
        if size >= FOLD_BYTES:
            self._spool.take()
            self._with(self._fold, _PATIENCE_ADDING)

    def _read(self, look: Callable[[Database | None, Sequence[Line]], T]) -> T:
        """Look at the database after what was added is in it, or, where it cannot be, at both."""
        from integrator_tui.history.database import Database
        from integrator_tui.history.database_file import Damaged

        def folded(database: Database) -> T:
            self._fold(database)
            return look(database, ())

        try:
            self._spool.take()
            return self._with(folded)
        except (OSError, HistoryUnavailable):
            try:
                if not self._path.exists():
                    return look(None, self._waiting(None))
            except OSError as error:
                raise self._unreadable(error) from None
            try:
                database = Database(self._path, writable=False, patience=_PATIENCE_READING)
            except Damaged:
                return look(None, self._waiting(None))
            with contextlib.closing(database):
                try:
                    return look(database, self._waiting(database))
                except Damaged:
                    return look(None, self._waiting(None))

    def _waiting(self, database: Database | None) -> list[Line]:
        lines: list[Line] = []
        for path in self._spool.waiting():
            if database is None or not database.is_folded(path.name):
                with contextlib.suppress(OSError):
                    lines += lines_of(spool.read(path))
        return lines

    def _fold(self, database: Database) -> None:
        if self._spool.taken():
            from integrator_tui.history.fold import Folding

            for path in Folding(database).fold(self._spool.taken, self._bounds, int(self._clock() * 1000)):
                path.unlink(missing_ok=True)

    def _with(self, use: Callable[[Database], T], patience: float = _PATIENCE_READING) -> T:
        """Use the database, made where there is none; a damaged one is set aside, and a new one used."""
        from integrator_tui.history.database import Database
        from integrator_tui.history.database_file import Damaged, set_aside

        for last in (False, False, True):
            inode = _inode(self._path)
            try:
                spool.make_folder(self.folder)
                with contextlib.closing(Database(self._path, writable=True, patience=patience)) as database:
                    return use(database)
            except Damaged:
                if last:
                    break
            except OSError as error:
                what = (error.strerror or str(error)).lower()
                raise HistoryUnavailable(f"{self.folder} cannot be written: {what}", _RIGHT) from None
            try:
                if set_aside(self._path, self.folder / ASIDE, inode):
                    with contextlib.closing(Database(self._path, writable=True, patience=patience)) as database:
                        database.set_note("set_aside", 1)
            except (OSError, Damaged):
                break
        raise HistoryUnavailable(f"{self._path} is damaged, and cannot be set aside", "move it away")


def _inode(path: Path) -> int | None:
    try:
        return os.stat(path).st_ino
    except OSError:
        return None


def _merged(
    kept: Sequence[HistoryEntry], waiting: Sequence[Line], wanted: Wanted, limit: int
) -> tuple[HistoryEntry, ...]:
    """Entries of the database with those of the spool among them, newest first."""
    if not waiting:
        return tuple(kept)
    new = [line.entry for line in reversed(waiting) if wanted.holds(line) and line.entry]
    both = heapq.merge(
        sorted(new, key=lambda entry: entry.started_at, reverse=True),
        kept,
        key=lambda entry: entry.started_at,
        reverse=True,
    )
    return tuple(both)[:limit]
