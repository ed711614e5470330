"""What is this user's: the workspace, identities, and who else can read what is kept. Nothing is changed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from integrator_tui.cli.doctor.finding import Finding
from integrator_tui.cli.environment import Environment, quoted
from integrator_tui.errors import IntegratorError

_OTHERS: Final = 0o077
_LOOKED_AT: Final = 10_000
_NAMED: Final = 5


def workspace(argument: str | None, environment: Environment) -> Iterator[Finding]:
    """Give which folder is the workspace, and what of it cannot be read."""
    try:
        folder = environment.workspace(argument)
    except IntegratorError as error:
        yield Finding("workspace", "problem", error.message, error.hint)
        return
    if not os.path.lexists(folder):
        yield Finding("workspace", "missing", f"{folder} is made with the first connection that is saved")
        return
    try:
        entries = environment.workspace_at(folder).catalog.summaries()
    except IntegratorError as error:
        yield Finding("workspace", "problem", error.message, error.hint)
        return
    count = sum(not entry.is_folder for entry in entries)
    yield Finding("workspace", "ok", f"{folder}, {count} connection{'' if count == 1 else 's'}")
    for entry in entries:
        if entry.is_folder:
            hint = f"let yourself look into it: chmod u+rx {quoted(folder / entry.file)}"
            yield Finding("workspace", "problem", f"{entry.file} cannot be looked into", hint)
    if not os.access(folder, os.W_OK):
        yield Finding(
            "workspace", "problem", f"{folder} cannot be written", "connections can be used, and not saved"
        )


def identities(argument: str | None, environment: Environment) -> Iterator[Finding]:
    """Give the identities that open secrets here, and what is wrong with their sources."""
    try:
        folder = environment.workspace_to_be(argument)
    except IntegratorError:
        folder = environment.current
    found = environment.workspace_at(folder).keys.identities()
    for identity in found:
        if identity.problem:
            yield Finding("keys", "problem", f"{identity.origin}: {identity.problem}", identity.hint)
        else:
            yield Finding("keys", "ok", f"{identity.recipient} from {identity.origin}")
    if not found:
        hint = "make one: integrator-tui keys init"
        yield Finding("keys", "missing", "there is no identity here: secrets can be neither saved nor read", hint)


def sources(argument: str | None, environment: Environment) -> Iterator[Finding]:
    """Give which secrets from elsewhere may not be read, hold nothing, or may not be sent; no command is run for
    that, and no value told."""
    try:
        workspace = environment.workspace_at(environment.workspace(argument))
        entries = [entry for entry in workspace.catalog.entries() if entry.connection is not None]
    except IntegratorError:
        # What is wrong with the workspace is said of that.
        return
    count = wrong = 0
    for entry in entries:
        assert entry.connection is not None
        if not entry.connection.secrets_from:
            continue
        count += len(entry.connection.secrets_from)
        found = list(workspace.sources.findings(entry.connection))
        if not found and (not_agreed := workspace.sources.not_agreed(entry.connection)) is not None:
            found.append(not_agreed)
        wrong += len(found)
        for error in found:
            yield Finding("sources", "problem", f"{entry.file}: {error.message}", error.hint)
    if count and not wrong:
        yield Finding(
            "sources", "ok", f"{count} secret{'' if count == 1 else 's'} from elsewhere can be read and sent"
        )


def permissions(environment: Environment) -> Iterator[Finding]:
    """Give what others can read of the folders in which this program keeps what it knows."""
    around = environment.surroundings()
    open_to_others: list[Path] = []
    for folder, deep in ((around.config, False), (around.state, True), (around.cache, True)):
        found = _below(folder) if deep else (folder,)
        open_to_others += [path for path in islice(found, _LOOKED_AT) if _others_can(path)]
    if not open_to_others:
        yield Finding("permissions", "ok", "nobody else can read what is kept here")
    for path in open_to_others[:_NAMED]:
        mode = "700" if path.is_dir() else "600"
        yield Finding("permissions", "problem", f"others can read {path}", f"run: chmod {mode} {quoted(path)}")
    if len(open_to_others) > _NAMED:
        roots = " ".join(quoted(folder) for folder in (around.state, around.cache) if folder.is_dir())
        more = f"and {len(open_to_others) - _NAMED} more"
        yield Finding("permissions", "problem", more, f"run: chmod -R go-rwx {roots}")


def _below(folder: Path) -> Iterable[Path]:
    yield folder
    for at, folders, files in os.walk(folder):
        yield from (Path(at, name) for name in (*folders, *files))


def _others_can(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    return not stat.S_ISLNK(mode) and bool(mode & _OTHERS)
