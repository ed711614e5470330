"""`usage`: which form and workflow calls which operation, what is wrong with a call, and what nobody calls."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from integrator_tui.cli import event_loop
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.importing.space import add_space_arguments, of_space, opened_space, require_folder
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.output.sink import interruptible
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.errors import NotFound
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.workspace import Space, Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_space_arguments(
        parser, metavar="DIR|SPACE", about="a folder with exports of forms and workflows; or a space, as for diff"
    )


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Print the callers; 0 where everything could be read, else 2."""
    workspace = environment.open_workspace(arguments.workspace)
    passphrases = Passphrases(workspace, output)
    folder = environment.current / arguments.space
    # An empty word is a variable that nobody set, and not the folder where this runs.
    if arguments.space and "://" not in arguments.space and os.path.isdir(folder):
        require_folder(workspace, arguments.folder)
        found = workspace.spaces.usage_of_folder(folder, arguments.folder)
    else:
        space = _opened(workspace, arguments, environment, passphrases, output)
        interruptible()
        found = event_loop.run(of_space(space, workspace.spaces.usage_of_space(space)))
    for line in found.lines:
        output.line(line)
    if not found.lines:
        output.aside("nothing there calls an operation, and no operation here has an id")
    return 0 if found.is_complete else 2


def _opened(
    workspace: Workspace,
    arguments: argparse.Namespace,
    environment: Environment,
    passphrases: Passphrases,
    output: Console,
) -> Space:
    try:
        return opened_space(workspace, arguments, environment, passphrases, output)
    except NotFound as error:
        place = visible(arguments.space, limit=200) or '""'
        raise NotFound(f"{place} is no folder here, and {error.message}", error.hint) from None
