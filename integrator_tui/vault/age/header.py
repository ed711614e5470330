"""The header of an age file: version, recipient stanzas, MAC.

Rules (https://c2sp.org/age, "Header"): lines end in one line feed and nothing else; a stanza is
`-> type arguments…` and a body in unpadded canonical base64 whose lines hold 64 characters, the last one
fewer (an empty one where the body fills its lines); the header ends in `--- ` and the base64 of an
HMAC-SHA-256 over everything up to and with `---`, keyed from the file key. A scrypt stanza stands alone.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from integrator_tui.errors import InvalidFile
from integrator_tui.vault.age.primitives import VERSION, hkdf

_ARGUMENT: Final = re.compile(rb"[\x21-\x7e]+")
_LINE_LENGTH: Final = 64
_MAC_LENGTH: Final = 32


@dataclass(frozen=True, slots=True)
class Stanza:
    """The file key wrapped for one recipient: the kind, its arguments, and the wrapped key."""

    kind: bytes
    arguments: tuple[bytes, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """A parsed header; `authenticated` holds the bytes that its MAC covers."""

    stanzas: tuple[Stanza, ...]
    authenticated: bytes
    mac: bytes

    def is_authentic(self, file_key: bytes) -> bool:
        """Return whether the MAC was made with this file key, compared in constant time."""
        return hmac.compare_digest(_mac(file_key, self.authenticated), self.mac)


def encode_base64(data: bytes) -> bytes:
    """Return standard base64 without padding."""
    return base64.b64encode(data).rstrip(b"=")


def decode_base64(text: bytes, length: int | None = None) -> bytes:
    """Return the bytes of canonical unpadded base64, of `length` bytes if given; else raise InvalidFile."""
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        data = None
    if data is None or encode_base64(data) != text or length not in (None, len(data)):
        raise InvalidFile("an age header holds malformed base64")
    return data


def write(stanzas: Sequence[Stanza], file_key: bytes) -> bytes:
    """Return the header of a file, its MAC and final line feed included."""
    lines = [VERSION]
    for stanza in stanzas:
        lines.append(b" ".join((b"->", stanza.kind, *stanza.arguments)))
        body = encode_base64(stanza.body)
        lines += [body[i : i + _LINE_LENGTH] for i in range(0, len(body) + 1, _LINE_LENGTH)]
    authenticated = b"\n".join((*lines, b"---"))
    return authenticated + b" " + encode_base64(_mac(file_key, authenticated)) + b"\n"


def parse(data: bytes) -> tuple[Header, bytes]:
    """Return the header and the payload after it; raise InvalidFile for what is not an age file."""
    end = data.find(b"\n---")
    if not data.startswith(VERSION + b"\n") or end < 0:
        raise InvalidFile("not an age file, or one of a version nobody here knows")
    authenticated, rest = data[: end + 4], data[end + 4 :]
    mac_line, line_feed, payload = rest.partition(b"\n")
    if not line_feed or not mac_line.startswith(b" "):
        raise InvalidFile("an age header is cut before its MAC")
    stanzas = tuple(_stanzas(data[len(VERSION) + 1 : end].split(b"\n")))
    if len(stanzas) > 1 and any(stanza.kind == b"scrypt" for stanza in stanzas):
        raise InvalidFile("an age file for a passphrase has other recipients too")
    return Header(stanzas, authenticated, decode_base64(mac_line[1:], _MAC_LENGTH)), payload


def _stanzas(lines: Sequence[bytes]) -> Iterator[Stanza]:
    remaining = iter(lines)
    for line in remaining:
        arrow, *arguments = line.split(b" ")
        if arrow != b"->" or not arguments or not all(map(_ARGUMENT.fullmatch, arguments)):
            raise InvalidFile("an age header has a malformed stanza")
        yield Stanza(arguments[0], tuple(arguments[1:]), decode_base64(b"".join(_body(remaining))))


def _body(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        if len(line) > _LINE_LENGTH:
            raise InvalidFile("an age stanza has a line that is too long")
        yield line
        if len(line) < _LINE_LENGTH:
            return
    raise InvalidFile("an age stanza is cut")


def _mac(file_key: bytes, authenticated: bytes) -> bytes:
    return hmac.digest(hkdf(file_key, b"", b"header"), authenticated, hashlib.sha256)
