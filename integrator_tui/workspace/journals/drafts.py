"""The draft journal: what is being typed, kept so that a lost line or a killed process loses nothing.

Rules: it is written by a thread of its own, at most once a second and at most a second late, and at the end of the
process; as a whole encrypted for the user's own identity where one is open, else without what may hold a secret. It
lies below the state folder, 0600, each file whole or not at all. A draft belongs to the process that types it;
where that has ended, it waits to be taken up again, by one process alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from integrator_tui.errors import IntegratorError, InvalidFile, NotFound
from integrator_tui.model.entry import Draft
from integrator_tui.vault import private_file
from integrator_tui.workspace.journals import living
from integrator_tui.workspace.journals.draft_text import DraftTyped, parsed, written, written_without_secrets
from integrator_tui.workspace.journals.own_key import OwnKey

EACH: Final = 1.0
"""Seconds between two writes."""

_FIRST: Final = 0.5
"""Seconds after which a first word is written: a word is typed whole meanwhile."""

_MAX_BYTES: Final = 16 << 20
_ENDING, _DAMAGED = ".draft", ".damaged"
_ENCRYPTED: Final = b"-----BEGIN AGE"
_END_SECONDS: Final = 1.0
"""Seconds that the end of the process waits for a write that is under way."""


class WaitingDraft(NamedTuple):
    """A draft whose process has ended; `at` is when it was last typed in, in seconds since 1970."""

    name: str
    at: float


@dataclass(eq=False)
class TypedDraft:
    """What one form types, journalled under `name`."""

    _journal: Drafts
    name: str
    lost: str = ""
    """Why it was not written at last; empty where it was."""
    is_over: bool = False
    is_written: bool = False
    _told: str = ""

    def note(self, saved: Draft, edited: Draft, renamed: Mapping[str, str], *, is_request: bool = False) -> str:
        """Have the draft written down soon; return why it cannot be, once. `is_request` as in DraftTyped."""
        self._journal.put(self, DraftTyped(saved, edited, renamed, is_request=is_request))
        told, self._told = self._told, self.lost
        return self.lost if self.lost != told else ""

    def withdraw(self) -> None:
        """Have nothing kept: nothing is unsaved at the moment."""
        if self.is_written or self._journal.awaits(self):
            self._journal.put(self, None)

    def drop(self) -> None:
        """Forget the draft: it was saved or discarded."""
        self.is_over = True
        self._journal.drop(self)


class Drafts:
    """The drafts of the workspace `root` on this machine, kept below `state` where `wanted` says so."""

    def __init__(self, root: Path, state: Path, wanted: Callable[[], bool], key: Callable[[], OwnKey]) -> None:
        self._folder = state / "drafts" / hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:32]
        self._wanted = wanted
        self._key = key
        self._is_wanted: bool | None = None
        self._latest: dict[TypedDraft, DraftTyped | None] = {}
        self._changed = threading.Condition()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._open: set[TypedDraft] = set()

    # typing

    def begin(self, waiting: WaitingDraft | None = None) -> TypedDraft:
        """Return the journal of a form; one that takes up a waiting draft goes on in its file.

        Raises NotFound where another process took it up meanwhile.
        """
        name = f"{os.urandom(8).hex()}.{living.own_mark()}{_ENDING}"
        typed = TypedDraft(self, name)
        if waiting is not None:
            try:
                os.rename(self._folder / waiting.name, self._folder / name)
            except FileNotFoundError:
                raise NotFound("the draft is not there any more", "another window may have taken it") from None
            typed.is_written = True
        self._open.add(typed)
        return typed

    def put(self, typed: TypedDraft, what: DraftTyped | None) -> None:
        """Have this be what is written next."""
        with self._changed:
            self._latest[typed] = what
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="drafts", daemon=True)
                with contextlib.suppress(RuntimeError):  # no thread can be had: written at the end alone
                    self._thread.start()
            self._changed.notify()

    def awaits(self, typed: TypedDraft) -> bool:
        """Return whether something of it is still to be written."""
        with self._changed:
            return typed in self._latest

    def drop(self, typed: TypedDraft) -> None:
        """Forget what was typed; a write that is under way takes its file away itself."""
        with self._changed:
            self._latest.pop(typed, None)
        self._open.discard(typed)
        self._remove(typed.name)

    def drop_own(self) -> None:
        """Forget what every form of this process typed: its user leaves, and wants it discarded."""
        for typed in tuple(self._open):
            typed.drop()

    def flush(self) -> None:
        """Write what is not written yet, before the process ends."""
        if self._writing.acquire(timeout=_END_SECONDS):
            try:
                self._write_latest()
            finally:
                self._writing.release()

    # taking up again

    def waiting(self) -> tuple[WaitingDraft, ...]:
        """Return the drafts whose processes have ended, the newest first."""
        found = []
        try:
            entries = list(os.scandir(self._folder))
        except OSError:
            return ()
        for entry in entries:
            mark = entry.name.removesuffix(_ENDING).partition(".")[2]
            if entry.name.endswith(_ENDING) and not entry.name.startswith(".") and not living.lives(mark):
                with contextlib.suppress(OSError):
                    found.append(WaitingDraft(entry.name, entry.stat(follow_symlinks=False).st_mtime))
        return tuple(sorted(found, key=lambda waiting: waiting.at, reverse=True))

    def opened(self, waiting: WaitingDraft, *, ask: bool = True) -> DraftTyped:
        """Return what a waiting draft holds; without `ask` only identities at hand are tried.

        Raises:
            NotFound: It is not there any more.
            LockedError: Nothing here opens it.
            InvalidFile: It is damaged, and set aside.
        """
        path = self._folder / waiting.name
        try:
            data = _content(path)
            plain = self._key().decrypt_own(data, ask=ask) if data.startswith(_ENCRYPTED) else data
            return parsed(plain)
        except FileNotFoundError:
            raise NotFound("the draft is not there any more", "another window may have taken it") from None
        except InvalidFile as error:
            with contextlib.suppress(OSError):
                os.rename(path, path.with_name(f"{waiting.name}{_DAMAGED}"))
            raise InvalidFile(f"a draft cannot be read: {error.message}", f"it lies in {self._folder}") from None

    def discard(self, waiting: WaitingDraft) -> None:
        """Forget a waiting draft."""
        self._remove(waiting.name)

    # writing

    def _run(self) -> None:
        last = 0.0
        while True:
            with self._changed:
                while not self._latest:
                    self._changed.wait()
            time.sleep(max(_FIRST, last + EACH - time.monotonic()))
            last = time.monotonic()
            self._write_all()

    def _write_all(self) -> None:
        with self._writing:
            self._write_latest()

    def _write_latest(self) -> None:
        with self._changed:
            latest, self._latest = self._latest, {}
        for typed, what in latest.items():
            self._write(typed, what)

    def _write(self, typed: TypedDraft, what: DraftTyped | None) -> None:
        try:
            if what is None:
                self._remove(typed.name)
                typed.is_written = False
            elif self._keeps():
                self._replace(typed.name, self._encoded(what))
                typed.is_written = True
            typed.lost = ""
        except Exception as error:
            # Whatever keeps a draft from being written, typing goes on; its words could quote what was typed.
            reason = error.strerror if isinstance(error, OSError) else None
            typed.lost = (reason or "it cannot be encrypted").lower()
        if typed.is_over:
            self._remove(typed.name)

    def _keeps(self) -> bool:
        if self._is_wanted is None:
            try:
                self._is_wanted = self._wanted()
            except IntegratorError:
                # Whether they are wanted cannot be read, and may have been denied.
                self._is_wanted = False
        return self._is_wanted

    def _encoded(self, what: DraftTyped) -> bytes:
        encrypted = self._key().encrypt_to_self(written(what))
        return encrypted if encrypted is not None else written_without_secrets(what)

    def _replace(self, name: str, data: bytes) -> None:
        private_file.replace(self._folder / name, data)

    def _remove(self, name: str) -> None:
        with contextlib.suppress(OSError):
            (self._folder / name).unlink()


def _content(path: Path) -> bytes:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _MAX_BYTES:
            path.lstat()
            raise InvalidFile("it is no file of this program")
        return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise InvalidFile((error.strerror or str(error)).lower()) from None
