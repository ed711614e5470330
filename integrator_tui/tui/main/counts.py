"""The words of the header: how many connections there are, and what wants looking at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from integrator_tui.tui.widgets.connections.facts import ORDERS, RowFacts


class Counts(NamedTuple):
    """Of all connections: how many there are, how many with a problem, with secrets in plain text, that failed."""

    total: int = 0
    problems: int = 0
    plain: int = 0
    failed: int = 0

    @classmethod
    def of(cls, facts: Iterable[RowFacts]) -> Counts:
        """Count."""
        total = problems = plain = failed = 0
        for each in facts:
            total += 1
            problems += each.is_problem
            plain += each.state == "unsealed"
            failed += each.is_failed
        return cls(total, problems, plain, failed)

    @property
    def text(self) -> str:
        """`2,009 · 9 problems · 1 with plain secrets · 12 failed`, as far as there are any."""
        parts = []
        if self.problems:
            parts.append(f"{self.problems:,} {'problem' if self.problems == 1 else 'problems'}")
        if self.plain:
            parts.append(f"{self.plain:,} with plain secrets")
        if self.failed:
            parts.append(f"{self.failed:,} failed")
        if parts:
            return " · ".join((f"{self.total:,}", *parts))
        return f"{self.total:,} connection{'' if self.total == 1 else 's'}"


class Shown(NamedTuple):
    """What the list shows of them: `found` None where there is no filter."""

    found: int | None = None
    is_similar: bool = False
    marked: int = 0
    order: str = ORDERS[0]


def header(counts: Counts, shown: Shown, busy: str = "") -> str:
    """Return what stands at the right of the title; `busy` is what goes on."""
    return " · ".join(_parts(counts, shown, busy))


def _parts(counts: Counts, shown: Shown, busy: str) -> Iterator[str]:
    if busy:
        yield busy
    if shown.marked:
        yield f"{shown.marked:,} marked"
    if shown.order != ORDERS[0]:
        yield f"by {shown.order}"
    if shown.found is None:
        yield counts.text
    else:
        yield f"{shown.found:,} of {counts.total:,}{' similar' if shown.is_similar else ''}"
