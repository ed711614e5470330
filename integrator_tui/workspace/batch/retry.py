"""Retry: a probe that failed is made again after 1, 2, 4 … seconds; the last try counts.

Rules: what will not mend by itself is not tried again: refused credentials, which would lock an account, and a
probe that could not be made. The limit of time holds for all tries together, the waiting included.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from integrator_tui.model.probe import Attempt, ProbeReport
from integrator_tui.workspace.waiting import TimeLeft

FINAL_KINDS: Final = frozenset({"credentials_rejected", "forbidden"})
"""Failures after which there is no other try."""

FIRST_WAIT: Final = 1.0

Sleep = Callable[[float], Awaitable[None]]


async def tried(
    attempt: Callable[[float | None], Awaitable[ProbeReport]],
    retries: int,
    timeout: float | None,
    sleep: Sleep = asyncio.sleep,
) -> ProbeReport:
    """Return the report of the last try; `attempt` makes one within so many seconds."""
    left = TimeLeft(timeout)
    earlier: list[Attempt] = []
    wait = FIRST_WAIT
    report = await attempt(left.seconds)
    while len(earlier) < retries and _may_mend(report) and (left.seconds is None or left.seconds > wait):
        earlier.append(Attempt(report.started_at, report.duration_ms, report.failure))
        await sleep(wait)
        wait *= 2
        report = await attempt(left.seconds)
    return report._replace(attempts=tuple(earlier))


def _may_mend(report: ProbeReport) -> bool:
    kind = report.failure.kind if report.failure else ""
    return report.outcome == "failed" and kind not in FINAL_KINDS
