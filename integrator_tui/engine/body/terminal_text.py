"""TerminalText: bytes of a body as text that may go to a terminal, piece by piece.

Rules: decoded in the charset that the answer names, else as UTF-8, what is neither becoming U+FFFD; redacted
before anything else; then every line end is a line feed, and line feeds and tabs are the only control characters
that stay.
"""

from __future__ import annotations

import codecs
import io

from integrator_tui.engine.body.decoding import text_codec
from integrator_tui.model.redact import Redactor
from integrator_tui.model.text import visible

_KEPT = "\n\t"


class TerminalText:
    """Feed it the pieces of one body, and close it for what was held back: half a character, half a secret."""

    def __init__(self, redactor: Redactor, charset: str | None) -> None:
        self._decoder = _decoder(text_codec(charset))
        self._redacted = redactor.stream()
        self._ends = io.IncrementalNewlineDecoder(None, translate=True)

    def feed(self, piece: bytes) -> str:
        """Return what can be shown now."""
        return self._visible(self._redacted.feed(self._decoded(piece)), final=False)

    def close(self) -> str:
        """Return what was held back: nothing more will come."""
        rest = self._redacted.feed(self._decoded(b"", final=True)) + self._redacted.close()
        return self._visible(rest, final=True)

    def _decoded(self, piece: bytes, *, final: bool = False) -> str:
        try:
            return self._decoder.decode(piece, final)
        except UnicodeError:
            # UTF-16 and UTF-32 without a byte order mark are refused at their first characters.
            held, _ = self._decoder.getstate()
            self._decoder = _decoder("utf-8")
            return self._decoder.decode(held + piece, final)

    def _visible(self, text: str, *, final: bool) -> str:
        return visible(self._ends.decode(text, final=final), keep=_KEPT)


def _decoder(name: str) -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder("utf-8-sig" if name == "utf-8" else name)("replace")
