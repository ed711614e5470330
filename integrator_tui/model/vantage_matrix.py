"""Connections by vantages: a row for each connection, a cell for each host that it was looked at from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.probe import ProbeReport
from integrator_tui.model.stages import MARKS
from integrator_tui.model.text import visible

NAME: Final = 40
"""Columns of a connection's name at most."""
_CELL: Final = 24
"""Columns of a vantage at most."""


class MatrixCell(NamedTuple):
    """What is told of one connection from one host, padded to its column, and the outcome behind it."""

    text: str
    outcome: str


class VantageMatrix(NamedTuple):
    """A table: `hosts` are the heads of the columns, padded; `rows` a name, not padded, and its cells."""

    hosts: tuple[str, ...]
    rows: tuple[tuple[str, tuple[MatrixCell, ...]], ...]

    @property
    def name_width(self) -> int:
        """Columns of the longest name."""
        return max((len(name) for name, _ in self.rows), default=0)


def vantage_matrix(
    reports: Iterable[ProbeReport], took: Callable[[float], str], hosts: Iterable[str] = ()
) -> VantageMatrix:
    """Return the table of reports, in their order; `took` tells a time in milliseconds, `hosts` are columns that
    are there whatever came."""
    rows: dict[tuple[str, str | None], dict[str, ProbeReport]] = {}
    columns = dict.fromkeys(hosts)
    for report in reports:
        rows.setdefault((report.name, report.file), {})[report.vantage] = report
        columns[report.vantage] = None
    told = [[_cell(found.get(host), took) for host in columns] for found in rows.values()]
    heads = [_cut(host, _CELL) for host in columns]
    widths = [max(len(head), *(len(row[at].text) for row in told), 1) for at, head in enumerate(heads)]
    padded = (tuple(_padded(row, widths)) for row in told)
    return VantageMatrix(
        tuple(f"{head:<{width}}" for head, width in zip(heads, widths, strict=True)),
        tuple(zip(_names(rows), padded, strict=True)),
    )


def _names(rows: Iterable[tuple[str, str | None]]) -> Iterator[str]:
    """The names, with their files where two are alike."""
    known = list(rows)
    many = len({name for name, _ in known}) < len(known)
    for name, file in known:
        yield _cut(f"{name} ({file})" if many and file else name, NAME)


def _padded(row: Iterable[MatrixCell], widths: Iterable[int]) -> Iterator[MatrixCell]:
    for cell, width in zip(row, widths, strict=True):
        yield cell._replace(text=f"{cell.text:<{width}}")


def _cell(report: ProbeReport | None, took: Callable[[float], str]) -> MatrixCell:
    if report is None or report.outcome is None:
        return MatrixCell(MARKS["skipped"], "skipped")
    said = report.failure.kind if report.failure else took(report.duration_ms)
    return MatrixCell(_cut(f"{MARKS[report.outcome]} {said}", _CELL), report.outcome)


def _cut(text: str, width: int) -> str:
    shown = visible(text)
    return shown if len(shown) <= width else f"{shown[: width - 1]}…"
