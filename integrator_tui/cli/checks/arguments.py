"""The arguments of `check`, and which of them go together."""

from __future__ import annotations

import argparse
from typing import Final

from integrator_tui.cli.formats import table
from integrator_tui.cli.options import (
    add_dry_run,
    add_param,
    add_via,
    add_ways_in,
    expression,
    milliseconds,
    positive_float,
    positive_int,
    statuses,
    whole_number,
)
from integrator_tui.errors import UsageError

_WATCHED: Final = frozenset({"json", "junit", "prometheus"})
"""Formats that a watch writes only to a file, which each round replaces."""

_FORMAT: Final = "--format"
_SHORTEST: Final = "--fo"
"""As far as argparse lets the option be shortened."""

_PREVIEWED: Final = ("human", "json", "ndjson")
"""Formats that what would be sent is shown in."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `check`."""
    parser.add_argument("names", nargs="*", metavar="NAME|URL", help="a connection's name or file, or a URL")
    parser.add_argument("--all", action="store_true", help="every connection of the workspace")
    parser.add_argument(
        "--tag",
        action="append",
        default=[],
        help="every connection that carries this tag, or one of them where it is repeated",
    )
    parser.add_argument(
        "--filter",
        metavar="FILTER",
        help="every connection that fits, or of --tag and --all those that do: words, tag:, host:, auth:, name:, "
        "is:failed and others; - before a word negates, then write --filter=-tag:x",
    )
    _add_output(parser)
    parser.add_argument("--concurrency", type=positive_int, metavar="N", help="probes under way at once")
    parser.add_argument(
        "--timeout", type=positive_float, metavar="S", help="seconds for each whole probe, all its tries together"
    )
    parser.add_argument(
        "--retries",
        type=whole_number,
        metavar="N",
        help="try a failed probe again after 1, 2, 4 … seconds, but for refused credentials; the last try counts",
    )
    parser.add_argument("--fail-fast", action="store_true", help="start no further probe after the first failure")
    parser.add_argument(
        "--warn-days", type=whole_number, metavar="N", help="warn of a certificate that ends in less than N days"
    )
    parser.add_argument(
        "--warn-ms", type=milliseconds, metavar="N", help="warn of a check that takes more than N milliseconds"
    )
    parser.add_argument(
        "--status",
        type=statuses,
        metavar="LIST",
        help="codes and classes that pass, such as 200,3xx, of a URL or of a connection without a test: of its own",
    )
    parser.add_argument(
        "--expect",
        type=expression,
        metavar="EXPR",
        help="JavaScript on body, statusCode and headers that has to give true, of the same",
    )
    parser.add_argument(
        "--watch",
        type=positive_float,
        metavar="S",
        help="check again every S seconds, and tell what changed; ends with SIGINT or SIGTERM",
    )
    add_via(parser, repeatable=True)
    add_ways_in(parser)
    add_dry_run(parser)
    add_param(parser)


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        choices=table.NAMES,
        default="human",
        help="human; json: a list when all are done; ndjson: a line as each ends; junit, prometheus (a textfile), "
        "nagios (a plugin, with its exit codes)",
    )
    parser.add_argument("--output", metavar="FILE", help="write the results to FILE, whole or not at all")
    parser.add_argument("--quiet", action="store_true", help="tell only what did not pass")
    parser.add_argument(
        "--answer",
        action="store_true",
        help="tell what was answered too, masked, of a body at most 64 KiB: in json, ndjson, human and junit",
    )


def format_asked_for(arguments: list[str]) -> str:
    """Return the format that arguments ask for before they are parsed, for they may be wrong; empty for none."""
    asked = ""
    for place, word in enumerate(arguments):
        option, equals, value = word.partition("=")
        if option.startswith(_SHORTEST) and _FORMAT.startswith(option):
            asked = value if equals else "".join(arguments[place + 1 : place + 2])
    return asked


def refuse_what_does_not_fit(arguments: argparse.Namespace) -> None:
    """Raise UsageError where the arguments contradict each other."""
    form = arguments.format
    if arguments.dry_run:
        _refuse_with_dry_run(arguments)
    if arguments.watch is None or form in table.AS_THEY_COME:
        return
    if form not in _WATCHED:
        raise UsageError(f"--watch cannot tell changes as {form}", "let Nagios run the check each time, without it")
    if arguments.output in (None, "-"):
        raise UsageError(
            f"--watch tells changes as human or ndjson, and {form} only in a file",
            "add --output FILE, which each round replaces",
        )


def _refuse_with_dry_run(arguments: argparse.Namespace) -> None:
    if arguments.format not in _PREVIEWED:
        raise UsageError(
            f"--dry-run has no results to tell as {arguments.format}", f"use --format {', '.join(_PREVIEWED)}"
        )
    for option, is_given in (("--watch", arguments.watch is not None), ("--output", arguments.output is not None)):
        if is_given:
            raise UsageError(f"--dry-run makes no check, so {option} has nothing to do", "leave one of them out")
