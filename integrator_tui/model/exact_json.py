"""JSON whose fractions keep every digit they were written with.

Rules: a fraction of more digits than a float holds is a float that knows its text, so that who computes rounds
and who writes it does not. Integers are exact in Python's own reader.
"""

from __future__ import annotations

import json
import re
import secrets
from typing import Any, Final

_MOST_DIGITS: Final = 15
"""Digits that every float keeps (DBL_DIG of C)."""

_ZEROS: Final = re.compile(r"^-?[0.]*|\.|[eE].*")


class WrittenFloat(float):
    """A float, and the text that it was read from."""

    __slots__ = ("text",)
    text: str


def loads(text: str) -> Any:
    """Return a JSON value; raises ValueError and RecursionError as `json.loads` does."""
    return json.loads(text, parse_float=_read)


def dumps(value: Any, *, indent: int | None = None, ensure_ascii: bool = True) -> str:
    """Return a JSON value as text, as `json.dumps` does."""
    mark, written = secrets.token_hex(8), list[str]()

    def marked(item: Any) -> Any:
        match item:
            case WrittenFloat():
                written.append(item.text)
                return f"{mark}{len(written) - 1}"
            case dict():
                return {key: marked(of) for key, of in item.items()}
            case list():
                return [marked(of) for of in item]
        return item

    told = json.dumps(marked(value), indent=indent, ensure_ascii=ensure_ascii)
    return re.sub(rf'"{mark}(\d+)"', lambda match: written[int(match[1])], told) if written else told


def _read(text: str) -> float:
    if len(text) <= _MOST_DIGITS or len(_ZEROS.sub("", text)) <= _MOST_DIGITS:
        return float(text)
    value = WrittenFloat(text)
    value.text = text
    return value
