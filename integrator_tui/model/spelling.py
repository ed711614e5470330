"""How a value may be spelled: the ways that URLs, JSON, XML, forms and base64 write one and the same text."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from integrator_tui.model.encoding import octets, percent
from integrator_tui.model.pattern import pattern

Form = tuple[tuple[str, ...], ...]
"""One way a value may be written: for each piece of it the texts that stand for the piece, longest first."""

_SHORTEST_CORE: Final = 5
_BASE64_URL: Final = str.maketrans("+/", "-_")
_AS_IT_IS: Final = pattern(r"[A-Za-z0-9_.-]+|(?s:.)")
_JSON_ESCAPES: Final = {char: "\\" + letter for char, letter in zip('"\\/\b\f\n\r\t', '"\\/bfnrt', strict=True)}
_XML_NAMES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}


def spelled(value: str) -> Form:
    """The value with each character in every way that URLs, JSON (twice too), XML and forms may write it."""
    pieces = _AS_IT_IS.findall(value)
    return tuple((piece,) if re.match(r"[A-Za-z0-9_.-]", piece) else _spellings(piece) for piece in pieces)


@lru_cache(256)
def _spellings(char: str) -> tuple[str, ...]:
    code = ord(char)
    percent = "".join(f"%{byte:02X}" for byte in octets(char))
    units = char.encode("utf-16-be", "surrogatepass")
    unicode = "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
    found = {char, percent, percent.lower(), unicode, unicode.replace("\\u", "\\U").upper().replace("\\U", "\\u")}
    if char in _JSON_ESCAPES:
        once = _JSON_ESCAPES[char]
        found |= {once, "".join(_JSON_ESCAPES.get(part, part) if part != "/" else part for part in once)}
    if not char.isascii() or char in "&<>\"'\r\n\t":
        found |= {f"&#{code};", f"&#x{code:x};", f"&#x{code:X};"}
    found |= {_XML_NAMES[char]} if char in _XML_NAMES else set()
    found |= {"+"} if char == " " else set()
    return tuple(sorted(found, key=lambda text: (-len(text), text)))


def base64_forms(data: bytes) -> Iterator[str]:
    """The base64 of `data`, alone and at each place it can have in longer data, as far as it is fixed there."""
    yield from alphabets(base64.b64encode(data).decode())
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + data).decode().rstrip("=")
        core = text[(0, 2, 3)[shift] : len(text) - bool((shift + len(data)) % 3)]
        if len(core) >= _SHORTEST_CORE:
            yield from {core, core.translate(_BASE64_URL)}


def alphabets(padded: str) -> Iterator[str]:
    for text in (padded, padded.rstrip("=")):
        yield from {text, text.translate(_BASE64_URL)}


def in_urls(texts: Iterable[str]) -> Iterator[str]:
    """Base64 as it is and as URLs hold it, whole texts only: a pattern for each character costs more to compile."""
    for text in texts:
        for written in (percent(text), percent(text, "/")):
            yield from {text, written, re.sub("%..", lambda match: match[0].lower(), written)}
