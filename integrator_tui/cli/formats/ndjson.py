"""Results of checks as JSON, one a line (NDJSON)."""

from __future__ import annotations

import json

from integrator_tui.model.probe import ProbeReport

_ONE_LINE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def line(report: ProbeReport) -> str:
    """Return a report as one line of NDJSON."""
    return _ONE_LINE.encode(report.to_json())
