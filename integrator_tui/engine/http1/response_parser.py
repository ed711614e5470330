"""ResponseParser: one answer, taken out of the bytes of a connection as they come (RFC 9112).

Rules: a head is parsed by llhttp when it is whole, as `answer_head` mends it; chunks are read by `chunks`. A head
is at most `MAX_HEAD` bytes with what preceded it, in at most `MAX_HEADERS` lines, after at most `MAX_INTERIM`
interim answers. What two parties could read in two ways is refused. All that one network read completes is given
at once, because streams come in very small chunks.
"""

from __future__ import annotations

from typing import Any, Final

import httptools

from integrator_tui.engine.http1.answer_head import MAX_DIGITS, HeadBuffer, Unsafe, mended, once
from integrator_tui.engine.http1.chunks import Chunks, Malformed, TrailerTooLarge
from integrator_tui.engine.oddity import note
from integrator_tui.model.named_tuple import NamedTuple

MAX_HEAD: Final = 100 * 1024
"""Bytes of status lines and header lines of one answer, interim answers included."""
MAX_HEADERS: Final = 5000
MAX_INTERIM: Final = 32
_BEGIN: Final = 64
"""Bytes of the answer's beginning that are kept, to say what came instead of one."""

_UPGRADED: Final = "it changes the protocol, which nobody asked for"

_CUT_OFF: Final = "the connection closed before the whole answer had come"

_TORN: Final = (
    "the connection broke off without the farewell of TLS, and nothing else tells whether the answer was whole"
)

Headers = list[tuple[bytes, bytes]]


class Refused(ValueError):
    """The bytes are no answer as it should be; the message says why."""


class NotHttp(Refused):
    """What came is not HTTP at all; `begin` is how it begins."""

    def __init__(self, begin: bytes) -> None:
        super().__init__("what answers is not HTTP")
        self.begin = begin


class NotChunked(Refused):
    """The body is not chunked as it should be."""


class TooLarge(Refused):
    """A bound of this module is passed."""


class CutOff(Refused):
    """The connection ended before the answer did."""


class Torn(CutOff):
    """Nothing tells that the answer was whole: TLS was not told its end, and no framing tells it."""


class ResponseHead(NamedTuple):
    """Status line and header lines."""

    status: int
    reason: bytes
    version: bytes
    headers: Headers


