"""Connections by vantages, as lines for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from integrator_tui.model.probe import ProbeReport
from integrator_tui.model.vantage_matrix import vantage_matrix


def matrix(
    reports: Sequence[ProbeReport], styled: Callable[[str, str], str], took: Callable[[float], str]
) -> Iterator[str]:
    """Give the lines of the table, none where there is one vantage alone. `took` tells a time in milliseconds."""
    table = vantage_matrix(reports, took)
    if len(table.hosts) < 2:
        return
    width = table.name_width
    yield f"{'':<{width}}  {'  '.join(table.hosts)}".rstrip()
    for name, cells in table.rows:
        yield f"{name:<{width}}  {'  '.join(styled(cell.text, cell.outcome) for cell in cells)}".rstrip()
