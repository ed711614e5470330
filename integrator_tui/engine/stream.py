"""Stream: a response read as it comes.

Rules: an event stream is read event by event, anything else line by line; each batch is what one network
read gave. Nothing is read ahead of who asks, so a consumer that pauses stops the sender. The read timeout
bounds the silence between two reads. Text of events and lines is redacted and otherwise exactly what came:
who shows it makes it visible. Closing the generator closes the socket.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.body import decoding
from integrator_tui.engine.body.decoding import is_event_stream
from integrator_tui.engine.body.sse import parser_for
from integrator_tui.engine.dial.deadline import Deadline
from integrator_tui.engine.exchange.exchange import Exchange
from integrator_tui.engine.exchange.plan import Plan
from integrator_tui.engine.exchange.shared import SharedState
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.request.status import answer_failure, reason
from integrator_tui.engine.sanitize import Sanitizer
from integrator_tui.model.probe import Failure
from integrator_tui.model.redact import Redactor
from integrator_tui.model.stream import Closed, Event, Opened, Received, StreamEvent, StreamLine

if TYPE_CHECKING:
    from integrator_tui.engine.auth.token_stream import TokenStream

_ENDED: Final = "the server ended the stream"


class Stream:
    """One response on its way. Iterate `events` once, inside `aclosing`."""

    def __init__(self, plan: Plan, shared: SharedState) -> None:
        self._plan = plan
        self._shared = shared
        self._sanitizer = Sanitizer(plan.redactor, shared.clock)
        self._told: asyncio.Queue[StreamEvent | None] = asyncio.Queue()
        self._exchange = Exchange(plan, shared, Deadline(), self._token_stream())
        self._items = 0
        self._bytes = 0

    def _token_stream(self) -> TokenStream | None:
        token = self._plan.token
        if token is None or not token.request.stream_response:
            return None
        # Needed by few streams, and by no other command that starts the engine.
        from integrator_tui.engine.auth.token_stream import TokenStream

        return TokenStream(self._plan.redactor, self._told.put_nowait)

    async def events(self) -> AsyncGenerator[StreamEvent, None]:
        """Give Opened, then a Received for each network read, then Closed, which alone comes where all failed.

        A token answer that is streamed comes before that: an Opened of its own, and its Received.
        """
        try:
            try:
                heading = asyncio.create_task(self._exchange.head())
                async with aclosing(self._token_told(heading)) as token_stream:
                    async for told in token_stream:
                        yield told
                response = await heading
                yield self._opened(response)
                async with aclosing(self._received(response)) as batches:
                    async for batch in batches:
                        yield batch
                failed = answer_failure(response, self._exchange.context)
            except StageFailed as error:
                failed = error
            yield self._closed(failed)
        finally:
            await self._exchange.aclose()

    async def _token_told(self, heading: asyncio.Task[httpx.Response]) -> AsyncGenerator[StreamEvent, None]:
        """Give what is told of the token while the head of the answer is on its way; it is given up with this."""
        heading.add_done_callback(lambda _: self._told.put_nowait(None))
        try:
            while (told := await self._told.get()) is not None:
                yield told
        finally:
            heading.cancel()
            await asyncio.gather(heading, return_exceptions=True)

    async def _received(self, response: httpx.Response) -> AsyncGenerator[Received, None]:
        parser = parser_for(response.headers.get("content-type", ""))
        redactor = self._plan.redactor
        async with aclosing(decoding.decoded(response)) as pieces:
            while (piece := await self._next(pieces)) is not None:
                self._bytes += len(piece)
                items = cleaned(parser.feed(piece), redactor)
                self._items += len(items)
                yield Received(items, len(piece))
        items = cleaned(parser.close(), redactor)
        self._items += len(items)
        if items:
            yield Received(items, 0)

    async def _next(self, pieces: AsyncGenerator[bytes, None]) -> bytes | None:
        try:
            async with asyncio.timeout(self._plan.read):
                return await anext(pieces, None)
        except TimeoutError:
            raise self._exchange.late("nothing came: the stream") from None

    def _opened(self, response: httpx.Response) -> Opened:
        redactor = self._plan.redactor
        content_type = response.headers.get("content-type", "")
        return Opened(
            status=response.status_code,
            reason=redactor.text(reason(response)),
            headers=tuple((name.lower(), redactor.text(value)) for name, value in response.headers.multi_items()),
            content_type=redactor.text(content_type),
            is_event_stream=is_event_stream(content_type),
            url=redactor.text(str(response.request.url)),
        )

    def _closed(self, failed: StageFailed | None) -> Closed:
        if failed is None:
            return Closed(_ENDED, events=self._items, bytes=self._bytes)
        told = self._sanitizer.failure(failed.failure("stream"))
        return not_opened(told)._replace(events=self._items, bytes=self._bytes)


def not_opened(failure: Failure) -> Closed:
    """Return the end of a stream that failed."""
    return Closed(failure.message, failure.kind, failure.hint)


def cleaned(items: Sequence[Event] | Sequence[StreamLine], redactor: Redactor) -> tuple[Event | StreamLine, ...]:
    """Return the items of one read redacted. Of a cut text its end is left out where it could be half a secret."""
    if not items:
        return ()
    batch: tuple[Event | StreamLine, ...] = tuple(items)
    # What most reads need is done by the column.
    columns: dict[str, tuple[Any, ...]] = dict(zip(batch[0]._fields, zip(*batch, strict=True), strict=True))
    of_events = isinstance(batch[0], Event)
    texts = columns["data"] if of_events else columns["text"]
    # A long id may stand in each of many short events, so types and ids are redacted once each.
    names = list({*columns["type"], *columns["id"]}) if of_events else []
    found, named = redactor.texts(texts), redactor.texts(names)
    if found == list(texts) and named == names and not any(columns["cut"]):
        return batch
    masked = dict(zip(names, named, strict=True))
    return tuple(_cleaned(item, text, masked, redactor) for item, text in zip(batch, found, strict=True))


def _cleaned(
    item: Event | StreamLine, text: str, masked: Mapping[str, str], redactor: Redactor
) -> Event | StreamLine:
    if item.cut:
        text = redactor.stream().feed(text)
    if isinstance(item, StreamLine):
        return StreamLine(text=text, cut=item.cut)
    return Event(type=masked[item.type], data=text, id=masked[item.id], retry=item.retry, cut=item.cut)
