"""How an error in a worker reaches the user: one notice with the message and the hint, and the screen lives on.

Every worker runs its body inside `reporting`, because a worker's failure does not bubble to the screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from textual.dom import DOMNode

from integrator_tui.errors import IntegratorError, InvalidFile
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices

_MAY_BE_KEY: Final = re.compile(r"\w[._]\w|--param")


def notify_error(node: DOMNode, message: str, hint: str = "", *, of_file: bool = False) -> None:
    """Show an error with its hint, in the words of the form; in those of the file where it is mended there."""
    if not of_file and _MAY_BE_KEY.search(hint):
        # Only now: the form's rows cost an import that the first paint does without.
        from integrator_tui.tui.labels import labelled

        hint = labelled(hint)
    text = visible(message, limit=500)
    if hint:
        text += f"\nhint: {visible(hint, limit=500)}"
    node.app.notify(text, severity="error", timeout=12, markup=False)


def say_lost(node: DOMNode, workspace: WorkspaceServices) -> None:
    """Say why what was changed last cannot be taken back, where that is so."""
    if reason := workspace.undo.lost:
        text = f"This change cannot be undone: {visible(reason, limit=500)}"
        node.app.notify(text, severity="warning", timeout=8, markup=False)


def say_not_kept(node: DOMNode, reason: str) -> None:
    """Say why what is typed is not journalled."""
    text = f"What is typed is not kept for a lost connection: {visible(reason, limit=200)}"
    node.app.notify(text, severity="warning", timeout=8, markup=False)


def too_large(limit: int) -> tuple[str, str]:
    """Return message and hint about a paste of more than `limit` bytes."""
    return (
        f"the paste is larger than {limit >> 20} MB, and nothing of it was taken",
        "name a file where there is a field for one, or edit the connection's file",
    )


def near_home(place: str, home: Path | None) -> str:
    """Return a path as people write it: `~` for the home directory."""
    if home is not None and PurePath(place).is_relative_to(home):
        return str(PurePath("~") / PurePath(place).relative_to(home))
    return place


@contextmanager
def reporting(node: DOMNode) -> Iterator[None]:
    """Turn an IntegratorError, or an error of the operating system, inside the block into a notice."""
    try:
        yield
    except IntegratorError as error:
        notify_error(node, error.message, error.hint, of_file=isinstance(error, InvalidFile))
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        notify_error(
            node, f"{error.strerror or error}{where}", "see that the file or folder can be read and written"
        )
