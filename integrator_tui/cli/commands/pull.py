"""`pull`: what a Kinetic space has, merged into the connections that are here; all is written or nothing."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from integrator_tui.cli import event_loop
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.importing.kinetic import print_prepared, settle_secrets, written_files
from integrator_tui.cli.importing.space import add_space_arguments, of_space, opened_space
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.output.sink import interruptible
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.prompts.questions import can_ask, confirmed
from integrator_tui.errors import UsageError
from integrator_tui.model.nearest import listed
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.workspace import ChangedIdentity, Pairing, PreparedPull


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_space_arguments(parser)
    parser.add_argument(
        "--yes", action="store_true", help="take another name, type or address too; such a seal is left broken"
    )
    parser.add_argument("--dry-run", action="store_true", help="print the files, secrets masked, and write nothing")


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Pull, and report every file, change and loss."""
    workspace = environment.open_workspace(arguments.workspace)
    passphrases = Passphrases(workspace, output)
    space = opened_space(workspace, arguments, environment, passphrases, output)
    interruptible()
    pairing = event_loop.run(of_space(space, workspace.spaces.pairing(space)))
    _refuse_unreadable(pairing)
    changed = workspace.spaces.changed_identities(pairing)
    without, unsealed = _settled(changed, arguments, output)
    prepared = workspace.spaces.prepared_pull(space, pairing, without=without, unsealed=unsealed)
    prepared.files.require_addresses()
    remarks = _remarks(prepared, changed, without)
    if arguments.dry_run:
        print_prepared(workspace, prepared.files, remarks, output)
        return 0
    settle_secrets(workspace, prepared.files, output)
    passphrases.unlocked(workspace.spaces.save_pull, space, prepared)
    for line in (*written_files(prepared.files, "wrote", "updated"), *remarks):
        output.line(line)
    return 0


def _refuse_unreadable(pairing: Pairing) -> None:
    """A file that says nothing may be the one that a connection would be written beside once more."""
    for file, error in pairing.unreadable:
        error.message = error.message if file in error.message else f"{visible(file)}: {error.message}"
        error.hint = error.hint or "mend the file first; nothing was written"
        raise error


def _settled(
    changed: list[ChangedIdentity], arguments: argparse.Namespace, output: Console
) -> tuple[list[str], list[str]]:
    """Return the ids that are left out, and those whose seals are not renewed, as somebody decided."""
    if arguments.dry_run:
        return [], []
    if arguments.yes:
        return [], [each.key for each in changed if each.leads_elsewhere]
    if changed and not can_ask():
        what = "; ".join(f"{visible(each.name, limit=80)}: {', '.join(_changes(each))}" for each in changed)
        hint = "look at it on a terminal, or add --yes; nothing was written"
        raise UsageError(f"another name, type or address in the space than at the last pull: {what}", hint)
    without = []
    for each in changed:
        output.note(f"{each.name} has another name, type or address in the space than at the last pull:")
        for line in _changes(each):
            output.note(f"  {line}")
        if not confirmed(
            output, "Take it, secrets sealed to the new address?" if each.leads_elsewhere else "Take it?"
        ):
            without.append(each.key)
    return without, []


def _changes(each: ChangedIdentity) -> list[str]:
    from integrator_tui.workspace import told_change

    return [f"{field} {before} -> {now}" for field, before, now in map(told_change, each.changes)]


def _remarks(prepared: PreparedPull, changed: list[ChangedIdentity], without: list[str]) -> list[str]:
    from integrator_tui.workspace import remark_place

    lines = [f"{remark_place(prepared, each)}: {visible(each.text)}" for each in prepared.files.remarks]
    left = listed(each.name for each in changed if each.key in without)
    if left:
        lines.append(f"left as it is here: {visible(left)}")
    for file in sorted(prepared.files.unsealed):
        shown = visible(file)
        lines.append(f"{shown}: its seal is broken now: look at it, then run: integrator-tui seal {shown}")
    for file in prepared.others:
        lines.append(f"{visible(file)}: of another type in the space: left as it is; move it away to take that")
    return lines + [f"gone in the space, kept here: {visible(file)}" for file in prepared.gone]
