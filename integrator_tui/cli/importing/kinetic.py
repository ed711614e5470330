"""Exports of Kinetic Data's Integrator: each connection becomes a file, or is merged into the one that is here."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from integrator_tui.cli.importing.asking import named
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.prompts.questions import answer, can_ask, say_shared_rules, settle_recipients, tell_trusted
from integrator_tui.model.entry import NO_FILE
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.model.entry import Draft
    from integrator_tui.workspace import PreparedImport, Workspace


def import_export(
    workspace: Workspace, text: str, arguments: argparse.Namespace, base_url: str, source: str, output: Console
) -> int:
    """Import the text of an export and report every file, change and loss."""
    with named(source):
        prepared = _prepared(workspace, text, arguments, base_url, output)
    return write_prepared(workspace, prepared, arguments, source, output)


def write_prepared(
    workspace: Workspace, prepared: PreparedImport, arguments: argparse.Namespace, source: str, output: Console
) -> int:
    """Write what was prepared, or print it for `--dry-run`, and report it."""
    if arguments.dry_run:
        print_prepared(workspace, prepared, _remarks(prepared, source), output)
        return 0
    settle_secrets(workspace, prepared, output)
    Passphrases(workspace, output).unlocked(workspace.imports.save, prepared)
    for line in (*written_files(prepared, "wrote", "updated"), *_remarks(prepared, source)):
        output.line(line)
    return 0


def settle_secrets(workspace: Workspace, prepared: PreparedImport, output: Console) -> None:
    """Settle who may read what is about to be encrypted, where anything is."""
    if prepared.needs_key:
        say_shared_rules(workspace, output)
        sealed = next(draft.file or "" for draft in prepared.drafts if draft.typed)
        settle_recipients(workspace, output, sealed)
        tell_trusted(workspace, output)
    workspace.guard_memory()


def _prepared(
    workspace: Workspace, text: str, arguments: argparse.Namespace, base_url: str, output: Console
) -> PreparedImport:
    """Return what is to be written; on a terminal, base URLs that are not known are asked for."""
    given = dict(arguments.var)
    for wanted in (True, False):
        prepared = workspace.kinetic.prepared(text, folder=arguments.folder, variables=given, base_url=base_url)
        if not (wanted and prepared.open and can_ask()):
            break
        for name in prepared.open:
            given[name] = answer(output, f"Base URL of {visible(name, limit=60)}:")
    prepared.require_addresses()
    return prepared


def print_prepared(workspace: Workspace, prepared: PreparedImport, remarks: Sequence[str], output: Console) -> None:
    """Print the files as they would be written, secrets masked, the report as comments in front of them."""
    for line in remarks:
        output.line(f"# {line}")
    lines = iter(written_files(prepared, "would write", "would update"))
    for draft in prepared.drafts:
        output.line("---")
        output.line(f"# {next(lines)}")
        output.line(visible(workspace.imports.shown(draft), keep="\n").rstrip("\n"))
    for other in prepared.others:
        output.line("---")
        output.line(f"# {next(lines)}")
        output.line(visible(other.text, keep="\n").rstrip("\n"))
    for line in lines:
        output.line(f"# {line}")


def written_files(prepared: PreparedImport, new: str, changed: str) -> list[str]:
    """Return a line for each file: whether it is `new`, `changed` or as it was."""
    lines = [f"{new if draft.revision == NO_FILE else changed} {described(draft)}" for draft in prepared.drafts]
    lines += [
        f"{new if o.revision == NO_FILE else changed} {visible(o.file)}: kept as it is" for o in prepared.others
    ]
    return lines + [f"unchanged {visible(file)}" for file in prepared.unchanged]


def described(draft: Draft) -> str:
    """Say what a draft is: its file, name, address and method, and how much it holds."""
    connection = draft.connection
    count = len(connection.operations)
    said = f"{visible(connection.name)}, {visible(connection.base_url)}, {connection.auth.type}"
    if count:
        said += f", {count} operation{'s' if count > 1 else ''}"
    if connection.secrets:
        said += f", secrets {', '.join(visible(name) for name in connection.secrets)}"
    if draft.declared:
        said += f", to be given: {', '.join(visible(name) for name in draft.declared)}"
    return f"{visible(draft.file or '')}: {said}"


def _remarks(prepared: PreparedImport, source: str) -> list[str]:
    where = f"{visible(source)}:" if source else "line "
    return [f"{where}{remark.line}: {visible(remark.text)}" for remark in prepared.remarks]
