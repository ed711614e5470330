"""`usage`: which form and workflow calls which operation, what is wrong with a call, and what nobody calls."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from integrator_tui.cli import event_loop
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.importing.space import add_space_arguments, opened_space
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.output.sink import interruptible
from integrator_tui.cli.prompts.passphrase import Passphrases

if TYPE_CHECKING:
    from integrator_tui.workspace import Space, Usage, Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_space_arguments(
        parser, metavar="DIR|SPACE", about="a folder with exports of forms and workflows; or a space, as for diff"
    )


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Print the callers; 0 where everything could be read, else 2."""
    workspace = environment.open_workspace(arguments.workspace)
    passphrases = Passphrases(workspace, output)
    folder = environment.current / arguments.space
    if "://" not in arguments.space and os.path.isdir(folder):
        found = workspace.spaces.usage_of_folder(folder, arguments.folder)
    else:
        space = opened_space(workspace, arguments, environment, passphrases, output)
        interruptible()
        found = event_loop.run(_read(workspace, space))
    for line in found.lines:
        output.line(line)
    return 0 if found.is_complete else 2


async def _read(workspace: Workspace, space: Space) -> Usage:
    try:
        return await workspace.spaces.usage_of_space(space)
    finally:
        await space.client.aclose()
