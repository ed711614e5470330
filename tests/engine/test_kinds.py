"""Every kind of failure, made by a real server: its stage, what ran before, and a hint that helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.model.probe import ERROR_KINDS, FAILURE_KINDS
from tests.engine.certified import Certified
from tests.engine.failing import authenticating, dialling, not_made, responding
from tests.engine.failing.lab import CASES, Case, Lab
from tests.engine.probing import shown

PARTS = (dialling, authenticating, responding, not_made)
"""Importing one adds its cases."""
MARKS = {"passed": "+", "failed": "-", "skipped": "."}


@pytest.fixture
def lab(engine: Engine, certified: Certified, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    return Lab(engine, certified, tmp_path, monkeypatch)


def test_no_kind_is_left_out() -> None:
    assert {case.kind for case in CASES} == FAILURE_KINDS - {"not_run"}  # what is not begun never meets the engine
    assert all(any(case.make.__module__ == part.__name__ for case in CASES) for part in PARTS)
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}-{case.name}")
async def test_a_kind(lab: Lab, case: Case) -> None:
    report = await case.make(lab)
    failure = report.failure
    assert failure is not None
    assert failure.kind == case.kind, failure
    assert " ".join(result.stage + MARKS[result.outcome] for result in report.stages) == case.stages
    assert case.hint in failure.hint
    assert "\n" not in failure.message + failure.hint
    failed: list[str] = [result.stage for result in report.stages if result.outcome == "failed"]
    assert [failure.stage] == (failed if failed else [None])
    assert report.outcome == ("error" if case.kind in ERROR_KINDS else "failed")
    for result in report.stages:
        assert (result.ms is None) == (result.outcome == "skipped")
        assert result.outcome != "skipped" or result.detail == {}
    assert "s3cr3t" not in shown(report)


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.kind.startswith("tls_")], ids=lambda case: case.name
)
async def test_a_refused_certificate_is_shown(lab: Lab, case: Case) -> None:
    report = await case.make(lab)
    where = next(result for result in report.stages if result.outcome == "failed")
    detail = where.detail["stages"][2]["detail"] if where.stage == "authenticate" else where.detail
    shows = case.kind not in {"tls_timeout", "tls_protocol"}
    assert ("subject" in detail, "issuer" in detail, "not_after" in detail) == (shows, shows, shows)
