"""`new`: a new connection, in the user's editor, key by key, from a curl command, or as a stage of another one."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from integrator_tui.cli.commands.import_ import add_import_arguments, base_url, document
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
from integrator_tui.cli.importing.asking import named
from integrator_tui.cli.importing.kinetic import write_prepared
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.errors import UsageError
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.model.entry import Draft
    from integrator_tui.workspace import Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "make a connection: in $VISUAL or $EDITOR, key by key, or from a curl command"
    parser.add_argument("name", nargs="?", metavar="NAME", help="its name")
    parser.add_argument("--from-curl", metavar="FILE", help="a curl command, - for standard input")
    parser.add_argument(
        "--extends", metavar="FILE", help="a connection file of the workspace that the new one is a stage of"
    )
    add_key_arguments(parser, unset=False)
    add_import_arguments(parser)


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Make a connection."""
    if arguments.name is not None and not arguments.name.strip():
        raise UsageError("the name of the connection is empty", "give it as NAME, or with --set name=…")
    refuse_repeated(arguments)
    _refuse_mixed(arguments)
    if arguments.extends is not None:
        return _as_stage(environment.open_workspace(arguments.workspace), arguments, output)
    workspace = environment.open_workspace(arguments.workspace)
    name = (arguments.name or "").strip()
    if arguments.from_curl is None:
        workspace.guard_memory()
        return (_from_keys if changes_keys(arguments) else _in_editor)(workspace, arguments, name, output)
    text = document(arguments.from_curl, environment.current)
    source = "" if arguments.from_curl == "-" else arguments.from_curl
    there = base_url(arguments.base_url)
    imported = workspace.imports.curl(text, variables=dict(arguments.var), base_url=there, name=name)
    if name:
        _refuse_taken(workspace, name, arguments.folder)
    with named(source):
        prepared = workspace.imports.prepared(imported, arguments.folder)
    return write_prepared(workspace, prepared, arguments, source, output)


def _as_stage(workspace: Workspace, arguments: argparse.Namespace, output: Console) -> int:
    """Write a file that extends another one, and say what it still lacks."""
    begun = _begun_stage(workspace, arguments)
    # What is wrong with the keys is told before a value is asked for.
    draft = changed(begun, arguments, {})
    workspace.editor.refuse_taken(draft)
    for problem in workspace.editor.problems(draft):
        if problem.is_error and problem.operation is None:
            raise UsageError(f"{problem.field}: {problem.message}", problem.hint)
    if arguments.dry_run:
        output.line(visible(workspace.extensions.shown(draft), keep="\n").rstrip("\n"))
        return 0
    if arguments.secret:
        workspace.guard_memory()
        draft = changed(begun, arguments, typed_secrets(arguments))
    entry = saved(
        workspace,
        Passphrases(workspace, output),
        output,
        draft,
        lambda seal: workspace.editor.save(draft, seal=seal),
    )
    line = f"wrote {visible(entry.file)}: {visible(entry.name)}, a stage of {visible(entry.base or '')}"
    tell(workspace, output, line, entry)
    if wanted := workspace.extensions.secrets_wanted(entry):
        names = ", ".join(map(visible, wanted))
        output.line(f"its secrets are its own, and still to be stored: {names}")
    return 0


def _begun_stage(workspace: Workspace, arguments: argparse.Namespace) -> Draft:
    """Return the draft of a stage, before the keys that are named are set; raises UsageError."""
    if arguments.from_curl is not None or arguments.var:
        raise UsageError("--extends stands without --from-curl and --var", "choose one way to a connection")
    given = dict(arguments.set)
    if not (name := _name(arguments)):
        raise UsageError("the stage has no name", "for example: new 'Orders (test)' --extends orders.yaml")
    if "extends" in given:
        raise UsageError("the file that it extends is given twice", "leave out --set extends=…")
    if arguments.base_url and "base_url" in given:
        raise UsageError("the base URL is given twice", "give it with --base-url, or with --set base_url=…")
    address = base_url(arguments.base_url) or given.get("base_url", "")
    if not address:
        raise UsageError("a stage has a base URL of its own, and none is given", "give it with --base-url URL")
    folder = workspace.imports.folder(arguments.folder)
    return workspace.extensions.begun(name, arguments.extends, folder, address)


def _name(arguments: argparse.Namespace) -> str:
    """Return the name that is given, empty where none is; raises UsageError where two are."""
    name: str = (arguments.name or "").strip()
    given: str | None = dict(arguments.set).get("name")
    if name and given is not None:
        raise UsageError("the name is given twice", "give it as NAME, or with --set name=…")
    return name or given or ""


def _refuse_mixed(arguments: argparse.Namespace) -> None:
    """Raise UsageError for options of one way to a connection that stand with another."""
    if arguments.from_curl is not None and changes_keys(arguments):
        raise UsageError(
            "--from-curl stands without --set and --secret", "make it first, then: integrator-tui edit"
        )
    alone = [
        word
        for word, given in (
            ("--var", arguments.var),
            ("--base-url", arguments.base_url),
            ("--dry-run", arguments.dry_run),
        )
        if given
    ]
    if arguments.from_curl is None and arguments.extends is None and alone:
        raise UsageError(f"{alone[0]} stands with --from-curl alone", "for example: --set base_url=URL")


def _refuse_taken(workspace: Workspace, name: str, folder: str) -> None:
    from integrator_tui.model.connection import Connection
    from integrator_tui.model.entry import Draft

    draft = Draft(Connection(name=name), folder=workspace.places.folder(folder))
    workspace.editor.refuse_taken(draft)


def _in_editor(workspace: Workspace, arguments: argparse.Namespace, name: str, output: Console) -> int:
    if name:
        _refuse_taken(workspace, name, arguments.folder)
    edit = workspace.texts.begun(name, workspace.places.folder(arguments.folder))
    line = workspace.texts.line_of(edit, "base_url" if name else "name")
    entry = edited(workspace, Passphrases(workspace, output), output, edit, line)
    if entry is None:
        output.aside("nothing was written, and nothing is saved")
        return 0
    tell(workspace, output, f"made {entry.name}: {entry.file}", entry)
    return 0


def _from_keys(workspace: Workspace, arguments: argparse.Namespace, name: str, output: Console) -> int:
    from integrator_tui.model.connection import Connection
    from integrator_tui.model.entry import Draft

    if not _name(arguments):
        raise UsageError("the connection has no name", "give it as NAME, or with --set name=…")
    folder = workspace.places.folder(arguments.folder)
    begun = Draft(Connection(name=name), folder=folder)
    # What is wrong with the keys is told before a value is asked for.
    refuse_problems(workspace, changed(begun, arguments, {}))
    draft = changed(begun, arguments, typed_secrets(arguments))
    entry = saved(
        workspace,
        Passphrases(workspace, output),
        output,
        draft,
        lambda seal: workspace.editor.save(draft, seal=seal),
    )
    tell(workspace, output, f"made {visible(entry.name)}: {entry.file}", entry)
    return 0
