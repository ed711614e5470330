"""The command line: arguments, exit codes, and the one place where an exception becomes two lines.

A command's module is imported when that command runs, so that `list` pays neither for the network nor for
the interface. Data goes to standard output, everything else to standard error.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import signal
import sys
from types import FrameType
from typing import Any, NamedTuple, Never

from integrator_tui import __version__
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output import standard_streams
from integrator_tui.cli.output.output import Console
from integrator_tui.errors import IntegratorError, UsageError

DESCRIPTION = "A terminal workbench for HTTP connections. Without a command it opens the interface."
CRASHED = 1
INTERRUPTED = 130
AGAIN_SECONDS = 0.01


class Command(NamedTuple):
    """A command: its words, and where its arguments and its function stand."""

    name: str
    summary: str
    module: str
    run: str = "run"
    add_arguments: str = "add_arguments"
    spelled: str = ""
    """The function that spells out arguments which another program puts together."""


COMMANDS = (
    Command("open", "open the interface", "open"),
    Command("demo", "a scratch workspace and a demo server to try things on", "demo"),
    Command("list", "the connections of the workspace", "list", "run_list", "add_list_arguments"),
    Command("show", "one connection", "list", "run_show", "add_show_arguments"),
    Command("check", "test connections, stage by stage", "check"),
    Command("request", "one authenticated request, its body to standard output", "request"),
    Command("run", "an operation of a connection, its outputs as JSON", "run"),
    Command("token", "the access token of a connection alone", "token"),
    Command("seal", "encrypt plain secrets and seal files again", "seal", "run_seal", "add_seal_arguments"),
    Command("verify", "check MAC and seal of every file", "seal", "run_verify", "add_verify_arguments"),
    Command("keys", "identity and recipients", "keys"),
    Command("merge", "git's merge driver for connection files", "merge", spelled="spelled"),
    Command("schema", "the JSON Schema of a connection file", "schema"),
)


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are the project's own two lines, and whose options may stand anywhere."""

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


def _parser(chosen: str | None) -> Parser:
    """Return the parser; only the chosen command's module is imported for its arguments."""
    parser = Parser(prog="integrator-tui", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"integrator-tui {__version__}")
    parser.add_argument("--workspace", metavar="DIR", help="the folder of the connections")
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser)
    for command in COMMANDS:
        sub = commands.add_parser(command.name, help=command.summary, description=command.summary)
        # A default here would overwrite what stood before the command.
        sub.add_argument(
            "--workspace", metavar="DIR", default=argparse.SUPPRESS, help="the folder of the connections"
        )
        sub.set_defaults(command=command)
        if command.name == chosen:
            module = importlib.import_module(f"integrator_tui.cli.commands.{command.module}")
            getattr(module, command.add_arguments)(sub)
    return parser


def _chosen(arguments: list[str]) -> str | None:
    """Return the first argument that is not an option or an option's value: the command's word."""
    words = iter(arguments)
    for word in words:
        if word == "--workspace":
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


def _terminated(signal_number: int, frame: FrameType | None) -> Never:
    raise KeyboardInterrupt


def _unraisable(lost: sys.UnraisableHookArgs) -> None:
    """Have an interrupt come again that hit where nothing can be raised: in a weak reference's callback, above all
    those of every import."""
    if issubclass(lost.exc_type, KeyboardInterrupt):
        signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
    else:
        sys.__unraisablehook__(lost)


def main(arguments: list[str]) -> int:
    """Run the command line and return its exit code."""
    environment = Environment.read()
    output = Console(environment.variables)
    try:
        chosen = _chosen(arguments)
        parsed = _parser(chosen).parse_args(_spelled(chosen, arguments))
        command: Command = parsed.command or COMMANDS[0]
        if parsed.command is None:
            parsed.directory = None
        module = importlib.import_module(f"integrator_tui.cli.commands.{command.module}")
        code: int = getattr(module, command.run)(parsed, environment, output)
        return _told(code, output)
    except IntegratorError as error:
        output.error(error)
        return error.exit_code


def _told(code: int, output: Console) -> int:
    """Return the exit code of a command whose output is written out now; what it found wins where it is worse."""
    try:
        output.flush()
    except IntegratorError as error:
        output.error(error)
        return max(code, error.exit_code)
    return code


def entry() -> None:
    """Run as a program. SIGINT, SIGTERM, a lost terminal and a closed standard output end it quietly with 130."""
    # No stranger's code in this process, and no search for it at each start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Hundreds of classes are made at start and none of them is garbage.
    gc.set_threshold(100_000, 20, 50)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, _terminated)
    sys.unraisablehook = _unraisable
    standard_streams.set_up()
    try:
        code = main(sys.argv[1:])
    except (KeyboardInterrupt, BrokenPipeError):
        code = INTERRUPTED
        _detach_stdout()
    except Exception as error:
        if _was_interrupted(error):
            code = INTERRUPTED
            _detach_stdout()
        else:
            code = CRASHED
            _tell_crash(error)
    _leave(code)


def _was_interrupted(error: BaseException | None) -> bool:
    """Return whether an error is what others made of an interrupt, as a class statement or a cleanup may."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _tell_crash(error: Exception) -> None:
    """Say where in the program an error of its own happened; its words and its variables could hold a secret."""
    from integrator_tui.crash_report import crash_report

    sys.stderr.write(f"error: {type(error).__qualname__}, an error of integrator-tui itself\n")
    sys.stderr.write("hint: report it with the lines below, which hold no value\n\n")
    sys.stderr.write(f"{crash_report(error)}\n")


def _leave(code: int) -> Never:
    """End the process now: what had to be closed is closed, and the rest is only memory.

    An ordinary exit takes apart every module first, a tenth of a short command's time, and waits for threads
    that still ask a name server.
    """
    sys.stderr.flush()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = INTERRUPTED
    except OSError:
        # A full disk was told already, and a terminal that is gone has nobody to tell.
        code = code or CRASHED
    os._exit(code)


def _detach_stdout() -> None:
    """Point standard output elsewhere, so that the interpreter's last flush meets no closed pipe."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
    except OSError:
        pass
