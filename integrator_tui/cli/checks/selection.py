"""What a check is about: names, URLs, tags, or everything."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from integrator_tui.cli.environment import Environment
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.selection import found
from integrator_tui.errors import UsageError
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.workspace import Check, Workspace


def opened(arguments: argparse.Namespace, environment: Environment) -> Workspace:
    """Return the workspace, whose folder bare URLs alone do not need."""
    if arguments.all or arguments.tag or not all("://" in name for name in arguments.names):
        return environment.open_workspace(arguments.workspace)
    return environment.workspace_at(environment.current)


def cores() -> int:
    """Return how many cores a copy of this process could run on; elsewhere than on Linux none is made."""
    with suppress(OSError):
        if sys.platform == "linux":
            return len(os.sched_getaffinity(0))
    return 1


def select(
    workspace: Workspace, arguments: argparse.Namespace, passphrases: Passphrases, cores: int
) -> Sequence[Check]:
    """Return what is to be checked: names in their order, then `--tag`, then `--all` by path, each once.

    Connections of other types, which cannot be checked here, count only where they were named. Files that are
    checked whatever they say, those of `--all` alone, are read as they are asked for, or ahead on a second of
    `cores`.

    Raises:
        NotFound: A name is no connection of the workspace.
        UsageError: Nothing was selected, or one connection besides all of them.
    """
    from integrator_tui.workspace import Check, FileChecks

    named = [name for name in arguments.names if "://" not in name]
    if arguments.all and named:
        hint = "leave it out, or leave --all out"
        raise UsageError(f"--all takes every connection, and {visible(named[0], limit=200)} is named as well", hint)
    if arguments.all and not arguments.names:
        files = workspace.catalog.files()
        workspace.catalog.read_ahead(files, cores)
        return FileChecks(files, workspace.catalog.entry)
    chosen: dict[str, Check] = {}
    entries = iter(found(workspace, named, passphrases))
    for name in arguments.names:
        check = Check.of_url(name) if "://" in name else Check.of(next(entries))
        chosen.setdefault(check.key, check)
    if arguments.tag or arguments.all:
        for entry in workspace.catalog.entries() if arguments.all else workspace.catalog.tagged(arguments.tag):
            chosen.setdefault(entry.file, Check.unnamed(entry))
    if all(check.left_out for check in chosen.values()) and not arguments.all:
        what = _no_tag(arguments.tag) if arguments.tag else "nothing to check"
        raise UsageError(what, "name a connection or a URL, or use --all or --tag")
    return tuple(chosen.values())


def _no_tag(tags: Sequence[str]) -> str:
    return (
        f"no connection carries the tag {tags[0]}"
        if len(tags) == 1
        else f"no connection carries any of the tags {', '.join(tags)}"
    )
