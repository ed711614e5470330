"""Comparisons: the same request over several connections, and in what their answers differ.

Rules: what is compared is what may be shown: known secrets are masked in it, each connection's by its own. What
keeps one from being asked is its verdict, and the others are asked all the same.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from typing import NamedTuple

from integrator_tui.engine.sanitize import failure_of
from integrator_tui.errors import ChangedOnDisk, IntegratorError, LockedError, RequestFailed
from integrator_tui.model.answer import KeptAnswer
from integrator_tui.model.connection import Operation
from integrator_tui.model.difference import differences
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.workspace.answers import Answers
from integrator_tui.workspace.batch.check import Check, broken, unusable
from integrator_tui.workspace.history import History
from integrator_tui.workspace.probes import Probes
from integrator_tui.workspace.requests import Requests, connection_of


class Verdict(NamedTuple):
    """What became of the request of one connection: its outcome, why it did not pass in the words of a check, what
    was answered, and how long it took in milliseconds. `is_closed` says that secrets stayed locked or a seal is
    broken."""

    entry: Entry
    outcome: str
    why: str = ""
    message: str = ""
    hint: str = ""
    answer: KeptAnswer | None = None
    ms: float = 0.0
    is_closed: bool = False


def differing(one: Verdict, other: Verdict) -> list[str]:
    """Return in what two verdicts and their answers differ, a line each, by JSON path."""
    found = []
    if (one.outcome, one.why) != (other.outcome, other.why):
        found.append(f"verdict: {_told(one)} → {_told(other)}")
    if one.answer is not None and other.answer is not None:
        return [*found, *differences(one.answer, other.answer)]
    if one.answer is not None or other.answer is not None:
        found.append(f"answer: {_status(one)} → {_status(other)}")
    return found


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

    async def tested(self, entry: Entry, given: Mapping[str, str], *, timeout: float | None = None) -> Verdict:
        """Return what becomes of the test of a connection."""
        check = Check.of(entry)
        if check.connection is None or broken(check):
            failure = unusable(check).failure
            assert failure is not None, "an unusable file has a reason"
            closed = failure.kind in ("locked", "seal_broken")
            return Verdict(entry, "error", failure.kind, failure.message, failure.hint, is_closed=closed)
        draft = Draft(check.connection, entry.file, entry.revision)
        started = time.perf_counter()
        report = self._probes.report(draft, given)
        async with aclosing(self._probes.probe(draft, given, timeout=timeout)) as results:
            report = report.plus(*[result async for result in results])
        report = report.finished((time.perf_counter() - started) * 1000)
        self._history.record(report, check.subject, given)
        failure = report.failure
        answer = await self._answers.last(draft)
        if failure is None:
            return Verdict(entry, report.outcome or "error", answer=answer, ms=report.duration_ms)
        why = f"{failure.stage}: {failure.kind}" if failure.stage else failure.kind
        return Verdict(
            entry,
            report.outcome or "error",
            why,
            failure.message,
            failure.hint,
            answer,
            report.duration_ms,
            failure.kind in ("locked", "seal_broken"),
        )

    async def carried_out(
        self, entry: Entry, operation: Operation, given: Mapping[str, str], *, timeout: float | None = None
    ) -> Verdict:
        """Return what becomes of an operation of a connection; its answer is as it may be shown."""
        started = time.perf_counter()
        try:
            async with self._requests.request(entry, operation, given, timeout=timeout) as received:
                text = "".join([piece async for piece in received.shown()])
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


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
