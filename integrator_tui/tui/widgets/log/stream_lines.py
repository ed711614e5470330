"""What a stream gives, as lines of a log.

An event is one line, `HH:MM:SS.mmm type id  data`; further lines of its data follow, indented. Lines of
another answer stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from integrator_tui.model.stream import Closed, Event, Opened, Received, StreamEvent, StreamLine
from integrator_tui.tui.widgets.log.line_store import LineKind
from integrator_tui.tui.widgets.sheet import wrapped

INDENT = " " * 13
_ROOM = 79 - len(INDENT)
"""What a stream ends with shows whole in the smallest terminal, beside a scroll bar, also where lines are cut."""

_PART: Final = 500
"""Items of a read that are taken in at a time: a few milliseconds' work."""

LogLine = tuple[str, LineKind]


def parts(happening: StreamEvent) -> Iterator[StreamEvent]:
    """Give what a stream yields in parts: a read of very short lines has thousands."""
    if not isinstance(happening, Received) or len(happening.items) <= _PART:
        yield happening
        return
    items, size = happening
    for at in range(0, len(items), _PART):
        yield Received(items[at : at + _PART], size if at == 0 else 0)


def opening(opened: Opened, at: datetime) -> Iterator[LogLine]:
    """Give the note that a stream begins with: whether it is of the token, status, content type, URL."""
    status = f"{'token ' if opened.of_token else ''}{opened.status} {opened.reason}".rstrip()
    parts = (status, opened.content_type, opened.url)
    yield f"{_time(at)} {'  '.join(part for part in parts if part)}", LineKind.NOTE


def lines(item: Event | StreamLine, at: datetime) -> Iterator[LogLine]:
    """Give the lines of one item that arrived at `at`."""
    cut = f" … {item.cut:,} characters cut" if item.cut else ""
    if isinstance(item, StreamLine):
        yield item.text + cut, LineKind.PLAIN
        return
    first, *more = item.data.split("\n")
    head = " ".join(part for part in (_time(at), item.type.replace("\n", " "), item.id) if part)
    yield f"{head}  {first}{'' if more else cut}", LineKind.EVENT
    for number, line in enumerate(more, 1):
        yield f"{INDENT}{line}{cut if number == len(more) else ''}", LineKind.MORE


def closing(closed: Closed, at: datetime) -> Iterator[LogLine]:
    """Give the note that a stream ends with, and the hint where it failed."""
    kind = LineKind.FAILURE if closed.kind else LineKind.NOTE
    told = f"closed: {closed.kind}: {closed.message}" if closed.kind else f"closed: {closed.message}"
    first, *more = wrapped(told, _ROOM)
    yield f"{_time(at)} {first}", kind
    yield from ((f"{INDENT}{row}", kind) for row in more)
    if closed.kind and closed.hint:
        yield from ((f"{INDENT}{row}", LineKind.NOTE) for row in wrapped(f"hint: {closed.hint}", _ROOM))


def _time(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="milliseconds")[11:23]
