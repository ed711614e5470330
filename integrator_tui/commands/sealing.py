"""`seal` and `verify`: the secrets of files, seen from a shell, a hook or a pipeline."""

from __future__ import annotations

import argparse
import sys

from integrator_tui.commands.environment import Environment
from integrator_tui.commands.output import Output
from integrator_tui.errors import IntegratorError, LockedError, UsageError
from integrator_tui.model.text import visible


def add_seal_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="connections to seal; all where none is named")
    parser.add_argument("--yes", action="store_true", help="seal what the files say now without asking")


def add_verify_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="connections to verify; all where none is named")


def run_seal(arguments: argparse.Namespace, environment: Environment, output: Output) -> int:
    """Encrypt what stands in plain under `secrets:` and seal again, after showing what each file says now."""
    from integrator_tui.workspace import Workspace

    workspace = Workspace(environment.workspace(arguments.workspace), environment.surroundings())
    chosen = [workspace.find(name) for name in arguments.names] or list(workspace.entries())
    interactive = sys.stdin.isatty() and sys.stderr.isatty()
    code = 0
    for entry in chosen:
        try:
            if not workspace.verify(entry):
                continue
            if not arguments.yes:
                if not interactive:
                    raise UsageError(
                        f"{entry.file} is to be sealed, and there is no terminal to ask on",
                        "look at what the file says now, then use --yes",
                    )
                output.note(f"{entry.file} says:")
                for field, value in workspace.seal_review(entry):
                    output.note(f"  {field}: {visible(value)}")
                if not confirmed(output, f"Seal the secrets of {entry.name} to this?"):
                    output.note("left as it is")
                    continue
            workspace.reseal(entry)
            output.note(f"sealed {entry.file}")
        except IntegratorError as error:
            output.error(error)
            code = max(code, error.exit_code)
    return code


def confirmed(output: Output, question: str) -> bool:
    """Ask on the terminal; only a typed yes counts."""
    output.err.write(f"{question} [y/N] ")
    output.err.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def run_verify(arguments: argparse.Namespace, environment: Environment, output: Output) -> int:
    """Check every file's MAC and seal, and that no secret stands in plain; a line for each bad file."""
    from integrator_tui.workspace import Workspace

    workspace = Workspace(environment.workspace(arguments.workspace), environment.surroundings())
    chosen = [workspace.find(name) for name in arguments.names] or list(workspace.entries())
    code = 0
    for entry in chosen:
        for finding in workspace.verify(entry):
            output.line(f"{visible(entry.file)}: {visible(finding.message)}")
            if finding.hint:
                output.note(f"hint: {finding.hint}")
            code = max(code, finding.exit_code if isinstance(finding, LockedError) else 2)
    return code
