"""`run`: an operation of a connection, its outputs as one JSON object, or with `--raw` its body as it came."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from integrator_tui.cli import event_loop, options
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.once_more import once_more
from integrator_tui.cli.options import add_dry_run, add_param, add_via, add_ways_in, positive_float, positive_int
from integrator_tui.cli.output.history import keeping_history
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.output.response import FAILED, deliver, tell_end, tell_head, tell_unverified
from integrator_tui.cli.output.sink import Sink, interruptible, opened
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.selection import found
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.model.connection import Operation
    from integrator_tui.model.entry import Entry
    from integrator_tui.workspace import Answer, OutputValues, Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a connection's name or file")
    parser.add_argument("operation", metavar="OPERATION", help="the name of one of its operations")
    parser.add_argument(
        "--nth", type=positive_int, metavar="N", help="which of several operations of that name, from 1"
    )
    parser.add_argument("--blank", action="store_true", help="leave every input that is not given empty")
    parser.add_argument(
        "--param-file", metavar="FILE", help="values of inputs: lines of NAME=VALUE, or a mapping in JSON or YAML"
    )
    parser.add_argument("--raw", action="store_true", help="the body as it came, in place of the outputs")
    parser.add_argument("--timeout", type=positive_float, metavar="S", help="seconds for all of it")
    add_via(parser)
    add_ways_in(parser)
    add_dry_run(parser)
    add_param(parser)


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Carry out an operation; 1 where it fails, is answered with no 2xx, or one of its outputs fails."""
    environment = environment._replace(ways_in=options.ways_in(arguments))
    via = options.vantage(arguments)
    workspace = environment.open_workspace(arguments.workspace)
    workspace.via = via
    passphrases = Passphrases(workspace, output)
    try:
        return once_more(lambda: _carry_out(workspace, passphrases, arguments, environment, output))
    finally:
        workspace.abandon()


def _carry_out(
    workspace: Workspace,
    passphrases: Passphrases,
    arguments: argparse.Namespace,
    environment: Environment,
    output: Console,
) -> int:
    (entry,) = found(workspace, (arguments.name,), passphrases)
    operation = workspace.requests.operation(entry, arguments.operation, arguments.nth)
    given = options.given(arguments, environment.current)
    workspace.requests.refuse_unasked(entry, operation, given)
    if arguments.blank:
        given = workspace.requests.blank(entry, operation, given)
    if arguments.dry_run:
        from integrator_tui.cli.formats.preview import dry_run

        return dry_run(workspace, entry, operation, given, output)
    tell_unverified(entry, output)
    interruptible()
    with keeping_history(workspace, output), opened(output, None, environment.current) as sink:
        return passphrases.unlocked(
            lambda: event_loop.run(_run(workspace, entry, operation, given, sink, arguments, output))
        )


async def _run(
    workspace: Workspace,
    entry: Entry,
    operation: Operation,
    given: dict[str, str],
    sink: Sink,
    arguments: argparse.Namespace,
    output: Console,
) -> int:
    timeout = arguments.timeout
    try:
        with sink.while_read():
            if arguments.raw:
                async with workspace.requests.request(entry, operation, given, timeout=timeout) as answer:
                    return await deliver(entry.name, answer, sink, output)
            answer, outputs = await workspace.requests.run(entry, operation, given, timeout=timeout)
    finally:
        await workspace.aclose()
    tell_head(answer, output)
    sink.write(_text(answer, outputs, sink).encode("utf-8", "replace"))
    for failed in outputs.failed:
        where = f"{entry.name}: output {failed.name}"
        # The hint names the keys of the body, which are the server's words.
        output.note(f"error: {visible(where)}: {answer.told(failed.message)}")
        if failed.hint:
            output.note(f"hint: {answer.told(failed.hint)}")
    return tell_end(entry.name, answer, output) or (FAILED if outputs.failed else 0)


def _text(answer: Answer, outputs: OutputValues, sink: Sink) -> str:
    """The outputs as JSON; for a terminal redacted as values and again as text, since keys may be the server's."""
    from integrator_tui.model import exact_json

    values = answer.told(outputs.values) if sink.terminal else outputs.values
    lines = exact_json.dumps(values, indent=2, ensure_ascii=False).split("\n")
    return "".join(f"{answer.told(line) if sink.terminal else line}\n" for line in lines)
