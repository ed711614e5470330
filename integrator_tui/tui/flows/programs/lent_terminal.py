"""The terminal, lent to another program: it is left as it was before the interface, and taken back afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from textual.app import App, SuspendNotSupported

from integrator_tui.errors import UsageError

T = TypeVar("T")


def lend(app: App[Any], call: Callable[[], T], *, hint: str) -> T:
    """Return what `call` gives, which has the terminal meanwhile; raise what it raises, once the interface is back.

    Raises UsageError with the hint where this terminal cannot be lent.
    """
    given: list[T] = []
    failed: Exception | None = None
    try:
        with app.suspend():
            try:
                given.append(call())
            except Exception as error:
                failed = error
    except SuspendNotSupported:
        raise UsageError("this terminal cannot be lent to another program", hint) from None
    if failed is not None:
        raise failed
    return given[0]
