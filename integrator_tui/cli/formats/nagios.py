"""Results of checks as a plugin of Nagios, Icinga or Checkmk tells them (Nagios Plugin Development Guidelines).

Rules: OK 0, WARNING 1, CRITICAL 2, UNKNOWN 3; of several the worst, in the order CRITICAL, UNKNOWN, WARNING, OK.
The first line holds the state and the figures, in at most 1,000 bytes; below it stand those that are not well,
the worst first, the whole in at most 60,000 bytes. A `|` begins the figures, so that no other one is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from integrator_tui.cli.formats.human import milliseconds
from integrator_tui.model.probe import ProbeReport
from integrator_tui.model.text import visible

__all__ = ["UNKNOWN", "exit_code", "render", "unknown"]

OK, WARNING, CRITICAL, UNKNOWN = range(4)

STATES: Final = ("OK", "WARNING", "CRITICAL", "UNKNOWN")

FIRST_LINE: Final = 1000
"""Bytes of the first line: nrpe takes 1,023 of it."""

WHOLE: Final = 60_000
"""Bytes of all: nrpe takes 64 KiB."""

_FIGURES: Final = 600
"""Bytes of the first line that the figures may take."""

_LABEL: Final = 100
"""Characters of a label."""

_LINE: Final = 2000
"""Bytes of a line below the first."""

_ROOM: Final = 40
"""Bytes kept for the line that says how many more there are."""

_MARK: Final = "…"

_SEVERITY: Final = (CRITICAL, UNKNOWN, WARNING, OK)


def state(report: ProbeReport) -> int:
    """Return the state of one result."""
    if report.outcome == "failed":
        return CRITICAL
    if report.outcome != "passed":
        return UNKNOWN
    return WARNING if report.warnings else OK


def exit_code(reports: Sequence[ProbeReport]) -> int:
    """Return the state of all."""
    found = {state(report) for report in reports}
    return next((one for one in _SEVERITY if one in found), OK)


def render(reports: Sequence[ProbeReport]) -> Iterator[str]:
    """Give the first line, and those on what is not well."""
    reports = [report._replace(name=report.title) for report in reports]
    names = Counter(report.name for report in reports)
    reports = [_told_apart(report) if names[report.name] > 1 else report for report in reports]
    unwell = sorted((report for report in reports if state(report) != OK), key=_rank)
    figures = _figures(reports)
    room = FIRST_LINE - len(figures.encode()) - len(" | ")
    first = f"{_cut(f'{STATES[exit_code(reports)]} - {_summary(reports, unwell)}', room)} | {figures}"
    yield first
    if len(reports) == 1:
        lines = [line for report in unwell for line in _details(report)]
    else:
        lines = [_cut(f"{STATES[state(report)]} - {_one(report)}", _LINE) for report in unwell]
    yield from _bounded(lines, WHOLE - len(first.encode()) - 1)


def unknown(message: str, hint: str = "") -> Iterator[str]:
    """Give the lines on what kept the check from being made."""
    yield _cut(f"UNKNOWN - {_text(message)}", FIRST_LINE)
    if hint:
        yield _cut(f"hint: {_text(hint)}", _LINE)


def _told_apart(report: ProbeReport) -> ProbeReport:
    """One of several that share a name, with its file in it."""
    return report._replace(name=f"{report.name} ({report.file or report.url or ''})")


def _rank(report: ProbeReport) -> int:
    return _SEVERITY.index(state(report))


def _summary(reports: Sequence[ProbeReport], unwell: Sequence[ProbeReport]) -> str:
    if len(reports) == 1:
        return _one(reports[0])
    if not reports:
        return "no connections"
    told = f"{sum(report.outcome == 'passed' for report in reports)} of {len(reports)} passed"
    return f"{told}: {'; '.join(map(_short, unwell))}" if unwell else told


def _short(report: ProbeReport) -> str:
    if report.failure is None:
        return _text(f"{report.name} {', '.join(warning.kind for warning in report.warnings)}")
    where = f"{report.failure.stage} " if report.failure.stage else ""
    return _text(f"{report.name} {where}{report.failure.kind}")


def _one(report: ProbeReport) -> str:
    """One result in a line: its name, and why it is not well."""
    if report.failure is not None:
        where = f"{report.failure.stage}: " if report.failure.stage else ""
        why = f"{where}{report.failure.kind}: {report.failure.message}"
    else:
        warned = "; ".join(warning.message for warning in report.warnings)
        why = f"passed in {milliseconds(report.duration_ms)}{f', {warned}' if warned else ''}"
    return _text(f"{report.name}: {why}")


def _details(report: ProbeReport) -> Iterator[str]:
    """What is told of a single one below the first line."""
    if report.failure and report.failure.hint:
        yield _cut(_text(f"hint: {report.failure.hint}"), _LINE)
    if report.url:
        yield _cut(_text(f"url: {report.url}"), _LINE)
    if report.failure:
        for warning in report.warnings:
            yield _cut(_text(f"WARNING {warning.message}"), _LINE)


def _bounded(lines: Sequence[str], room: int) -> Iterator[str]:
    """Give the lines that there is room for, and how many more there are."""
    for place, line in enumerate(lines):
        size = len(line.encode()) + 1
        last = place == len(lines) - 1
        if size + (0 if last else _ROOM) > room:
            yield f"and {len(lines) - place} more"
            return
        room -= size
        yield line


def _figures(reports: Sequence[ProbeReport]) -> str:
    """Performance data: the times of a single one's stages; of several how many there are in each state, and the
    time of each where all of them fit."""
    if len(reports) == 1:
        (report,) = reports
        stages = ((result.stage, result.ms) for result in report.stages if result.ms is not None)
        return " ".join(_time(label, ms) for label, ms in (("time", report.duration_ms), *stages))
    found = Counter(state(report) for report in reports)
    counts = " ".join(f"'{STATES[one].lower()}'={found[one]};;;0;{len(reports)}" for one in range(4))
    told = {STATES[one].lower() for one in range(4)}
    size = len(counts.encode())
    times: list[str] = []
    for report in reports:
        label = _label(report.name)
        if label in told:
            label = _label(f"{report.name} ({report.file or report.url or ''})")
        times.append(_time(label, report.duration_ms))
        size += len(times[-1].encode()) + 1
        if size > _FIGURES or label in told:
            return counts
        told.add(label)
    return " ".join((counts, *times))


def _time(label: str, ms: float) -> str:
    return f"'{label}'={ms:.3f}ms;;;0"


def _label(text: str) -> str:
    return _text(text).replace("'", "’").replace("=", "–")[:_LABEL]


def _text(text: str) -> str:
    return visible(text).replace("|", "¦")


def _cut(text: str, size: int) -> str:
    """Return `text` in at most `size` bytes."""
    data = text.encode("utf-8", "replace")
    if len(data) <= size:
        return text
    return data[: size - len(_MARK.encode())].decode("utf-8", "ignore") + _MARK
