"""Where a value stands in a JSON text: its line, found by jumping over what stands beside the way to it."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, Final

Pointer = tuple[str | int, ...]
"""The keys and indexes that lead to a value (RFC 6901, decoded)."""

_BLANKS: Final = re.compile(r"[ \t\r\n]*")
_MOST: Final = 4096
"""Objects whose members are kept as found; a report has a line for each operation, and these lie beside them."""


class JsonLines:
    """Finds lines in one JSON text that was parsed before; each object on the way is gone through once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._decoder = json.JSONDecoder(strict=False)
        self._members: dict[int, Mapping[str | int, tuple[int, int]]] = {}
        self._breaks: list[int] = []

    def line(self, pointer: Pointer) -> int:
        """Return the line, from 1, of the key or item at `pointer`, or of the nearest one above that is there."""
        at = value = self._skip(0)
        try:
            for step in pointer:
                found = self._of(value).get(step)
                if found is None:
                    break
                at, value = found
        except (ValueError, IndexError, RecursionError):
            pass
        if not self._breaks:
            self._breaks = [found.start() for found in re.finditer("\n", self._text)]
        return bisect_right(self._breaks, at) + 1

    def _skip(self, at: int) -> int:
        found = _BLANKS.match(self._text, at)
        return found.end() if found else at

    def _of(self, at: int) -> Mapping[str | int, tuple[int, int]]:
        """Return where key and value of each member of the object or array at `at` begin."""
        found = self._members.get(at)
        if found is None:
            if len(self._members) >= _MOST:
                self._members.clear()
            found = self._members[at] = self._read(at)
        return found

    def _read(self, at: int) -> dict[str | int, tuple[int, int]]:
        text, opened = self._text, self._text[at]
        found: dict[str | int, tuple[int, int]] = {}
        if opened not in "{[":
            return found
        at = self._skip(at + 1)
        while text[at] not in "}]":
            start, key = at, Any
            if opened == "{":
                key, at = self._decoder.raw_decode(text, at)
                # Behind a key stands a colon: the text was parsed.
                at = self._skip(self._skip(at) + 1)
            found[key if opened == "{" else len(found)] = (start, at)  # type: ignore[index]
            _, at = self._decoder.raw_decode(text, at)
            at = self._skip(at)
            if text[at] == ",":
                at = self._skip(at + 1)
        return found
