"""Finding: which connection a name on the command line means."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Final

from integrator_tui.errors import NotFound, UsageError
from integrator_tui.model.entry import Entry
from integrator_tui.model.text import visible

_LONGEST: Final = 200


Every = Callable[[], tuple[Entry, ...]]


def meant(
    holding: Callable[[Collection[str]], tuple[Entry, ...]],
    every: Every,
    opened: Callable[[Entry], Entry],
    root: Path,
    names: Sequence[str],
) -> tuple[Entry, ...]:
    """Return the entry of each name: of that exact name, else of that path below `root`. See Catalog.find.

    `holding` gives the entries that are called, or may hold, one of some texts; `every` the summaries of all,
    `opened` an entry with what its file encrypts, as far as it can be opened.
    """
    paths = [name.removeprefix("./") for name in names]
    found = holding({*names, *paths}) if names else ()
    if any(entry.closed for entry in found):
        # What a closed file is called is not known, and whoever names one wants it open.
        found = tuple(map(opened, found))
    return tuple(_one(every, found, root, name, path) for name, path in zip(names, paths, strict=True))


def _one(every: Every, entries: Sequence[Entry], root: Path, name: str, path: str) -> Entry:
    named = [entry for entry in entries if entry.name == name and entry.connection is not None]
    if len(named) > 1:
        files = ", ".join(entry.file for entry in named)
        raise UsageError(f"{len(named)} connections are named {_shown(name)}", f"name the file: {files}")
    found = named or [entry for entry in entries if entry.file == path]
    found = found or [entry for entry in entries if entry.name == name]
    if not found:
        folder = next((entry for entry in entries if entry.is_folder), None)
        where = f"; {folder.problems[0].message}" if folder else ""
        closed = sum(entry.closed is not None for entry in entries)
        hint = f"{closed} with encrypted names cannot be opened here; give the path of the file" if closed else ""
        raise NotFound(f"no connection is named {_shown(name)} in {root}{where}", hint or _hint(every, name))
    return found[0]


def _hint(every: Every, name: str) -> str:
    """Return what to do about a name that nothing has: the nearest one, or the address that it looks like."""
    from integrator_tui.model.nearest import did_you_mean
    from integrator_tui.model.url import meant as meant_url

    known = every()
    near = did_you_mean(name, dict.fromkeys((*(entry.name for entry in known), *(entry.file for entry in known))))
    if not near and "://" in name:
        return "an address stands with check alone; here name a connection, see integrator-tui list"
    if not near and (address := meant_url(name)):
        return f"to check an address write it whole: {visible(address, limit=_LONGEST)}"
    return f"{near} see integrator-tui list".lstrip()


def _shown(name: str) -> str:
    return visible(name, limit=_LONGEST) or '""'
