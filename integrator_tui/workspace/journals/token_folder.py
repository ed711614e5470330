"""The folder of one connection's tokens: one encrypted file, and the lock that the folder itself is (flock(2)).

Rules: the file is for one seal, and whole or not at all; its time is when the last of its tokens ends. What cannot
be read, by whoever is here or at all, is nothing; what cannot be written is left out. The lock ends with its
process.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from integrator_tui import atomic
from integrator_tui.engine.token import Token
from integrator_tui.errors import IntegratorError
from integrator_tui.model.secret import Secret
from integrator_tui.vault import private_file
from integrator_tui.workspace.journals.own_key import OwnKey

FILE: Final = "tokens.age"

MOST_TOKENS: Final = 16
"""Tokens of one connection: it may ask with other parameters, or from elsewhere."""

_VERSION: Final = 1
_PAUSE: Final = 0.01
_SKEW: Final = 1.0
"""Seconds that a clock may have been set back since a token was written down."""


class WrittenToken(NamedTuple):
    """A token as it is written down; times are in seconds since 1970."""

    value: Secret
    lifetime: float | None
    obtained: float
    until: float
    source: str
    note: str

    @property
    def for_one_use(self) -> bool:
        """Whether it says only that there is nothing to keep: each needs one of its own."""
        return not self.value

    def token(self) -> Token:
        age = time.time() - self.obtained
        return Token(self.value, self.lifetime, time.monotonic() - age, self.source, self.note)


class TokenFolder:
    """The folder of one connection's tokens: one file, and the lock that the folder itself is."""

    def __init__(self, path: Path, key: Callable[[], OwnKey], written: Callable[[], None] = lambda: None) -> None:
        self._path = path
        self._written = written
        self._file = path / FILE
        self._key = key
        self._known: tuple[tuple[int, ...], str, dict[str, WrittenToken]] | None = None

    def read(self, seal: str) -> dict[str, WrittenToken]:
        """Return the tokens that are there for this seal and have not ended, by their names; those of another seal
        go."""
        try:
            found = self._file.lstat()
        except OSError:
            return {}
        stamp = (found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size)
        if self._known is None or self._known[0] != stamp:
            self._known = (stamp, *self._opened())
        _, of, kept = self._known
        if of and of != seal:
            self._unlink()
            return {}
        now = time.time()
        return {name: each for name, each in kept.items() if each.obtained - _SKEW <= now < each.until}

    def put(self, seal: str, name: str, kept: WrittenToken) -> None:
        """Write a token down beside the others; the lock is held."""
        others = {each: found for each, found in self.read(seal).items() if each != name}
        newest = sorted(others, key=lambda each: others[each].obtained)[1 - MOST_TOKENS :]
        self._write(seal, {**{each: others[each] for each in newest}, name: kept})
        self._written()

    def take_out(self, seal: str, name: str, value: Secret) -> None:
        """Take a token out where it still is this one; the lock is held."""
        kept = self.read(seal)
        if name in kept and kept[name].value == value:
            del kept[name]
            if kept:
                self._write(seal, kept)
            else:
                self._unlink()

    def clear(self, seconds: float) -> bool:
        """Remove all; who has the lock is waited for, for `seconds` at most."""
        if not self._file.exists():
            return False
        until = time.monotonic() + seconds
        while (lock := self.locked()) is None and time.monotonic() < until:
            time.sleep(_PAUSE)
        try:
            return self._unlink()
        finally:
            if lock is not None:
                release(lock)

    def locked(self) -> int | None:
        """Return the lock of the folder, a descriptor, None where another has it; where there can be no folder, a
        number that is none."""
        while True:
            try:
                atomic.make_folder(self._path)
                lock = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            except OSError:
                return _NO_LOCK
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                return None
            except OSError:
                # Some file systems have none: then two may fetch.
                return lock
            # It may have been swept away meanwhile, and another made in its place.
            if _is(lock, self._path):
                return lock
            os.close(lock)

    def _opened(self) -> tuple[str, dict[str, WrittenToken]]:
        """Return the seal that the tokens are for, and them; nothing where they cannot be read."""
        try:
            found = json.loads(self._key().decrypt_own(private_file.read(self._file), ask=False))
            if found["version"] != _VERSION:
                return "", {}
            seal, kept = found["seal"], found["tokens"]
            return seal, {name: _checked(each) for name, each in kept.items()}
        except (OSError, IntegratorError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return "", {}

    def _write(self, seal: str, kept: dict[str, WrittenToken]) -> None:
        tokens = {name: (each.value.reveal(), *each[1:]) for name, each in kept.items()}
        plain = json.dumps({"version": _VERSION, "seal": seal, "tokens": tokens}).encode()
        with contextlib.suppress(OSError, IntegratorError):
            data = self._key().encrypt_to_self(plain)
            if data is not None and len(data) <= private_file.MAX_SIZE:
                private_file.replace(self._file, data)
                until = max(each.until for each in kept.values())
                os.utime(self._file, (until, until))

    def _unlink(self) -> bool:
        try:
            self._file.unlink()
        except OSError:
            return False
        return True

    def remove(self) -> None:
        """Remove the folder and what is in it, where nobody holds it."""
        if (lock := self.locked()) is not None:
            with contextlib.suppress(OSError):
                for entry in list(os.scandir(self._path)):
                    os.unlink(entry.path)
                os.rmdir(self._path)
            release(lock)


_NO_LOCK: Final = -1


def release(lock: int) -> None:
    """Give back what `TokenFolder.locked` gave."""
    if lock != _NO_LOCK:
        # Told, for a copy of this process has the descriptor too.
        with contextlib.suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_UN)
        os.close(lock)


def _is(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path, follow_symlinks=False))
    except OSError:
        return False


def _checked(found: Any) -> WrittenToken:
    """Return a token as it was written down; raises ValueError or TypeError where that is damaged."""
    value, lifetime, obtained, until, source, note = found
    texts = (value, source, note)
    numbers = (obtained, until) if lifetime is None else (lifetime, obtained, until)
    if not all(isinstance(text, str) for text in texts) or not all(
        isinstance(number, int | float) and not isinstance(number, bool) for number in numbers
    ):
        raise ValueError
    return WrittenToken(Secret(value), lifetime, float(obtained), float(until), source, note)
