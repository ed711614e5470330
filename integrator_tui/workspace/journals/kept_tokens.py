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
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from integrator_tui.engine.token import Token
from integrator_tui.model.secret import Secret
from integrator_tui.workspace.journals.own_key import OwnKey
from integrator_tui.workspace.journals.token_folder import FILE, TokenFolder, WrittenToken, release
from integrator_tui.workspace.waiting import beside

LONGEST: Final = 30 * 86400.0
"""Seconds that a token is kept at most, and one of which nobody said how long it lives."""

MOST_CONNECTIONS: Final = 2000
MOST_LETTERS: Final = 32 * 1024
"""A longer token is not kept: hardly a server takes a header of that length."""

PATIENCE: Final = 10.0
"""Seconds of waiting after which nobody is held up any more where there is no token yet: those who waited as long
fetch one each, beside each other."""

_FIRST_PAUSE, _PAUSE = 0.01, 0.1
_SWEEP_EACH: Final = 64
"""Of as many writes of a process the first looks at all folders."""

_FORGET_SECONDS: Final = 1.0
"""Seconds that who forgets waits for somebody who fetches."""


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
        folder = TokenFolder(self._folder(file), self._key, self._sweep_at_times)
        return ConnectionTokens(folder, (self._root, file, seal, vantage))

    def drop(self, file: str) -> bool:
        """Forget the tokens of a connection file; tell whether there were any. No key is needed."""
        return TokenFolder(self._folder(file), self._key).clear(_FORGET_SECONDS)

    def _sweep_at_times(self) -> None:
        if self._written % _SWEEP_EACH == 0:
            self._sweep()
        self._written += 1

    def _sweep(self) -> None:
        """Remove the folders whose tokens have ended, and those whose end first where there are too many."""
        ends: list[tuple[float, Path]] = []
        for folder in _folders(self._all):
            try:
                ends.append(((folder / FILE).lstat().st_mtime, folder))
            except OSError:
                ends.append((0.0, folder))
        ends.sort(reverse=True)
        now = time.time()
        for place, (until, folder) in enumerate(ends):
            if until < now or place >= MOST_CONNECTIONS:
                TokenFolder(folder, self._key).remove()

    def _folder(self, file: str) -> Path:
        return self._all / _hashed(map(os.fsencode, (self._root, file)))[:32]


@dataclass(frozen=True, slots=True)
class ConnectionTokens:
    """The tokens of one connection, sealed as it is now (engine: TokenStore)."""

    _folder: TokenFolder
    _of: tuple[str, str, str, str]

    def place(self, request: Iterable[bytes]) -> KeptToken:
        """Return the place of the token that a request made of these parts obtains."""
        name = _hashed((*map(os.fsencode, self._of), *request))
        return KeptToken(self._folder, self._of[2], name)


class KeptToken:
    """The place of one token (engine: TokenPlace). One exchange uses it, and gives its turn back at the end."""

    def __init__(self, folder: TokenFolder, seal: str, name: str) -> None:
        self._folder = folder
        self._seal = seal
        self._name = name
        self._refused: Secret | None = None
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
        if token.value == self._refused or len(token.value.reveal()) > MOST_LETTERS:
            return
        now = time.time()
        obtained = now - (time.monotonic() - token.obtained_at)
        if token.for_one_use:
            kept = WrittenToken(Secret(""), 0.0, obtained, now + LONGEST, "", "")
            if self._kept() is not None:
                return
        else:
            ends = now + LONGEST if token.lifetime is None else obtained + token.lifetime
            kept = WrittenToken(
                token.value, token.lifetime, obtained, min(ends, now + LONGEST), token.source, token.note
            )
        lock = self._lock if self._lock is not None else self._folder.locked()
        if lock is None:
            return
        try:
            await beside(lambda: self._folder.put(self._seal, self._name, kept))
        finally:
            if lock is not self._lock:
                release(lock)

    def end_turn(self) -> None:
        """Let others have their turn."""
        if self._lock is not None:
            release(self._lock)
            self._lock = None

    def refuse(self, token: Token) -> None:
        """Give out a refused token no more, and take it out where nobody has a turn: who has one writes another."""
        self._refused = token.value
        if (lock := self._folder.locked()) is not None:
            try:
                self._folder.take_out(self._seal, self._name, self._refused)
            finally:
                release(lock)

    def _kept(self) -> WrittenToken | None:
        found = self._folder.read(self._seal).get(self._name)
        return found if found is not None and found.value != self._refused else None


def _hashed(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def _folders(path: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        for entry in os.scandir(path):
            if entry.is_dir(follow_symlinks=False):
                yield Path(entry.path)
