"""`complete`: what may follow on a command line, for the scripts of `completion`; hidden, and silent about errors.

Its arguments are a shell and the words up to the cursor; of bash the line up to the cursor and $COMP_WORDBREAKS.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from integrator_tui.cli.completion.candidates import FILES, Candidate, Candidates, read
from integrator_tui.cli.completion.line import TypedLine, for_bash, typed
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.parsers import COMMANDS, parser_of, whole_parser
from integrator_tui.errors import IntegratorError

if TYPE_CHECKING:
    from integrator_tui.workspace import Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--words", default="", help="a shell and the words, with NUL between them")


def spelled(arguments: list[str]) -> list[str]:
    """Return arguments in which the words are one: they may look like options, and never hold a NUL."""
    return [arguments[0], "--words=" + "\0".join(arguments[1:])]


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Print a line for each candidate."""
    shell, *words = arguments.words.split("\0")
    if shell == "bash":
        line = typed(words[0] if words else "", words[1] if len(words) > 1 else "")
    else:
        line = TypedLine(tuple(words[:-1]), words[-1] if words else "")
    with suppress(IntegratorError, OSError):
        for candidate in _candidates(line.words, line.current, environment):
            if candidate is FILES:
                output.line("/")
            elif shell != "bash":
                output.line(f"{'=' if candidate.is_open else ' '}{candidate.text}")
            elif candidate.text.startswith(line.current):
                output.line(f"{'=' if candidate.is_open else ' '}{for_bash(candidate.text, line)}")
    return 0


def _candidates(words: Sequence[str], current: str, environment: Environment) -> Iterator[Candidate]:
    top = whole_parser()
    before = read(top, words)
    chosen = before.positional[0] if before.positional else ""
    command = next((command for command in COMMANDS if command.name == chosen), None)
    folder = _value("--workspace", words)

    @cache
    def workspace() -> Workspace:
        return environment.open_workspace(folder)

    if command is not None:
        behind = words[words.index(chosen) + 1 :]
        parser = parser_of(command, prog=f"integrator-tui {command.name}")
        yield from Candidates(command.name, parser, workspace, behind).of(current)
    elif not before.positional and before.waiting is None and not current.startswith("-"):
        yield from (Candidate(command.name) for command in COMMANDS if command.summary)
    elif not before.positional:
        yield from Candidates("", top, workspace, words).of(current)


def _value(option: str, words: Sequence[str]) -> str | None:
    """Return the value of an option, wherever it stands."""
    found = None
    for at, word in enumerate(words):
        if word == option and at + 1 < len(words):
            found = words[at + 1]
        elif word.startswith(f"{option}="):
            found = word.partition("=")[2]
    return found
