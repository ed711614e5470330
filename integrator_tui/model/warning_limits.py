"""Limits beyond which a check that passes is warned of all the same: certificates that end, answers that are
slow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.probe import ProbeReport, ProbeWarning, Stage, StageResult


class WarningLimits(NamedTuple):
    """`days` that a certificate should still be valid, `ms` that a check may take; None is no limit."""

    days: int | None = None
    ms: float | None = None

    def applied(self, report: ProbeReport) -> ProbeReport:
        """Return the report with a warning for each limit that it passes."""
        found = tuple(self._found(report))
        return report.warned(*found) if found else report

    def _found(self, report: ProbeReport) -> Iterator[ProbeWarning]:
        if self.days is not None:
            for result in report.stages:
                yield from self._certificates(result, self.days)
        if self.ms is not None and report.outcome == "passed" and report.duration_ms > self.ms:
            took = f"took {report.duration_ms:.0f} ms, more than {self.ms:g} ms"
            yield ProbeWarning(None, "slow", took)

    def _certificates(self, result: StageResult, days: int) -> Iterator[ProbeWarning]:
        """The leaf of the test's host, and of the token's, whose stages stand in those of authenticate."""
        if result.stage == "tls" and result.outcome == "passed":
            yield from _ending("tls", "the certificate", result.detail, days)
        for nested in result.detail.get("stages", ()):
            if nested["stage"] == "tls" and nested["outcome"] == "passed":
                yield from _ending(result.stage, "the certificate of the token's host", nested["detail"], days)


def _ending(stage: Stage, what: str, detail: Mapping[str, Any], days: int) -> Iterator[ProbeWarning]:
    left = detail.get("days_left")
    if left is None or left >= days:
        return
    when = f"ends in {left} day{'' if left == 1 else 's'}" if left >= 0 else "has expired"
    yield ProbeWarning(stage, "certificate_days", f"{what} {when}, on {detail.get('not_after')}")
