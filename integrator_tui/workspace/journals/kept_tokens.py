"""Tokens that outlive the process: each connection's in a folder of its own below the state folder.

Rules: what is kept is encrypted for the user's own identity, and the name of a token is a hash inside of that, so
that neither a token nor what it was asked for with can be searched for on the disk. It is read and written with
identities that are open already: nobody is asked, and no command is run. A token is found by its workspace, file,
seal, vantage and request, all of them. Who fetches one holds the lock of the folder (flock(2)), which ends with its
process; the others wait for what it puts there. The time of a file is when the last of its tokens ends: what is
past that goes, and at most MOST_CONNECTIONS stay. Whatever is wrong here, nothing is told and a token is fetched as
if none were kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from integrator_tui import atomic
from integrator_tui.engine.token import Token
from integrator_tui.errors import IntegratorError
from integrator_tui.model.secret import Secret
from integrator_tui.vault import private_file
from integrator_tui.workspace.beside import beside
from integrator_tui.workspace.journals.own_key import OwnKey

LONGEST: Final = 30 * 86400.0
"""Seconds that a token is kept at most, and one of which nobody said how long it lives."""

MOST_CONNECTIONS: Final = 2000
MOST_TOKENS: Final = 16
"""Tokens of one connection: it may ask with other parameters, or from elsewhere."""
MOST_LETTERS: Final = 32 * 1024
"""A longer token is not kept: hardly a server takes a header of that length."""

PATIENCE: Final = 10.0
"""Seconds of waiting after which nobody is held up any more where there is no token yet: those who waited as long
fetch one each, beside each other."""

_FILE: Final = "tokens.age"
_VERSION: Final = 1
_FIRST_PAUSE, _PAUSE = 0.01, 0.1
_SKEW: Final = 1.0
_SWEEP_EACH: Final = 64
"""Of as many writes of a process the first looks at all folders."""

_FORGET_SECONDS: Final = 1.0
"""Seconds that who forgets waits for somebody who fetches."""


class _Kept(NamedTuple):
    """A token as it is written down; times are in seconds since 1970."""

    value: str
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
        return Token(Secret(self.value), self.lifetime, time.monotonic() - age, self.source, self.note)


class KeptTokens:
    """The tokens of the workspace `root`, kept below `state` where `wanted` says so; `key` encrypts them."""

    def __init__(self, root: Path, state: Path, wanted: Callable[[], bool], key: Callable[[], OwnKey]) -> None:
        self._root = str(root.resolve())
        self._all = state / "tokens"
        self._wanted = wanted
        self._key = key
        self._written = 0

    def of(self, file: str, seal: str, vantage: str = "local") -> ConnectionTokens | None:
        """Return the tokens of a connection file whose seal was found whole, None where none are wanted.

        `seal` stands for what is sealed, `vantage` for where requests go out from.
        """
        if not self._wanted():
            return None
        folder = _Folder(self._folder(file), self._key, self._sweep_at_times)
        return ConnectionTokens(folder, (self._root, file, seal, vantage))

    def drop(self, file: str) -> bool:
        """Forget the tokens of a connection file; tell whether there were any. No key is needed."""
        return _Folder(self._folder(file), self._key).clear(_FORGET_SECONDS)

    def _sweep_at_times(self) -> None:
        if self._written % _SWEEP_EACH == 0:
            self._sweep()
        self._written += 1

    def _sweep(self) -> None:
        """Remove the folders whose tokens have ended, and those whose end first where there are too many."""
        ends: list[tuple[float, Path]] = []
        for folder in _folders(self._all):
            try:
                ends.append(((folder / _FILE).lstat().st_mtime, folder))
            except OSError:
                ends.append((0.0, folder))
        ends.sort(reverse=True)
        now = time.time()
        for place, (until, folder) in enumerate(ends):
            if until < now or place >= MOST_CONNECTIONS:
                _Folder(folder, self._key).remove()

    def _folder(self, file: str) -> Path:
        return self._all / _hashed(map(os.fsencode, (self._root, file)))[:32]


@dataclass(frozen=True, slots=True)
class ConnectionTokens:
    """The tokens of one connection, sealed as it is now (engine: TokenStore)."""

    _folder: _Folder
    _of: tuple[str, str, str, str]

    def place(self, request: Iterable[bytes]) -> KeptToken:
        """Return the place of the token that a request made of these parts obtains."""
        name = _hashed((*map(os.fsencode, self._of), *request))
        return KeptToken(self._folder, self._of[2], name)


class KeptToken:
    """The place of one token (engine: TokenPlace). One exchange uses it, and gives its turn back at the end."""

    def __init__(self, folder: _Folder, seal: str, name: str) -> None:
        self._folder = folder
        self._seal = seal
        self._name = name
        self._refused = ""
        self._lock: int | None = None

    def held(self) -> Token | None:
        """Return the token that is there and still good."""
        kept = self._kept()
        token = kept.token() if kept is not None and not kept.for_one_use else None
        return token if token is not None and token.fresh_at(time.monotonic()) else None

    async def turn(self, until: float) -> Token | None:
        """Return the token that is there, or comes there; None where it is to be fetched."""
        loop = asyncio.get_running_loop()
        began, pause = loop.time(), _FIRST_PAUSE
        while True:
            if (token := self.held()) is not None:
                return token
            if (kept := self._kept()) is not None and kept.for_one_use:
                return None
            if (lock := self._folder.locked()) is not None:
                self._lock = lock
                if (token := self.held()) is not None or loop.time() - began > PATIENCE:
                    self.end_turn()
                return token
            if loop.time() >= until:
                return None
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _PAUSE)

    async def keep(self, token: Token) -> None:
        """Write a token down, in this turn or where nobody has one."""
        value = token.value.reveal()
        if value == self._refused or len(value) > MOST_LETTERS:
            return
        now = time.time()
        obtained = now - (time.monotonic() - token.obtained_at)
        if token.for_one_use:
            kept = _Kept("", 0.0, obtained, now + LONGEST, "", "")
            if self._kept() is not None:
                return
        else:
            ends = now + LONGEST if token.lifetime is None else obtained + token.lifetime
            kept = _Kept(value, token.lifetime, obtained, min(ends, now + LONGEST), token.source, token.note)
        lock = self._lock if self._lock is not None else self._folder.locked()
        if lock is None:
            return
        try:
            await beside(lambda: self._folder.put(self._seal, self._name, kept))
        finally:
            if lock is not self._lock:
                _release(lock)

    def end_turn(self) -> None:
        """Let others have their turn."""
        if self._lock is not None:
            _release(self._lock)
            self._lock = None

    def refuse(self, token: Token) -> None:
        """Give out a refused token no more, and take it out where nobody has a turn: who has one writes another."""
        self._refused = token.value.reveal()
        if (lock := self._folder.locked()) is not None:
            try:
                self._folder.take_out(self._seal, self._name, self._refused)
            finally:
                _release(lock)

    def _kept(self) -> _Kept | None:
        found = self._folder.read(self._seal).get(self._name)
        return found if found is not None and found.value != (self._refused or None) else None


class _Folder:
    """The folder of one connection's tokens: one file, and the lock that the folder itself is."""

    def __init__(self, path: Path, key: Callable[[], OwnKey], written: Callable[[], None] = lambda: None) -> None:
        self._path = path
        self._written = written
        self._file = path / _FILE
        self._key = key
        self._known: tuple[tuple[int, ...], str, dict[str, _Kept]] | None = None

    def read(self, seal: str) -> dict[str, _Kept]:
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

    def put(self, seal: str, name: str, kept: _Kept) -> None:
        """Write a token down beside the others; the lock is held."""
        others = {each: found for each, found in self.read(seal).items() if each != name}
        newest = sorted(others, key=lambda each: others[each].obtained)[1 - MOST_TOKENS :]
        self._write(seal, {**{each: others[each] for each in newest}, name: kept})
        self._written()

    def take_out(self, seal: str, name: str, value: str) -> None:
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
            time.sleep(_FIRST_PAUSE)
        try:
            return self._unlink()
        finally:
            if lock is not None:
                _release(lock)

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

    def _opened(self) -> tuple[str, dict[str, _Kept]]:
        """Return the seal that the tokens are for, and them; nothing where they cannot be read."""
        try:
            found = json.loads(self._key().decrypt_own(private_file.read(self._file), ask=False))
            if found["version"] != _VERSION:
                return "", {}
            seal, kept = found["seal"], found["tokens"]
            return seal, {name: _checked(each) for name, each in kept.items()}
        except (OSError, IntegratorError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return "", {}

    def _write(self, seal: str, kept: dict[str, _Kept]) -> None:
        plain = json.dumps({"version": _VERSION, "seal": seal, "tokens": kept}).encode()
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
            _release(lock)


_NO_LOCK: Final = -1


def _release(lock: int) -> None:
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


def _folders(path: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        for entry in os.scandir(path):
            if entry.is_dir(follow_symlinks=False):
                yield Path(entry.path)


def _checked(found: Any) -> _Kept:
    """Return a token as it was written down; raises ValueError or TypeError where that is damaged."""
    value, lifetime, obtained, until, source, note = found
    texts = (value, source, note)
    numbers = (obtained, until) if lifetime is None else (lifetime, obtained, until)
    if not all(isinstance(text, str) for text in texts) or not all(
        isinstance(number, int | float) and not isinstance(number, bool) for number in numbers
    ):
        raise ValueError
    return _Kept(value, lifetime, float(obtained), float(until), source, note)


def _hashed(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()
