"""Results of checks as one JSON list."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from integrator_tui.cli.formats.exit_code import exit_code
from integrator_tui.model.probe import ProbeReport

__all__ = ["exit_code", "render"]


def render(reports: Sequence[ProbeReport]) -> Iterator[str]:
    """Give the list, laid out for reading."""
    yield json.dumps([report.to_json() for report in reports], indent=2, ensure_ascii=False)
