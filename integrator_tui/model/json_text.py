"""Whether a text is JSON, and where it stops being so (RFC 8259), never what stands there."""

from __future__ import annotations

import json
import re
from typing import Final, NoReturn

from integrator_tui.model.pattern import pattern

_STRING_OR_CONSTANT: Final = pattern(r'"(?:[^"\\]|\\.)*"|-?Infinity|NaN', re.DOTALL)
_BLANKS: Final = pattern(r"[ \t\r\n]*")


class _NoNumber(ValueError):
    """NaN or Infinity, which Python reads and JSON does not have (section 6)."""


def refuse_constant(word: str) -> NoReturn:
    """Refuse NaN or an infinity: `parse_constant` of a strict `json.loads`; raises ValueError."""
    raise _NoNumber(f"{word} is no JSON")


def not_json_at(text: str) -> tuple[int, int] | None:
    """Return line and column, from 1, at which `text` is no JSON any more, None where it is JSON.

    What is nested too deep to be read is taken for JSON: nobody here can tell.
    """
    try:
        # Numbers of any length are JSON; nobody wants their values here.
        json.loads(text, parse_constant=refuse_constant, parse_int=len, parse_float=len)
    except json.JSONDecodeError as error:
        at = error.pos
        if text[at : at + 1] == "," and "trailing" in error.msg:
            # Newer versions of Python point to the comma, older ones to what stands in its way.
            found = _BLANKS.match(text, at + 1)
            at = found.end() if found else at
    except _NoNumber:
        at = next(match.start() for match in _STRING_OR_CONSTANT.finditer(text) if not match[0].startswith('"'))
    except RecursionError:
        return None
    else:
        return None
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
