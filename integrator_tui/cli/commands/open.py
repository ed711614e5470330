"""`open`: the interface, on a terminal that can show it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any

from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.prompts.questions import confirmed
from integrator_tui.errors import UsageError
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    import argparse

    from integrator_tui.workspace import Workspace

_OF_LOOKS = frozenset(
    f"TEXTUAL_{what}" for what in ("COLOR_SYSTEM", "DIM_FACTOR", "DISABLE_KITTY_KEY", "FILTERS", "FPS", "SPEEDUPS")
)
"""Textual's variables that change how it draws and reads a terminal, and nothing else."""

_ENDING = (signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU)
"""Signals that end a program where it does not say otherwise, besides those that end every command."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", nargs="?", metavar="DIR", help="the folder of the connections")


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Open the interface and return its exit code."""
    refuse_unusable_terminal(environment)
    argument = arguments.workspace if arguments.directory is None else arguments.directory
    workspace = environment.workspace_at(environment.workspace_to_be(argument))
    try:
        environment.workspace(argument)
    except UsageError as missing:
        if not confirmed(output, f"There is no folder {visible(str(workspace.root))}. Make it?"):
            raise UsageError(missing.message, "open a folder that exists, or let it be made") from None
        workspace.make()
    return show(workspace, environment, arguments.driver)


def show(workspace: object, environment: Environment, driver: str | None) -> int:
    """Run the interface on an opened workspace; `driver` is `lean` or `stock`, None for what the settings say."""
    record_nothing()
    from integrator_tui.tui.app import run as run_app
    from integrator_tui.workspace import Workspace

    assert isinstance(workspace, Workspace)
    if sys.__stderr__ is None or not sys.__stderr__.isatty():
        # Textual draws on standard error; where that is a file or closed, standard output is the terminal.
        sys.__stderr__ = sys.__stdout__  # type: ignore[misc]
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # The event loop's own handler ends the interface as if its user had quit it.
        signal.signal(signal.SIGINT, signal.getsignal(signal.SIGTERM))
    for number in _ENDING:
        # Without a handler the terminal would keep the modes of the interface.
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.getsignal(signal.SIGTERM))
    _give_up_waiting(workspace)
    try:
        variables = environment.variables
        return run_app(
            workspace,
            home=environment.home,
            pager=variables.get("PAGER", ""),
            term=variables.get("TERM", ""),
            driver=driver,
            # Before a secret can be typed, and not before there is something to see: it takes a while.
            painted=workspace.guard_memory,
        )
    finally:
        workspace.keep_drafts()


def _give_up_waiting(workspace: Workspace) -> None:
    """Have the signals that end the interface end what a thread of it waits for, which would hold up the end."""

    def wrapped(before: Callable[[int, FrameType | None], Any]) -> Callable[[int, FrameType | None], None]:
        def leave(number: int, frame: FrameType | None) -> None:
            workspace.abandon()
            before(number, frame)

        return leave

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, *_ENDING):
        before = signal.getsignal(number)
        if callable(before):
            signal.signal(number, wrapped(before))


def record_nothing() -> None:
    """Switch off what would write down keys and messages, typed secrets among them; call before Textual's import.

    Textual reads its variables when it is imported: `TEXTUAL_LOG` and `TEXTUAL_DEBUG` write messages and keys to
    files, `TEXTUAL` sends both to a console, others save the screen or load a driver. What libraries log would
    end on the terminal with values in it.
    """
    import logging

    for name in [name for name in os.environ if name.split("_")[0] == "TEXTUAL" and name not in _OF_LOOKS]:
        del os.environ[name]
    logging.disable(logging.CRITICAL)


def refuse_unusable_terminal(environment: Environment) -> None:
    """Raise UsageError where the interface could not be drawn, before a byte of it is written.

    Textual sends cursor control and colours to TERM=dumb too, so such a terminal is refused here.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the interface needs a terminal", "use list, show or check from scripts; see --help")
    if environment.variables.get("TERM", "") in {"", "dumb", "none"}:
        term = environment.variables.get("TERM") or "not set"
        raise UsageError(
            f"this terminal cannot show the interface (TERM is {term})",
            "set TERM to what your terminal is, for example TERM=xterm-256color, or use list, show and check",
        )
