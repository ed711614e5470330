"""The command line: arguments, exit codes, and the one place where an exception becomes two lines.

A command's module is imported when that command runs, so that `list` pays neither for the network nor for
the interface. Data goes to standard output, everything else to standard error.
"""

from __future__ import annotations

import argparse
import codecs
import gc
import importlib
import os
import signal
import sys
from types import FrameType
from typing import Any, NamedTuple, Never

from integrator_tui import __version__
from integrator_tui.cli.environment import Environment
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


COMMANDS = (
    Command("open", "open the interface", "open"),
    Command("demo", "a scratch workspace and a demo server to try things on", "demo"),
    Command("list", "the connections of the workspace", "list", "run_list", "add_list_arguments"),
    Command("show", "one connection", "list", "run_show", "add_show_arguments"),
    Command("check", "test connections, stage by stage", "check"),
    Command("request", "one authenticated request, its body to standard output", "request"),
    Command("run", "an operation of a connection, its outputs as JSON", "run"),
    Command("history", "earlier results and runs of this machine", "history"),
    Command("token", "the access token of a connection alone", "token"),
    Command("seal", "encrypt plain secrets and seal files again", "seal", "run_seal", "add_seal_arguments"),
    Command("verify", "check MAC and seal of every file", "seal", "run_verify", "add_verify_arguments"),
    Command("keys", "identity and recipients", "keys"),
    Command("merge", "git's merge driver for connection files", "merge"),
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
        parsed = _parser(_chosen(arguments)).parse_args(arguments)
        command: Command = parsed.command or COMMANDS[0]
        if parsed.command is None:
            parsed.directory = None
        module = importlib.import_module(f"integrator_tui.cli.commands.{command.module}")
        code: int = getattr(module, command.run)(parsed, environment, output)
        output.flush()
        return code
    except IntegratorError as error:
        output.error(error)
        return error.exit_code


def entry() -> None:
    """Run as a program. SIGINT, SIGTERM, a lost terminal and a closed standard output end it quietly with 130."""
    # No stranger's code in this process, and no search for it at each start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Hundreds of classes are made at start and none of them is garbage.
    gc.set_threshold(100_000, 20, 50)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, _terminated)
    sys.unraisablehook = _unraisable
    _open_what_is_closed()
    codecs.register_error("json_escape", _json_escape)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="json_escape")  # type: ignore[union-attr]
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


def _json_escape(error: UnicodeError) -> tuple[str, int]:
    """Write what the locale's encoding lacks as JSON does, in UTF-16 (RFC 8259 section 7): it may stand in JSON."""
    assert isinstance(error, UnicodeEncodeError)
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)), error.end


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


def _open_what_is_closed() -> None:
    """Give a standard stream that the caller closed to the null device, before a file takes its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(number, "w" if number else "r"))  # noqa: SIM115 - for as long as the process


def _leave(code: int) -> Never:
    """End the process now: what had to be closed is closed, and the rest is only memory.

    An ordinary exit takes apart every module first, a tenth of a short command's time, and waits for threads
    that still ask a name server.
    """
    try:
        sys.stdout.flush()
        sys.stderr.flush()
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
