"""The command line: arguments, exit codes, and the one place where an exception becomes two lines.

Data goes to standard output, everything else to standard error.
"""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.output import Console
from integrator_tui.errors import IntegratorError

if TYPE_CHECKING:
    from integrator_tui.cli.parsers import Command


def _chosen(arguments: list[str]) -> str | None:
    """Return the first argument that is not an option or an option's value: the command's word."""
    words = iter(arguments)
    for word in words:
        if word in {"--workspace", "--driver"}:
            next(words, None)
        elif not word.startswith("-"):
            return word
    return None


def _spelled(chosen: str | None, arguments: list[str]) -> list[str]:
    from integrator_tui.cli.parsers import COMMANDS

    command = next((command for command in COMMANDS if command.name == chosen and command.spelled), None)
    if command is None:
        return arguments
    module = importlib.import_module(f"integrator_tui.cli.commands.{command.module}")
    spelled: list[str] = getattr(module, command.spelled)(arguments)
    return spelled


def _of_interface(arguments: list[str]) -> Any:
    """Return what opens the interface as most open it, None for all else: making a parser takes a while."""
    workspace = arguments[1] if len(arguments) == 2 and arguments[0] == "--workspace" else None
    if arguments and (workspace is None or workspace.startswith("-")):
        return None
    return SimpleNamespace(command=None, workspace=workspace, driver=None)


def _parsed(arguments: list[str]) -> Any:
    from integrator_tui.cli.parsers import whole_parser

    return whole_parser().parse_args(_spelled(_chosen(arguments), arguments))


def main(arguments: list[str]) -> int:
    """Run the command line and return its exit code."""
    environment = Environment.read()
    output = _console(arguments, environment)
    try:
        parsed = _of_interface(arguments) or _parsed(arguments)
        command: Command | None = parsed.command
        if command is None:
            parsed.directory = None
        module = importlib.import_module(
            f"integrator_tui.cli.commands.{command.module if command is not None else 'open'}"
        )
        code: int = module.run(parsed, environment, output)
        return _told(code, output)
    except SystemExit as left:
        # Help and version are told while the arguments are read.
        return _told(int(left.code or 0), output)
    except IntegratorError as error:
        return output.error(error)
    except (KeyboardInterrupt, Exception) as error:
        if (broken := output.broke_off(error)) is None:
            raise
        return broken


def _console(arguments: list[str], environment: Environment) -> Console:
    """Return where output goes: errors in the arguments too are told as the command tells all else."""
    if _of_interface(arguments):
        return Console(environment.variables)
    from integrator_tui.cli.parsers import COMMANDS

    command = next((command for command in COMMANDS if command.console and command.name in arguments), None)
    # What may follow on a line is asked with the words of that line.
    if command is not None and _chosen(arguments) != "complete":
        module = importlib.import_module(f"integrator_tui.cli.commands.{command.module}")
        console: Console | None = getattr(module, command.console)(arguments, environment.variables)
        if console is not None:
            return console
    return Console(environment.variables)


def _told(code: int, output: Console) -> int:
    """Return the exit code of a command whose output is written out now; what it found wins where it is worse."""
    try:
        output.flush()
    except IntegratorError as error:
        return max(code, output.error(error))
    return code
