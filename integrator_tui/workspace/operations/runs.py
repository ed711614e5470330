"""Runs: operations carried out for who looks at them, their answers kept and their outputs masked.

Rules: what goes wrong is a value of the result, never an exception. Outputs are evaluated on the answer as it came,
and masked afterwards: known secrets, and what was typed for an input that reads like one. Evaluating again
(`transform`) sends nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

from integrator_tui.errors import IntegratorError, InvalidFile, MissingParameter, NotFound, RequestFailed
from integrator_tui.model.body import body_text
from integrator_tui.model.connection import Operation
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.history import template_address
from integrator_tui.model.operation_result import OperationResult, OutputProblem, answered_to
from integrator_tui.model.parameters import Input, inputs
from integrator_tui.model.probe import ERROR_KINDS, LOCAL, Failure, ProbeWarning, Stage
from integrator_tui.model.redact import Redactor
from integrator_tui.model.secret_names import typed_secrets
from integrator_tui.model.text import visible
from integrator_tui.workspace.answers import Answers
from integrator_tui.workspace.journals.input_values import InputValues
from integrator_tui.workspace.requests import output_failure

if TYPE_CHECKING:
    from integrator_tui.engine.engine import Engine
    from integrator_tui.engine.javascript.outputs import OutputValues
    from integrator_tui.engine.target import Target
    from integrator_tui.workspace.history import History, RunAttempt


class Runs:
    """Carries out operations of drafts, saved or not."""

    def __init__(
        self,
        opened: Callable[..., Awaitable[Target]],
        engine: Callable[[], Engine],
        answers: Answers,
        history: History,
        values: InputValues,
    ) -> None:
        """`opened` is Probes.opened."""
        self._opened = opened
        self._engine = engine
        self._answers = answers
        self._history = history
        self._values = values

    def inputs(self, draft: Draft, operation: Operation) -> tuple[Input, ...]:
        """Return what an operation asks for, in the order of its appearance."""
        return inputs(draft.connection, operation)

    def remembered(self, draft: Draft, operation: Operation) -> dict[str, str]:
        """Return the values that the inputs were given last, as far as they are kept."""
        return self._values.of(draft.file, operation.name) if draft.file else {}

    async def run(self, draft: Draft, operation: Operation, given: Mapping[str, str]) -> OperationResult:
        """Carry out an operation; what was given is remembered as far as it may be."""
        from integrator_tui.engine.exchange.answer_keeper import AnswerKeeper

        keeper, started, begun = AnswerKeeper(known=typed_secrets(given)), datetime.now(UTC), time.perf_counter()
        failure: Failure | None = None
        outputs: OutputValues | None = None
        warnings: tuple[ProbeWarning, ...] = ()
        try:
            with self._recorded(draft, operation, given) as attempt:
                target = await self._opened(draft, given)
                done = await self._engine().run(target, operation, keeper=keeper)
                failure, outputs, warnings = (
                    _in_the_interface(done.answer.failure),
                    done.outputs,
                    done.answer.warnings,
                )
                if attempt is not None:
                    attempt.vantage = target.vantage or LOCAL
                    attempt.answered(done.answer.status, failure or output_failure(done.outputs, done.answer.told))
        except IntegratorError as error:
            failure = _in_the_interface(_failure(error))
        duration = (time.perf_counter() - begun) * 1000
        result = OperationResult(operation.method, _address(draft, operation), started, duration, "passed", failure)
        if keeper.token_answer is not None:
            self._answers.keep_token(draft, keeper.token_answer)
        if (received := keeper.answer) is not None:
            self._answers.keep(draft, received, keeper.redactor, to=answered_to(operation))
            answer = await self._answers.last(draft, to=answered_to(operation))
            result = result._replace(url=keeper.redactor.text(received.url), answer=answer)
        await asyncio.to_thread(self._keep, draft, operation, given)
        return await _with_outputs(result._replace(warnings=warnings), outputs, keeper.redactor)

    async def transform(self, draft: Draft, operation: Operation) -> OperationResult:
        """Evaluate the outputs of an operation on its last answer of this session; nothing is sent.

        Raises NotFound where there is none.
        """
        from integrator_tui.engine.javascript.evaluator import values_by_name
        from integrator_tui.engine.javascript.outputs import ReadAnswer

        kept, answer = self._answers.received(draft, to=answered_to(operation)), None
        if kept is not None and not kept[0].of_token:
            answer = await self._answers.last(draft, to=answered_to(operation))
        if kept is None or answer is None:
            raise NotFound("there is no answer of this operation yet", "run it first")
        received, redactor = kept
        started, begun = datetime.now(UTC), time.perf_counter()
        text = body_text(received.body, received.content_type).data.decode("utf-8", "replace")
        answered = ReadAnswer(text, received.status, values_by_name(received.headers))
        found = await self._engine().outputs(operation.outputs, answered)
        duration = (time.perf_counter() - begun) * 1000
        result = OperationResult(operation.method, answer.url, started, duration, "passed", answer=answer)
        return await _with_outputs(result, found, redactor)

    def _recorded(
        self, draft: Draft, operation: Operation, given: Mapping[str, str]
    ) -> AbstractContextManager[RunAttempt | None]:
        """Have the history keep the run of an operation of a file."""
        if draft.file is None:
            return nullcontext()
        connection = draft.connection
        entry = Entry(draft.file, connection.name, revision=draft.revision, connection=connection)
        return self._history.carrying_out(entry, operation, given)

    def _keep(self, draft: Draft, operation: Operation, given: Mapping[str, str]) -> None:
        self._history.flush()
        if draft.file is not None and operation in draft.connection.operations:
            self._values.keep(draft.file, operation.name, self.inputs(draft, operation), given)


async def _with_outputs(
    result: OperationResult, outputs: OutputValues | None, redactor: Redactor
) -> OperationResult:
    """Return a result with the values of its outputs and what became of the whole."""
    values: dict[str, Any] | None = None
    problems: tuple[OutputProblem, ...] = ()
    if outputs is not None:
        values = outputs.values
        if not redactor.is_empty:
            # A whole body may be among them.
            values = await asyncio.to_thread(_masked, values, redactor)
        problems = tuple(_problems(outputs, redactor))
    failure, outcome = result.failure, result.outcome
    if failure is not None or problems:
        outcome = "error" if failure is not None and failure.kind in ERROR_KINDS else "failed"
    return result._replace(outcome=outcome, outputs=values, problems=problems)


def _problems(outputs: OutputValues, redactor: Redactor) -> Iterable[OutputProblem]:
    for failed in outputs.failed:
        message, hint = (visible(redactor.cut_text(text)) for text in (failed.message, failed.hint))
        yield OutputProblem(failed.name, message, hint)


def _masked(value: Any, redactor: Redactor) -> Any:
    """Return a JSON value with every known secret masked, in its keys too: they can be the server's."""
    if isinstance(value, str):
        return redactor.text(value)
    if isinstance(value, dict):
        return {redactor.text(key): _masked(item, redactor) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, redactor) for item in value]
    return value


def _failure(error: IntegratorError) -> Failure:
    """Return why a run got no answer, in the words of a check's result."""
    from integrator_tui.engine.sanitize import failure_of

    failure = failure_of(error)
    match error:
        case RequestFailed(kind=kind) if kind:
            return Failure(cast("Stage", error.stage), kind, visible(error.message), visible(error.hint))
        case MissingParameter():
            return failure._replace(hint="give each of them a value, or add a secret of that name")
        case InvalidFile():
            return failure._replace(kind=error.kind)
    return failure


_HINTS: Final = {
    "redirected": "turn on follow_redirect, or ask that address",
    "response_too_large": "ask for less, or turn on stream_response",
}
"""What to do about an answer where no option of a command is at hand; keys of the file become labels."""


def _in_the_interface(failure: Failure | None) -> Failure | None:
    return failure and failure._replace(hint=_HINTS.get(failure.kind, failure.hint))


def _address(draft: Draft, operation: Operation) -> str:
    return template_address(draft.connection.base_url, operation.path)
