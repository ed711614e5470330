"""The text form of an age file (https://c2sp.org/age, "ASCII armor"; RFC 7468, strict).

Rules: the two marker lines, between them padded canonical base64 in lines of 64 characters, the last one
from 1 to 64; lines end in LF or CRLF; white space may stand before and after the whole, nothing else.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from integrator_tui.errors import InvalidFile

_BEGIN: Final = b"-----BEGIN AGE ENCRYPTED FILE-----"
_END: Final = b"-----END AGE ENCRYPTED FILE-----"
_LINE_LENGTH: Final = 64
_LINE_END: Final = re.compile(rb"\r?\n")
_SPACE: Final = b" \t\r\n"


def is_armored(data: bytes) -> bool:
    """Return whether `data` means to be an armored file."""
    return data.lstrip(_SPACE).startswith(b"-----BEGIN")


def encode(data: bytes) -> bytes:
    """Return the armored form of an age file, with a final line feed."""
    text = base64.b64encode(data)
    lines = [text[i : i + _LINE_LENGTH] for i in range(0, len(text), _LINE_LENGTH)]
    return b"\n".join((_BEGIN, *lines, _END, b""))


def decode(data: bytes) -> bytes:
    """Return the age file in an armored one; raise InvalidFile where it is not exactly that."""
    first, *lines, last = _LINE_END.split(data.strip(_SPACE)) if b"\n" in data.strip(_SPACE) else (b"", b"")
    lengths = [len(line) for line in lines]
    if first != _BEGIN or last != _END or not lines or not 1 <= lengths.pop() <= _LINE_LENGTH:
        raise InvalidFile("the armor of an age file is malformed")
    text = b"".join(lines)
    try:
        decoded = base64.b64decode(text, validate=True)
    except binascii.Error:
        decoded = None
    if decoded is None or base64.b64encode(decoded) != text or any(n != _LINE_LENGTH for n in lengths):
        raise InvalidFile("the armor of an age file is malformed")
    return decoded
