"""`diff`: where a Kinetic space and the workspace differ, one line a difference."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from integrator_tui.cli import event_loop
from integrator_tui.cli.environment import Environment, cores
from integrator_tui.cli.importing.space import add_space_arguments, of_space, opened_space
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.output.sink import interruptible
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    pass


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_space_arguments(parser)


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Print the differences; 0 where there is none, 1 where there are some, 2 and 3 where a file says nothing."""
    workspace = environment.open_workspace(arguments.workspace)
    passphrases = Passphrases(workspace, output)
    space = opened_space(workspace, arguments, environment, passphrases, output)
    interruptible()
    workspace.spaces.begin_comparing(space, cores())
    compared = event_loop.run(of_space(space, workspace.spaces.compared(space)))
    code = 0
    for each in compared.differences:
        ours, theirs = each.ours or "–", each.theirs or "–"
        output.line(f"{each.name}: {each.field}: here {ours}, in the space {theirs}")
        code = 1
    for file, error in compared.unreadable:
        output.note(f"not compared: {visible(file)}: {error.message}")
        code = max(code, error.exit_code)
    return code
