"""Comparisons: the same request over several connections, and in what their answers differ.

Rules: what is compared is what may be shown: known secrets are masked in it, each connection's by its own. What
keeps one from being asked is its verdict, and the others are asked all the same; but credentials that an origin
refused are not tried there again.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from itertools import islice
from typing import Final, NamedTuple

from integrator_tui.engine.exchange.refusals import Refusals
from integrator_tui.engine.sanitize import failure_of
from integrator_tui.errors import ChangedOnDisk, IntegratorError, LockedError, RequestFailed
from integrator_tui.model.answer import KeptAnswer
from integrator_tui.model.connection import Operation
from integrator_tui.model.difference import AnswerDifference, differences, found_differences
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.probe import ProbeReport
from integrator_tui.workspace.answers import Answers
from integrator_tui.workspace.batch.check import Check, broken, unusable
from integrator_tui.workspace.history import History
from integrator_tui.workspace.probes import Probes
from integrator_tui.workspace.requests import Answer, Requests, connection_of

ANSWER_LIMIT: Final = 64 << 20
"""Bytes of text of an operation's answer that are compared at most."""


class Verdict(NamedTuple):
    """What became of the request of one connection: its outcome, why it did not pass in the words of a check, what
    was answered, and how long it took in milliseconds. `is_closed` says that secrets stayed locked or a seal is
    broken; `report` is that of a test."""

    entry: Entry
    outcome: str
    why: str = ""
    message: str = ""
    hint: str = ""
    answer: KeptAnswer | None = None
    ms: float = 0.0
    is_closed: bool = False
    report: ProbeReport | None = None


def differing(one: Verdict, other: Verdict) -> list[str]:
    """Return in what two verdicts and their answers differ, a line each, by JSON path."""
    found = [difference.line for difference in _of_verdicts(one, other)]
    if one.answer is not None and other.answer is not None:
        found += differences(one.answer, other.answer)
    return found


def _of_verdicts(one: Verdict, other: Verdict) -> Iterator[AnswerDifference]:
    if (one.outcome, one.why) != (other.outcome, other.why):
        yield AnswerDifference("verdict", _told(one), _told(other))
    if (one.answer is None) != (other.answer is None):
        yield AnswerDifference("answer", _status(one), _status(other))


def _all_differences(one: Verdict, other: Verdict) -> Iterator[AnswerDifference]:
    yield from _of_verdicts(one, other)
    if one.answer is not None and other.answer is not None:
        yield from found_differences(one.answer, other.answer)


def _told(verdict: Verdict) -> str:
    return f"{verdict.outcome} ({verdict.why})" if verdict.why else verdict.outcome


def _status(verdict: Verdict) -> str:
    return verdict.answer.status_line if verdict.answer is not None else "none"


