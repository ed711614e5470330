"""The parsers of the command line: the table of commands, and a parser for each, made when it is met.

A command's module is imported when its parser is made, so that `list` pays neither for the network nor for the
interface. It adds the command's arguments; the examples in its help are those of `examples`.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from contextlib import suppress
from typing import Any, Final, Never

from integrator_tui import __version__
from integrator_tui.errors import UsageError
from integrator_tui.model.named_tuple import NamedTuple

MAY_BE_EMPTY: Final = frozenset({"data", "json", "secret", "words", "workspace"})
"""Options where an empty value means something, or is told in words of its own."""
DRIVERS = ("lean", "stock")
_DRIVER_HELP = "what draws the interface: lean, which sends only what changed, or stock"
DESCRIPTION = "A terminal workbench for HTTP connections. Without a command it opens the interface."


class Command(NamedTuple):
    """A command: its words, and the module that has its `add_arguments` and its `run`. One without a summary is
    hidden."""

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
    Command("pull", "what a Kinetic space has, merged into what is here", "pull"),
    Command("push", "what changed here, sent to a Kinetic space", "push"),
    Command("diff", "where a Kinetic space and the workspace differ", "diff"),
    Command("usage", "which forms and workflows call which operation", "usage"),
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
    Command("doctor", "what this machine has and lacks", "doctor"),
    Command("completion", "a script that completes command lines, for bash, zsh or fish", "completion"),
    Command("complete", "", "complete", spelled="spelled"),
)


_HIDDEN: Final = frozenset(command.name for command in COMMANDS if not command.summary)


class _Formatter(argparse.RawDescriptionHelpFormatter):
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

    examples = ""
    """The word of the command whose examples end the help."""
    _mixing = False
    _behind: tuple[str, ...] = ()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Parse as `ArgumentParser` does, and take an optional argument that stands behind an option too."""
        if self._subparsers is not None:
            return self._nothing_left(super().parse_known_args(args, namespace))
        if self._mixing:
            found, rest = super().parse_known_args(args, namespace)
            behind, self._behind = self._behind, ()
            return found, [*rest, *behind]
        # What mixes parses twice, options first, and the first time drops a `--` that the second needs.
        at = args.index("--") if "--" in args else len(args)
        self._behind = tuple(args[at:])
        self._mixing = True
        try:
            return self._nothing_left(self.parse_known_intermixed_args(args[:at], namespace))
        finally:
            self._mixing = False

    def _nothing_left(self, parsed: tuple[Any, list[str]]) -> tuple[Any, list[str]]:
        """Refuse what no argument takes, an option by its name alone and with the nearest of those there are."""
        if not parsed[1]:
            return parsed
        unknown = next((word for word in parsed[1] if word.startswith("-") and word != "--"), None)
        if unknown is None:
            self.error(f"unrecognized arguments: {' '.join(parsed[1])}")
        from integrator_tui.model.nearest import did_you_mean

        option = unknown.partition("=")[0]
        shown = [action for action in self._actions if action.help != argparse.SUPPRESS]
        near = did_you_mean(option, [name for action in shown for name in action.option_strings])
        hint = near or "what begins with - and is no option stands behind a --;"
        raise UsageError(f"there is no option {option}", f"{hint} see {self.prog} --help")

    def format_help(self) -> str:
        """Return the help, which ends with the examples of the command."""
        if self.examples:
            from integrator_tui.cli.examples import EXAMPLES

            self.epilog = "\n".join(["Examples:", *(f"  {line}" for line in EXAMPLES[self.examples])])
        return super().format_help()

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Refuse a word that is none of those there are, with the nearest of them."""
        if action.choices is not None and value not in action.choices:
            from integrator_tui.model.nearest import did_you_mean

            known = [str(choice) for choice in action.choices if choice not in _HIDDEN]
            near = did_you_mean(str(value), known)
            what = f"there is no {action.metavar or 'choice'} {value}"
            if action.option_strings:
                what = f"{action.option_strings[-1]} cannot be {value}"
            hint = near if near and action.option_strings else f"{near} see {self.prog} --help".lstrip()
            if not near and action.metavar != "COMMAND":
                hint = f"one of {', '.join(known)}"
            raise UsageError(what.replace("COMMAND", "command"), hint)

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        """Refuse an option whose value is empty: a variable that is not set is not what a script means by it."""
        if arg_strings == [""] and action.option_strings and action.dest not in MAY_BE_EMPTY:
            hint = "give it a value, or leave it out; a shell puts nothing where a variable is not set"
            option = max(action.option_strings, key=len)
            raise UsageError(f"the value of {option} is empty", hint)
        return super()._get_values(action, arg_strings)

    def error(self, message: str) -> Never:
        option, ends, _ = message.removeprefix("argument ").partition(": expected one argument")
        if ends:
            hint = f"a value that begins with - is written {option.rpartition('/')[2]}=-…; see {self.prog} --help"
            raise UsageError(f"{option} wants a value", hint)
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
    module = importlib.import_module(f"integrator_tui.cli.commands.{command.module}")
    module.add_arguments(parser)
    if command.summary:
        parser.examples = command.name
    return parser


def whole_parser() -> Parser:
    """Return the parser of the whole command line."""
    parser = Parser(prog="integrator-tui", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"integrator-tui {__version__}")
    parser.add_argument("--workspace", metavar="DIR", help="the folder of the connections")
    parser.add_argument("--driver", choices=DRIVERS, metavar="DRIVER", help=_DRIVER_HELP)
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Unmade)
    for command in COMMANDS:
        words: dict[str, Any] = {"help": command.summary} if command.summary else {}
        commands.add_parser(command.name, description=command.summary, **words).command = command
    return parser
