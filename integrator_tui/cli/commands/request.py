"""`request`: one authenticated request, its body to standard output and all else to standard error.

PATH, the values of `-H`, `-d`, `--json` and `-F` that stand on the command line are templates, so that a secret is
written as {{name}} and never as itself; what comes from a file or standard input is sent byte for byte.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from integrator_tui.cli import event_loop, options
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.once_more import once_more
from integrator_tui.cli.options import add_dry_run, add_param, add_via, add_ways_in, positive_float, whole_number
from integrator_tui.cli.output.history import keeping_history
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.output.response import Parts, deliver, tell_unverified
from integrator_tui.cli.output.sink import Sink, interruptible, opened
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.requests.body import Data, add_body, data_of
from integrator_tui.cli.requests.tries import Tries
from integrator_tui.cli.selection import found
from integrator_tui.errors import RequestFailed, UsageError

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection, Operation
    from integrator_tui.model.entry import Entry
    from integrator_tui.model.problem import Problem
    from integrator_tui.workspace import Workspace

_FRAMING = frozenset({"content-length", "transfer-encoding"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a connection's name or file")
    parser.add_argument("path", nargs="?", metavar="PATH", help="below the base URL; without it, the test path")
    parser.add_argument(
        "-X", "--request", dest="method", metavar="METHOD", help="GET, or POST where a body is given"
    )
    parser.add_argument(
        "-H", "--header", action="append", default=[], metavar="'NAME: VALUE'", help="a header, repeatable"
    )
    add_body(parser)
    parser.add_argument("-L", "--location", action="store_true", help="follow redirects, as follow_redirect does")
    parser.add_argument("--stream", action="store_true", help="an answer that goes on: no end is waited for")
    parser.add_argument("--format", choices=("raw", "ndjson"), default="raw", help="ndjson: one event a line")
    parser.add_argument("--output", "-o", metavar="FILE", help="write the body there, over what it holds")
    parser.add_argument("--include", "-i", action="store_true", help="status line and headers before the body")
    parser.add_argument(
        "-I", "--head", action="store_true", help="ask with HEAD, for status line and headers alone"
    )
    parser.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="the stages and the lines of both heads, secrets masked, on stderr",
    )
    parser.add_argument("--fail", action="store_true", help="no body and no --output where the answer is no 2xx")
    parser.add_argument(
        "--retries",
        type=whole_number,
        default=0,
        metavar="N",
        help="try again after no answer, 429 or 5xx, after 1, 2, 4 … s; other methods than GET, HEAD, OPTIONS, PUT"
        " and DELETE only where nothing was sent yet",
    )
    parser.add_argument("--timeout", type=positive_float, metavar="S", help="seconds for all of it, tries together")
    add_via(parser)
    add_ways_in(parser)
    add_dry_run(parser)
    add_param(parser)


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Make one request and return the exit code: 1 where it fails or is answered with no 2xx."""
    environment = environment._replace(ways_in=options.ways_in(arguments))
    via = options.vantage(arguments)
    workspace = environment.open_workspace(arguments.workspace)
    workspace.via = via
    passphrases = Passphrases(workspace, output)
    found(workspace, (arguments.name,), passphrases)
    _refuse_together(arguments)
    data = data_of(arguments, environment.current)
    try:
        return once_more(lambda: _request(workspace, data, passphrases, arguments, environment, output))
    finally:
        workspace.abandon()


def _request(
    workspace: Workspace,
    data: Data,
    passphrases: Passphrases,
    arguments: argparse.Namespace,
    environment: Environment,
    output: Console,
) -> int:
    (entry,) = found(workspace, (arguments.name,), passphrases)
    sent = _described(arguments, entry.connection, data)
    given = options.given(arguments, environment.current)
    workspace.requests.refuse_unasked(entry, sent, given)
    if arguments.dry_run:
        from integrator_tui.cli.formats.preview import dry_run

        return dry_run(workspace, entry, sent, given, output, content=data.content)
    tell_unverified(entry, output)
    interruptible()
    with keeping_history(workspace, output), opened(output, arguments.output, environment.current) as sink:
        return passphrases.unlocked(
            lambda: event_loop.run(_run(workspace, entry, sent, given, data, sink, arguments, output))
        )


