"""`verify`: whether MAC and seal of every file hold, seen from a shell, a hook or a pipeline."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.selection import chosen_files
from integrator_tui.errors import IntegratorError, LockedError
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.workspace import Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="connections to verify; all where none is named")


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Check every file's MAC and seal, and that no secret stands in plain; a line for each bad file."""
    from integrator_tui.workspace import Workspace

    workspace = Workspace(environment.workspace(arguments.workspace), environment.surroundings())
    code = 0
    for file in chosen_files(workspace, arguments.names, output):
        # What another program was just writing is whole a moment later.
        findings = _findings(workspace, file) and _findings(workspace, file)
        if findings:
            said = "; ".join(finding.message for finding in findings)
            hints = "; ".join(dict.fromkeys(finding.hint for finding in findings if finding.hint))
            output.line(visible(f"{file}: {said}{f' ({hints})' if hints else ''}"))
            code = max(code, *(3 if isinstance(finding, LockedError) else 2 for finding in findings))
    return code


def _findings(workspace: Workspace, file: str) -> tuple[IntegratorError, ...]:
    try:
        return workspace.seals.verify(file)
    except IntegratorError as error:
        return (error,)
