"""Answer: the answer to one request, its body still to be read, byte for byte as it came.

Rules: nothing is redacted or made visible: this is data on its way to a file or a pipe. The content coding
is undone. The read timeout bounds the head, and then the silence between two reads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import httpx

from integrator_tui.engine import body
from integrator_tui.engine.events import EventParser, LineParser, is_event_stream, parser_for
from integrator_tui.engine.failure import StageFailed, read_timeout
from integrator_tui.engine.tell import Teller, raised
from integrator_tui.engine.verdict import said
from integrator_tui.model.stream import Event, Line


class Answer:
    """Status, headers and body of an answer. Read the body once, with `chunks` or with `items`."""

    def __init__(self, response: httpx.Response, read: float, teller: Teller, hops: list[dict[str, Any]]) -> None:
        self.status = response.status_code
        self.http_version = response.http_version
        self.headers = tuple(response.headers.multi_items())
        self.content_type: str = response.headers.get("content-type", "")
        self.hops = tuple(hops)
        self._response = response
        self._read = read
        self._teller = teller

    @property
    def ok(self) -> bool:
        """Whether the status is 200 to 299."""
        return 200 <= self.status < 300

    @property
    def said(self) -> str:
        """Status and reason phrase, safe to show."""
        return self._teller.text(said(self._response))

    @property
    def is_event_stream(self) -> bool:
        """Whether the body is one of server-sent events."""
        return is_event_stream(self.content_type)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Give the body as it comes; raises RequestFailed where it breaks off or falls silent."""
        try:
            async with aclosing(body.decoded(self._response)) as pieces:
                while (piece := await self._next(pieces)) is not None:
                    yield piece
        except StageFailed as failed:
            raise raised(self._teller, failed) from None

    async def items(self) -> AsyncGenerator[Event | Line, None]:
        """Give the body as server-sent events, or as lines where it is none; raises as `chunks` does."""
        parser: EventParser | LineParser = parser_for(self.content_type)
        async with aclosing(self.chunks()) as pieces:
            async for piece in pieces:
                for item in parser.feed(piece):
                    yield item
        for item in parser.close():
            yield item

    async def _next(self, pieces: AsyncGenerator[bytes, None]) -> bytes | None:
        try:
            async with asyncio.timeout(self._read):
                return await anext(pieces, None)
        except TimeoutError:
            raise read_timeout(self._read, "nothing came: the answer") from None