async def _run(
    workspace: Workspace,
    entry: Entry,
    sent: Operation,
    given: dict[str, str],
    data: Data,
    sink: Sink,
    arguments: argparse.Namespace,
    output: Console,
) -> int:
    tries = Tries(
        sent.method, arguments.retries, arguments.timeout, output.note if arguments.verbose else output.aside
    )
    try:
        with sink.while_read():
            while True:
                try:
                    async with workspace.requests.request(
                        entry,
                        sent,
                        given,
                        content=data.content,
                        timeout=tries.seconds,
                        told=output.note if arguments.verbose else None,
                    ) as answer:
                        if not tries.answered(answer.status):
                            return await deliver(entry.name, answer, sink, output, _wanted(arguments))
                        why = answer.said
                except RequestFailed as error:
                    if sink.begun or not tries.failed(error):
                        raise
                    why = error.message
                await tries.wait(why)
    finally:
        await workspace.aclose()


def _wanted(arguments: argparse.Namespace) -> Parts:
    return Parts(
        head=arguments.include or arguments.head,
        body=not arguments.head,
        events=arguments.format == "ndjson",
        fail=arguments.fail,
        told=arguments.verbose,
    )


def _refuse_together(arguments: argparse.Namespace) -> None:
    """Raise UsageError for options that contradict each other."""
    if arguments.head and (arguments.data or arguments.json or arguments.form):
        raise UsageError("-I asks for headers alone and sends no body", "leave out -I, or the body")
    if arguments.format == "ndjson" and (arguments.head or arguments.include):
        option = "-I" if arguments.head else "--include"
        raise UsageError(f"{option} writes headers, which are no JSON", "leave it out, or see them with -v")


def _described(arguments: argparse.Namespace, connection: Connection | None, data: Data) -> Operation:
    """Return the request as an operation; raises UsageError for what no request can be."""
    from integrator_tui.model.connection import Operation

    # Nothing here is of another type than it says, and validators take a while to be made.
    sent = Operation.model_construct(
        method=arguments.method or ("HEAD" if arguments.head else "POST" if data.is_there else "GET"),
        path=arguments.path if arguments.path is not None else connection.test_path if connection else "",
        headers=data.headers(tuple(_header(text) for text in arguments.header)),
        body=data.described,
        follow_redirect=arguments.location or (connection is not None and connection.options.follow_redirect),
        stream_response=arguments.stream or (connection is not None and connection.options.stream_response),
    )
    for problem in _problems(sent):
        if problem.is_error:
            raise UsageError(f"{problem.field}: {problem.message}", problem.hint)
    return sent


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        # What was given may hold credentials, and is not told back.
        raise UsageError("a -H is no header: it has no colon after a name", "write -H 'Name: value'")
    if name.strip().lower() in _FRAMING:
        raise UsageError(f"-H {name.strip()}: this header follows from the body", "leave it out")
    return name.strip(), value.strip()


def _problems(sent: Operation) -> Iterator[Problem]:
    """What is wrong with the request; any method is let through, and headers may repeat, as with curl."""
    from integrator_tui.model.problem import Problem
    from integrator_tui.model.request_rules import header_name_problems, one_line
    from integrator_tui.model.url import path_problems

    if any(header_name_problems(sent.method, "-X")):
        yield Problem("-X", "this is no method (RFC 9110)", "GET, POST, PUT, PATCH, DELETE or HEAD, for example")
    yield from path_problems(sent.path, "PATH")
    for name, value in sent.headers:
        yield from header_name_problems(name, f"-H {name}")
        yield from one_line(value, f"-H {name}", "the value")
