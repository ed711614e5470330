"""`edit`: changes a connection, in the user's editor or key by key."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from integrator_tui.cli.editing.keys import (
    add_key_arguments,
    changed,
    changes_keys,
    refuse_problems,
    refuse_repeated,
    typed_secrets,
)
from integrator_tui.cli.editing.outcome import tell
from integrator_tui.cli.editing.rounds import edited
from integrator_tui.cli.editing.saving import saved
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.once_more import once_more
from integrator_tui.cli.options import positive_int
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.selection import found
from integrator_tui.errors import UsageError
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry
    from integrator_tui.model.secret import Secret
    from integrator_tui.workspace import Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "change a connection in $VISUAL or $EDITOR, on a decrypted copy in memory; or key by key, without an editor"
    )
    parser.add_argument("name", metavar="NAME", help="a connection's name or file")
    parser.add_argument("operation", nargs="?", metavar="OPERATION", help="one of its operations")
    parser.add_argument(
        "--nth", type=positive_int, metavar="N", help="which of several operations of that name, from 1"
    )
    add_key_arguments(parser, unset=True)


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Change a connection."""
    refuse_repeated(arguments)
    if arguments.nth is not None and arguments.operation is None:
        raise UsageError("--nth says which operation of a name, and none is named", "give NAME OPERATION --nth N")
    workspace = environment.open_workspace(arguments.workspace)
    workspace.guard_memory()
    passphrases = Passphrases(workspace, output)
    (entry,) = found(workspace, (arguments.name,), passphrases)
    below = _below(entry, arguments)
    if changes_keys(arguments):
        known = entry.connection.secrets if entry.connection is not None else ()
        typed = typed_secrets(arguments, known)
        once_more(lambda: _set(workspace, passphrases, output, arguments, typed, below))
        return 0
    edit = passphrases.unlocked(workspace.texts.opened, entry)
    line = workspace.texts.line_of(edit, below) if below else 1
    saved_entry = edited(workspace, passphrases, output, edit, line)
    if saved_entry is not None:
        tell(workspace, output, f"saved {saved_entry.name}: {saved_entry.file}", saved_entry)
    else:
        output.aside(f"{visible(entry.file)} is as it was")
    return 0


def _below(entry: Entry, arguments: argparse.Namespace) -> str:
    """Return the dotted key of the operation that is named, empty where none is."""
    if arguments.operation is None:
        return ""
    from integrator_tui.model.entry import connection_of
    from integrator_tui.workspace import operation_place

    place = operation_place(entry, connection_of(entry).operations, arguments.operation, arguments.nth)
    return f"operations.{place}"


def _set(
    workspace: Workspace,
    passphrases: Passphrases,
    output: Console,
    arguments: argparse.Namespace,
    typed: dict[str, Secret],
    below: str,
) -> None:
    """Set and take back the keys that are named, in the file as it is now."""
    from integrator_tui.model.entry import Draft, connection_of

    (entry,) = found(workspace, (arguments.name,), passphrases)
    before = Draft(connection_of(workspace.catalog.opened(entry)), entry.file, entry.revision)
    draft = changed(before, arguments, typed, below)
    if draft == before:
        output.line(f"{visible(entry.name)} is as it was: {visible(entry.file)}")
        return
    refuse_problems(workspace, draft, before)
    now = saved(
        workspace,
        passphrases,
        output,
        draft,
        lambda seal: workspace.editor.save(draft, seal=seal, leave_broken=True),
    )
    tell(workspace, output, f"saved {now.name}: {now.file}", now)
