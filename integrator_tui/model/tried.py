"""TriedExpression: what an expression gave on an answer, as it may be shown."""

from __future__ import annotations

import json
import math
from typing import Any, NamedTuple

from integrator_tui.model.secret import MASK
from integrator_tui.model.text import counted

LONGEST_RESULT = 4000
"""Characters of a result that are shown."""


class TriedExpression(NamedTuple):
    """`result` is the value as JSON, `type` what it is, `keys` what `body` is and which keys it has.

    Where it gave none, `failure` says why and `hint` what to do. `answer` says which answer it was tried on, empty
    where there was none.
    """

    answer: str
    keys: str = ""
    result: str = ""
    type: str = ""
    failure: str = ""
    hint: str = ""


def type_words(value: Any) -> str:
    """Return the type of a value in words: with its size, and never with what is in it."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "number"
        case float():
            return "number" if math.isfinite(value) else "number, and none that JSON has"
        case str():
            what = "string, empty" if not value else f"string of {counted(len(value), 'character')}"
            return f"{what}, a numeric one" if _is_number(value) else what
        case list():
            return f"array of {len(value):,}"
    return f"object with {counted(len(value), 'key')}"


def result_text(value: Any) -> str:
    """Return a value as JSON, laid out, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return text if len(text) <= LONGEST_RESULT else f"{text[:LONGEST_RESULT]}\n…"


def masked(value: Any, *, shows_number: bool = False) -> Any:
    """Return a value of a token answer as it may be shown: its structure. Which part of it is the token is what an
    expression says, so every text is masked; a number too, but where `shows_number` says that one is wanted."""
    match value:
        case None | bool():
            return value
        case dict():
            return {key: masked(item) for key, item in value.items()}
        case list():
            return [masked(item) for item in value]
    if shows_number and (not isinstance(value, str) or _is_number(value)) and len(str(value)) <= _LONGEST_NUMBER:
        return value
    return MASK


_LONGEST_NUMBER = 16


def _is_number(text: str) -> bool:
    try:
        return text.isascii() and math.isfinite(float(text))
    except ValueError:
        return False
