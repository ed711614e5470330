"""`keys`: the identity that reads secrets here, and the recipients they are encrypted for."""

from __future__ import annotations

import argparse
import getpass

from integrator_tui.commands.environment import Environment
from integrator_tui.commands.output import Output
from integrator_tui.errors import UsageError
from integrator_tui.model.secret import Secret
from integrator_tui.model.text import visible


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    init = actions.add_parser("init", help="make an identity where there is none, and print its recipient")
    init.add_argument("--passphrase", action="store_true", help="protect the identity file with a passphrase")
    actions.add_parser("list", help="the identities found here and the recipients of the workspace")


def run(arguments: argparse.Namespace, environment: Environment, output: Output) -> int:
    """Run a `keys` action and return its exit code."""
    from integrator_tui.workspace import Workspace

    workspace = Workspace(environment.workspace(arguments.workspace), environment.surroundings())
    if arguments.action == "init":
        passphrase = ask_new_passphrase() if arguments.passphrase else None
        identity = workspace.create_identity(passphrase)
        output.note(f"{'made' if identity.made else 'kept'} {identity.place}")
        output.line(identity.recipient)
        return 0
    for found in workspace.identities():
        if found.recipient:
            output.line(f"identity   {found.recipient}  {visible(found.origin)}")
        else:
            output.note(f"{found.origin}: {found.problem}" + (f" ({found.hint})" if found.hint else ""))
    for recipient in workspace.recipients():
        output.line(f"recipient  {recipient}")
    return 0


def ask_new_passphrase() -> Secret:
    """Ask twice on the terminal, never from standard input.

    Raises:
        UsageError: The two differ, or nothing was typed.
    """
    first = getpass.getpass("New passphrase: ")
    if not first:
        raise UsageError("an empty passphrase protects nothing", "type one, or leave --passphrase out")
    if getpass.getpass("The same passphrase again: ") != first:
        raise UsageError("the two passphrases differ", "try again")
    return Secret(first)
