"""Answers that come bit by bit."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from integrator_tui.demo.exchange import Exchange, Routes

EVENT_STREAM = [("Content-Type", "text/event-stream"), ("Cache-Control", "no-store")]


async def events(exchange: Exchange) -> None:
    """server-sent events, one every `?interval_ms=` (1000), `?count=` of them (0: without end)"""
    interval = exchange.request.number("interval_ms", 1000)
    count = int(exchange.request.number("count", 0))
    await exchange.start(200, EVENT_STREAM)
    await exchange.send(b": the demo server's events\nretry: 3000\n\n")
    number = 0
    while not count or number < count:
        number += 1
        await exchange.send(_event(number))
        await exchange.pause(interval)
    await exchange.finish()


def _event(number: int) -> bytes:
    order = json.dumps({"order": 1000 + number, "at": datetime.now(UTC).isoformat(timespec="milliseconds")})
    if number % 5 == 0:
        return f"event: note\nid: {number}\ndata: five more orders\ndata: the last is {order}\n\n".encode()
    return f"event: order\nid: {number}\ndata: {order}\n\n".encode()


ROUTES: Routes = {"/events": events}
