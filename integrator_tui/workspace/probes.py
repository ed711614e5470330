"""Probes: tests of connections, one or many, and the streams of their answers.

Rules: secrets are opened when a probe starts, and only for a file that still is the version the draft came from.
Secrets that stay closed are a result of the probe, never an exception.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from integrator_tui.engine.probe import not_made
from integrator_tui.engine.sanitize import failure_of
from integrator_tui.engine.target import Target
from integrator_tui.errors import ChangedOnDisk, IntegratorError
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Draft, Revision
from integrator_tui.model.parameters import parameters as names_asked_for
from integrator_tui.model.probe import ProbeReport, StageResult
from integrator_tui.model.secret import Secret, SecretRef
from integrator_tui.model.stages import applicable
from integrator_tui.model.stream import StreamEvent
from integrator_tui.workspace.answers import Answers
from integrator_tui.workspace.batch.check import Check, broken, unusable
from integrator_tui.workspace.batch.runner import Bounds
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.secrets import Secrets

if TYPE_CHECKING:
    from integrator_tui.engine.engine import Engine
    from integrator_tui.workspace.batch.run import CheckRun


class Probes:
    """Tests the connections of a workspace; `engine` is made when the first probe starts."""

    def __init__(
        self, root: Path, catalog: Catalog, secrets: Secrets, engine: Callable[[], Engine], answers: Answers
    ) -> None:
        self._answers = answers
        self._secrets = secrets
        self._root = root
        self._catalog = catalog
        self._engine = engine

    def parameters(self, draft: Draft) -> tuple[str, ...]:
        """Return the names that a test of `draft` asks for."""
        return names_asked_for(draft.connection, "test")

    def target(self, draft: Draft, parameters: Mapping[str, str], *, checked: bool = False) -> Target:
        """Return what the engine needs of a draft; stored secrets are opened now.

        Raises LockedError, and ChangedOnDisk where the file is no longer the version that the draft was made of.
        `checked` says that the problems of the draft are known, and none of them keeps it from being used.
        """
        stored: dict[str, Secret] = {}
        missing = [name for name in draft.connection.secrets if name not in draft.typed]
        if draft.file and (missing or self._catalog.is_stripped(draft.file)):
            entry = self._catalog.entry(draft.file)
            # The seal speaks of what the file says now: the draft may come from a version that it would refuse.
            if entry.revision != draft.revision:
                hint = "read it again, and look at what it says now"
                raise ChangedOnDisk(f"{draft.file} changed since it was read", hint)
            stored = self._secrets.of(entry)
        values = {**stored, **draft.typed}

        def reveal(ref: SecretRef) -> Secret:
            return values.get(ref, Secret(""))

        beside = os.path.dirname(os.path.join(self._root, draft.file or draft.source or ""))
        return Target(draft.connection, reveal, parameters, beside, checked)

    def report(self, draft: Draft, parameters: Mapping[str, str]) -> ProbeReport:
        """Return an empty report to add the results of `probe` to."""
        try:
            target = self.target(draft, parameters)
        except IntegratorError:
            target = Target(draft.connection, lambda ref: Secret(""), parameters, str(self._root))
        return self._engine().report(target, draft.connection.name, draft.file)

    async def probe(
        self, draft: Draft, parameters: Mapping[str, str], *, timeout: float | None = None
    ) -> AsyncGenerator[StageResult, None]:
        """Give the result of each stage of a test as it ends; secrets that stay closed are a result too.

        The answer is kept, to be looked at.
        """
        from integrator_tui.engine.exchange.answer_keeper import AnswerKeeper

        try:
            target = self.target(draft, parameters)
        except IntegratorError as error:
            for result in _stay_closed(draft.connection, error):
                yield result
            return
        keeper = AnswerKeeper()
        try:
            async with aclosing(self._engine().probe(target, timeout=timeout, keeper=keeper)) as results:
                async for result in results:
                    yield result
        finally:
            if keeper.answer is not None:
                self._answers.keep(draft, keeper.answer, keeper.redactor)

    async def stream(self, draft: Draft, parameters: Mapping[str, str]) -> AsyncGenerator[StreamEvent, None]:
        """Give the answer of the test request as it comes; secrets that stay closed are an end too.

        Closing the iteration closes the socket.
        """
        from integrator_tui.engine.stream import not_opened

        try:
            target = self.target(draft, parameters)
        except IntegratorError as error:
            yield not_opened(failure_of(error))
            return
        async with aclosing(self._engine().stream(target)) as events:
            async for event in events:
                yield event

    async def check(
        self, check: Check, parameters: Mapping[str, str], *, timeout: float | None = None
    ) -> ProbeReport:
        """Probe to the end and return the whole report, whatever keeps the probe from being made."""
        if check.connection is None:
            return unusable(check)
        revision = check.entry.revision if check.entry else Revision(None)
        draft = Draft(check.connection, check.file, revision)
        try:
            target = self.target(draft, parameters, checked=check.entry is not None)
        except IntegratorError as error:
            report = self.report(draft, parameters)
            return report.plus(*_stay_closed(check.connection, error)).finished(0.0)
        if broken(check):
            return unusable(check)
        return await self._engine().check(target, check.name, check.file, timeout=timeout)

    def check_run(
        self, checks: Sequence[Check], parameters: Mapping[str, str], bounds: Bounds, cores: int
    ) -> CheckRun:
        """Begin to probe many connections, on two cores where there are as many. Call it before a loop runs."""
        from integrator_tui.workspace.batch.run import CheckRun

        # Before there is another copy: the one that reads can be ended here alone, and both then have what it read.
        self._catalog.settle()
        return CheckRun(self.check, self._secrets.unlock_for, checks, parameters, bounds, cores)


def _stay_closed(connection: Connection, error: IntegratorError) -> Iterator[StageResult]:
    """Give the stages of a probe that was not made because its secrets stay closed."""
    yield from not_made(applicable(connection), failure_of(error))
