"""What is printed when the program meets an error of its own: where it happened, and no value.

The words of an error quote a value as often as not, as those of `int()` and of a missing key do.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator

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
    links = reversed(list(_chain(error)))
    return "\n\n".join("".join(traceback.format_tb(link.__traceback__)) + _words(link) for link in links)


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
