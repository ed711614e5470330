"""`check`: run the probes of connections, or of a bare URL that needs no workspace and no file."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import aclosing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from integrator_tui.cli import options
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.formats import human, ndjson
from integrator_tui.cli.formats.exit_code import exit_code
from integrator_tui.cli.output.output import Console
from integrator_tui.errors import UsageError

if TYPE_CHECKING:
    from integrator_tui.model.probe import ProbeReport
    from integrator_tui.workspace import Check, CheckRun, Finished, Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME|URL", help="a connection's name or file, or a URL")
    parser.add_argument("--all", action="store_true", help="every connection of the workspace")
    parser.add_argument(
        "--tag",
        action="append",
        default=[],
        help="every connection that carries this tag, or one of them where it is repeated",
    )
    parser.add_argument(
        "--format",
        choices=("human", "json", "ndjson"),
        default="human",
        help="json: a list when all are done; ndjson: a line as each ends",
    )
    parser.add_argument("--concurrency", type=positive_int, metavar="N", help="probes under way at once")
    parser.add_argument("--timeout", type=positive_float, metavar="S", help="seconds for each whole probe")
    add_dry_run(parser)
    add_param(parser)


def add_dry_run(parser: argparse.ArgumentParser) -> None:
    """Add `--dry-run`, which shows what would be sent."""
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="show what would be sent and where each value came from, secrets masked; nothing is sent",
    )


def add_param(parser: argparse.ArgumentParser) -> None:
    """Add `--param`, which gives values to `{{name}}` where no secret of the connection has that name."""
    parser.add_argument(
        "--param",
        action="append",
        default=[],
        type=parameter,
        metavar="NAME=VALUE|NAME=@FILE",
        help="the value of {{NAME}} where no secret has that name; once for each; @@ stands for @",
    )


def positive_int(text: str) -> int:
    with suppress(ValueError):
        value = int(text)
        if value >= 1:
            return value
    raise argparse.ArgumentTypeError("must be a whole number, 1 or more")


def positive_float(text: str) -> float:
    with suppress(ValueError):
        value = float(text)
        if 0 < value < 1e9:
            return value
    raise argparse.ArgumentTypeError("must be a number of seconds, more than 0")


def parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError("is not of the form NAME=VALUE")
    return name, value


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Run `check` and return its exit code."""
    from integrator_tui.workspace import Workspace

    workspace = Workspace(_root(arguments, environment), environment.surroundings())
    given = options.given(arguments, environment.current)
    checks = select(workspace, arguments)
    if given:
        from integrator_tui.workspace import refuse_unasked

        refuse_unasked(given, ((check.connection, "test") for check in checks if check.connection is not None))
    if not checks:
        output.warning(f"no connections in {workspace.root}")
    if arguments.dry_run:
        return _dry_run(workspace, checks, given, arguments.format, output)
    # Only now: the network takes a while to import, and another core reads the files meanwhile.
    from integrator_tui.cli import event_loop
    from integrator_tui.workspace import Bounds

    bounds = Bounds.of(arguments.timeout, arguments.concurrency)
    checking = workspace.probes.check_run(checks, given, bounds, cores())
    try:
        return event_loop.run(_run(workspace, checking, len(checks), arguments.format, output))
    finally:
        checking.close()
        workspace.abandon()


def _dry_run(
    workspace: Workspace, checks: Sequence[Check], given: dict[str, str], form: str, output: Console
) -> int:
    """Show what each check would send, a block each, and return the exit code."""
    from integrator_tui.cli.formats.preview import DryRun

    showing = DryRun(output, form)
    try:
        for check in checks:
            if check.left_out:
                continue
            showing.add(check.name, check.file, partial(workspace.previews.of_check, check, given))
        return showing.end()
    finally:
        workspace.abandon()


def _root(arguments: argparse.Namespace, environment: Environment) -> Path:
    """Return the workspace's folder, which bare URLs alone do not need."""
    if arguments.all or arguments.tag or not all("://" in name for name in arguments.names):
        return environment.workspace(arguments.workspace)
    return environment.current


def cores() -> int:
    """Return how many cores a copy of this process could run on; elsewhere than on Linux none is made."""
    with suppress(OSError):
        if sys.platform == "linux":
            return len(os.sched_getaffinity(0))
    return 1


def select(workspace: Workspace, arguments: argparse.Namespace) -> Sequence[Check]:
    """Return what is to be checked: names in their order, then `--tag`, then `--all` by path, each once.

    Connections of other types, which cannot be checked here, count only where they were named. Files that are
    checked whatever they say, those of `--all` alone, are read as they are asked for, or ahead.

    Raises:
        NotFound: A name is no connection of the workspace.
        UsageError: Nothing was selected.
    """
    from integrator_tui.workspace import Check, FileChecks

    if arguments.all and not arguments.names:
        files = workspace.catalog.files()
        workspace.catalog.read_ahead(files, cores())
        return FileChecks(files, workspace.catalog.entry)
    chosen: dict[str, Check] = {}
    entries = iter(workspace.catalog.find_all([name for name in arguments.names if "://" not in name]))
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


async def _run(workspace: Workspace, checking: CheckRun, count: int, form: str, output: Console) -> int:
    from integrator_tui.cli.output.sink import while_read

    done: list[Finished] = []
    left_out = 0
    show_stages = count == 1
    width = 0 if show_stages else min(40, checking.longest_name)
    try:
        # A result may be long in coming: who waits for none any more is noticed before it is written.
        with while_read(output.descriptor):
            async with aclosing(checking.results()) as results:
                async for finished in results:
                    if finished.left_out:
                        left_out += 1
                        continue
                    done.append(finished)
                    if form == "ndjson":
                        output.line(ndjson.line(finished.report))
                        output.flush()
                    elif form == "human":
                        for line in human.human(
                            output, finished.report, stages=show_stages, verified=finished.verified, width=width
                        ):
                            output.line(line)
                        output.flush()
                    output.progress(len(done), count)
    finally:
        output.progress_done()
        await workspace.aclose()
    if left_out and output.err.isatty():
        output.note(f"left out, being of another type than http: {left_out}")
    reports = [finished.report for finished in sorted(done, key=lambda finished: finished.place)]
    if form == "json":
        output.json([report.to_json() for report in reports])
    elif form == "human" and count > 1:
        output.line(_totals(reports))
    return exit_code(reports)


def _totals(reports: Sequence[ProbeReport]) -> str:
    counts = {
        outcome: sum(report.outcome == outcome for report in reports) for outcome in ("passed", "failed", "error")
    }
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count or outcome == "passed")
