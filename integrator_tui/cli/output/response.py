"""What `request` and `run` do with an answer: its body to the sink, all else to standard error."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from integrator_tui.cli.output.output import Console
from integrator_tui.cli.output.sink import Sink
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry
    from integrator_tui.model.stream import Event
    from integrator_tui.workspace import Answer

FAILED = 1

_AT_ONCE: Final = 64 * 1024
"""Characters of events written at once, but for the last line of them."""

_json: Final = json.JSONEncoder(ensure_ascii=False).encode


def tell_unverified(entry: Entry, output: Console) -> None:
    """Tell it where the connection says that no certificate is checked."""
    if entry.connection is not None and not entry.connection.options.verify:
        output.warning(f"{entry.name}: not verified: the certificate of this server is not checked")


def tell_head(answer: Answer, output: Console) -> None:
    """Tell whoever sits at a terminal the redirects that were followed and the status."""
    for hop in answer.told(list(answer.hops)):
        output.aside(f"{hop['status']} → {hop['url']}")
    output.aside(f"{visible(answer.http_version)} {answer.said}")


def tell_end(name: str, answer: Answer, output: Console) -> int:
    """Tell what is odd about an answer, and why one with another status than 200 to 299 is none; return the exit
    code."""
    for warning in answer.warnings:
        if warning.kind != "not_verified":  # told before anything was sent
            output.note(f"warning: {visible(name)}: {warning.stage}: {visible(warning.message)}")
    failure = answer.failure
    if failure is None:
        return 0
    output.note(f"error: {visible(name)}: {failure.stage}: {failure.kind}: {visible(failure.message)}")
    output.note(f"hint: {visible(failure.hint)}")
    return FAILED


class Parts(NamedTuple):
    """What of an answer goes to the sink: its `head`, its `body`, as `events` one JSON object for each server-sent
    event where it has them, with `fail` nothing of one that is no 2xx. `told` says that its head was told."""

    head: bool = False
    body: bool = True
    events: bool = False
    fail: bool = False
    told: bool = False


async def deliver(name: str, answer: Answer, sink: Sink, output: Console, wanted: Parts | None = None) -> int:
    """Write what is wanted of an answer as it comes; return the exit code."""
    wanted = wanted or Parts()
    if not wanted.told:
        tell_head(answer, output)
    if wanted.fail and not answer.ok:
        return tell_end(name, answer, output)
    sink.begin()
    try:
        if wanted.head:
            sink.write(_head(answer) if sink.terminal else answer.head)
        if wanted.body:
            await _body(answer, sink, wanted)
    finally:
        sink.end()
    return tell_end(name, answer, output)


def _head(answer: Answer) -> bytes:
    return "".join(f"{line}\n" for line in (*answer.told_head, "")).encode("utf-8", "replace")


async def _body(answer: Answer, sink: Sink, wanted: Parts) -> None:
    if answer.method == "HEAD":
        if not wanted.head:
            # Its headers are all there is.
            sink.write("".join(f"{name}: {value}\n" for name, value in answer.told_headers).encode())
    elif wanted.events and answer.is_event_stream:
        await _events(answer, sink)
    elif sink.terminal:
        await _text(answer, sink)
    else:
        await _bytes(answer, sink)


async def _bytes(answer: Answer, sink: Sink) -> None:
    async with aclosing(answer.chunks()) as chunks:
        async for chunk in chunks:
            sink.write(chunk)


async def _text(answer: Answer, sink: Sink) -> None:
    async with aclosing(answer.shown()) as texts:
        async for text in texts:
            sink.write(text.encode("utf-8", "replace"))


async def _events(answer: Answer, sink: Sink) -> None:
    from integrator_tui.model.stream import Event

    async with aclosing(answer.batches()) as batches:
        async for batch in batches:
            lines: list[str] = []
            size = 0
            for item in batch:
                if isinstance(item, Event):
                    lines.append(_line(answer, item, sink))
                    size += len(lines[-1])
                    # One long id stands in the line of each of many short events.
                    if size > _AT_ONCE:
                        _write(lines, sink)
                        size = 0
            _write(lines, sink)


def _write(lines: list[str], sink: Sink) -> None:
    sink.write("".join(lines).encode("utf-8", "replace"))
    lines.clear()


def _line(answer: Answer, event: Event, sink: Sink) -> str:
    """The event as a line of NDJSON, `cut` with the characters left out of one that is longer than its limit."""
    kind, data, last_id = event.type, event.data, event.id
    if sink.terminal:
        kind, data, last_id = map(answer.told, (kind, data, last_id))
    cut = f', "cut": {event.cut}' if event.cut else ""
    return f'{{"event": {_json(kind)}, "id": {_json(last_id)}, "data": {_json(data)}{cut}}}\n'
