"""Answer: the answer to one request, its body still to be read.

Rules: `chunks` and `batches` are data on their way to a file or a pipe, neither redacted nor made visible; `shown`
is for a terminal. The content coding is undone. The read timeout bounds the answer as a whole, but begins anew
whenever `PROGRESS` bytes have come, so that it ends what drips and not a long download; of a stream it bounds the
head, then the silence between two reads. What the consumer takes does not count. The time of the whole, where
there is one, bounds all.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Any, Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.body import decoding
from integrator_tui.engine.exchange.exchange import Exchange
from integrator_tui.engine.exchange.messages import answer_head, answer_lines
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.oddity import oddities
from integrator_tui.engine.request.redirects import is_redirect
from integrator_tui.engine.request.status import answer_failure, in_its_words, said
from integrator_tui.engine.sanitize import Sanitizer, raised
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.probe import Failure, ProbeWarning

if TYPE_CHECKING:
    from integrator_tui.engine.body.sse import EventParser, LineParser
    from integrator_tui.engine.exchange.answer_keeper import AnswerKeeper
    from integrator_tui.engine.javascript.evaluator import HeaderValues
    from integrator_tui.engine.javascript.outputs import OutputValues
    from integrator_tui.model.stream import Event, StreamLine

WHOLE_LIMIT: Final = 16 * 1024 * 1024
"""Bytes of an answer that is read as a whole, decoded."""

KEPT_LIMIT: Final = 64 * 1024 * 1024
"""The same where it is kept to be looked at."""

_HINTS: Final = {
    "forbidden": "the server knows who asks and refuses: check the rights of these credentials",
    "not_found": "check the path, and the base URL that it is relative to",
    "redirected": "follow it with --location or follow_redirect, or ask that address",
    "unexpected_status": "the body of the answer may say why",
    "response_too_large": "ask for less, or take the body as it comes",
}
"""What to do about an answer to any request; the verdict speaks of a test."""

PROGRESS: Final = 32 * 1024
"""Bytes of a body that show it to be on its way: at 30 seconds, a kilobyte a second."""

_GOES_ON: Final = "take what goes on for longer with --stream or stream_response, or raise options.timeout.read"


class Answer:
    """Status, headers and body of an answer. Read the body once, with one of its methods."""

    def __init__(self, response: httpx.Response, exchange: Exchange, sanitizer: Sanitizer) -> None:
        self.method = response.request.method
        self.status = response.status_code
        self.http_version = response.http_version
        self.headers = tuple(response.headers.multi_items())
        self.content_type: str = response.headers.get("content-type", "")
        self.hops = tuple(exchange.hops)
        self._response = response
        self._exchange = exchange
        self._sanitizer = sanitizer
        self._is_stream = exchange.plan.stream_response or self.is_event_stream
        self._left = exchange.plan.read if self._is_stream else exchange.seconds_left
        self._since_renewal = 0
        self._sample = b""

    @property
    def ok(self) -> bool:
        """Whether the status is 200 to 299."""
        return 200 <= self.status < 300

    @property
    def said(self) -> str:
        """Status and reason phrase, safe to show."""
        return self._sanitizer.text(said(self._response))

    @property
    def failure(self) -> Failure | None:
        """What an answer with another status than 200 to 299 means, safe to show; where its body was read as
        text, with what that says."""
        failed = answer_failure(self._response, self._exchange.context)
        if failed is None:
            return None
        failed = in_its_words(failed, self._response, self._sample)
        stage = self._sanitizer.failure(failed.failure("respond"))
        # A 304, or a 300 that names no address, leads nowhere.
        leads_nowhere = stage.kind == "redirected" and not is_redirect(self._response)
        kind = "unexpected_status" if leads_nowhere else stage.kind
        return stage._replace(hint=_HINTS.get(kind, stage.hint))

    @property
    def warnings(self) -> tuple[ProbeWarning, ...]:
        """What is odd about the request or, as far as it was read, about the answer; safe to show."""
        found = (*self._exchange.warnings, *oddities(self._response))
        return tuple(warning._replace(message=self._sanitizer.text(warning.message)) for warning in found)

    @property
    def is_event_stream(self) -> bool:
        """Whether the body is one of server-sent events."""
        return decoding.is_event_stream(self.content_type)

    def told(self, value: Any) -> Any:
        """Return a JSON value that came of this answer as it may be shown: redacted, visible, its keys alone."""
        return self._sanitizer.value(value)

    @property
    def told_headers(self) -> tuple[tuple[str, str], ...]:
        """The headers as they may be shown."""
        return tuple((self._sanitizer.text(name), self._sanitizer.text(value)) for name, value in self.headers)

    @property
    def head(self) -> bytes:
        """Status line and headers as they came, up to the empty line."""
        return answer_head(self._response)

    @property
    def told_head(self) -> tuple[str, ...]:
        """The lines of the head as they may be shown."""
        return answer_lines(self._response, self._sanitizer)

    @property
    def by_name(self) -> HeaderValues:
        """The headers as expressions see them."""
        from integrator_tui.engine.javascript.evaluator import header_values

        return header_values(self._response)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Give the body as it comes; raises RequestFailed where it breaks off or falls silent."""
        async with aclosing(self._pieces(as_it_came=True)) as pieces:
            async for piece in pieces:
                yield piece

    async def _pieces(self, *, as_it_came: bool) -> AsyncGenerator[bytes, None]:
        with self._failing():
            async with aclosing(decoding.decoded(self._response, as_it_came=as_it_came)) as pieces:
                while (piece := await self._next(pieces)) is not None:
                    yield piece

    async def batches(self) -> AsyncGenerator[Sequence[Event | StreamLine], None]:
        """Give the body as server-sent events, or as lines where it is none: all that each piece of it completes;
        raises as `chunks` does."""
        from integrator_tui.engine.body.sse import parser_for

        parser: EventParser | LineParser = parser_for(self.content_type)
        async with aclosing(self._pieces(as_it_came=False)) as pieces:
            async for piece in pieces:
                yield parser.feed(piece)
        yield parser.close()

    async def shown(self) -> AsyncGenerator[str, None]:
        """Give the body as it comes as text for a terminal; raises as `chunks` does."""
        from integrator_tui.engine.body.terminal_text import TerminalText

        shown = TerminalText(self._exchange.plan.redactor, self._response.charset_encoding)
        async with aclosing(self.chunks()) as pieces:
            async for piece in pieces:
                yield shown.feed(piece)
        yield shown.close()

    async def text(self, *, first_event: bool = False, keeper: AnswerKeeper | None = None) -> str:
        """Return the body as text; with `first_event`, the data of its first server-sent event where it has one.

        `keeper` takes it as it comes. Raises RequestFailed as `chunks` does, and where it is not complete within
        the read timeout or larger than 16 MiB, for a keeper than 64.
        """
        from integrator_tui.engine.body.error_page import SAMPLE

        with self._failing():
            if keeper is not None and not first_event:
                data = await self._kept(keeper)
            else:
                async with self._exchange.reading():
                    data = await (
                        self._first_event() if first_event else decoding.read(self._response, WHOLE_LIMIT)
                    )
            self._sample = data[:SAMPLE]
            return decoding.text(self._response, data)

    async def _first_event(self) -> bytes:
        from integrator_tui.engine.body.first_event import first_event

        return await first_event(self._response, WHOLE_LIMIT)

    async def _kept(self, keeper: AnswerKeeper) -> bytes:
        whole = keeper.begin(self._response)
        try:
            async with self._exchange.reading():
                await decoding.count(self._response, KEPT_LIMIT, 0, whole=whole)
        except StageFailed as failed:
            keeper.broke_off(failed.message)
            raise
        return bytes(whole)

    async def _next(self, pieces: AsyncGenerator[bytes, None]) -> bytes | None:
        self._exchange.extend(self._left)
        try:
            async with self._exchange.reading():
                piece = await anext(pieces, None)
        except StageFailed as failed:
            if failed.kind == "read_timeout" and not self._is_stream and not self._exchange.is_over:
                failed.hint = _GOES_ON
            raise
        if not self._is_stream:
            self._since_renewal += len(piece or b"")
            if self._since_renewal >= PROGRESS:
                self._since_renewal, self._left = 0, self._exchange.plan.read
            else:
                self._left = self._exchange.seconds_left
        return piece

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except StageFailed as failed:
            failed.hint = _HINTS.get(failed.kind, failed.hint)
            raise raised(self._sanitizer, failed) from None


class OperationRun(NamedTuple):
    """An operation that was carried out: its answer, read to the end, and its outputs."""

    answer: Answer
    outputs: OutputValues
