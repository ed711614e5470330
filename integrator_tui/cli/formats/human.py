"""Results of checks for people.

Rules: many end with those that did not pass, a line each, and a count, so that the end of a long run says it all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from integrator_tui.cli.formats.exit_code import exit_code
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.probe import LOCAL, Failure, ProbeReport, ProbeWarning, StageResult
from integrator_tui.model.stages import MARKS, summary
from integrator_tui.model.text import visible

__all__ = ["Human", "exit_code", "milliseconds"]

_UNVERIFIED: Final = "not verified: the certificate of this server is not checked"


def milliseconds(value: float | None) -> str:
    """Return a duration for people: three significant digits at most."""
    if value is None:
        return "–"
    if value >= 1000:
        return f"{value / 1000:.2f} s"
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms"


class Human(NamedTuple):
    """Results for people. `styled` colours a text by a word for it; `many` says that there are several, told
    without their stages, with names padded to `width` columns; `quiet` tells nothing where all is well."""

    styled: Callable[[str, str], str]
    many: bool = False
    width: int = 0
    quiet: bool = False

    def each(self, report: ProbeReport, verified: bool = True) -> Iterator[str]:
        """Give a report's lines: a heading, the stages of a single one, what it warns of, and why it failed."""
        outcome = report.outcome or "error"
        told = self.styled(f"{outcome:<6}" if self.width else outcome, outcome)
        duration = f"{milliseconds(report.duration_ms):>{8 if self.width else 0}}"
        heading = f"{MARKS[outcome]} {visible(report.title):<{self.width}}  {told}  {duration}"
        yield f"{heading}  {visible(report.url or '')}".rstrip()
        if not self.many:
            yield from self._stage_rows(report.stages)
        yield from (f"  {self.styled('WARNING', 'warning')} {text}" for text in _warnings(report, verified))
        if report.attempts:
            before = "; ".join(_why(attempt.failure) for attempt in report.attempts)
            yield f"  try {len(report.attempts) + 1}, after {visible(before)}"
        if report.failure:
            yield f"  {_why(report.failure)}: {visible(report.failure.message)}"
            if report.failure.hint and not _not_run(report):
                yield f"  hint: {visible(report.failure.hint)}"
        if report.tells_answer:
            from integrator_tui.cli.formats.answer import answer_lines

            yield from (f"  {line}".rstrip() for line in answer_lines(report))

    def ending(self, reports: Sequence[ProbeReport]) -> Iterator[str]:
        """Give what did not pass of many, once more, and how many there are of each outcome."""
        left = [report for report in reports if report.outcome != "passed" and not _not_run(report)]
        if not self.many or (self.quiet and not left):
            return
        if left and not self.quiet:
            yield ""
            yield "did not pass:"
            yield from (self._in_one_line(report) for report in left)
        yield from self._matrix(reports)
        yield _totals(reports)

    def _matrix(self, reports: Sequence[ProbeReport]) -> Iterator[str]:
        """Give the table of connections and vantages, where there are several of the latter."""
        if all(report.vantage == LOCAL for report in reports):
            return
        from integrator_tui.cli.formats.matrix import matrix

        table = list(matrix(reports, self.styled, milliseconds))
        if table:
            yield from ("", *table, "")

    def change(self, report: ProbeReport, moment: datetime) -> str:
        """Return one line on a connection whose state has changed, with when that was seen."""
        when = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        warnings = "".join(f"  {self.styled('WARNING', 'warning')} {text}" for text in _warnings(report, True))
        return f"{when}{self._in_one_line(report, ' ')}{warnings}"

    def gone(self, name: str, moment: datetime) -> str:
        """Return one line on a connection that is no longer there."""
        when = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"{when} – {visible(name)}  gone"

    def _in_one_line(self, report: ProbeReport, indent: str = "  ") -> str:
        outcome = report.outcome or "error"
        where = f" ({visible(report.file)})" if report.file else ""
        why = f"  {_why(report.failure)}: {visible(report.failure.message)}" if report.failure else ""
        return f"{indent}{MARKS[outcome]} {visible(report.title)}{where}  {self.styled(outcome, outcome)}{why}"

    def _stage_rows(self, stages: Sequence[StageResult]) -> Iterator[str]:
        for result in stages:
            outcome = self.styled(f"{result.outcome:<8}", result.outcome)
            fact = visible(summary(result.stage, result.detail))
            row = f"  {MARKS[result.outcome]} {result.stage:<13}{outcome} {milliseconds(result.ms):>9}  {fact}"
            yield row.rstrip()


def _why(failure: Failure | None) -> str:
    if failure is None:
        return ""
    return f"{failure.stage}: {failure.kind}" if failure.stage else failure.kind


def _warnings(report: ProbeReport, verified: bool) -> Iterator[str]:
    """What is warned of. That nobody looks at the certificate is told even where no TLS was reached."""
    if not verified:
        yield _UNVERIFIED
    for warning in report.warnings:
        if verified or warning.kind != "not_verified":
            yield visible(_with_stage(warning))


def _with_stage(warning: ProbeWarning) -> str:
    return f"{warning.stage}: {warning.message}" if warning.stage else warning.message


def _not_run(report: ProbeReport) -> bool:
    return report.failure is not None and report.failure.kind == "not_run"


def _totals(reports: Sequence[ProbeReport]) -> str:
    counts = Counter("not run" if _not_run(report) else report.outcome or "error" for report in reports)
    words = ("passed", "failed", "error", "not run")
    return ", ".join(f"{counts[word]} {word}" for word in words if counts[word] or word == "passed")
