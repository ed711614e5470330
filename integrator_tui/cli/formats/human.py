"""Results of checks for people."""

from __future__ import annotations

from collections.abc import Sequence

from integrator_tui.cli.output.output import Console
from integrator_tui.model.probe import ProbeReport, StageResult
from integrator_tui.model.stages import MARKS, summary
from integrator_tui.model.text import visible


def milliseconds(value: float | None) -> str:
    """Return a duration for people: three significant digits at most."""
    if value is None:
        return "–"
    if value >= 1000:
        return f"{value / 1000:.2f} s"
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms"


def _stage_rows(output: Console, stages: Sequence[StageResult]) -> list[str]:
    rows = []
    for result in stages:
        outcome = output.styled(f"{result.outcome:<8}", result.outcome)
        fact = visible(summary(result.stage, result.detail))
        row = f"  {MARKS[result.outcome]} {result.stage:<13}{outcome} {milliseconds(result.ms):>9}  {fact}"
        rows.append(row.rstrip())
    return rows


def human(
    output: Console, report: ProbeReport, *, stages: bool, verified: bool = True, width: int = 0
) -> list[str]:
    """Return a report for people: a heading, the stages where `stages` asks for them, and why it failed.

    `width` is what the names of a list are padded to, in columns.
    """
    outcome = report.outcome or "error"
    told = output.styled(f"{outcome:<6}" if width else outcome, outcome)
    duration = f"{milliseconds(report.duration_ms):>{8 if width else 0}}"
    heading = f"{MARKS[outcome]} {visible(report.name):<{width}}  {told}  {duration}"
    lines = [f"{heading}  {visible(report.url or '')}".rstrip()]
    if stages:
        lines += _stage_rows(output, report.stages)
    lines += _warnings(output, report, verified)
    if report.failure:
        where = f"{report.failure.stage}: " if report.failure.stage else ""
        lines.append(f"  {where}{report.failure.kind}: {visible(report.failure.message)}")
        if report.failure.hint:
            lines.append(f"  hint: {visible(report.failure.hint)}")
    return lines


def _warnings(output: Console, report: ProbeReport, verified: bool) -> list[str]:
    """The warnings, a line each. That nobody looks at the certificate is told even where no TLS was reached."""
    told = [] if verified else ["not verified: the certificate of this server is not checked"]
    for warning in report.warnings:
        if verified or warning.kind != "not_verified":
            told.append(f"{warning.stage}: {warning.message}" if warning.stage else warning.message)
    return [f"  {output.styled('WARNING', 'warning')} {visible(text)}" for text in told]
