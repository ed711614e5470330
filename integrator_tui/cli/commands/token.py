"""`token`: the access token of a connection, alone on standard output, for scripts."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from integrator_tui.cli import event_loop, options
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.once_more import once_more
from integrator_tui.cli.options import add_param, add_via, positive_float
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.output.response import tell_unverified
from integrator_tui.cli.output.sink import Sink, interruptible, opened
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.selection import found
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry
    from integrator_tui.model.secret import Secret
    from integrator_tui.workspace import Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a connection's name or file")
    parser.add_argument("--forget", action="store_true", help="drop the tokens that are kept of it, and fetch none")
    parser.add_argument("--timeout", type=positive_float, metavar="S", help="seconds for all of it")
    add_via(parser)
    add_param(parser)


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Print the token, on a terminal too, since it was asked for; there, what could act on it is made visible."""
    via = options.vantage(arguments)
    workspace = environment.open_workspace(arguments.workspace)
    workspace.via = via
    passphrases = Passphrases(workspace, output)
    try:
        return once_more(lambda: _give(workspace, passphrases, arguments, environment, output))
    finally:
        workspace.abandon()


def _give(
    workspace: Workspace,
    passphrases: Passphrases,
    arguments: argparse.Namespace,
    environment: Environment,
    output: Console,
) -> int:
    (entry,) = found(workspace, (arguments.name,), passphrases)
    given = options.given(arguments, environment.current)
    if arguments.forget:
        # Kept tokens are found by their file: no secret is opened for it, and no value asked for.
        there = workspace.requests.forget_token(entry)
        output.aside(f"{entry.name}: {'what was kept is forgotten' if there else 'no token was kept'}")
        return 0
    workspace.requests.refuse_unasked(entry, "token", given)
    tell_unverified(entry, output)
    interruptible()
    with opened(output, None, environment.current) as sink:
        secret = passphrases.unlocked(lambda: event_loop.run(_token(workspace, entry, given, sink, arguments)))
        token = secret.reveal()
        text = visible(token) if sink.terminal else token
        sink.write(text.encode("utf-8", "surrogateescape") + b"\n")
    return 0


async def _token(
    workspace: Workspace, entry: Entry, given: dict[str, str], sink: Sink, arguments: argparse.Namespace
) -> Secret:
    try:
        with sink.while_read():
            return await workspace.requests.token(entry, given, timeout=arguments.timeout)
    finally:
        await workspace.aclose()
