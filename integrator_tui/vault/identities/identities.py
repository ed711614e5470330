"""Identities, found where sops finds them and in its order.

    $SOPS_AGE_KEY         the text itself
    $SOPS_AGE_KEY_FILE    a file
    $SOPS_AGE_KEY_CMD     what a command prints, asked for the recipient in $SOPS_AGE_RECIPIENT
    sops/age/keys.txt     below the user's configuration folder

All of them count together. A file that others can read is refused, and the other sources still serve; one
that is encrypted with a passphrase stays locked until `unlock`, and is asked for once. The command runs only
where no other identity opens a file, for it may ask somebody to touch a key. Nothing here reads the
environment.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from integrator_tui.errors import (
    ExposedKeyFile,
    IntegratorError,
    InvalidFile,
    LockedError,
    NoIdentity,
    PassphraseNeeded,
    SaveError,
    WrongPassphrase,
)
from integrator_tui.model.secret import Secret
from integrator_tui.vault import private_file
from integrator_tui.vault.identities.identity_sources import (
    LENT,
    MAX_ATTEMPTS,
    PROTECTED,
    FoundIdentity,
    IdentitySources,
    run_key_command,
)

if TYPE_CHECKING:
    from integrator_tui.vault.age.keys import Identity
    from integrator_tui.vault.identities.identity_file import CreatedIdentity

_MAX_QUESTIONS: Final = 32
"""How often one file makes the key command run: whoever wrote the file named the recipients."""

_SEE: Final = "mend that source; what each of them gives: integrator-tui keys list"

_KEY: Final = "SOPS_AGE_KEY"
_COMMAND: Final = "SOPS_AGE_KEY_CMD"
_TEXT_ORIGINS: Final = frozenset({_KEY, _COMMAND})
_ENCRYPTED: Final = (b"age-encryption.org/", b"-----BEGIN AGE ")


@dataclass(slots=True)
class _Loaded:
    """What the sources gave: identities with their origins, files that wait for a passphrase, problems."""

    identities: list[tuple[str, Identity]] = field(default_factory=list)
    locked: list[tuple[str, bytes]] = field(default_factory=list)
    problems: list[tuple[str, IntegratorError]] = field(default_factory=list)


class Identities:
    """The identities of one session, read from their sources on first use."""

    def __init__(self, sources: IdentitySources) -> None:
        self._sources = sources
        self._lock = threading.RLock()
        self._loaded: _Loaded | None = None
        self._printed: dict[str, tuple[Identity, ...]] = {}
        self._refusal: WrongPassphrase | None = None
        self._unanswered = False

    def rounds(self, recipients: Iterable[str]) -> Iterator[tuple[Identity, ...]]:
        """Yield the identities to try on a file for `recipients`: those at hand, then what the command prints, then
        those behind a passphrase that somebody can be asked for. Raises what `ask_passphrase` raises."""
        yield tuple(identity for _, identity in self._load().identities)
        if self._sources.key_command:
            for recipient in islice(dict.fromkeys(recipients), _MAX_QUESTIONS):
                yield self._ask_command(recipient)
        if self.ask_passphrase():
            yield tuple(identity for _, identity in self._load().identities)

    def match(self, recipients: Iterable[str]) -> bool:
        """Return whether an identity is named among `recipients`, or may be: in a file that is still locked, or
        printed by the command, which is not run for the asking."""
        loaded = self._load()
        if loaded.locked or self._sources.key_command:
            return True
        wanted = set(recipients)
        return any(identity.recipient() in wanted for _, identity in loaded.identities)

    def found(self) -> tuple[FoundIdentity, ...]:
        """Return every identity with its origin, and every source with a problem."""
        if self._sources.key_command:
            self._ask_command("")
        loaded = self._load()
        held = [FoundIdentity(identity.recipient(), origin) for origin, identity in loaded.identities]
        held += [
            FoundIdentity(identity.recipient(), _COMMAND)
            for identities in self._printed.values()
            for identity in identities
        ]
        locked = [FoundIdentity("", origin, PROTECTED) for origin, _ in loaded.locked]
        problems = [FoundIdentity("", origin, error.message, error.hint) for origin, error in loaded.problems]
        return tuple(dict.fromkeys([*held, *locked, *problems]))

    def missing(self) -> LockedError:
        """Return the error that says best why nothing here opens a file."""
        loaded = self._load()
        if loaded.locked:
            return PassphraseNeeded(f"{loaded.locked[0][0]} is {PROTECTED}", "give its passphrase")
        errors = [error for _, error in loaded.problems]
        exposed = next((error for error in errors if isinstance(error, ExposedKeyFile)), None)
        if exposed:
            return exposed
        if errors:
            return NoIdentity(f"no identity here opens the file; {errors[0].message}", errors[0].hint or _SEE)
        held = "none of the identities here opens the file" if loaded.identities else "there is no identity here"
        return NoIdentity(held, "ask somebody who can read it to add your recipient: integrator-tui keys list")

    def unlock(self, passphrase: Secret) -> None:
        """Open the files that wait for a passphrase and keep what is in them for the session.

        Raises WrongPassphrase where there are such files and it opens none of them.
        """
        from integrator_tui.vault.age.container import decrypt
        from integrator_tui.vault.age.scrypt import Passphrase

        with self._lock:
            loaded = self._load()
            waiting, loaded.locked = loaded.locked, []
            for origin, data in waiting:
                try:
                    content = Secret(decrypt(data, [Passphrase(passphrase)]).decode("utf-8", "replace"))
                except NoIdentity:
                    loaded.locked.append((origin, data))
                except InvalidFile as error:
                    loaded.problems.append((origin, error))
                else:
                    _read_lines(origin, content, loaded)
            if waiting and len(loaded.locked) == len(waiting):
                raise WrongPassphrase("the passphrase is wrong", f"it is asked for {waiting[0][0]}")

    def is_locked(self) -> bool:
        """Return whether a source waits for its passphrase; the key command is not run for the asking."""
        return bool(self._load().locked)

    def ask_passphrase(self) -> bool:
        """Ask for the passphrase of a file that waits for one, and return whether one was opened.

        Whoever gave no answer is not asked again. Raises WrongPassphrase after MAX_ATTEMPTS wrong ones, and without
        asking again ever after.
        """
        with self._lock:
            if self._refusal:
                raise self._refusal
            locked, ask = self._load().locked, self._sources.ask
            if not locked or ask is None or self._unanswered:
                return False
            for wrong in range(MAX_ATTEMPTS):
                passphrase = ask(locked[0][0], wrong)
                if passphrase is None:
                    self._unanswered = True
                    return False
                try:
                    self.unlock(passphrase)
                except WrongPassphrase as error:
                    refusal = error
                else:
                    return True
            self._refusal = WrongPassphrase(
                f"{MAX_ATTEMPTS} wrong passphrases for {locked[0][0]}", f"{refusal.hint}; run the command again"
            )
            raise self._refusal

    def create(self, passphrase: Secret | None, moment: datetime) -> CreatedIdentity:
        """Make an identity where sops will find it, under `passphrase` if given; keep one that exists.

        Raises what is wrong with an identity file that is there and cannot be read, SaveError where a new one
        cannot be written.
        """
        from integrator_tui.vault.identities.identity_file import CreatedIdentity, create

        if kept := self.kept():
            return CreatedIdentity(kept.recipient, False, kept.origin)
        path = self._place()
        try:
            recipient = create(path, passphrase, moment)
        except FileExistsError:
            raise SaveError(f"{path} appeared while it was being made", "run the command again") from None
        except OSError as error:
            raise SaveError(f"{path}: {error.strerror}", "set SOPS_AGE_KEY_FILE to a place of yours") from None
        self.forget()
        if passphrase is not None:
            self.unlock(passphrase)
        return CreatedIdentity(recipient, True, str(path))

    def kept(self) -> FoundIdentity | None:
        """Return the identity that makes a new one needless, None where there is none; raises as `create` does."""
        return self._kept(self._place())

    def _place(self) -> Path:
        path = self._sources.key_file or self._sources.keys_file
        if path is None:
            raise SaveError("there is no place for an identity file", "set SOPS_AGE_KEY_FILE")
        return path

    def _kept(self, path: Path) -> FoundIdentity | None:
        """Return the identity that makes a new one in `path` needless, None where there is none."""
        loaded = self._load()
        if not os.path.lexists(path):
            texts = [found for found in self.found() if found.recipient and found.origin in _TEXT_ORIGINS]
            return texts[0] if texts and not self._sources.key_file else None
        for origin, identity in loaded.identities:
            if origin.endswith(str(path)):
                return FoundIdentity(identity.recipient(), str(path))
        if any(origin.endswith(str(path)) for origin, _ in loaded.locked):
            if self.ask_passphrase():
                return self._kept(path)
            raise self.missing()
        problems = (error for origin, error in loaded.problems if origin.endswith(str(path)))
        raise next(problems, InvalidFile(f"{path} holds no identity", "move it away, or set SOPS_AGE_KEY_FILE"))

    def forget(self) -> None:
        """Read the sources again at the next use."""
        with self._lock:
            self._loaded = None
            self._printed.clear()

    def _load(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = _Loaded()
                self._read_sources(self._loaded)
            return self._loaded

    def _read_sources(self, loaded: _Loaded) -> None:
        sources = self._sources
        if sources.key:
            _read(_KEY, sources.key.reveal().encode("utf-8", "surrogateescape"), loaded)
        if sources.key_file:
            _read_file(f"SOPS_AGE_KEY_FILE {sources.key_file}", sources.key_file, loaded, must_exist=True)
        if sources.keys_file and sources.keys_file != sources.key_file:
            _read_file(str(sources.keys_file), sources.keys_file, loaded, must_exist=False)
        if sources.lent:
            _read(LENT, sources.lent.reveal().encode(), loaded)

    def _ask_command(self, recipient: str) -> tuple[Identity, ...]:
        """Return the identities that the key command prints for a recipient, asked once for each."""
        with self._lock:
            if recipient not in self._printed:
                answer = _Loaded()
                try:
                    _read(_COMMAND, run_key_command(self._sources, recipient), answer)
                except InvalidFile as error:
                    answer.problems.append((_COMMAND, error))
                loaded = self._load()
                loaded.locked += [waiting for waiting in answer.locked if waiting not in loaded.locked]
                known = {(origin, error.message) for origin, error in loaded.problems}
                loaded.problems += [(o, error) for o, error in answer.problems if (o, error.message) not in known]
                self._printed[recipient] = tuple(identity for _, identity in answer.identities)
            return self._printed[recipient]


def _read_file(origin: str, path: Path, loaded: _Loaded, *, must_exist: bool) -> None:
    try:
        _read(origin, private_file.read(path), loaded)
    except FileNotFoundError:
        if must_exist:
            error = InvalidFile(f"{path} does not exist", "make an identity: integrator-tui keys init")
            loaded.problems.append((origin, error))
    except IntegratorError as error:
        loaded.problems.append((origin, error))


def _read(origin: str, data: bytes, loaded: _Loaded) -> None:
    if data.lstrip().startswith(_ENCRYPTED):
        loaded.locked.append((origin, data))
    else:
        _read_lines(origin, Secret(data.decode("utf-8-sig", "replace")), loaded)


def _read_lines(origin: str, text: Secret, loaded: _Loaded) -> None:
    """Read an identity file: an identity a line, empty lines and lines that begin with # left out."""
    from integrator_tui.vault.age.keys import parse_identity

    for number, line in enumerate(text.reveal().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            loaded.identities.append((origin, parse_identity(line.strip())))
        except InvalidFile as error:
            problem = InvalidFile(
                f"{origin}, line {number}: {error.message}", error.hint or "copy the whole key again"
            )
            loaded.problems.append((origin, problem))
