"""Results of checks as JSON, one a line (NDJSON)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from integrator_tui.cli.formats.exit_code import exit_code
from integrator_tui.model.probe import ProbeReport

__all__ = ["exit_code", "render"]

_ONE_LINE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def render(reports: Sequence[ProbeReport]) -> Iterator[str]:
    """Give a line for each report."""
    for report in reports:
        yield _ONE_LINE.encode(report.to_json())
