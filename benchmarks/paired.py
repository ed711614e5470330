"""Two commands in turn, A B A B …, so that a machine whose speed drifts drifts for both; figures are medians.

from benchmarks.paired import compare
"""

from __future__ import annotations

import os
import statistics
import subprocess
from collections.abc import Callable, Mapping, Sequence

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


def cpu_seconds(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """Run `command` to its end and return the seconds of processor it used: user and system, children included."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(environment))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return usage.ru_utime + usage.ru_stime


def compare_with_itself(
    ours: Timed, yardstick: Timed, *, runs: int = 61, warm_up: int = 2
) -> tuple[list[float], list[float]]:
    """Return the ratios of `runs` interleaved pairs ours/yardstick, and beside each one of ours/ours.

    The second list is how far two equal things lie apart here: a bound counts where it lies outside of that.
    """
    for _ in range(warm_up):
        ours()
        yardstick()
    rows = [(ours(), yardstick(), ours()) for _ in range(runs)]
    return [a / b for a, b, _ in rows], [a / c for a, _, c in rows]


def report_spread(title: str, ratios: Sequence[float], same: Sequence[float], limit: float) -> None:
    """Print one line: the median ratio, the median and the quartiles of the series with itself, and the limit."""
    low, _, high = statistics.quantiles(same, n=4)
    print(
        f"{title}: {statistics.median(ratios):.3f}x (at most {limit}x);"
        f" with itself {statistics.median(same):.3f}x, quartiles {low:.3f} to {high:.3f}"
    )
