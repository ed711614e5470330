"""Entries as checks leave them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from integrator_tui.model.history import HistoryEntry
from integrator_tui.model.probe import Failure, StageResult

BEGUN = datetime(2026, 11, 23, 23, 40, 44, 123000, tzinfo=UTC)
WORKSPACE = "/home/me/connections"

STAGES = (
    StageResult("resolve", "passed", 0.4, {"addresses": ["192.0.2.7"]}),
    StageResult("connect", "passed", 1.1, {"address": "192.0.2.7", "port": 443}),
    StageResult("tls", "passed", 8.2, {"version": "TLSv1.3", "sha256": "0123456789abcdef", "days_left": 41}),
    StageResult("authenticate", "passed", 20.3, {"method": "basic", "stages": []}),
    StageResult("respond", "passed", 11.7, {"status": 200, "bytes": 17, "http_version": "HTTP/1.1"}),
)
FAILURE = Failure("respond", "server_error", "it was answered 500", "look at the server's log")


def entry(
    number: int = 0, file: str | None = "orders.yaml", *, failed: bool = False, **more: object
) -> HistoryEntry:
    """An entry, `number` minutes after the first."""
    made = HistoryEntry(
        kind="check",
        name="Orders API",
        file=file,
        operation=None,
        outcome="failed" if failed else "passed",
        started_at=BEGUN + timedelta(minutes=number),
        duration_ms=41.7,
        failure=FAILURE if failed else None,
        address="https://orders.example.com/health",
        revision="0123456789abcdef",
        stages=STAGES,
    )
    return made._replace(**more)  # type: ignore[arg-type]


class Clock:
    """A clock that stands where it is put."""

    def __init__(self, now: datetime = BEGUN + timedelta(hours=1)) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now.timestamp()
