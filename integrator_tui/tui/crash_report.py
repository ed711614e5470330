"""What is printed when the interface meets an error of its own: where it happened, and no value.

A traceback as Textual 8.2.8 prints it shows the local variables of every frame, and what was typed is among
them; the words of an error quote a value as often, as those of `int()` and of a missing key do.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator

from rich.traceback import Traceback

from integrator_tui.errors import IntegratorError
from integrator_tui.model.text import visible

_OF_NAMES_ALONE = frozenset(
    {AttributeError, ImportError, ModuleNotFoundError, NameError, RecursionError, TypeError, UnboundLocalError}
)
"""Errors whose words, as the interpreter makes them, tell names and types."""
_LONGEST = 300
"""Characters of an error's words."""


def crash_report(error: BaseException) -> str:
    """Return what can be shown to anybody about `error`: the places in the code, and the words without values."""
    parts = ["integrator-tui met an error of its own. What follows holds no value, so that it can be reported.\n"]
    for link in reversed(list(_chain(error))):
        parts.append("\n")
        parts += traceback.format_tb(link.__traceback__)
        parts.append(f"{_words(link)}\n")
    return "".join(parts).rstrip()


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, what caused it, and the parts of a group, each once."""
    waiting, seen = [error], set[int]()
    while waiting:
        link = waiting.pop()
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        cause = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
        inner = link.exceptions if isinstance(link, BaseExceptionGroup) else ()
        waiting += [*inner, *([cause] if cause is not None else [])]


def _words(error: BaseException) -> str:
    kind = type(error).__qualname__
    told = error.message if isinstance(error, IntegratorError) else ""
    if type(error) in _OF_NAMES_ALONE:
        told = str(error)
    return f"{kind}: {visible(told, limit=_LONGEST)}" if told else kind


def without_values(trace: Traceback) -> Traceback:
    """Return a traceback that Textual made itself, as it does for the thread of the keyboard, without its words."""
    for stack in trace.trace.stacks:
        stack.exc_value, stack.notes = "", []
        for frame in stack.frames:
            frame.locals = None
    return trace
