"""`seal`: encrypts what stands in plain and binds the secrets of files to where they may be sent."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from integrator_tui.cli.environment import Environment
from integrator_tui.cli.once_more import once_more
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.prompts.questions import (
    can_ask,
    confirmed,
    say_shared_rules,
    settle_recipients,
    tell_trusted,
)
from integrator_tui.cli.selection import chosen_files
from integrator_tui.errors import IntegratorError, UsageError
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.workspace import Review, Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="connections to seal; all where none is named")
    parser.add_argument("--yes", action="store_true", help="seal what the files say now without asking")


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Encrypt what stands in plain under `secrets:` and seal again, after showing what each file says now."""
    workspace = environment.open_workspace(arguments.workspace)
    passphrases = Passphrases(workspace, output)
    code = 0
    for file in chosen_files(workspace, arguments.names, passphrases, output):
        if not arguments.names and workspace.catalog.entry(file).state == "unsupported":
            continue
        seal = partial(_seal, workspace, passphrases, output, file, without_asking=arguments.yes)
        try:
            if arguments.yes:
                once_more(seal)
            else:
                seal()
        except IntegratorError as error:
            output.error(type(error)(f"{file}: {error.message.removeprefix(f'{file} ')}", error.hint))
            code = max(code, error.exit_code)
    return code


def _seal(
    workspace: Workspace, passphrases: Passphrases, output: Console, file: str, *, without_asking: bool
) -> None:
    """Show a file that needs it and seal it, unless its user does not want that."""
    review = passphrases.unlocked(workspace.seals.review, file)
    while passphrases.opened(review.findings):
        review = workspace.seals.review(file)
    if not review.findings:
        return
    # Whoever may read it is settled first: --yes speaks of what the file says, not of whom it is encrypted for.
    say_shared_rules(workspace, output)
    passphrases.unlocked(settle_recipients, workspace, output, review.file)
    passphrases.unlocked(workspace.keys.recipients.of, review.file)
    tell_trusted(workspace, output)
    # What is pinned would do to encrypt, but nobody here could read back what was written.
    if passphrases.unlocked(workspace.keys.recipients.own) is None:
        workspace.keys.recipients.require_own()
    if not without_asking and not can_ask():
        raise UsageError(
            "the file is to be sealed, and there is no terminal to ask on",
            "look at what it says now, then use --yes",
        )
    for warning in review.warnings:
        output.warning(f"{review.file}: {warning}")
    # A question is read where it is asked; without one, what was sealed is the report of what was done.
    tell = output.line if without_asking else output.note
    for line in _shown(review):
        tell(line)
    if not without_asking and not confirmed(output, f"Seal the secrets of {visible(review.name)} to this?"):
        output.note(f"{review.file} is left as it is")
        return
    passphrases.unlocked(workspace.seals.seal, review.file, review.revision)
    tell(f"sealed {visible(review.file)}")


def _shown(review: Review) -> Iterator[str]:
    """Give what the user has to see of a file before it is sealed."""
    for finding in review.findings:
        yield f"{visible(review.file)}: {visible(finding.message)}"
    marked = " (* differs from what was sealed)" if review.compared else ""
    yield f"It says now, of where secrets are sent{marked}:"
    for field in review.fields:
        elsewhere = f" ({visible(field.source)})" if field.source not in ("", review.file) else ""
        yield f"{'*' if field.differs else ' '} {visible(field.name)}{elsewhere}: {visible(field.value)}"
    for name in review.gone:
        yield f"* {visible(name)} is gone"
