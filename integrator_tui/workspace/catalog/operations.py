"""Operations by their names, which several may share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from integrator_tui.errors import NotFound, UsageError
from integrator_tui.model.entry import Entry
from integrator_tui.model.kept import id_of
from integrator_tui.model.nearest import did_you_mean, listed

if TYPE_CHECKING:
    from integrator_tui.model.connection import Operation


def operation_place(entry: Entry, operations: Sequence[Operation], name: str, nth: int | None = None) -> int:
    """Return where the operation of that name stands, of several the one that is number `nth` among them;
    where none has the name, that whose `kinetic.id` it is.

    Raises NotFound, naming the nearest or those that there are; UsageError where several have the name and none was
    chosen.
    """
    places = [place for place, operation in enumerate(operations) if operation.name == name]
    if not places:
        # Of a document that was copied by hand, several may have one id.
        places = [place for place, each in enumerate(operations) if name and id_of(each.kinetic) == name]
    if not places:
        names = [operation.name for operation in operations if operation.name.strip()]
        near = did_you_mean(name, names)
        there = f"there are: {listed(names)}" if names else f"describe one under operations: in {entry.file}"
        hint = f"{near} {there}" if near and len(names) > 1 else near or there
        shown = name or '""'
        raise NotFound(f"{entry.name} has no operation {shown}", hint)
    if nth is not None and nth > len(places):
        raise NotFound(f"{entry.name} has {_times(len(places))} called {name}", f"--nth 1 to {len(places)}")
    if nth is None and len(places) > 1:
        each = (f"{n} is {operations[place].method} {operations[place].path}" for n, place in enumerate(places, 1))
        raise UsageError(
            f"{entry.name} has {_times(len(places))} called {name}", f"choose one with --nth: {listed(each)}"
        )
    return places[(nth or 1) - 1]


def _times(count: int) -> str:
    return f"{count} operation{'' if count == 1 else 's'}"
