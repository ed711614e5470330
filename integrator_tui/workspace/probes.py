"""Probes: tests of connections, one or many, and the streams of their answers.

Rules: secrets that stay closed are a result of the probe, never an exception. A file that changed meanwhile is
judged as it is now.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from integrator_tui.engine.probe import not_made
from integrator_tui.engine.sanitize import failure_of
from integrator_tui.engine.target import Target
from integrator_tui.errors import IntegratorError
from integrator_tui.model.connection import Connection, Operation, Passing
from integrator_tui.model.entry import Draft, Revision
from integrator_tui.model.parameters import Purpose
from integrator_tui.model.parameters import parameters as names_asked_for
from integrator_tui.model.probe import Failure, ProbeReport, StageResult
from integrator_tui.model.secret import Secret
from integrator_tui.model.secret_names import typed_secrets
from integrator_tui.model.stages import applicable
from integrator_tui.workspace.batch.check import NOT_RUN, Check, broken, not_started, unusable
from integrator_tui.workspace.batch.runner import Bounds
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.secrets import Secrets
from integrator_tui.workspace.targets import Targets
from integrator_tui.workspace.waiting import TimeLeft

if TYPE_CHECKING:
    from integrator_tui.engine.engine import Engine
    from integrator_tui.engine.exchange.answer_keeper import AnswerKeeper
    from integrator_tui.engine.exchange.refusals import Refusals
    from integrator_tui.engine.token import TokenStore
    from integrator_tui.model.stream import StreamEvent
    from integrator_tui.workspace.answers import Answers
    from integrator_tui.workspace.batch.run import CheckRun
    from integrator_tui.workspace.sources.sources import SecretSources

_USUAL: Final = Passing.model_construct()

_WRITTEN_SECONDS: Final = 0.05
"""How long a file that changed this very moment is left alone before it is read again."""


class Probes(Targets):
    """Tests the connections of a workspace; `engine` is made when the first probe starts, `answers` when the first
    answer is kept."""

    def __init__(
        self,
        root: Path,
        catalog: Catalog,
        secrets: Secrets,
        engine: Callable[[], Engine],
        answers: Callable[[], Answers],
        sources: Callable[[], SecretSources],
        real_socket: Callable[[str], str],
        tokens: Callable[[str, Connection], TokenStore | None],
        require_vantage: Callable[[str], None],
        via: Callable[[], str],
    ) -> None:
        """The other parameters are those of Targets."""
        super().__init__(root, catalog, secrets, sources, real_socket, tokens, require_vantage, via)
        self._answers = answers
        self._engine = engine

    def parameters(self, draft: Draft, purpose: Purpose = "test") -> tuple[str, ...]:
        """Return the names that a test of `draft`, or an operation of it, asks for."""
        return names_asked_for(draft.connection, purpose)

    def report(
        self,
        draft: Draft,
        parameters: Mapping[str, str],
        purpose: Purpose = "test",
        *,
        closed: bool = False,
        via: str = "",
    ) -> ProbeReport:
        """Return an empty report to add the results of `probe` to; where the secrets are known to stay `closed`,
        without trying to open them."""
        via = via or self._via()
        unopened = Target(draft.connection, lambda ref: Secret(""), parameters, str(self._root), via=via)
        try:
            target = unopened if closed else self.target(draft, parameters, via=via)
        except IntegratorError:
            target = unopened
        return self._engine().report(target, draft.connection.name, draft.file, purpose)

    async def probe(
        self,
        draft: Draft,
        parameters: Mapping[str, str],
        purpose: Purpose = "test",
        *,
        timeout: float | None = None,
        refusals: Refusals | None = None,
    ) -> AsyncGenerator[StageResult, None]:
        """Give the result of each stage of a test, or of an operation, as it ends; secrets that stay closed are a
        result too.

        The answer is kept, to be looked at. `refusals` are those of the run over several that this is part of.
        """
        from integrator_tui.engine.exchange.answer_keeper import AnswerKeeper
        from integrator_tui.model.answer import REQUESTS

        try:
            target = self.target(draft, parameters)
        except IntegratorError as error:
            for result in _stay_closed(draft.connection, error, purpose):
                yield result
            return
        keeper = AnswerKeeper(known=typed_secrets(parameters) if isinstance(purpose, Operation) else ())
        probing = self._engine().probe(target, purpose, timeout=timeout, keeper=keeper, refusals=refusals)
        try:
            async with aclosing(probing) as results:
                async for result in results:
                    yield result
        finally:
            if keeper.answer is not None:
                to = REQUESTS if isinstance(purpose, Operation) else ""
                self._answers().keep(draft, keeper.answer, keeper.redactor, to=to)
            self._answers().learn(draft, keeper.redactor)
            if keeper.token_answer is not None:
                self._answers().keep_token(draft, keeper.token_answer)

    async def stream(
        self, draft: Draft, parameters: Mapping[str, str], purpose: Purpose = "test"
    ) -> AsyncGenerator[StreamEvent, None]:
        """Give the answer of the test request, or of an operation, as it comes; secrets that stay closed are an end
        too.

        Closing the iteration closes the socket.
        """
        from integrator_tui.engine.stream import not_opened

        try:
            target = self.target(draft, parameters)
        except IntegratorError as error:
            yield not_opened(failure_of(error))
            return
        async with aclosing(self._engine().stream(target, purpose, typed_secrets(parameters))) as events:
            async for event in events:
                yield event

    async def check(
        self,
        check: Check,
        parameters: Mapping[str, str],
        *,
        timeout: float | None = None,
        refusals: Refusals | None = None,
        passing: Passing | None = None,
        tells_answer: bool = False,
        keeper: AnswerKeeper | None = None,
    ) -> ProbeReport:
        """Probe to the end and return the whole report, whatever keeps the probe from being made.

        A file that changed since it was read is judged anew, once. `refusals` are those of the run over many that
        this is part of, `passing` says what passes where the connection says nothing. Where it `tells_answer`, the
        report holds what was answered; else `keeper` is handed it.
        """
        report = await self._checked(check, parameters, timeout, refusals, passing, tells_answer, keeper)
        return report._replace(tells_answer=tells_answer)

    async def _checked(
        self,
        check: Check,
        parameters: Mapping[str, str],
        timeout: float | None,
        refusals: Refusals | None,
        passing: Passing | None,
        tells_answer: bool,
        keeper: AnswerKeeper | None,
    ) -> ProbeReport:
        left = TimeLeft(timeout)
        if check.entry is not None and check.entry.closed is not None:
            with suppress(IntegratorError):
                check = Check.of(self._catalog.opened(check.entry))._replace(via=check.via)
        if check.connection is None or broken(check):
            check = await self._changed(check) or check
        try:
            target = await self._target_of(check, parameters, left)
        except IntegratorError as error:
            again = await self._changed(check)
            if again is None:
                return self._closed(check, parameters, error)
            check = again
            try:
                target = await self._target_of(check, parameters, left)
            except IntegratorError as repeated:
                return self._closed(check, parameters, repeated)
        if target is None or broken(check):
            return unusable(check)
        if passing is not None and target.connection.test == _USUAL:
            target = target._replace(connection=target.connection.model_copy(update={"test": passing}))
        return await self._engine().check(
            target,
            check.name,
            check.file,
            timeout=left.seconds,
            refusals=refusals,
            tells_answer=tells_answer,
            keeper=keeper,
        )

    async def _target_of(self, check: Check, parameters: Mapping[str, str], left: TimeLeft) -> Target | None:
        """Return what the engine needs, None where the file holds no connection; raise what `opened` raises."""
        if check.connection is None:
            return None
        checked = check.entry is not None
        return await self.opened(_draft(check), parameters, checked=checked, timeout=left.seconds, via=check.via)

    async def _changed(self, check: Check) -> Check | None:
        """Return the check of a file as it is now, None where it is still as it was read."""
        if check.file is None or check.entry is None:
            return None
        if self._catalog.is_fresh(check.file):
            # git makes a file before it writes it.
            await asyncio.sleep(_WRITTEN_SECONDS)
        now = self._catalog.entry(check.file)
        return Check.of(now)._replace(via=check.via) if now.revision != check.entry.revision else None

    def _closed(self, check: Check, parameters: Mapping[str, str], error: IntegratorError) -> ProbeReport:
        """Return the report of a check whose secrets stay closed."""
        if check.connection is None:
            return unusable(check)
        return self._not_made(check, check.connection, parameters, failure_of(error))

    def _not_run(self, check: Check, parameters: Mapping[str, str]) -> ProbeReport:
        """Return the report of a check that was not begun."""
        if check.connection is None or broken(check):
            return not_started(check)
        return self._not_made(check, check.connection, parameters, NOT_RUN)

    def _not_made(
        self, check: Check, connection: Connection, parameters: Mapping[str, str], failure: Failure
    ) -> ProbeReport:
        report = self.report(_draft(check), parameters, closed=True, via=check.via)
        return report.plus(*not_made(applicable(connection), failure)).finished(0.0)

    def check_run(
        self,
        checks: Sequence[Check],
        parameters: Mapping[str, str],
        bounds: Bounds,
        cores: int,
        *,
        passing: Passing | None = None,
        tells_answer: bool = False,
    ) -> CheckRun:
        """Begin to probe many connections, on two cores where there are as many: then call it before a loop
        runs. `passing` and `tells_answer` are those of `check`."""
        from integrator_tui.workspace.batch.run import CheckRun

        # Before there is another copy: the one that reads can be ended here alone, and both then have what it read.
        self._catalog.settle()

        def not_run(check: Check) -> ProbeReport:
            return self._not_run(check, parameters)._replace(tells_answer=tells_answer)

        made = partial(self.check, passing=passing, tells_answer=tells_answer)
        return CheckRun(made, checks, parameters, bounds, cores, not_run)


def _stay_closed(connection: Connection, error: IntegratorError, purpose: Purpose) -> Iterator[StageResult]:
    """Give the stages of a probe that was not made because its secrets stay closed."""
    yield from not_made(applicable(connection, purpose), failure_of(error))


def _draft(check: Check) -> Draft:
    assert check.connection is not None
    return Draft(check.connection, check.file, check.entry.revision if check.entry else Revision(None))
