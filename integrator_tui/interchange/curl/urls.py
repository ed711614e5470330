"""Every URL that curl makes of one with `{a,b}` and `[1-9]` in it (curl(1), URL)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Final

Say = Callable[[str], None]

_GLOB: Final = re.compile(
    r"(?<!\{)\{(?P<set>[^{}]*)\}(?!\})|\[(?P<a>\d+|[A-Za-z])-(?P<b>\d+|[A-Za-z])(?::(?P<step>\d+))?\]"
)
_MOST_URLS: Final = 16


def globbed(url: str, say: Say) -> tuple[str, ...]:
    """Return every URL that curl makes of one with `{a,b}` and `[1-9]` in it."""
    start = url.find("://")
    start = url.find("/", start + 3 if start >= 0 else 0)
    pieces: list[tuple[str, ...]] = []
    at = 0
    for found in _GLOB.finditer(url):
        if found.start() < start and found["set"] is None:
            # The brackets of an IPv6 address hold no range.
            continue
        if url[found.start() - 1 : found.start()] == "\\":
            continue
        choices = tuple(found["set"].split(",")) if found["set"] is not None else _span(found)
        pieces += [(url[at : found.start()],), choices]
        at = found.end()
    pieces.append((url[at:],))
    whole = ["".join(parts) for parts in itertools.islice(itertools.product(*pieces), _MOST_URLS + 1)]
    if len(whole) > _MOST_URLS:
        say(f"the URL means more than {_MOST_URLS} requests: the first alone is taken")
        whole = whole[:1]
    elif len(whole) > 1:
        say(f"the URL means {len(whole)} requests: each is an operation")
    return tuple(re.sub(r"\\([\[\]{}])", r"\1", one) for one in whole)


def _span(found: re.Match[str]) -> tuple[str, ...]:
    first, last, step = found["a"], found["b"], int(found["step"] or 1) or 1
    if first.isdigit() and last.isdigit():
        width = len(first) if first.startswith("0") else 0
        numbers = itertools.islice(range(int(first), int(last) + 1, step), _MOST_URLS + 1)
        return tuple(str(number).zfill(width) for number in numbers)
    if first.isalpha() and last.isalpha():
        return tuple(chr(code) for code in range(ord(first), ord(last) + 1, step))
    return (found[0],)
