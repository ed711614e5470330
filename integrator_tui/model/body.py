"""What the body of an answer is, whatever its content type says, and as which text it is read.

Rules: JSON is known by its first character and by its type, markup by `<`, and what holds NUL or is mostly
no text is bytes. A charset that is named counts where the bytes can be read with it; JSON is UTF-8 (RFC 8259
section 8.1) wherever it can be, and a byte order mark wins over all.
"""

from __future__ import annotations

import codecs
import re
from typing import Final, Literal, NamedTuple

from integrator_tui.model.encoding import media_type

BodyKind = Literal["json", "xml", "html", "text", "hex"]

_SAMPLE: Final = 1 << 16
_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?([^\s"';,]+)""", re.IGNORECASE)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE: Final = {"x0x0": "utf-16-le", "0x0x": "utf-16-be", "x000": "utf-32-le", "000x": "utf-32-be"}
_SCALARS: Final = tuple(bytes((byte,)) for byte in b'"-0123456789tfnNI')
_NOT_TEXT: Final = bytes(range(9)) + bytes(range(14, 27)) + bytes(range(28, 32)) + b"\x0b\x7f"
_NOT_CHARSETS: Final = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7"})


class BodyText(NamedTuple):
    """A body as UTF-8. `charset` is how it was read, `note` what is odd about that, empty where nothing is."""

    data: bytes
    charset: str
    note: str = ""


def body_text(body: bytes, content_type: str) -> BodyText:
    """Return `body` as UTF-8; where it is UTF-8 already, the very bytes, behind a byte order mark."""
    for mark, charset in _MARKS:
        if body.startswith(mark):
            rest = body[len(mark) :]
            return BodyText(rest, charset) if charset == "utf-8" else _transcoded(rest, charset, "")
    if wide := _wide(body):
        return _transcoded(body, wide, "")
    named = _CHARSET.search(content_type)
    said = named[1] if named else "utf-8"
    charset = _codec(said)
    if not charset:
        return BodyText(body, "utf-8", f"unknown charset {said[:40]}, read as UTF-8")
    if charset != "utf-8" and (not _is_utf8(body) or body.isascii() or "json" not in media_type(content_type)):
        return _transcoded(body, charset, "")._replace(charset=said.lower()[:40])
    if charset != "utf-8":
        return BodyText(body, "utf-8", f"says {said[:40]}, is UTF-8")
    return BodyText(body, "utf-8", "" if _is_utf8(body) else "not valid UTF-8")


def body_kind(text: bytes, body: bytes, content_type: str) -> BodyKind:
    """Return how a body is to be shown; `text` is what `body_text` made of it."""
    sample = text[:_SAMPLE]
    start = sample.lstrip()
    media = media_type(content_type)
    text_signs = len(sample.translate(None, _NOT_TEXT))
    # An escape sequence or a NUL in JSON or XML is one sign of many; in other bodies they are what it is made of.
    least = 0.8 if start[:1] in (b"{", b"[", b"<") else 0.95
    if text_signs < len(sample) * least or (b"\0" in sample and least > 0.8):
        return "hex"
    if start[:1] in (b"{", b"["):
        return "json"
    if start[:1] == b"<" and len(start) > 1 and (start[1:2].isalpha() or start[1:2] in b"!?_"):
        head = start[:1024].lower()
        is_html = ("html" in media and "xml" not in media) or b"<!doctype html" in head or head.startswith(b"<html")
        return "html" if is_html else "xml"
    if (media == "application/json" or media.endswith("+json")) and start[:1] in _SCALARS:
        return "json"
    if not media.startswith("text/") and media and _reads_badly(sample):
        return "hex"
    return "text"


def _wide(body: bytes) -> str:
    """Return the UTF-16 or UTF-32 that text without a mark is in, by its first NULs (RFC 4627 section 3)."""
    if len(body) < 4 or len(body) % 2:
        return ""
    pattern = "".join("0" if byte == 0 else "x" for byte in body[:4])
    first = next((byte for byte in body[:4] if byte), 0)
    return _WIDE.get(pattern, "") if first in b'{[<"' else ""


def _reads_badly(sample: bytes) -> bool:
    """Whether much of it is no UTF-8."""
    return sample.decode("utf-8", "replace").count("\ufffd") * 20 > len(sample)


def _codec(name: str) -> str:
    """Return the name of Python's codec for a charset; empty where it is unknown or none of documents."""
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    found = codec.name
    # CPython's own mark of codecs from bytes to text; zlib and rot13 are codecs too.
    is_text = getattr(codec, "_is_text_encoding", True)
    return "" if not is_text or found.replace("_", "-") in _NOT_CHARSETS else "utf-8" if found == "ascii" else found


def _is_utf8(body: bytes) -> bool:
    if body.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(body), 1 << 20):
            decoder.decode(body[at : at + (1 << 20)], final=at + (1 << 20) >= len(body))
    except UnicodeDecodeError:
        return False
    return True


def _transcoded(body: bytes, charset: str, note: str) -> BodyText:
    try:
        text = body.decode(charset, "replace")
    except (UnicodeError, ValueError):
        return BodyText(body, "utf-8", f"cannot be read as {charset}")
    note = note or (f"not valid {charset}" if "\ufffd" in text else "")
    return BodyText(text.encode("utf-8", "replace"), charset, note)