class Comparisons:
    """Asks connections for the same, one after the other."""

    def __init__(self, probes: Probes, requests: Requests, answers: Answers, history: History) -> None:
        self._probes = probes
        self._requests = requests
        self._answers = answers
        self._history = history

    async def each(
        self,
        entries: Sequence[Entry],
        operation: str | None,
        given: Mapping[str, str],
        *,
        timeout: float | None = None,
    ) -> AsyncGenerator[Verdict, None]:
        """Give what becomes of the test of each of these connections, or of the operation of that name, as it is
        known. `timeout` bounds each of them, in seconds.

        Raises what `Requests.operation` raises before anything is sent, and ChangedOnDisk.
        """
        operations = [None if operation is None else self.operation(entry, operation) for entry in entries]
        refusals = Refusals()
        for entry, sent in zip(entries, operations, strict=True):
            if sent is None:
                yield await self._tested(entry, given, timeout, refusals)
            else:
                yield await self._carried_out(entry, sent, given, timeout, refusals)

    def differences(self, one: Verdict, other: Verdict, most: int) -> list[AnswerDifference]:
        """Return in what two verdicts and their answers differ, at most so many."""
        return list(islice(_all_differences(one, other), most))

    async def _tested(
        self, entry: Entry, given: Mapping[str, str], timeout: float | None, refusals: Refusals
    ) -> Verdict:
        check = Check.of(entry)
        if check.connection is None or broken(check):
            failure = unusable(check).failure
            assert failure is not None, "an unusable file has a reason"
            closed = failure.kind in ("locked", "seal_broken")
            return Verdict(entry, "error", failure.kind, failure.message, failure.hint, is_closed=closed)
        draft = Draft(check.connection, entry.file, entry.revision)
        before = await self._answers.last(draft)
        started = time.perf_counter()
        report = self._probes.report(draft, given)
        async with aclosing(self._probes.probe(draft, given, timeout=timeout, refusals=refusals)) as results:
            report = report.plus(*[result async for result in results])
        report = report.finished((time.perf_counter() - started) * 1000)
        self._history.record(report, check.subject, given)
        failure = report.failure
        answer = await self._answers.last(draft)
        if answer is not None and before is not None and answer.number == before.number:
            # That one is of an earlier test: this one was answered nothing.
            answer = None
        outcome = report.outcome or "error"
        if failure is None:
            return Verdict(entry, outcome, answer=answer, ms=report.duration_ms, report=report)
        why = f"{failure.stage}: {failure.kind}" if failure.stage else failure.kind
        closed = failure.kind in ("locked", "seal_broken")
        words = (why, failure.message, failure.hint)
        return Verdict(entry, outcome, *words, answer, report.duration_ms, closed, report)

    async def _carried_out(
        self,
        entry: Entry,
        operation: Operation,
        given: Mapping[str, str],
        timeout: float | None,
        refusals: Refusals,
    ) -> Verdict:
        """Return what becomes of an operation of a connection; its answer is as it may be shown."""
        started = time.perf_counter()
        try:
            asking = self._requests.request(entry, operation, given, timeout=timeout, refusals=refusals)
            async with asking as received:
                text = await _bounded(received)
                failure = received.failure
                status, _, reason = received.said.partition(" ")
                headers, content_type = received.told_headers, received.content_type
        except ChangedOnDisk:
            raise
        except RequestFailed as error:
            why = f"{error.stage}: {error.kind}"
            message = error.message.removeprefix(f"{entry.name}: {why}: ")
            return Verdict(entry, "failed", why, message, error.hint, ms=_since(started))
        except IntegratorError as error:
            kind = failure_of(error).kind
            message = error.message.removeprefix(f"{entry.name}: ").removeprefix(f"{kind}: ")
            return Verdict(entry, "error", kind, message, error.hint, is_closed=isinstance(error, LockedError))
        body = text.encode("utf-8", "replace")
        answer = KeptAnswer(
            0, datetime.now(UTC), int(status), reason, headers, content_type, body, len(body), "", False, False, ""
        )
        if failure is None:
            return Verdict(entry, "passed", answer=answer, ms=_since(started))
        why = f"{failure.stage}: {failure.kind}"
        return Verdict(entry, "failed", why, failure.message, failure.hint, answer, _since(started))

    def operation(self, entry: Entry, name: str) -> Operation:
        """Return the operation of that name; raises what `Requests.operation` raises."""
        connection_of(entry)
        return self._requests.operation(entry, name)


async def _bounded(received: Answer) -> str:
    """Return the body as it may be shown; raises RequestFailed beyond the bound."""
    pieces, left = [], ANSWER_LIMIT
    async with aclosing(received.shown()) as shown:
        async for piece in shown:
            pieces.append(piece)
            left -= len(piece)
            if left < 0:
                what = f"the answer is larger than {ANSWER_LIMIT >> 20} MiB"
                hint = "ask for less, with a parameter or another path"
                raise RequestFailed(what, hint, stage="respond", kind="response_too_large")
    return "".join(pieces)


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
