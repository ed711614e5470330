"""Reading the certificate files that a connection names, relative to its own file."""

from __future__ import annotations

import os
import stat
from typing import Final

from integrator_tui.engine.failure import StageFailed, quote

MAX_BYTES: Final = 4 * 1024 * 1024
PIECE: Final = 16 * 1024
MOST_KEPT: Final = 64


class CaFiles:
    """Files of trusted certificates, read again only where one changed: many connections name the same."""

    def __init__(self) -> None:
        self._known: dict[tuple[str | None, str], tuple[_Stamp, str]] = {}

    def read(self, folder: str | None, name: str) -> str:
        """Return the text of the file `name` below `folder`; raises as `read_pem` does."""
        stamp = _stamp(os.path.join(folder or "/", name))
        known = self._known.get((folder, name))
        if known is not None and known[0] == stamp:
            return known[1]
        text = read_pem(folder, name, "the trusted CA")
        if stamp is not None:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            self._known[folder, name] = (stamp, text)
        return text


_Stamp = tuple[int, int, int]


def _stamp(path: str) -> _Stamp | None:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def read_pem(folder: str | None, name: str, what: str, *, with_key: bool = False) -> str:
    """Return the text of the file `name` below `folder`; `what` names it in messages, `with_key` says that a key
    belongs into it. Line ends of any kind become LF, which OpenSSL reads.

    Raises StageFailed (ca_invalid) where it cannot be read; nothing but a regular file is opened.
    """
    if folder is None and not os.path.isabs(name):
        raise StageFailed("ca_invalid", f"{what} is a file of a connection that is not saved yet", "save it first")
    path = os.path.join(folder or "/", name)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise StageFailed("ca_invalid", f"{what} {quote(name)} is no regular file", "name a PEM file")
            data = _content(descriptor, MAX_BYTES + 1)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        hint = "paths are relative to the connection's own file"
        raise StageFailed("ca_invalid", f"{what} {quote(name)} cannot be read: {reason}", hint) from None
    if len(data) > MAX_BYTES:
        raise StageFailed("ca_invalid", f"{what} {quote(name)} is larger than 4 MiB", "name a PEM file")
    from integrator_tui.engine.net.not_pem import binary

    if (found := binary(data, name, with_key=with_key)) is not None:
        raise found.failure(f"{what} {quote(name)}")
    return data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")


def _content(descriptor: int, most: int) -> bytes:
    """Read what there is, at most `most` bytes; a file object would set aside room for all of them first."""
    pieces: list[bytes] = []
    while most and (piece := os.read(descriptor, min(most, PIECE))):
        pieces.append(piece)
        most -= len(piece)
    return b"".join(pieces)
