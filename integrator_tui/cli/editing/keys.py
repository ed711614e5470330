"""`--set`, `--unset` and `--secret`: single keys of a connection, for scripts."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from integrator_tui.cli.options import parameter
from integrator_tui.cli.prompts.secret_values import secret_values
from integrator_tui.errors import UsageError
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.model.entry import Draft
    from integrator_tui.model.problem import Problem
    from integrator_tui.model.secret import Secret
    from integrator_tui.workspace import Workspace


def add_key_arguments(parser: argparse.ArgumentParser, *, unset: bool) -> None:
    """Add the options; a new connection has nothing to `unset`."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=parameter,
        metavar="KEY=VALUE",
        help="a dotted key of the file: text as it stands, lists and maps as YAML",
    )
    if unset:
        parser.add_argument(
            "--unset", action="append", default=[], metavar="KEY", help="take a key back to its default"
        )
    parser.add_argument(
        "--secret",
        action="append",
        default=[],
        metavar="NAME",
        help="a secret: asked for on the terminal, else read from standard input",
    )


def changes_keys(arguments: argparse.Namespace) -> bool:
    """Return whether keys are named, so that no editor is wanted."""
    return bool(arguments.set or arguments.secret or getattr(arguments, "unset", ()))


def refuse_repeated(arguments: argparse.Namespace) -> None:
    """Raise UsageError for a key that is given twice, and for text that no file can hold."""
    for key, value in [*arguments.set, ("name", arguments.name or "")]:
        refuse_undecoded(value, visible(key, limit=60))
    keys = [*(key for key, _ in arguments.set), *getattr(arguments, "unset", ())]
    for key in keys:
        if keys.count(key) > 1:
            raise UsageError(f"{visible(key, limit=60)} is given twice", "give each key once")


def refuse_undecoded(text: str, what: str) -> None:
    """Raise UsageError where an argument holds bytes that are no text in the encoding of the locale."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        hint = "files are UTF-8: give it as that, in a locale that is"
        raise UsageError(f"{what}: the text holds bytes that are no UTF-8", hint)


def changed(draft: Draft, arguments: argparse.Namespace, typed: dict[str, Secret], below: str = "") -> Draft:
    """Return a draft with the keys that are named; raises UsageError."""
    from dataclasses import replace

    from integrator_tui.workspace import with_assignments

    unset: Sequence[str] = getattr(arguments, "unset", ())
    connection = with_assignments(draft.connection, dict(arguments.set), unset, below=below)
    names = tuple(dict.fromkeys((*connection.secrets, *typed)))
    kept = {name: value for name, value in draft.typed.items() if name in names}
    return replace(draft, connection=connection.model_copy(update={"secrets": names}), typed={**kept, **typed})


def typed_secrets(arguments: argparse.Namespace, known: Sequence[str] = ()) -> dict[str, Secret]:
    """Return the values of the secrets that are named; raises UsageError."""
    return secret_values(arguments.secret, known)


def refuse_problems(workspace: Workspace, draft: Draft, before: Draft | None = None) -> None:
    """Raise UsageError for what is wrong with a draft and was not wrong before."""
    known: Sequence[Problem] = workspace.editor.problems(before) if before is not None else ()
    workspace.editor.refuse_taken(draft)
    for problem in workspace.editor.problems(draft):
        if problem.is_error and problem not in known:
            raise UsageError(f"{visible(problem.field)}: {problem.message}", problem.hint or "nothing was changed")
