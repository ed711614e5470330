"""`completion`: a script for a shell, which asks the hidden command `complete` for what may follow."""

from __future__ import annotations

import argparse

from integrator_tui.cli.completion.scripts import SCRIPTS
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.output import Console


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=tuple(SCRIPTS), metavar="SHELL", help="bash, zsh or fish")


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Print the script."""
    output.line(SCRIPTS[arguments.shell].rstrip("\n"))
    return 0
