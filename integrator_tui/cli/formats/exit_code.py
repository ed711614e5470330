"""What results of checks mean as an exit code."""

from __future__ import annotations

from collections.abc import Sequence

from integrator_tui.model.probe import ProbeReport

_LOCKED = {"locked", "seal_broken"}


def exit_code(reports: Sequence[ProbeReport]) -> int:
    """Return the exit code of a check: locked (3) wins over not usable (2), that over failed (1).

    What was not started has none of its own: what stopped it has one.
    """
    codes = {0}
    for report in reports:
        kind = report.failure.kind if report.failure else ""
        if report.outcome == "failed":
            codes.add(1)
        elif report.outcome == "error" and kind != "not_run":
            codes.add(3 if kind in _LOCKED else 2)
    return max(codes)
