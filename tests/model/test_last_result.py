"""What a list says of the last test of a file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from integrator_tui.model.history import HistorySubject, entry_of
from integrator_tui.model.last_result import LastResult, TrackRecord, duration_text, of_history, of_report
from integrator_tui.model.probe import Failure, ProbeReport, ProbeWarning, StageResult

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
DIGEST = "0123456789abcdef" * 4
STAGES = (
    StageResult("tls", "passed", 8.2, {"not_after": "2026-12-23T12:00:00Z"}),
    StageResult(
        "authenticate",
        "passed",
        20.0,
        {
            "expires_in_s": 3600,
            "stages": [{"stage": "tls", "outcome": "passed", "detail": {"not_after": "2026-11-26T11:00:00Z"}}],
        },
    ),
    StageResult("respond", "passed", 11.0, {"status": 204}),
)


def report(*stages: StageResult, failure: Failure | None = None) -> ProbeReport:
    return ProbeReport("A", "a.yaml", None, AT, failure=failure).plus(*stages).finished(41.4)


def test_a_report_and_what_the_history_keeps_of_it_say_the_same() -> None:
    found = of_report(report(*STAGES), DIGEST)
    assert found is not None
    assert found == of_history(entry_of(report(*STAGES), HistorySubject("A", "a.yaml", None, DIGEST)))
    assert (found.outcome, found.text, found.status) == ("passed", "41ms", 204)
    assert found.certificate_days(AT) == 2, "the token's server ends first"
    assert found.certificate_days(AT + timedelta(days=4)) == -2
    assert found.token_minutes(AT) == 60
    assert found.token_minutes(AT + timedelta(days=1)) == 0
    assert found.is_of(DIGEST) and not found.is_of("f" * 64) and not found.is_of(None)


def test_a_report_that_is_not_finished_is_no_result() -> None:
    assert of_report(report()._replace(outcome=None), DIGEST) is None


@pytest.mark.parametrize(
    ("stage", "kind", "outcome", "cause"),
    [
        ("tls", "tls_expired", "failed", "tls"),
        (None, "missing_parameter", "error", "parameter"),
        (None, "locked", "error", "locked"),
        (None, "seal_broken", "error", "seal"),
        (None, "invalid_file", "error", "file"),
    ],
)
def test_what_failed_is_told_by_its_stage_or_by_what_kept_the_test_from_being_made(
    stage: str | None, kind: str, outcome: str, cause: str
) -> None:
    found = of_report(report(failure=Failure(stage, kind, "why")), DIGEST)  # type: ignore[arg-type]
    assert found is not None
    assert (found.outcome, found.stage, found.text) == (outcome, stage or "", cause)


def test_warnings_of_stages_and_of_the_whole_are_seen() -> None:
    warned = report(*STAGES).warned(ProbeWarning("tls", "certificate_days", "soon"))
    whole = report(*STAGES).warned(ProbeWarning(None, "slow", "slow"))
    found = [of_report(each, None) for each in (warned, whole, report(*STAGES))]
    assert [each is not None and each.warned for each in found] == [True, True, False]


@pytest.mark.parametrize("text", ["", "soon", 7, None])
def test_a_time_that_is_none_is_left_out(text: object) -> None:
    found = of_report(report(StageResult("tls", "passed", 1.0, {"not_after": text})), None)
    assert found is not None and found.certificate_days(AT) is None


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0.2, "0ms"), (41.4, "41ms"), (999.4, "999ms"), (999.6, "1.0s"), (1234, "1.2s"), (61_000, "61s")],
)
def test_durations_are_short(milliseconds: float, text: str) -> None:
    assert duration_text(milliseconds) == text


def test_a_record_goes_on_with_each_test() -> None:
    passed, failed = LastResult("passed", AT, 1.0), LastResult("failed", AT + timedelta(hours=1), 1.0)
    later = failed._replace(at=AT + timedelta(hours=2))
    record = TrackRecord().after(passed)
    assert record == TrackRecord(AT)
    assert record.after(failed).after(later) == TrackRecord(AT, failed.at)
    assert record.after(failed).after(failed._replace(outcome="error")) == TrackRecord(AT, failed.at)
    assert record.after(failed).after(passed) == TrackRecord(AT)
