"""Trying again: when, how often, within what time, and what is told of it. No test waits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integrator_tui.model.probe import Failure, ProbeReport
from integrator_tui.workspace.batch.check import Check
from integrator_tui.workspace.batch.retry import tried
from integrator_tui.workspace.batch.runner import Bounds, run

STARTED = datetime(2026, 11, 23, tzinfo=UTC)
PASSED = ProbeReport("A", "a.yaml", None, STARTED).finished(1.0)


def failing(kind: str, stage: str | None = "respond") -> ProbeReport:
    failure = Failure(stage, kind, kind)  # type: ignore[arg-type]
    return ProbeReport("A", "a.yaml", None, STARTED, failure=failure).finished(2.0)


class Clock:
    """Waits without waiting, and remembers."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.timeouts: list[float | None] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


async def outcome(
    clock: Clock, reports: list[ProbeReport], retries: int, timeout: float | None = None
) -> ProbeReport:
    left = iter(reports)

    async def attempt(seconds: float | None) -> ProbeReport:
        clock.timeouts.append(seconds)
        return next(left)

    return await tried(attempt, retries, timeout, clock.sleep)


async def test_the_last_try_counts_and_the_earlier_ones_are_told() -> None:
    clock = Clock()
    report = await outcome(clock, [failing("refused"), failing("server_error"), PASSED], 5)
    assert (report.outcome, clock.waits) == ("passed", [1, 2])
    assert report.to_json()["attempts"] == [
        {
            "started_at": "2026-11-23T00:00:00.000Z",
            "duration_ms": 2.0,
            "failure": {"stage": "respond", "kind": kind, "message": kind, "hint": ""},
        }
        for kind in ("refused", "server_error")
    ]


async def test_the_waits_double() -> None:
    clock = Clock()
    report = await outcome(clock, [failing("refused")] * 6, 4)
    assert (report.outcome, clock.waits) == ("failed", [1, 2, 4, 8])
    assert len(report.attempts or ()) == 4


@pytest.mark.parametrize(
    "final",
    [failing("credentials_rejected", "authenticate"), failing("forbidden"), failing("locked", None)],
)
async def test_what_does_not_mend_by_itself_is_not_tried_again(final: ProbeReport) -> None:
    clock = Clock()
    report = await outcome(clock, [failing("refused"), final], 5)
    assert (report.failure, clock.waits) == (final.failure, [1])


async def test_a_first_try_that_passes_has_no_others() -> None:
    clock = Clock()
    report = await outcome(clock, [PASSED], 3)
    assert (report.to_json()["attempts"], clock.waits) == ([], [])
    assert "attempts" not in PASSED.to_json()


async def test_the_time_for_all_tries_is_that_for_one() -> None:
    clock = Clock()
    report = await outcome(clock, [failing("refused")] * 9, 8, timeout=3.5)
    # The clock stands still here, so that waits of 1 and 2 s fit into 3.5 s each, and one of 4 s never does.
    assert clock.waits == [1, 2]
    assert report.attempts is not None
    assert all(seconds is not None and seconds <= 3.5 for seconds in clock.timeouts)


async def test_the_first_failure_keeps_the_others_from_being_started() -> None:
    made: list[str] = []

    async def check(check: Check, parameters: object, *, timeout: object, refusals: object) -> ProbeReport:
        made.append(check.name)
        report = failing("refused") if check.name == "1" else PASSED
        return report._replace(name=check.name)

    checks = [Check(str(place), str(place), f"{place}.yaml", None) for place in range(5)]
    found = [
        finished.report async for finished in run(check, enumerate(checks), {}, Bounds(None, 1, fail_fast=True))
    ]
    assert made == ["0", "1"]
    kinds = [report.failure.kind if report.failure else "" for report in found]
    assert kinds == ["", "refused", "not_run", "not_run", "not_run"]
    assert {report.outcome for report in found[2:]} == {"error"}
