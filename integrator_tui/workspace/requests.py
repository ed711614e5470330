"""Requests: one request, one token, one operation of a connection, for who asks for data and not for a report.

Rules: what keeps a request from being made is an exception, whose message says which connection, at which stage
and in which of the words of a check's result.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from integrator_tui.engine.answer import Answer, OperationRun
from integrator_tui.engine.sanitize import failure_of
from integrator_tui.errors import (
    IntegratorError,
    InvalidFile,
    LockedError,
    MissingParameter,
    RequestFailed,
    UsageError,
)
from integrator_tui.model.connection import Connection, Operation
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.fields import AUTH_LABELS
from integrator_tui.model.parameters import Purpose
from integrator_tui.model.probe import LOCAL, Failure
from integrator_tui.model.secret import Secret
from integrator_tui.workspace.batch.check import Check, broken, unusable
from integrator_tui.workspace.catalog.known_files import told
from integrator_tui.workspace.waiting import TimeLeft

if TYPE_CHECKING:
    from integrator_tui.engine.engine import Engine
    from integrator_tui.engine.exchange.refusals import Refusals
    from integrator_tui.engine.javascript.outputs import OutputValues
    from integrator_tui.engine.target import Target
    from integrator_tui.workspace.history import History
    from integrator_tui.workspace.journals.kept_tokens import KeptTokens

__all__ = ["Answer", "Requests", "connection_of"]

_NO_TOKEN = {
    "none": "the method is None",
    "basic": "Basic Auth sends user name and password",
    "api_key": "API Key sends a key as it is stored",
}


class Requests:
    """Makes requests of the workspace's connections. Secrets are opened for each, so each may raise LockedError."""

    def __init__(
        self,
        opened: Callable[..., Awaitable[Target]],
        engine: Callable[[], Engine],
        history: History,
        kept_tokens: Callable[[], KeptTokens],
    ) -> None:
        """`opened` is Probes.opened."""
        self._kept_tokens = kept_tokens
        self._target = opened
        self._engine = engine
        self._history = history

    @asynccontextmanager
    async def request(
        self,
        entry: Entry,
        sent: Operation,
        given: Mapping[str, str],
        *,
        content: bytes | None = None,
        timeout: float | None = None,
        told: Callable[[str], None] | None = None,
        refusals: Refusals | None = None,
    ) -> AsyncIterator[Answer]:
        """Send one authenticated request and give its answer, whatever the status.

        `content` is a body that is sent as it is. `timeout` bounds the whole, in seconds. `told` is handed the
        stages and the lines of the heads as they come to pass, secrets masked. `refusals` are those of the run over
        several that it is part of. Raises LockedError, InvalidFile, MissingParameter, and RequestFailed where no
        whole answer came.
        """
        with about(entry.name), self._history.carrying_out(entry, sent, given) as attempt:
            left = TimeLeft(timeout)
            target = await self._opened(entry, given, timeout)
            attempt.vantage = target.vantage or LOCAL
            asked = self._engine().request(
                target, sent, content=content, timeout=left.seconds, told=told, refusals=refusals
            )
            async with asked as answer:
                attempt.answered(answer.status, answer.failure)
                yield answer

    async def run(
        self, entry: Entry, operation: Operation, given: Mapping[str, str], *, timeout: float | None = None
    ) -> OperationRun:
        """Carry out an operation and evaluate its outputs, whatever the status; raises as `request` does."""
        with about(entry.name), self._history.carrying_out(entry, operation, given) as attempt:
            left = TimeLeft(timeout)
            target = await self._opened(entry, given, timeout)
            attempt.vantage = target.vantage or LOCAL
            done = await self._engine().run(target, operation, timeout=left.seconds)
            failure = done.answer.failure or output_failure(done.outputs, done.answer.told)
            attempt.answered(done.answer.status, failure)
            return done

    async def token(self, entry: Entry, given: Mapping[str, str], *, timeout: float | None = None) -> Secret:
        """Return the token itself, kept, stored or fetched now; raises as `request` does, and UsageError where the
        method has none."""
        method = _with_token(entry)
        with about(entry.name):
            left = TimeLeft(timeout)
            target = await self._opened(entry, given, timeout)
            if method == "raw_bearer_token" and "token" not in target.connection.secret_names:
                if not given.get("token"):
                    hint = "store it as the secret token, or give it with --param token=VALUE"
                    raise MissingParameter(("token",), hint=hint)
                return Secret(given["token"])
            return (await self._engine().token(target, timeout=left.seconds)).value

    def forget_token(self, entry: Entry) -> bool:
        """Drop the tokens of a connection that outlive their process; tell whether there were any. It needs no key.

        Raises UsageError as `token` does.
        """
        _with_token(entry)
        return self._kept_tokens().drop(entry.file)

    def operation(self, entry: Entry, name: str, nth: int | None = None) -> Operation:
        """Return the operation of that name, of several the one that is number `nth` among them.

        Raises what `operation_place` raises; InvalidFile where something is wrong with it.
        """
        from integrator_tui.workspace.catalog.operations import operation_place

        operations = connection_of(entry).operations
        place = operation_place(entry, operations, name, nth)
        for problem in entry.problems:
            if problem.is_error and problem.operation == place:
                where = f"{entry.file}:{problem.line}" if problem.line else entry.file
                raise InvalidFile(f"{where}: {problem.field}: {problem.message}", problem.hint)
        return operations[place]

    def refuse_unasked(self, entry: Entry, purpose: Purpose, given: Mapping[str, str]) -> None:
        """Raise UsageError for a parameter that this purpose does not ask for."""
        if given:
            from integrator_tui.workspace.given_parameters import refuse_unasked

            refuse_unasked(given, [(connection_of(entry), purpose)])

    def blank(self, entry: Entry, operation: Operation, given: Mapping[str, str]) -> dict[str, str]:
        """Return what was given, and every other input of the operation empty."""
        from integrator_tui.workspace.given_parameters import blank

        return {**blank(connection_of(entry), operation, given), **given}

    async def _opened(self, entry: Entry, given: Mapping[str, str], timeout: float | None) -> Target:
        draft = Draft(connection_of(entry), entry.file, entry.revision)
        target = await self._target(draft, given, timeout=timeout)
        if broken(Check.of(entry)):
            raise invalid(entry)
        return target


