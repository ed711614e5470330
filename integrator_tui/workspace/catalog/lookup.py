"""Finding: which connection a name on the command line means."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from integrator_tui.errors import NotFound, UsageError
from integrator_tui.model.entry import Entry


def meant(
    holding: Callable[[Collection[str]], tuple[Entry, ...]], root: Path, names: Sequence[str]
) -> tuple[Entry, ...]:
    """Return the entry of each name: of that exact name, else of that path below `root`. See Catalog.find.

    `holding` gives the entries that are called, or may hold, one of some texts.
    """
    paths = [name.removeprefix("./") for name in names]
    found = holding({*names, *paths}) if names else ()
    return tuple(_one(found, root, name, path) for name, path in zip(names, paths, strict=True))


def _one(entries: Sequence[Entry], root: Path, name: str, path: str) -> Entry:
    named = [entry for entry in entries if entry.name == name and entry.connection is not None]
    if len(named) > 1:
        files = ", ".join(entry.file for entry in named)
        raise UsageError(f"{len(named)} connections are named {name}", f"name the file: {files}")
    found = named or [entry for entry in entries if entry.file == path]
    found = found or [entry for entry in entries if entry.name == name]
    if not found:
        raise NotFound(f"no connection is named {name} in {root}", "see integrator-tui list")
    return found[0]
