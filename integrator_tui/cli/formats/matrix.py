"""Connections by vantages: a row for each connection, a column for each host that it was looked at from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from integrator_tui.model.probe import ProbeReport
from integrator_tui.model.stages import MARKS
from integrator_tui.model.text import visible

_NAME: Final = 40
"""Columns of a connection's name at most."""
_CELL: Final = 24
"""Columns of a vantage at most."""


def vantages(reports: Sequence[ProbeReport]) -> list[str]:
    """Return the hosts that were looked from, in the order of the reports."""
    return list(dict.fromkeys(report.vantage for report in reports))


def matrix(
    reports: Sequence[ProbeReport], styled: Callable[[str, str], str], took: Callable[[float], str]
) -> Iterator[str]:
    """Give the lines of the table, none where there is one vantage alone. `took` tells a time in milliseconds."""
    hosts = vantages(reports)
    if len(hosts) < 2:
        return
    rows: dict[tuple[str, str | None], dict[str, ProbeReport]] = {}
    for report in reports:
        rows.setdefault((report.name, report.file), {})[report.vantage] = report
    many = len({name for name, _ in rows}) < len(rows)
    names = [_cut(f"{name} ({file})" if many and file else name, _NAME) for name, file in rows]
    heads = [_cut(host, _CELL) for host in hosts]
    rows_of_cells = [[_cell(found.get(host), took) for host in hosts] for found in rows.values()]
    widths = [max(len(head), *(len(row[at][0]) for row in rows_of_cells)) for at, head in enumerate(heads)]
    first = max(map(len, names))
    titles = (f"{head:<{width}}" for head, width in zip(heads, widths, strict=True))
    yield f"{'':<{first}}  {'  '.join(titles)}".rstrip()
    for name, row in zip(names, rows_of_cells, strict=True):
        told = (styled(f"{cell:<{width}}", outcome) for (cell, outcome), width in zip(row, widths, strict=True))
        yield f"{name:<{first}}  {'  '.join(told)}".rstrip()


def _cell(report: ProbeReport | None, took: Callable[[float], str]) -> tuple[str, str]:
    """A cell's text, and the outcome that it tells."""
    if report is None:
        return MARKS["skipped"], "skipped"
    outcome = report.outcome or "error"
    said = report.failure.kind if report.failure else took(report.duration_ms)
    return _cut(f"{MARKS[outcome]} {said}", _CELL), outcome


def _cut(text: str, width: int) -> str:
    shown = visible(text)
    return shown if len(shown) <= width else f"{shown[: width - 1]}…"
