"""SecretSources: the values of secrets that lie elsewhere, read where the user lets them be sent.

Rules: a command is run once for each reference in this process, whatever comes of it; variables and files are read
each time. Values are Secrets from the moment they are read.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from integrator_tui.errors import (
    IntegratorError,
    InvalidFile,
    LockedError,
    SaveError,
    SourceNotAgreed,
    UsageError,
)
from integrator_tui.model.connection import Connection
from integrator_tui.model.secret import Secret
from integrator_tui.model.sources import FILE, VARIABLE, SourceReference, origins, reference
from integrator_tui.workspace.sources.commands import SourceCommands
from integrator_tui.workspace.sources.permissions import Permissions, real_path
from integrator_tui.workspace.sources.reading import of_command, of_file, of_variable


class SecretSources:
    """Reads sources, as `permissions` allow; `variables` are those of the process."""

    def __init__(self, permissions: Permissions, variables: Mapping[str, str]) -> None:
        self._permissions = permissions
        self._variables = variables
        self._commands = SourceCommands(variables)
        self._run: dict[str, Secret | LockedError] = {}
        self._running = threading.Lock()
        self._now = ""
        """The reference whose command runs."""
        self._waiting: dict[str, list[threading.Event]] = {}
        """Who waits for each reference; an event is set where that was given up."""

    def require(self, connection: Connection, *, is_sealed: bool = True) -> None:
        """Raise LockedError where a source that a connection names may not be read, SourceNotAgreed where nobody
        said that it may be sent to where the connection sends it. Nothing is read for that.

        Where it is not known to be sealed, so that anybody may have written it, an origin that is not verified is
        not the one that was agreed to.
        """
        if not is_sealed and not connection.options.verify:
            raise LockedError(
                "verify: false stands in a file whose seal no identity here opens, "
                "so that who answers may be another origin than the one that was agreed to",
                "give an identity that opens it, or take verify: false out; SSL_CERT_FILE and ca_cert add a CA",
            )
        found = [reference(text) for _, text in connection.secrets_from]
        for each in found:
            self._permissions.require_allowed(each)
        self._permissions.require_agreed(found, origins(connection))

    def agree(self, missing: Mapping[str, Sequence[str]]) -> None:
        """Remember that these sources may be sent to these origins; raises SaveError where that cannot be kept."""
        try:
            self._permissions.agree(missing)
        except (OSError, IntegratorError) as error:
            message = (
                error.message if isinstance(error, IntegratorError) else (error.strerror or str(error)).lower()
            )
            hint = "say it in your settings.yaml, below send"
            raise SaveError(f"what was agreed to cannot be kept: {message}", hint) from None

    def may_wait(self, connection: Connection) -> bool:
        """Return whether a command is to be run for a connection that was not run yet."""
        return any(
            text not in self._run and not text.startswith((f"{VARIABLE}:", f"{FILE}:"))
            for _, text in connection.secrets_from
        )

    def prefetch(self, connection: Connection, given_up: threading.Event | None = None) -> None:
        """Run the commands that a connection names, raising as `require` does; what goes wrong with one is told by
        whoever wants its value. None is begun once it was `given_up`."""
        for _, text in connection.secrets_from:
            found = reference(text)
            if found.kind not in (VARIABLE, FILE):
                self._permissions.require_allowed(found)
                self._permissions.require_agreed((found,), origins(connection))
                self._of_command(found, given_up)

    def give_up(self, connection: Connection, given_up: threading.Event) -> None:
        """Stop a command that was begun for a connection, where nobody else waits for what it prints."""
        given_up.set()
        for _, text in connection.secrets_from:
            if text == self._now and all(each.is_set() for each in tuple(self._waiting.get(text, ()))):
                self._commands.stop()

    def waiting_for(self, text: str) -> int:
        """Return how many wait for what a reference gives."""
        return len(self._waiting.get(text, ()))

    def abandon(self) -> None:
        """Stop the command that runs, in whatever thread, and begin no other: the process ends."""
        self._commands.abandon()

    def value(self, connection: Connection, name: str) -> Secret:
        """Return the value of a secret that a connection names the source of; raises as `require` does, and
        LockedError where there is none."""
        found = reference(dict(connection.secrets_from)[name])
        self._permissions.require_agreed((found,), origins(connection))
        try:
            return self._value(found)
        except LockedError as error:
            raise LockedError(f"secret {name}: {error.message}", error.hint) from None

    def findings(self, connection: Connection) -> tuple[IntegratorError, ...]:
        """Return which sources of a connection may not be read, or hold nothing; no command is run for that, and
        where they may be sent is not asked."""
        wrong: list[IntegratorError] = []
        for name, text in connection.secrets_from:
            try:
                found = reference(text)
                self._permissions.require_allowed(found)
                if found.kind in (VARIABLE, FILE):
                    self._value(found)
            except (LockedError, UsageError) as error:
                wrong.append(type(error)(f"secret {name}: {error.message}", error.hint))
        return tuple(wrong)

    def not_agreed(self, connection: Connection) -> SourceNotAgreed | None:
        """Return which sources of a connection nobody agreed to send where it sends them; None where there are
        none. What is no source is left to `findings`."""
        try:
            self._permissions.require_agreed(
                [reference(text) for _, text in connection.secrets_from], origins(connection)
            )
        except SourceNotAgreed as error:
            return error
        except (LockedError, UsageError, InvalidFile):
            return None
        return None

    def _value(self, found: SourceReference) -> Secret:
        if found.kind != FILE:
            self._permissions.require_allowed(found)
        if found.kind == VARIABLE:
            return of_variable(found, self._variables)
        if found.kind == FILE:
            real = real_path(found)
            # A link may lead elsewhere by now.
            self._permissions.require_allowed(found, real)
            return of_file(found, real)
        outcome = self._of_command(found)
        if isinstance(outcome, LockedError):
            raise LockedError(outcome.message, outcome.hint)
        return outcome

    def _of_command(self, found: SourceReference, given_up: threading.Event | None = None) -> Secret | LockedError:
        # What is known waits for no other command: whoever asks may be the event loop.
        if (known := self._run.get(found.text)) is not None:
            return known
        given_up = given_up or threading.Event()
        waiting = self._waiting.setdefault(found.text, [])
        waiting.append(given_up)
        try:
            with self._running:
                if found.text not in self._run:
                    if given_up.is_set():
                        return LockedError(f"the source {found.kind} was not run in time", "raise --timeout")
                    self._now = found.text
                    try:
                        words = self._permissions.command(found)
                        self._run[found.text] = of_command(found, words, self._commands)
                    except LockedError as error:
                        self._run[found.text] = error
                    finally:
                        self._now = ""
                return self._run[found.text]
        finally:
            waiting.remove(given_up)
