"""Results of checks as Prometheus' text format, for node_exporter's textfile collector.

Rules: names and HELP texts are part of the format and never change: node_exporter drops the series of a second file
whose HELP differs. Each series stands once. No timestamps, which the collector refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from integrator_tui.cli.formats.exit_code import exit_code
from integrator_tui.model.probe import ProbeReport
from integrator_tui.model.text import visible

__all__ = ["exit_code", "render"]

Sample = tuple[str, str]
"""Further labels of a series, as they are written, and its value."""

_ESCAPES: Final = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def render(reports: Sequence[ProbeReport]) -> Iterator[str]:
    """Give the lines of each metric that has a value: HELP, TYPE, and its series."""
    labelled: dict[str, ProbeReport] = {}
    for report in reports:
        labelled.setdefault(_labels(report), report)
    for name, told, values in _METRICS:
        series = [
            f"integrator_check_{name}{{{labels}{more}}} {value}"
            for labels, report in labelled.items()
            for more, value in values(report)
        ]
        if series:
            yield f"# HELP integrator_check_{name} {told}\n# TYPE integrator_check_{name} gauge"
            yield from series


def _labels(report: ProbeReport) -> str:
    labels = f'name="{_value(report.name)}",file="{_value(report.file or "")}"'
    return labels if report.vantage == "local" else f'{labels},vantage="{_value(report.vantage)}"'


def _value(text: str) -> str:
    return visible(text, keep="\n").translate(_ESCAPES)


def _passed(report: ProbeReport) -> Iterable[Sample]:
    yield "", "1" if report.outcome == "passed" else "0"


def _duration(report: ProbeReport) -> Iterable[Sample]:
    yield "", _seconds(report.duration_ms)


def _stages(report: ProbeReport) -> Iterable[Sample]:
    for result in report.stages:
        if result.ms is not None:
            yield f',stage="{result.stage}"', _seconds(result.ms)


def _status(report: ProbeReport) -> Iterable[Sample]:
    yield "", str(next(filter(None, map(_own_status, report.stages)), 0))


def _own_status(result: Any) -> int:
    """The status of the test's own answer: a 401 to it stands at authenticate, as that of a token's answer does."""
    detail = result.detail
    if result.stage == "authenticate":
        token_failed = any(nested["outcome"] == "failed" for nested in detail.get("stages", ()))
        return 0 if token_failed else int(detail.get("status") or 0)
    return int(detail.get("status") or 0) if result.stage == "respond" else 0


def _not_after(report: ProbeReport) -> Iterable[Sample]:
    for result in report.stages:
        if result.stage == "tls" and (ends := result.detail.get("not_after")):
            yield "", f"{datetime.fromisoformat(ends).timestamp():.0f}"


def _token(report: ProbeReport) -> Iterable[Sample]:
    for result in report.stages:
        if result.stage == "authenticate" and (left := result.detail.get("expires_in_s")) is not None:
            yield "", f"{left:.15g}"


def _failure(report: ProbeReport) -> Iterable[Sample]:
    if report.failure is not None and report.outcome != "passed":
        yield f',stage="{report.failure.stage or ""}",kind="{_value(report.failure.kind)}"', "1"


def _finished(report: ProbeReport) -> Iterable[Sample]:
    yield "", f"{report.started_at.astimezone(UTC).timestamp() + report.duration_ms / 1000:.3f}"


def _seconds(ms: float) -> str:
    return f"{ms / 1000:.6f}"


_METRICS: Final[tuple[tuple[str, str, Callable[[ProbeReport], Iterable[Sample]]], ...]] = (
    ("passed", "Whether the check passed: 1, or not: 0.", _passed),
    ("duration_seconds", "Time the whole check took.", _duration),
    ("stage_seconds", "Time a stage took.", _stages),
    ("http_status", "HTTP status of the test's answer, 0 where none came.", _status),
    (
        "certificate_not_after_seconds",
        "When the certificate served ends, in seconds since 1970.",
        _not_after,
    ),
    ("token_expiry_seconds", "How long the token still lives.", _token),
    (
        "failure",
        "1 for the cause of a check that did not pass; stage empty where none was reached.",
        _failure,
    ),
    ("finished_seconds", "When the check ended, in seconds since 1970.", _finished),
)
