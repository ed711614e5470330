"""The command line: arguments, exit codes, and the one place where an exception becomes two lines.

A command's module is imported when that command runs, so that `list` pays neither for the network nor for
the interface. Data goes to standard output, everything else to standard error.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from contextlib import suppress
from typing import Any, NamedTuple, Never

from integrator_tui import __version__
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.output import Console
from integrator_tui.errors import IntegratorError, UsageError

DRIVERS = ("lean", "stock")
_DRIVER_HELP = "what draws the interface: lean, which sends only what changed, or stock"
DESCRIPTION = "A terminal workbench for HTTP connections. Without a command it opens the interface."


class Command(NamedTuple):
    """A command: its words, and the module that has its `add_arguments` and its `run`."""

    name: str
    summary: str
    module: str
    spelled: str = ""
    """The function that spells out arguments which another program puts together."""
    console: str = ""
    """The function that gives the console for arguments which want one of their own, before they are parsed."""


COMMANDS = (
    Command("open", "open the interface", "open"),
    Command("demo", "a scratch workspace and a demo server to try things on", "demo"),
    Command("list", "the connections of the workspace", "list"),
    Command("show", "one connection", "show"),
    Command("new", "a new connection, in your editor, key by key or from a curl command", "new"),
    Command("edit", "change a connection, in your editor or key by key", "edit"),
    Command("rename", "give a connection another name", "rename"),
    Command("move", "put a connection into another folder", "move"),
    Command("copy", "a connection once more, under another name", "copy"),
    Command("remove", "remove a connection, after a question", "remove"),
    Command("import", "connections from what other tools wrote", "import_"),
    Command("export", "connections in the formats of other tools, without secrets", "export"),
    Command("check", "test connections, stage by stage", "check", console="console"),
    Command("request", "one authenticated request, its body to standard output", "request"),
    Command("run", "an operation of a connection, its outputs as JSON", "run"),
    Command("history", "earlier results and runs of this machine", "history"),
    Command("token", "the access token of a connection alone", "token"),
    Command("compare", "the same request over several connections, side by side", "compare"),
    Command("seal", "encrypt plain secrets and seal files again", "seal"),
    Command("undo", "take back the last change made here", "undo"),
    Command("verify", "check MAC and seal of every file", "verify"),
    Command("keys", "identity and recipients", "keys"),
    Command("merge", "git's merge driver for connection files", "merge", spelled="spelled"),
    Command("schema", "the JSON Schema of a connection file", "schema"),
)


class _Formatter(argparse.HelpFormatter):
    """A HelpFormatter that asks for the width itself: `shutil` brings every kind of compression, at each start."""

    def __init__(self, prog: str, **words: Any) -> None:
        super().__init__(prog, **{"width": _columns() - 2, **words})


def _columns() -> int:
    """Return the width of the terminal, as shutil.get_terminal_size does."""
    with suppress(KeyError, ValueError):
        if (columns := int(os.environ["COLUMNS"])) > 0:
            return columns
    with suppress(AttributeError, ValueError, OSError):
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    return 80


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are the project's own two lines, and whose options may stand anywhere."""

    def __init__(self, **words: Any) -> None:
        super().__init__(**{"formatter_class": _Formatter, **words})

    _mixing = False
    _behind: tuple[str, ...] = ()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Parse as `ArgumentParser` does, and take an optional argument that stands behind an option too."""
        if self._subparsers is not None:
            return super().parse_known_args(args, namespace)
        if self._mixing:
            found, rest = super().parse_known_args(args, namespace)
            behind, self._behind = self._behind, ()
            return found, [*rest, *behind]
        # What mixes parses twice, options first, and the first time drops a `--` that the second needs.
        at = args.index("--") if "--" in args else len(args)
        self._behind = tuple(args[at:])
        self._mixing = True
        try:
            return self.parse_known_intermixed_args(args[:at], namespace)
        finally:
            self._mixing = False

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Refuse a word that is none of those there are, with the nearest of them."""
        if action.choices is not None and value not in action.choices:
            from integrator_tui.model.nearest import did_you_mean

            known = [str(choice) for choice in action.choices]
            near = did_you_mean(str(value), known)
            what = f"there is no {action.metavar or 'choice'} {value}"
            if action.option_strings:
                what = f"{action.option_strings[-1]} cannot be {value}"
            hint = near if near and action.option_strings else f"{near} see {self.prog} --help".lstrip()
            if action.option_strings and not near:
                hint = f"one of {', '.join(known)}"
            raise UsageError(what.replace("COMMAND", "command"), hint)

    def error(self, message: str) -> Never:
        raise UsageError(message, f"see {self.prog} --help")


class _Unmade(argparse.ArgumentParser):
    """Stands for the parser of a command, which is made when the command is met: making all of them takes a while,
    and importing their modules a long one."""

    def __init__(self, **words: Any) -> None:
        self._words = words
        self.command = COMMANDS[0]

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        return parser_of(self.command, **self._words).parse_known_args(args, namespace)


def parser_of(command: Command, **words: Any) -> Parser:
    """Return the parser of one command; `words` are those that argparse gives a parser below another."""
    parser = Parser(**words)
    # A default here would overwrite what stood before the command.
    parser.add_argument(
        "--workspace", metavar="DIR", default=argparse.SUPPRESS, help="the folder of the connections"
    )
    parser.add_argument(
        "--driver", choices=DRIVERS, metavar="DRIVER", default=argparse.SUPPRESS, help=argparse.SUPPRESS
    )
    parser.set_defaults(command=command)
    importlib.import_module(f"integrator_tui.cli.commands.{command.module}").add_arguments(parser)
    return parser


def _parser() -> Parser:
    """Return the parser of the whole command line."""
    parser = Parser(prog="integrator-tui", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"integrator-tui {__version__}")
    parser.add_argument("--workspace", metavar="DIR", help="the folder of the connections")
    parser.add_argument("--driver", choices=DRIVERS, metavar="DRIVER", help=_DRIVER_HELP)
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Unmade)
    for command in COMMANDS:
        commands.add_parser(command.name, help=command.summary, description=command.summary).command = command
    return parser


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
    command = next((command for command in COMMANDS if command.name == chosen and command.spelled), None)
    if command is None:
        return arguments
    module = importlib.import_module(f"integrator_tui.cli.commands.{command.module}")
    spelled: list[str] = getattr(module, command.spelled)(arguments)
    return spelled


def main(arguments: list[str]) -> int:
    """Run the command line and return its exit code."""
    environment = Environment.read()
    output = _console(arguments, environment)
    try:
        parsed = _parser().parse_args(_spelled(_chosen(arguments), arguments))
        command: Command = parsed.command or COMMANDS[0]
        if parsed.command is None:
            parsed.directory = None
        module = importlib.import_module(f"integrator_tui.cli.commands.{command.module}")
        code: int = module.run(parsed, environment, output)
        return _told(code, output)
    except IntegratorError as error:
        return output.error(error)
    except (KeyboardInterrupt, Exception) as error:
        if (broken := output.broke_off(error)) is None:
            raise
        return broken


def _console(arguments: list[str], environment: Environment) -> Console:
    """Return where output goes: errors in the arguments too are told as the command tells all else."""
    command = next((command for command in COMMANDS if command.console and command.name in arguments), None)
    if command is not None:
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
