"""What is warned of though it passed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from integrator_tui.model.probe import ProbeReport, StageResult
from integrator_tui.model.warning_limits import WarningLimits

STARTED = datetime(2026, 11, 23, tzinfo=UTC)


def certificate(days: int) -> dict[str, Any]:
    return {"days_left": days, "not_after": "2026-12-03T00:00:00Z"}


def report(days: int, token_days: int, outcome: str = "passed") -> ProbeReport:
    nested = {"stage": "tls", "outcome": "passed", "ms": 1.0, "detail": certificate(token_days)}
    stages = (
        StageResult("tls", outcome, 1.0, certificate(days)),  # type: ignore[arg-type]
        StageResult("authenticate", "passed", 1.0, {"stages": [nested]}),
    )
    return ProbeReport("A", "a.yaml", None, STARTED, stages=stages).finished(120.0)


def found(limits: WarningLimits, of: ProbeReport) -> list[tuple[str | None, str, str]]:
    return [tuple(warning) for warning in limits.applied(of).warnings]  # type: ignore[misc]


def test_both_leaves_are_looked_at() -> None:
    assert found(WarningLimits(30), report(9, 1)) == [
        ("tls", "certificate_days", "the certificate ends in 9 days, on 2026-12-03T00:00:00Z"),
        (
            "authenticate",
            "certificate_days",
            "the certificate of the token's host ends in 1 day, on 2026-12-03T00:00:00Z",
        ),
    ]


def test_as_many_days_as_are_wanted_are_enough() -> None:
    assert found(WarningLimits(30), report(30, 31)) == []
    assert found(WarningLimits(30), report(29, 31))[0][2].startswith("the certificate ends in 29 days")


def test_one_that_has_expired_and_is_not_verified() -> None:
    assert found(WarningLimits(0), report(-3, 90))[0][2].startswith("the certificate has expired")


def test_a_stage_that_failed_says_so_itself() -> None:
    assert found(WarningLimits(30), report(-3, 90, "failed")) == []


def test_a_slow_check_is_warned_of_as_a_whole() -> None:
    assert found(WarningLimits(ms=100), report(90, 90)) == [(None, "slow", "took 120 ms, more than 100 ms")]
    assert found(WarningLimits(ms=120), report(90, 90)) == []


def test_without_limits_nothing_changes() -> None:
    assert WarningLimits().applied(report(0, 0)) == report(0, 0)
