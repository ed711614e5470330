"""The first event of a streamed answer, which is the body of who asked for one (`stream_response`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.body import decoding
from integrator_tui.engine.body.decoding import is_event_stream
from integrator_tui.engine.body.sse import parser_for
from integrator_tui.engine.failure import too_large
from integrator_tui.model.stream import Event, StreamLine

OnEvents = Callable[[Sequence[Event | StreamLine], int], None]
"""Is handed what each network read gave, and how many bytes that were."""


async def first_event(
    response: httpx.Response, limit: int, what: str = "the answer", told: OnEvents | None = None
) -> bytes:
    """Return the data of the first server-sent event of an answer, else its whole body, decoded.

    `told` is handed that event, or the lines of another answer, as they come. Raises StageFailed as `decoding.read`
    does, also where no event came within `limit` bytes.
    """
    content_type = response.headers.get("content-type", "")
    if told is None and not is_event_stream(content_type):
        return await decoding.read(response, limit, what)
    parser = parser_for(content_type)
    whole = bytearray()
    async with aclosing(decoding.decoded(response)) as pieces:
        async for piece in pieces:
            items = parser.feed(piece)
            first = items[0] if items else None
            if told is not None:
                told(items[:1] if isinstance(first, Event) else items, len(piece))
            if isinstance(first, Event):
                return first.data.encode("utf-8", "surrogatepass")
            whole += piece
            if len(whole) > limit:
                raise too_large(limit, what)
    if told is not None and (rest := parser.close()):
        told(rest, 0)
    return bytes(whole)
