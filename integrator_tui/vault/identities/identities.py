"""Identities, found where sops finds them and in its order.

    $SOPS_AGE_KEY         the text itself
    $SOPS_AGE_KEY_FILE    a file
    $SOPS_AGE_KEY_CMD     what a command prints, asked for the recipient in $SOPS_AGE_RECIPIENT
    sops/age/keys.txt     below the user's configuration folder

All of them count together. A file that others can read is refused, and the other sources still serve; one
that is encrypted with a passphrase stays locked until `unlock`; nobody is asked for it here. The command runs only
where no other identity opens a file, for it may ask somebody to touch a key. Nothing here reads the
environment.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from integrator_tui.errors import (
    ExposedKeyFile,
    InvalidFile,
    LockedError,
    NoIdentity,
    PassphraseNeeded,
    SaveError,
    WrongPassphrase,
)
from integrator_tui.model.secret import Secret
from integrator_tui.model.text import visible
from integrator_tui.vault import private_file
from integrator_tui.vault.identities import misplaced
from integrator_tui.vault.identities.identity_reading import (
    KEY,
    KEY_FILE,
    Loaded,
    read_file,
    read_lines,
    read_source,
    read_sources,
)
from integrator_tui.vault.identities.identity_sources import PROTECTED, FoundIdentity, IdentitySources
from integrator_tui.vault.identities.key_command import NAME as COMMAND
from integrator_tui.vault.identities.key_command import Abandoned, KeyCommand

if TYPE_CHECKING:
    from integrator_tui.vault.age.keys import Identity
    from integrator_tui.vault.identities.identity_file import CreatedIdentity

_MAX_QUESTIONS: Final = 32
"""How often one file makes the key command run: whoever wrote the file named the recipients."""

_MAX_PLACE: Final = 400
"""Characters of the path of a key file that a hint shows."""

_SEE: Final = "mend that source; what each of them gives: integrator-tui keys list"

_TEXT_ORIGINS: Final = frozenset({KEY, COMMAND})


class Identities:
    """The identities of one session, read from their sources on first use."""

    def __init__(self, sources: IdentitySources) -> None:
        self._sources = sources
        self._lock = threading.RLock()
        self._loaded: Loaded | None = None
        # A lock of its own: what needs no command does not wait for it.
        self._command_lock = threading.Lock()
        self._command = KeyCommand(sources.key_command or "", sources.environment)
        # A pipe gives what it holds once: to the process that opens a file, not to one that only lists.
        self._pipe_waits = sources.key_file is not None and private_file.is_pipe(sources.key_file)
        self._piped: bytes | None = None
        self._printed: dict[str, tuple[Identity, ...]] = {}

    def rounds(self, recipients: Iterable[str]) -> Iterator[tuple[Identity, ...]]:
        """Yield the identities to try on a file for `recipients`: those at hand, then what the pipe gives and the
        command prints."""
        yield self.at_hand()
        if self._pipe_waits:
            yield self._from_pipe()
        if self._sources.key_command:
            for recipient in islice(dict.fromkeys(recipients), _MAX_QUESTIONS):
                yield self._ask_command(recipient)

    def at_hand(self) -> tuple[Identity, ...]:
        """Return the identities that can be had without asking anybody, and without running the command."""
        return tuple(identity for _, identity in self._load().identities)

    def open_now(self) -> tuple[Identity, ...]:
        """Return the identities that can be had without asking anybody, and what the command printed before."""
        with self._lock:
            printed = [identity for identities in self._printed.values() for identity in identities]
            return (*self.at_hand(), *printed)

    def own_recipient(self) -> str | None:
        """Return the recipient of the first identity that is open now; None where there is none yet."""
        return next((identity.recipient() for identity in self.open_now()), None)

    def match(self, recipients: Iterable[str]) -> bool:
        """Return whether an identity is named among `recipients`, or may be: in a file that is still locked, or
        given by the command or a pipe, of which nothing is asked for this."""
        loaded = self._load()
        if loaded.locked or self._sources.key_command or self._pipe_waits:
            return True
        wanted = set(recipients)
        return any(identity.recipient() in wanted for _, identity in loaded.identities)

    def may_wait(self, recipients: Iterable[str]) -> bool:
        """Return whether opening a file for `recipients` would run the key command or read a pipe now, which takes
        its time."""
        if not self._sources.key_command and not self._pipe_waits:
            return False
        wanted = list(islice(dict.fromkeys(recipients), _MAX_QUESTIONS))
        at_hand = {identity.recipient() for _, identity in self._load().identities}
        unasked = self._pipe_waits or any(recipient not in self._printed for recipient in wanted)
        return unasked and at_hand.isdisjoint(wanted)

    def abandon(self) -> None:
        """Have nobody wait for the key command any more: the one that runs is stopped, and none is run again."""
        self._command.abandon()

    def found(self) -> tuple[FoundIdentity, ...]:
        """Return every identity with its origin, and every source with a problem."""
        self._from_pipe()
        if self._sources.key_command:
            self._ask_command("")
        loaded = self._load()
        held = [FoundIdentity(identity.recipient(), origin) for origin, identity in loaded.identities]
        held += [
            FoundIdentity(identity.recipient(), COMMAND)
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
        if not loaded.identities and not self._sources.key_command and self._sources.keys_file is not None:
            # A job of cron has another home than the shell that the key was made in.
            place = visible(str(self._sources.keys_file), limit=_MAX_PLACE)
            hint = f"it is looked for in {place}: set SOPS_AGE_KEY_FILE where yours lies elsewhere"
            return NoIdentity(
                "there is no identity here", f"{hint}, or make one and have it added: integrator-tui keys init"
            )
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
                    read_lines(origin, content, loaded)
            if waiting and len(loaded.locked) == len(waiting):
                raise WrongPassphrase("the passphrase is wrong", f"it is asked for {waiting[0][0]}")

    def waiting(self) -> tuple[str, ...]:
        """Return the origins that wait for their passphrase, among the sources read so far."""
        return tuple(origin for origin, _ in self._load().locked)

    def may_be_locked(self) -> bool:
        """Return whether a source waits for its passphrase, or may do so once the pipe or the command is asked."""
        unasked = self._pipe_waits or (bool(self._sources.key_command) and not self._printed)
        return unasked or bool(self._load().locked)

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
        if self._sources.key_file and (wrong := misplaced.misnamed_file(path)):
            raise wrong
        return path

    def _kept(self, path: Path) -> FoundIdentity | None:
        """Return the identity that makes a new one in `path` needless, None where there is none."""
        self._from_pipe()
        loaded = self._load()
        if not os.path.lexists(path):
            texts = [found for found in self.found() if found.recipient and found.origin in _TEXT_ORIGINS]
            return texts[0] if texts and not self._sources.key_file else None
        for origin, identity in loaded.identities:
            if origin.endswith(str(path)):
                return FoundIdentity(identity.recipient(), str(path))
        if any(origin.endswith(str(path)) for origin, _ in loaded.locked):
            raise self.missing()
        problems = (error for origin, error in loaded.problems if origin.endswith(str(path)))
        raise next(problems, InvalidFile(f"{path} holds no identity", "move it away, or set SOPS_AGE_KEY_FILE"))

    def forget(self) -> None:
        """Read the sources again at the next use."""
        with self._lock:
            self._loaded = None
            self._printed.clear()

    def _load(self) -> Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = read_sources(self._sources, self._piped, leave_key_file=self._pipe_waits)
            return self._loaded

    def _from_pipe(self) -> tuple[Identity, ...]:
        """Return the identities of the pipe that `$SOPS_AGE_KEY_FILE` names, none where it was read before; from
        then on they are among the others."""
        with self._command_lock:
            path = self._sources.key_file
            if not self._pipe_waits or path is None:
                return ()
            answer = Loaded()

            def read() -> bytes:
                self._piped = private_file.read_pipe(path, self._command.is_abandoned)
                return self._piped

            read_file(f"{KEY_FILE} {path}", read, answer)
            with self._lock:
                self._load().add(answer, with_identities=True)
                self._pipe_waits = False
            return tuple(identity for _, identity in answer.identities)

    def _ask_command(self, recipient: str) -> tuple[Identity, ...]:
        """Return the identities that the key command prints for a recipient, asked once for each."""
        with self._command_lock:
            if recipient not in self._printed:
                answer = Loaded()
                try:
                    read_source(COMMAND, self._command.run(recipient), answer)
                except Abandoned:
                    return ()
                except InvalidFile as error:
                    answer.problems.append((COMMAND, error))
                with self._lock:
                    self._load().add(answer)
                    self._printed[recipient] = tuple(identity for _, identity in answer.identities)
            return self._printed[recipient]
