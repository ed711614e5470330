"""The first event of a streamed answer, which is the body of who asked for one (`stream_response`)."""

from __future__ import annotations

from contextlib import aclosing

import httpx

from integrator_tui.engine import body
from integrator_tui.engine.events import EventParser, is_event_stream
from integrator_tui.engine.failure import too_large


async def first_event(response: httpx.Response, limit: int, what: str = "the answer") -> bytes:
    """Return the data of the first server-sent event of an answer, else its whole body, decoded.

    Raises StageFailed as `body.read` does, also where no event came within `limit` bytes.
    """
    if not is_event_stream(response.headers.get("content-type", "")):
        return await body.read(response, limit, what)
    parser = EventParser()
    whole = bytearray()
    async with aclosing(body.decoded(response)) as pieces:
        async for piece in pieces:
            for event in parser.feed(piece):
                return event.data.encode("utf-8", "surrogatepass")
            whole += piece
            if len(whole) > limit:
                raise too_large(limit, what)
    return bytes(whole)