class ResponseParser:
    """One answer. `feed` it until it has `ended`; `head` is there when it is complete.

    `keeps` says that another request may follow: the server keeps the connection, and nothing came after the
    answer, which would be `surplus`. A `bodiless` answer, to HEAD, ends with its head, and so does the one that
    grants what `tunnels` (CONNECT, RFC 9110 section 9.3.6); one without a length ends with the connection
    (RFC 9112 section 6.3), which `close` tells. `odd` says what is wrong with it and taken all the same.
    """

    def __init__(self, *, bodiless: bool = False, tunnels: bool = False) -> None:
        self.head: ResponseHead | None = None
        self.odd: list[str] = []
        self.ended = False
        self.keeps = False
        self.surplus = False
        self._bodiless = bodiless
        self._tunnels = tunnels
        self._parser: Any = httptools.HttpResponseParser(self)
        # A user agent takes folded lines (RFC 9112 section 5.2), a single LF (section 2.2), and chunks with a
        # length beside them (section 6.3). What else this lets pass is looked at here.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_chunked_length=True, lenient_optional_cr_before_lf=True
        )
        self._chunks: Chunks | None = None
        self._begin = b""
        self._heads = HeadBuffer()
        self._unheard = 0
        self._size = 0
        self._interim = 0
        self._reason = b""
        self._headers: Headers = []
        self._pieces: list[bytes] = []
        self._got = 0
        self._length: int | None = None
        self._chunked = False
        self._why: Refused | None = None

    @property
    def begun(self) -> bool:
        """Whether a byte has come."""
        return bool(self._begin)

    def feed(self, data: bytes) -> None:
        """Take what came, not empty; raises Refused."""
        if self.ended:
            self._more_came()
            return
        if len(self._begin) < _BEGIN:
            self._begin += data[: _BEGIN - len(self._begin)]
            self._look_at_begin()
        before = self._got, self.head
        self._unheard += len(data)
        try:
            rest = self._take_heads(data)
            if rest:
                self._take_body(rest)
        except Unsafe as error:
            self._fail(Refused(str(error)))
        except Malformed as error:
            self._fail(NotChunked(str(error)))
        except TrailerTooLarge:
            self._fail(self._too_large())
        except httptools.HttpParserUpgrade:
            raise self._why or Refused(_UPGRADED) from None
        except httptools.HttpParserError as error:
            self._not_understood(str(error))
        if before != (self._got, self.head):
            self._unheard = 0
        elif self.head is None and self._unheard > MAX_HEAD:
            raise self._too_large()

    def _take_heads(self, data: bytes) -> bytes:
        """Parse the heads that are whole now, interim ones too, and return what follows the last."""
        while self.head is None and data:
            head, data = self._heads.take(data)
            if head is not None:
                self._parser.feed_data(mended(head, self.odd))
        if self._chunked and not self.ended and self._chunks is None:
            self._chunks = Chunks()
        return data

    def _take_body(self, data: bytes) -> None:
        if self.ended:
            self._more_came()
        elif self._chunks is None:
            self._parser.feed_data(data)
        else:
            for piece in self._chunks.feed(data):
                self.on_body(piece)
            if self._chunks.ended:
                # With a length beside chunks nobody can be sure where the answer ended.
                self._end(self._keeps() and self._length is None)
                if self._chunks.rest:
                    self._more_came()

    @property
    def framed(self) -> bool:
        """Whether the head tells where the body ends, by a length or by chunks."""
        return self._chunked or self._length is not None

    def close(self, *, torn: bool = False) -> None:
        """Take note that nothing more comes; `torn` where TLS was not told so (RFC 8446 section 6.1).

        Raises Refused where the answer is not complete, or where only a connection that was torn tells its end
        (RFC 9112 section 9.8).
        """
        if self.ended:
            return
        if self.head is None:
            if not self._begin.strip(b"\r\n"):
                raise NotHttp(self._begin)
            raise CutOff(_CUT_OFF)
        if self._chunked:
            raise CutOff("the connection closed before the last chunk of the answer had come")
        if self._length is not None:
            counts = f"(received {self._got} bytes, expected {self._length})"
            raise CutOff(f"{_CUT_OFF} {counts}")
        if torn:
            raise Torn(_TORN)
        self.ended = True

    def take(self) -> bytes:
        """Return what came of the body since it was last asked for."""
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data

    # --- what the parser calls ---

    def on_message_begin(self) -> None:
        """Another answer begins, or this one."""
        if self.ended:
            self._more_came()

    def on_status(self, reason: bytes) -> None:
        """A piece of the reason phrase."""
        if not self.ended:
            self._reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header line."""
        if self.ended:
            return
        self._size += len(name) + len(value) + 4
        if b"\0" in value:
            self._fail(Refused("a header line holds a NUL"))
        self._headers.append((name, value.strip(b" \t")))
        if self._size > MAX_HEAD:
            self._fail(self._too_large())

    def on_headers_complete(self) -> None:
        """The head is complete, of an interim answer or of the answer itself."""
        if self.ended:
            return
        status = self._parser.get_status_code()
        if status == 101:
            self._fail(Refused(_UPGRADED))
        if len(self._headers) > MAX_HEADERS:
            self._fail(TooLarge(f"the answer has more than {MAX_HEADERS} header lines"))
        if status < 200:
            self._interim += 1
            if self._interim > MAX_INTERIM:
                self._fail(TooLarge(f"more than {MAX_INTERIM} interim answers (1xx) and no final one"))
            self._reason, self._headers = b"", []
            return
        self._frame()
        self._headers = once(self._headers, self.odd)
        version = self._parser.get_http_version().encode("ascii")
        if not version.startswith(b"1."):
            self._fail(Refused("it speaks another version of HTTP"))
        self.head = ResponseHead(status, self._reason, version, self._headers)
        self._size = 0
        if self._bodiless or (self._tunnels and 200 <= status < 300):
            self._end(self._keeps())

    def on_body(self, data: bytes) -> None:
        """A piece of the body."""
        if self.ended:
            self._more_came()
            return
        self._pieces.append(data)
        self._got += len(data)

    def on_message_complete(self) -> None:
        """The answer is complete, or an interim one."""
        if self.head is not None and not self.ended:
            self._end(self._parser.should_keep_alive())

    # --- what follows from it ---

    def _look_at_begin(self) -> None:
        """Refuse what is no HTTP at its first byte; the parser knows relatives of it too."""
        if not b"HTTP/".startswith(self._begin.lstrip(b"\r\n")[:5]):
            raise NotHttp(self._begin)

    def _frame(self) -> None:
        """Note how the body is framed (RFC 9112 section 6)."""
        for name, value in self._headers:
            key = name.lower()
            if key == b"transfer-encoding":
                if self._chunked or value.lower() != b"chunked":
                    self._fail(Refused("its Transfer-Encoding is something else than chunked"))
                self._chunked = True
            elif key == b"content-length":
                if len(value) > MAX_DIGITS:
                    self._fail(Refused("its Content-Length has too many digits"))
                self._length = int(value)
        if self._chunked and self._length is not None:
            note(self.odd, "it has a Content-Length beside its chunks, which count")

    def _keeps(self) -> bool:
        assert self.head is not None
        said = b",".join(value for name, value in self.head.headers if name.lower() == b"connection").lower()
        tokens = {token.strip() for token in said.split(b",")}
        return b"close" not in tokens and (self.head.version == b"1.1" or b"keep-alive" in tokens)

    def _end(self, keeps: bool) -> None:
        self.ended = True
        self.keeps = keeps
        # It knows this object, and this object it: without it both go at once.
        self._parser = None

    def _more_came(self) -> None:
        self.surplus, self.keeps = True, False

    def _fail(self, why: Refused) -> None:
        self._why = why
        raise why

    def _too_large(self) -> Refused:
        what = "trailer" if self.head is not None else "header block"
        return TooLarge(f"the answer's {what} is larger than {MAX_HEAD // 1024} KiB")

    def _not_understood(self, said: str) -> None:
        """Take note of bytes that the parser, or we, do not take for (more of) the answer."""
        reason = said[:1].lower() + said[1:]
        if self.ended:
            self._more_came()
        elif self._why is not None:
            raise self._why
        else:
            raise Refused(reason)
