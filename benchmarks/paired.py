"""Two commands in turn, A B A B …, so that a machine whose speed drifts drifts for both; figures are medians.

from benchmarks.paired import compare
"""

from __future__ import annotations

import statistics
from collections.abc import Callable

Timed = Callable[[], float]
"""Runs once and returns its wall time in seconds."""


def compare(ours: Timed, yardstick: Timed, *, runs: int = 15, warm_up: int = 2) -> tuple[float, float, float]:
    """Return the median seconds of both and the median of the ratios, pair by pair."""
    for _ in range(warm_up):
        ours()
        yardstick()
    pairs = [(ours(), yardstick()) for _ in range(runs)]
    ratio = statistics.median(a / b for a, b in pairs)
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs), ratio


def report(title: str, figures: tuple[float, float, float], limit: float) -> None:
    """Print one line: both medians in milliseconds, the ratio, and what it may be at most."""
    ours, yardstick, ratio = figures
    print(f"{title}: {ours * 1000:.0f} ms against {yardstick * 1000:.0f} ms = {ratio:.2f}x (at most {limit}x)")
