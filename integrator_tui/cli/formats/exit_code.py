"""What results of checks mean as an exit code."""

from __future__ import annotations

from collections.abc import Sequence

from integrator_tui.model.probe import ProbeReport

_LOCKED = {"locked", "seal_broken"}


def exit_code(reports: Sequence[ProbeReport]) -> int:
    """Return the exit code of a check: locked (3) wins over not usable (2), that over failed (1)."""
    codes = {0}
    for report in reports:
        if report.outcome == "failed":
            codes.add(1)
        elif report.outcome == "error":
            codes.add(3 if report.failure and report.failure.kind in _LOCKED else 2)
    return max(codes)
