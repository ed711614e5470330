"""Reading identities out of what a source gives: a key file, a variable, the output of a command."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from integrator_tui.errors import IntegratorError, InvalidFile
from integrator_tui.model.secret import Secret
from integrator_tui.vault import private_file
from integrator_tui.vault.identities import misplaced
from integrator_tui.vault.identities.identity_sources import LENT, IdentitySources

if TYPE_CHECKING:
    from integrator_tui.vault.age.keys import Identity

KEY: Final = "SOPS_AGE_KEY"
KEY_FILE: Final = "SOPS_AGE_KEY_FILE"

_COPY: Final = "copy the whole key again"
_ENCRYPTED_TEXT: Final = ("age-encryption.org/", "-----BEGIN AGE ")
_ENCRYPTED: Final = tuple(start.encode() for start in _ENCRYPTED_TEXT)


@dataclass(slots=True)
class Loaded:
    """What the sources gave: identities with their origins, files that wait for a passphrase, problems."""

    identities: list[tuple[str, Identity]] = field(default_factory=list)
    locked: list[tuple[str, bytes]] = field(default_factory=list)
    problems: list[tuple[str, IntegratorError]] = field(default_factory=list)

    def add(self, later: Loaded, *, with_identities: bool = False) -> None:
        """Add what a source gave later, each problem once; identities go behind those of `$SOPS_AGE_KEY`, as sops
        has them."""
        self.locked += [waiting for waiting in later.locked if waiting not in self.locked]
        known = {(origin, error.message) for origin, error in self.problems}
        self.problems += [
            (origin, error) for origin, error in later.problems if (origin, error.message) not in known
        ]
        if with_identities:
            behind = sum(origin == KEY for origin, _ in self.identities)
            self.identities[behind:behind] = later.identities


def read_sources(sources: IdentitySources, piped: bytes | None, *, leave_key_file: bool) -> Loaded:
    """Return what the sources give that nobody has to wait for.

    `piped` is what the key file gave where it is a pipe; `leave_key_file` says that it is one and was not read yet.
    """
    loaded = Loaded()
    if sources.key:
        read_variable(sources.key, loaded)
    if sources.key_file and not leave_key_file:
        _read_key_file(sources.key_file, piped, loaded)
    if sources.keys_file and sources.keys_file != sources.key_file:
        with suppress(FileNotFoundError):
            read_file(str(sources.keys_file), partial(private_file.read, sources.keys_file), loaded)
    if sources.lent:
        read_source(LENT, sources.lent.reveal().encode(), loaded)
    return loaded


def _read_key_file(path: Path, piped: bytes | None, loaded: Loaded) -> None:
    if wrong := misplaced.misnamed_file(path):
        loaded.problems.append((KEY_FILE, wrong))
        return
    try:
        read_file(f"{KEY_FILE} {path}", lambda: private_file.read(path) if piped is None else piped, loaded)
    except FileNotFoundError:
        loaded.problems.append((f"{KEY_FILE} {path}", misplaced.missing_file(path)))


def read_file(origin: str, read: Callable[[], bytes], loaded: Loaded) -> None:
    """Read an identity file, noting what is wrong with it; raise FileNotFoundError where there is none."""
    try:
        read_source(origin, read(), loaded)
    except IntegratorError as error:
        loaded.problems.append((origin, error))


def read_variable(text: Secret, loaded: Loaded) -> None:
    """Read what stands in `$SOPS_AGE_KEY`: blanks part identities as line breaks do, since the variables of many CI
    systems are one line."""
    from integrator_tui.vault.age.keys import parse_identity

    if text.reveal().lstrip().startswith(_ENCRYPTED_TEXT):
        read_source(KEY, text.reveal().encode("utf-8", "surrogateescape"), loaded)
        return
    words = _words(text.reveal().lstrip("\ufeff"))
    for number, word in enumerate(words, 1):
        try:
            loaded.identities.append((KEY, parse_identity(word)))
        except InvalidFile as error:
            where = f"{KEY}, word {number}" if len(words) > 1 else KEY
            hint = misplaced.meant_instead(word) or error.hint or _COPY
            loaded.problems.append((KEY, InvalidFile(f"{where}: {error.message}", hint)))


def _words(text: str) -> list[str]:
    lines = text.splitlines()
    if len(lines) == 1 and "#" in text:
        # A whole key file in one line: nothing tells where its comments end.
        return [word for word in text.split() if word.upper().startswith("AGE-SECRET-KEY-")]
    return [word for line in lines if not line.startswith("#") for word in line.split()]


def read_source(origin: str, data: bytes, loaded: Loaded) -> None:
    """Read what a file or a command gave, which waits for its passphrase where it is encrypted."""
    if data.lstrip().startswith(_ENCRYPTED):
        loaded.locked.append((origin, data))
    else:
        read_lines(origin, Secret(data.decode("utf-8-sig", "replace")), loaded)


def read_lines(origin: str, text: Secret, loaded: Loaded) -> None:
    """Read an identity file: an identity a line, empty lines and lines that begin with # left out."""
    from integrator_tui.vault.age.keys import parse_identity

    for number, line in enumerate(text.reveal().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            loaded.identities.append((origin, parse_identity(line.strip())))
        except InvalidFile as error:
            problem = InvalidFile(f"{origin}, line {number}: {error.message}", error.hint or _COPY)
            loaded.problems.append((origin, problem))
