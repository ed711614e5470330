"""What a check is about: names, URLs, tags, or everything."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from integrator_tui.cli.environment import Environment
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.selection import filter_of, fitting, found
from integrator_tui.errors import UsageError
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.workspace import Check, Workspace


def opened(arguments: argparse.Namespace, environment: Environment) -> Workspace:
    """Return the workspace, whose folder bare URLs alone do not need."""
    if (
        arguments.all
        or arguments.tag
        or arguments.filter is not None
        or not all("://" in name for name in arguments.names)
    ):
        return environment.open_workspace(arguments.workspace)
    return environment.workspace_at(environment.current)


def select(
    workspace: Workspace, arguments: argparse.Namespace, passphrases: Passphrases, cores: int
) -> Sequence[Check]:
    """Return what is to be checked: names in their order, then `--tag`, then `--all` by path, each once. `--filter`
    leaves of these two what fits, and chooses from all where neither is given.

    Connections of other types, which cannot be checked here, count only where they were named. Files that are
    checked whatever they say, those of `--all` alone, are read as they are asked for, or ahead on a second of
    `cores`.

    Raises:
        NotFound: A name is no connection of the workspace.
        UsageError: Nothing was selected, a connection besides all of them, or the filter says what nothing is.
    """
    from integrator_tui.workspace import Check, FileChecks

    named = [name for name in arguments.names if "://" not in name]
    if arguments.all and named:
        hint = "leave it out, or leave --all out"
        raise UsageError(f"--all takes every connection, and {visible(named[0], limit=200)} is named as well", hint)
    fits = _fitting(workspace, arguments.filter)
    everything = arguments.all or (fits is not None and not arguments.tag)
    if everything and not arguments.names:
        files = workspace.catalog.files() if fits is None else tuple(fits)
        workspace.catalog.read_ahead(files, cores)
        return FileChecks(files, workspace.catalog.entry)
    chosen: dict[str, Check] = {}
    entries = iter(found(workspace, named, passphrases))
    for name in arguments.names:
        check = Check.of_url(name) if "://" in name else Check.of(next(entries))
        chosen.setdefault(check.key, check)
    if arguments.tag or everything:
        for entry in workspace.catalog.entries() if everything else workspace.catalog.tagged(arguments.tag):
            if fits is None or entry.file in fits:
                chosen.setdefault(entry.file, Check.unnamed(entry))
    if all(check.left_out for check in chosen.values()) and not arguments.all:
        what = _no_tag(arguments.tag) if arguments.tag else "nothing to check"
        raise UsageError(what, "name a connection or a URL, or use --all or --tag")
    return tuple(chosen.values())


def seen_from(vantages: Sequence[str], checks: Sequence[Check]) -> Sequence[Check]:
    """Return each check once for each vantage, those of one connection together; as they are without one."""
    if not vantages:
        return checks
    return [
        check._replace(via=via) for check in checks for via in (vantages if not check.left_out else vantages[:1])
    ]


def _fitting(workspace: Workspace, text: str | None) -> dict[str, None] | None:
    """Return the files that a filter chooses, None where none is given; raises UsageError where none of those could
    be checked."""
    if text is None:
        return None
    wanted = filter_of(text)
    entries = fitting(workspace, wanted, workspace.catalog.listed(operations=wanted.looks_everywhere))
    if all(entry.state == "unsupported" for entry in entries):
        hint = "see integrator-tui list, which takes the same filter"
        raise UsageError(f"no connection fits the filter {visible(text, limit=200)}", hint)
    return dict.fromkeys(entry.file for entry in entries)


def _no_tag(tags: Sequence[str]) -> str:
    return (
        f"no connection carries the tag {tags[0]}"
        if len(tags) == 1
        else f"no connection carries any of the tags {', '.join(tags)}"
    )
