"""Results: what their JSON says, and where a warning stands in it."""

from __future__ import annotations

from datetime import UTC, datetime

from integrator_tui.model.probe import WARNING_KINDS, Failure, ProbeReport, ProbeWarning, StageResult

ODD = ProbeWarning("respond", "odd_answer", "its length was said twice")
SLOW = ProbeWarning(None, "slow", "it took 2 s")


def report(*stages: StageResult) -> ProbeReport:
    made = ProbeReport("Orders", "orders.yaml", "http://127.0.0.1/", datetime(2026, 11, 23, tzinfo=UTC))
    return made.plus(*stages).finished(1.0)


def test_every_result_begins_with_its_schema_and_has_warnings() -> None:
    told = report(StageResult("respond", "passed", 1.0)).to_json()
    assert next(iter(told.items())) == ("schema", 1)
    assert told["warnings"] == []
    assert list(told)[-2:] == ["warnings", "failure"]
    assert "warnings" not in told["stages"][0]["detail"]


def test_a_warning_of_a_stage_is_the_same_object_in_its_detail() -> None:
    told = report(StageResult("respond", "passed", 1.0, {"status": 200}).warned(ODD)).to_json()
    expected = {"stage": "respond", "kind": "odd_answer", "message": "its length was said twice"}
    assert told["warnings"] == [expected]
    assert told["stages"][0]["detail"] == {"status": 200, "warnings": [expected]}


def test_a_warning_is_told_once_and_as_one_of_the_stage_that_has_it() -> None:
    result = StageResult("authenticate", "passed", 1.0).warned(ODD, ODD).warned(ODD)
    assert result.warnings == (ODD._replace(stage="authenticate"),)
    assert StageResult("tls", "passed", 1.0).warned() == StageResult("tls", "passed", 1.0)


def test_a_finished_report_can_be_warned_of() -> None:
    """Who looks at a report afterwards (--warn-days, --warn-ms) adds to it in the same way."""
    days = ProbeWarning("tls", "certificate_days", "the certificate ends in 3 days")
    made = report(StageResult("tls", "passed", 1.0), StageResult("respond", "passed", 1.0).warned(ODD))
    warned = made.warned(SLOW, days)
    assert warned.warnings == (days, ODD, SLOW)
    assert warned.outcome == "passed"
    assert warned.to_json()["stages"][0]["detail"]["warnings"] == [days.to_json()]
    assert {warning.kind for warning in warned.warnings} <= WARNING_KINDS


def test_a_stage_that_never_ran_keeps_its_empty_detail() -> None:
    failed = StageResult("tls", "failed", 1.0, {}, Failure("tls", "tls_protocol", "broke", "look"))
    warned = report(failed, StageResult("respond", "skipped")).warned(ODD)
    assert warned.warnings == (ODD._replace(stage=None),)
    assert warned.to_json()["stages"][1] == {"stage": "respond", "outcome": "skipped", "ms": None, "detail": {}}
