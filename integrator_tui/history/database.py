"""Database: the results that were taken out of the spool, in SQLite.

Rules: a rollback journal and no write-ahead log: that needs memory shared between all who read, which a network
file system has not, and a folder that the reader may write to; and few write here at once, for who adds something
does so in the spool. What a killed writer leaves, SQLite takes back. A database that does not read as what was
written here is set aside by who finds out; one that a newer version made stays as it is, and is not used. Text is
kept as bytes, since a file's name need not be text.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sqlite3
import stat
import time
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from integrator_tui.errors import HistoryUnavailable
from integrator_tui.history import codec, spool
from integrator_tui.history.codec import MALFORMED, Line
from integrator_tui.model.history import HistoryBounds, HistoryEntry, HistoryKind
from integrator_tui.model.last_result import TrackRecord
from integrator_tui.model.named_tuple import NamedTuple

if TYPE_CHECKING:
    from integrator_tui.model.moved import Moved

APPLICATION_ID: Final = 0x49545549
SCHEMA: Final = 1

_TABLES: Final = """
CREATE TABLE subject (
    id INTEGER PRIMARY KEY, workspace BLOB NOT NULL, file BLOB NOT NULL, key BLOB NOT NULL, name BLOB NOT NULL,
    UNIQUE (workspace, file, key)
);
CREATE TABLE result (
    id INTEGER PRIMARY KEY AUTOINCREMENT, subject INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL,
    operation BLOB, started INTEGER NOT NULL, outcome TEXT NOT NULL, data TEXT NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0, body TEXT
);
CREATE INDEX result_of_subject ON result (subject, at);
CREATE INDEX result_at ON result (at);
CREATE TABLE note (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE folded (name TEXT PRIMARY KEY) WITHOUT ROWID;
"""

_COLUMNS: Final = (
    "result.kind, subject.name, subject.file, result.operation, result.started, result.outcome, result.data,"
    " result.id, result.pinned"
)
_DAY_MS: Final = 86_400_000
_AHEAD_MS: Final = 300_000
_FEWEST_AT_ONCE: Final = 100
_PATIENCE: Final = 1.0
_AGAIN: Final = 0.005

_REASONS: Final = {
    sqlite3.SQLITE_BUSY: ("is in use by another program", "try again in a moment"),
    sqlite3.SQLITE_LOCKED: ("is in use by another program", "try again in a moment"),
    sqlite3.SQLITE_FULL: ("cannot be written: the disk is full", "free some space"),
    sqlite3.SQLITE_READONLY: ("cannot be written", "give yourself the right to it"),
    sqlite3.SQLITE_PERM: ("cannot be opened", "give yourself the right to it"),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", "give yourself the right to it and its folder"),
    sqlite3.SQLITE_IOERR: ("cannot be read or written", "see whether its disk has room and works"),
}


class Damaged(Exception):
    """The file is no database of ours, or not any more."""


class Wanted(NamedTuple):
    """Which entries: those of a workspace and of bare URLs, of one file (empty: of a bare URL), of one
    operation, of one kind, those that passed alone."""

    workspace: str
    file: str | None = None
    name: str | None = None
    operation: str | None = None
    kind: HistoryKind | None = None
    passed: bool = False

    def holds(self, line: Line) -> bool:
        """Whether an entry of the spool is among them."""
        entry = line.entry
        if entry is None or (entry.file is not None and line.workspace != self.workspace):
            return False
        if self.file is not None and (entry.file or "") != self.file:
            return False
        if self.name is not None and entry.name != self.name:
            return False
        if (self.passed and entry.outcome != "passed") or (self.kind is not None and entry.kind != self.kind):
            return False
        return self.operation is None or entry.operation == self.operation


class Database:
    """An open database; close it. `writable` makes one where there is none."""

    def __init__(self, path: Path, *, writable: bool, patience: float) -> None:
        self.path = path
        with contextlib.ExitStack() as stack:
            # Held as long as it is open: SQLite finds the journal of a file by its name, and one that was given
            # another name while it is open would be rolled back by the journal of the new one.
            stack.enter_context(_held(path.parent, fcntl.LOCK_SH, patience))
            self._db = self._open(writable, patience)
            self._let_go = stack.pop_all()

    def _open(self, writable: bool, patience: float) -> sqlite3.Connection:
        path = self.path
        _prepare(path, writable=writable)
        with _telling(path):
            db = sqlite3.connect(
                f"file:{quote(os.fsencode(path))}?mode={'rw' if writable else 'ro'}",
                uri=True,
                timeout=patience,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                self._db = db
                self._check(writable)
            except BaseException:
                db.close()
                raise
            return db

    def close(self) -> None:
        self._db.close()
        self._let_go.close()

    def _check(self, writable: bool) -> None:
        # In one transaction, since somebody may be making the tables right now.
        self._db.execute("BEGIN")
        version, application = (self._pragma(name) for name in ("user_version", "application_id"))
        tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        self._db.execute("COMMIT")
        if (version, application) == (SCHEMA, APPLICATION_ID):
            return
        if application == APPLICATION_ID and version > SCHEMA:
            raise HistoryUnavailable(
                f"{self.path} was written by a newer version of integrator-tui",
                "use that version, or move the file away",
            )
        if tables or version or application:
            raise Damaged("a database of somebody else")
        if not writable:
            raise Damaged("an empty file")
        self._db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        with self._writing():
            # Another process may have done it while this one waited.
            if self._pragma("user_version") != SCHEMA:
                for statement in _TABLES.split(";\n"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._db.execute(f"PRAGMA user_version = {SCHEMA}")

    # what is there

    def entries(self, wanted: Wanted, limit: int, since: int) -> list[HistoryEntry]:
        """Return entries, newest first; `since` leaves older ones out that are not pinned, in ms since 1970."""
        with _telling(self.path):
            where, values = self._where(wanted)
            rows = self._db.execute(
                f"SELECT {_COLUMNS} FROM result JOIN subject ON subject.id = result.subject"
                f" WHERE {where} AND (result.at >= ? OR result.pinned)"
                " ORDER BY result.at DESC, result.id DESC LIMIT ?",
                (*values, since, limit),
            )
            return [_entry(*row) for row in rows]

    def latest(self, workspace: str) -> list[HistoryEntry]:
        """Return the last check of each file of a workspace."""
        with _telling(self.path):
            rows = self._db.execute(
                f"SELECT {_COLUMNS} FROM subject JOIN result ON result.id = (SELECT id FROM result"
                " WHERE result.subject = subject.id AND kind = 'check' ORDER BY at DESC, id DESC LIMIT 1)"
                " WHERE subject.workspace = ? AND subject.file != ''",
                (_bytes(workspace),),
            )
            return [_entry(*row) for row in rows]

    def track_records(self, workspace: str) -> dict[str, TrackRecord]:
        """Return of each file of a workspace when its checks passed last, and since when they fail."""
        with _telling(self.path):
            rows = self._db.execute(
                "SELECT subject.file, worked.at, worked.started, (SELECT min(started) FROM result"
                " WHERE result.subject = subject.id AND kind = 'check' AND outcome = 'failed'"
                " AND at > ifnull(worked.at, -1)) FROM subject LEFT JOIN result AS worked ON worked.id ="
                " (SELECT id FROM result WHERE result.subject = subject.id AND kind = 'check'"
                " AND outcome = 'passed' ORDER BY at DESC, id DESC LIMIT 1)"
                " WHERE subject.workspace = ? AND subject.file != ''",
                (_bytes(workspace),),
            )
            return {_str(file): TrackRecord(_moment(worked), _moment(since)) for file, _, worked, since in rows}

    def body(self, number: int) -> str | None:
        """Return the text that was pinned with an entry."""
        with _telling(self.path):
            row = self._db.execute("SELECT body FROM result WHERE id = ?", (number,)).fetchone()
            return None if row is None else row[0]

    def note(self, key: str) -> Any:
        with _telling(self.path):
            row = self._db.execute("SELECT value FROM note WHERE key = ?", (key,)).fetchone()
            return None if row is None else row[0]

    def set_note(self, key: str, value: object) -> None:
        with _telling(self.path):
            self._set_note(key, value)

    def is_folded(self, name: str) -> bool:
        """Whether a file of the spool is in the database already."""
        with _telling(self.path):
            return self._db.execute("SELECT 1 FROM folded WHERE name = ?", (name,)).fetchone() is not None

    def _where(self, wanted: Wanted) -> tuple[str, list[Any]]:
        values: list[Any]
        where, values = ["(subject.workspace = ? OR subject.file = x'')"], [_bytes(wanted.workspace)]
        if wanted.file is not None:
            # As constants they let SQLite go to the entries of one connection at once.
            found = self._db.execute(
                "SELECT id, name FROM subject WHERE workspace = ? AND file = ?",
                (_bytes(wanted.workspace) if wanted.file else b"", _bytes(wanted.file)),
            ).fetchall()
            numbers = [str(int(n)) for n, name in found if wanted.file or _str(name) == wanted.name]
            where, values = [f"result.subject IN ({','.join(numbers)})"], []
        elif wanted.name is not None:
            where.append("subject.name = ?")
            values.append(_bytes(wanted.name))
        if wanted.operation is not None:
            where.append("result.operation = ?")
            values.append(_bytes(wanted.operation))
        if wanted.kind is not None:
            where.append("result.kind = ?")
            values.append(wanted.kind)
        if wanted.passed:
            where.append("result.outcome = 'passed'")
        return " AND ".join(where), values

    # what changes it

    def fold(self, taken: Callable[[], Sequence[Path]], bounds: HistoryBounds, now: int) -> Sequence[Path]:
        """Take in what lies in files of the spool, each once, and drop what is over the bounds; `now` in ms.

        Returns the files, which are not needed any more. `taken` tells which there are.
        """
        with _telling(self.path):
            with self._writing():
                # Only now, while nobody else takes one in or forgets that it was: none is taken in twice.
                files = taken()
                self._forget_but({file.name for file in files})
                # A clock that went back: what was newest then is not newest for ever.
                self._db.execute(
                    "UPDATE result SET at = ifnull((SELECT max(at) FROM result WHERE at <= ?1), ?1) WHERE at > ?2",
                    (now, now + _AHEAD_MS),
                )
                for file in files:
                    if not self.is_folded(file.name):
                        self._take_in(codec.lines_of(spool.read(file)), now)
                        self._db.execute("INSERT INTO folded VALUES (?)", (file.name,))
                self._drop(bounds, now)
            # Of a statement that gives rows without columns, execute would make the first step alone.
            self._db.executescript("PRAGMA incremental_vacuum")
            return files

    def _forget_but(self, names: Container[str]) -> None:
        """Forget which files were taken in that are gone."""
        known = self._db.execute("SELECT name FROM folded").fetchall()
        self._db.executemany("DELETE FROM folded WHERE name = ?", [row for row in known if row[0] not in names])

    def pin(self, number: int, *, pinned: bool, body: str | None) -> None:
        """Pin an entry, with a text where one is given, or let it go again, and its text with it."""
        with _telling(self.path):
            self._db.execute(
                "UPDATE result SET pinned = ?, body = ? WHERE id = ?",
                (int(pinned), body if pinned else None, number),
            )

    def remove(self, numbers: Iterable[int]) -> None:
        """Remove entries, pinned ones too."""
        with _telling(self.path), self._writing():
            self._db.executemany("DELETE FROM result WHERE id = ?", [(number,) for number in numbers])

    def _take_in(self, lines: Iterable[Line], now: int) -> None:
        subjects: dict[tuple[str, str, str], int] = {}
        for line in lines:
            if line.moved is not None:
                self._move(line.workspace, line.moved)
                subjects.clear()
            if (entry := line.entry) is None:
                continue
            of_file = entry.file is not None
            place = (line.workspace if of_file else "", entry.file or "", "" if of_file else entry.name)
            number = subjects.get(place)
            if number is None:
                number = subjects[place] = self._subject(*place, entry.name)
            started = codec.milliseconds(entry.started_at)
            operation = None if entry.operation is None else _bytes(entry.operation)
            self._db.execute(
                "INSERT INTO result (subject, at, kind, operation, started, outcome, data)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(number, min(started, now), entry.kind, operation, started),
                    *(entry.outcome, codec.data_text(entry)),
                ),
            )

    def _subject(self, workspace: str, file: str, key: str, name: str) -> int:
        values = (_bytes(workspace), _bytes(file), _bytes(key), _bytes(name))
        row = self._db.execute(
            "INSERT INTO subject (workspace, file, key, name) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (workspace, file, key) DO UPDATE SET name = excluded.name RETURNING id",
            values,
        ).fetchone()
        return int(row[0])

    def _move(self, workspace: str, moved: Moved) -> None:
        """Have what is known of one file be known of another; where both have a past, they share it."""
        old, new, name, was, now = moved
        found = self._db.execute(
            "SELECT id FROM subject WHERE workspace = ? AND file = ?", (_bytes(workspace), _bytes(old))
        ).fetchone()
        if found is None:
            return
        if was is not None and now is not None and was != now:
            before, after = codec.revision_text(was), codec.revision_text(now)
            self._db.execute(
                "UPDATE result SET data = replace(data, ?, ?) WHERE subject = ? AND instr(data, ?)",
                (before, after, found[0], before),
            )
        if old == new:
            self._db.execute("UPDATE subject SET name = ? WHERE id = ?", (_bytes(name), found[0]))
            return
        there = self._subject(workspace, new, "", name)
        self._db.execute("UPDATE result SET subject = ? WHERE subject = ?", (there, found[0]))
        self._db.execute("DELETE FROM subject WHERE id = ?", found)

    def _drop(self, bounds: HistoryBounds, now: int) -> None:
        dropped = 0
        if self._clock_is_plausible(bounds, now):
            too_old = now - int(bounds.days * _DAY_MS)
            dropped = self._db.execute("DELETE FROM result WHERE at < ? AND NOT pinned", (too_old,)).rowcount
        count = self._db.execute("SELECT count(*) FROM result").fetchone()[0]
        dropped += self._drop_oldest(count - bounds.results)
        most = bounds.megabytes * 1_000_000
        while self._used() > most and (more := self._drop_oldest(max(_FEWEST_AT_ONCE, count // 50))):
            dropped += more
        if dropped:
            self._db.execute(
                "DELETE FROM subject WHERE NOT EXISTS (SELECT 1 FROM result WHERE result.subject = subject.id)"
            )

    def _drop_oldest(self, count: int) -> int:
        """Drop that many, or as many as are not pinned, and return how many went."""
        if count <= 0:
            return 0
        return self._db.execute(
            "DELETE FROM result WHERE id IN (SELECT id FROM result WHERE NOT pinned ORDER BY at, id LIMIT ?)",
            (count,),
        ).rowcount

    def _clock_is_plausible(self, bounds: HistoryBounds, now: int) -> bool:
        """Whether the clock can be believed that so much is too old: where it jumped by all that is kept, from a
        day after on."""
        seen, doubted = self.note("clock"), self.note("doubted")
        jumped = seen is not None and now - seen > bounds.days * _DAY_MS
        if not jumped:
            self._set_note("clock", now)
            self._set_note("doubted", None)
            return True
        if doubted is None or not 0 <= now - doubted <= bounds.days * _DAY_MS:
            self._set_note("doubted", now)
        elif now - doubted >= _DAY_MS:
            self._set_note("clock", now)
            return True
        return False

    def _used(self) -> int:
        pages, unused, size = (self._pragma(name) for name in ("page_count", "freelist_count", "page_size"))
        return (pages - unused) * size

    def _set_note(self, key: str, value: object) -> None:
        self._db.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (key, value))

    def _pragma(self, name: str) -> int:
        return int(self._db.execute(f"PRAGMA {name}").fetchone()[0])

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                with contextlib.suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
            raise


def set_aside(path: Path, aside: Path, inode: int | None) -> bool:
    """Give a damaged database another name, unless somebody put a new one there, which has not this inode.

    Raises OSError where that is not possible.
    """
    with contextlib.suppress(FileNotFoundError), _held(path.parent, fcntl.LOCK_EX, _PATIENCE):
        if os.stat(path).st_ino != inode:
            return False
        if not stat.S_ISREG(os.lstat(path).st_mode) or aside.is_dir():
            aside = aside.with_name(f"{aside.name}-{os.urandom(4).hex()}")
        os.replace(path, aside)
        for ending in ("-journal", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(f"{path}{ending}")
        return True
    return False


@contextlib.contextmanager
def _held(folder: Path, how: int, patience: float) -> Iterator[None]:
    """Hold a folder, shared while a database in it is open, alone while one is set aside, where its file system has
    locks; raises HistoryUnavailable after `patience` seconds."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        # Not there, or not to be listed: whoever opens the file says what is in the way.
        yield
        return
    try:
        end = time.monotonic() + patience
        while not _locked(descriptor, how):
            if time.monotonic() > end:
                what, hint = _REASONS[sqlite3.SQLITE_BUSY]
                raise HistoryUnavailable(f"{folder} {what}", hint)
            time.sleep(_AGAIN)
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def _prepare(path: Path, *, writable: bool) -> None:
    """Make the file where there is none, so that it is 0600 from its first byte; raises Damaged for what is no
    file: SQLite would wait for the other end of a FIFO."""
    try:
        try:
            mode = os.stat(path).st_mode
        except FileNotFoundError:
            if not writable:
                raise
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            return
        if not stat.S_ISREG(mode):
            raise Damaged("not a regular file")
        if writable and mode & 0o077:
            os.chmod(path, 0o600)
    except FileExistsError:
        return
    except OSError as error:
        raise HistoryUnavailable(
            f"{path} cannot be opened: {(error.strerror or str(error)).lower()}", "give yourself the right to it"
        ) from None


@contextlib.contextmanager
def _telling(path: Path) -> Iterator[None]:
    """Raise Damaged for a file that is no database of ours, HistoryUnavailable for what is in the way of one."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        primary = None if code is None else code & 0xFF
        if primary in _REASONS:
            what, hint = _REASONS[primary]
            raise HistoryUnavailable(f"{path} {what}", hint) from None
        raise Damaged(str(error)) from None
    except OverflowError:
        # A number that was asked for does not fit into SQLite's 64 bits: nothing is wrong with the file.
        raise
    except MALFORMED as error:
        raise Damaged(str(error)) from None


def _entry(
    kind: Any, name: Any, file: Any, operation: Any, started: Any, outcome: Any, data: Any, number: Any, pinned: Any
) -> HistoryEntry:
    try:
        return codec.entry_from(
            kind,
            _str(name),
            _str(file) or None,
            None if operation is None else _str(operation),
            started,
            outcome,
            json.loads(data),
            number,
            bool(pinned),
        )
    except OverflowError as error:
        # A time that no clock shows was read from the file.
        raise Damaged(str(error)) from None


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else codec.moment(milliseconds)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _str(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
