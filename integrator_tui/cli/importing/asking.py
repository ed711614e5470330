"""What decides where requests go and is not known: asked for on a terminal, else listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from integrator_tui.cli.output.output import Console
from integrator_tui.cli.prompts.questions import answer, can_ask
from integrator_tui.errors import UsageError
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.workspace import PreparedImport


def settled(
    prepare: Callable[[Mapping[str, str], str], PreparedImport],
    variables: Mapping[str, str],
    base_url: str,
    output: Console,
) -> PreparedImport:
    """Return what `prepare` makes of variables and base URL, those that it misses asked for once.

    Raises UsageError, with all names, where nobody can be asked.
    """
    from integrator_tui.workspace import THE_BASE_URL

    given = dict(variables)
    for wanted in (True, False):
        prepared = prepare(given, base_url)
        if not (wanted and prepared.open and can_ask()):
            break
        for name in prepared.open:
            if name == THE_BASE_URL:
                base_url = answer(output, "Base URL:")
            else:
                given[name] = answer(output, f"{visible(name, limit=60)}:")
    if prepared.open:
        raise UsageError(
            f"not known, and needed to say where requests go: {', '.join(prepared.open)}",
            "give each with --var NAME=VALUE, or all with --base-url URL; nothing was written",
        )
    return prepared


@contextmanager
def named(source: str) -> Iterator[None]:
    """Put the file in front of what is wrong with it."""
    try:
        yield
    except UsageError as error:
        error.message = f"{visible(source)}: {error.message}" if source else error.message
        raise