def _with_token(entry: Entry) -> str:
    """Return the method of a connection; raises UsageError where it has no token, and as `connection_of` does."""
    method = connection_of(entry).auth.type
    if method in _NO_TOKEN:
        hint = f"{AUTH_LABELS['http_bearer_token']}, {AUTH_LABELS['raw_bearer_token']} and"
        raise UsageError(
            f"{entry.name} has no token: {_NO_TOKEN[method]}", f"{hint} {AUTH_LABELS['oauth2']} have one"
        )
    return method


def output_failure(outputs: OutputValues, told: Callable[[str], str]) -> Failure | None:
    """Return the failure of a run by its first output that failed, None where none did; `told` makes text fit to be
    shown."""
    if not outputs.failed:
        return None
    first = outputs.failed[0]
    return Failure("respond", "output_failed", f"output {first.name}: {told(first.message)}", told(first.hint))


def connection_of(entry: Entry) -> Connection:
    """Return the connection of an entry; raises InvalidFile where the file holds none, and what keeps it closed."""
    if entry.closed is not None:
        raise told(entry, entry.closed)
    if entry.connection is None:
        raise invalid(entry)
    return entry.connection


def invalid(entry: Entry) -> InvalidFile:
    """Return why an entry holds no usable connection."""
    failure = unusable(Check.of(entry)).failure
    assert failure is not None, "an unusable file has a reason"
    return InvalidFile(f"{entry.file}: {failure.message}", failure.hint)


@contextmanager
def about(name: str) -> Iterator[None]:
    """Have what goes wrong inside say which connection it is about, where it went wrong and how."""
    try:
        yield
    except IntegratorError as error:
        match error:
            case RequestFailed(kind=""):
                # A value that was filled in makes a request that cannot be sent.
                raise UsageError(f"{name}: {error.message}", error.hint) from None
            case RequestFailed():
                words = [error.stage, error.kind]
            case InvalidFile():
                words = [error.kind]
            case LockedError() | MissingParameter():
                words = [failure_of(error).kind]
            case _:
                # What the caller did with the answer is told by the caller.
                raise
        error.message = ": ".join([name, *words, error.message])
        raise
