"""Regular expressions that are compiled when they are first used.

There are some hundred of them, each a tenth of a millisecond to compile, and a short command uses few.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Waiting:
    """Takes the place of a compiled expression: whatever is first asked of it has it compiled."""

    # Methods that were found once stay here, so that asking again costs no more than asking the expression.
    __slots__ = ("_compiled", "_flags", "_pattern", "finditer", "fullmatch", "match", "search", "split", "sub")

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self._pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name == "_compiled":
            self._compiled = re.compile(self._pattern, self._flags)
            return self._compiled
        found = getattr(self._compiled, name)
        if name in _Waiting.__slots__:
            setattr(self, name, found)
        return found


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what can be used as `re.compile(text, flags)` can. A wrong expression raises at its first use."""
    return cast("re.Pattern[AnyStr]", _Waiting(text, flags))
