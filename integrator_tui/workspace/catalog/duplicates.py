"""Names that stand twice in a folder: both can still be told apart by their files, and both are marked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from integrator_tui.model.entry import Entry
from integrator_tui.model.problem import Problem


def with_duplicates(found: Sequence[Entry], others: Collection[str]) -> tuple[Entry, ...]:
    """Return the entries, those of one name in a folder marked; `others` are files that were not read as one."""
    again = {name for name, before in pairwise(sorted(entry.name for entry in found)) if name == before}
    first: dict[tuple[str, str], Entry] = {}
    twice: dict[str, str] = {}
    for entry in found:
        if entry.name not in again or entry.file in others:
            continue
        other = first.setdefault((entry.group, entry.name), entry)
        if other is not entry:
            twice[entry.file] = other.file
            twice.setdefault(other.file, entry.file)
    return tuple(_marked(entry, twice[entry.file]) if entry.file in twice else entry for entry in found)


def _marked(entry: Entry, other: str) -> Entry:
    # A warning: both can still be told apart, and checked, by their files.
    problem = Problem(
        "name", f"{other} has the same name", "a name is unique in its folder; rename one", None, "warning"
    )
    return entry._replace(state="problem", problems=(*entry.problems, problem))
