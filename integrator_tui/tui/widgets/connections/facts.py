"""RowFacts: what is known of a row's connection besides what its file says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from integrator_tui.model.entry import Entry, EntryState
from integrator_tui.model.last_result import LastResult, TrackRecord
from integrator_tui.tui.widgets.connections.marks import Mark

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class RowFacts(NamedTuple):
    """`state` is the entry's with what was found of its secrets since. `is_current` says that the last result is of
    the file as it is now; `is_testing` that it is being tested, or waits for that."""

    state: EntryState
    result: LastResult | None = None
    is_current: bool = False
    record: TrackRecord = TrackRecord()
    is_testing: bool = False

    @property
    def mark(self) -> Mark:
        """What the row bears: that it is being tested, what stands in its way, or how its last test ended."""
        if self.is_testing:
            return "testing"
        if self.state != "ok" or self.result is None or not self.is_current:
            return self.state
        return {"passed": "passed", "failed": "failed"}.get(self.result.outcome, "problem")  # type: ignore[return-value]

    @property
    def is_problem(self) -> bool:
        """Whether something is wrong with the file, or its test could not be made."""
        return self.mark == "problem" or self.state == "problem"

    @property
    def is_failed(self) -> bool:
        """Whether the last test failed."""
        return self.result is not None and self.result.outcome == "failed"


ORDERS = ("name", "state", "last result", "age", "expiry")
"""What the list can be ordered by; what wants looking at comes first."""

_STATES = {
    mark: at
    for at, mark in enumerate(
        ("failed", "problem", "seal_broken", "unsealed", "locked", "testing", "ok", "passed", "unsupported")
    )
}


def order_key(order: str, entry: Entry, facts: RowFacts) -> tuple[object, ...]:
    """Return what an entry is ordered by; among equals by name."""
    result, name = facts.result, entry.name.casefold()
    if order == "state":
        return _STATES[facts.mark], name, entry.file
    if order == "last result":
        if result is None:
            return 2, "", 0.0, name, entry.file
        return result.outcome == "passed", result.cause, -result.duration_ms, name, entry.file
    if order == "age":
        return -(result.at if result else _EPOCH).timestamp(), name, entry.file
    if order == "expiry":
        ends = (result.certificate_until, result.token_until) if result else ()
        return (ends[0] if ends and ends[0] else _NEVER).timestamp(), name, entry.file
    return name, entry.file
