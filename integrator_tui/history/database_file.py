"""The file of the history's database: made, opened, held while it is open, and set aside where it is damaged.

Rules: a rollback journal and no write-ahead log: that needs memory shared between all who read, which a network
file system has not, and a folder that the reader may write to; and few write here at once, for who adds something
does so in the spool. What a killed writer leaves, SQLite takes back. A database that does not read as what was
written here is set aside by who finds out; one that a newer version made stays as it is, and is not used.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from integrator_tui.errors import HistoryUnavailable
from integrator_tui.history.codec import MALFORMED

APPLICATION_ID: Final = 0x49545549
"""In the file's header (`PRAGMA application_id`): it is ours."""

SCHEMA: Final = 1
"""Version of the tables below (`PRAGMA user_version`)."""

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

_PATIENCE: Final = 1.0
"""Seconds that setting a file aside waits for who has it open."""

_AGAIN: Final = 0.005
"""Seconds between two tries to hold the folder."""

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


class DatabaseFile:
    """An open database; close it. `writable` makes one where there is none."""

    def __init__(self, path: Path, *, writable: bool, patience: float) -> None:
        self.path = path
        with contextlib.ExitStack() as stack:
            # Held as long as it is open: SQLite finds the journal of a file by its name, and one that was given
            # another name while it is open would be rolled back by the journal of the new one.
            stack.enter_context(_held(path.parent, fcntl.LOCK_SH, patience))
            self.db = self._open(writable, patience)
            self._let_go = stack.pop_all()

    def _open(self, writable: bool, patience: float) -> sqlite3.Connection:
        path = self.path
        _prepare(path, writable=writable)
        with telling(path):
            db = sqlite3.connect(
                f"file:{quote(os.fsencode(path))}?mode={'rw' if writable else 'ro'}",
                uri=True,
                timeout=patience,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                self.db = db
                self._check(writable)
            except BaseException:
                db.close()
                raise
            return db

    def close(self) -> None:
        """Close the database, and let it be set aside."""
        self.db.close()
        self._let_go.close()

    def _check(self, writable: bool) -> None:
        # In one transaction, since somebody may be making the tables right now.
        self.db.execute("BEGIN")
        version, application = (self.pragma(name) for name in ("user_version", "application_id"))
        tables = self.db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        self.db.execute("COMMIT")
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
        self.db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        with self.writing():
            # Another process may have done it while this one waited.
            if self.pragma("user_version") != SCHEMA:
                for statement in _TABLES.split(";\n"):
                    self.db.execute(statement)
                self.db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self.db.execute(f"PRAGMA user_version = {SCHEMA}")

    def note(self, key: str) -> Any:
        """Return what was noted under a key, None where nothing was."""
        with telling(self.path):
            row = self.db.execute("SELECT value FROM note WHERE key = ?", (key,)).fetchone()
            return None if row is None else row[0]

    def set_note(self, key: str, value: object) -> None:
        """Note something for who opens the database next."""
        with telling(self.path):
            self.db.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (key, value))

    def pragma(self, name: str) -> int:
        """Return a number that SQLite keeps of the file."""
        return int(self.db.execute(f"PRAGMA {name}").fetchone()[0])

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Do what is in the block as a whole, or none of it."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.db.execute("COMMIT")
        except BaseException:
            if self.db.in_transaction:
                with contextlib.suppress(sqlite3.Error):
                    self.db.execute("ROLLBACK")
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
def telling(path: Path) -> Iterator[None]:
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


def as_bytes(text: str) -> bytes:
    """Return a text as it is kept: the name of a file need not be text."""
    return text.encode("utf-8", "surrogatepass")


def as_text(data: bytes) -> str:
    """Return what was kept as it was."""
    return data.decode("utf-8", "surrogatepass")
