"""What a stream gives: it opens, receives batches, and closes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event (WHATWG HTML 9.2).

    `type` is `message` where the server names none, `id` the last one seen.

    `cut` counts the characters that were left out because the event was longer than its limit.
    """

    type: str
    data: str
    id: str = ""
    retry: int | None = None
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an answer that is not an event stream, without its line end."""

    text: str
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """The answer's head arrived; header names are lower-case, values redacted."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    content_type: str
    is_event_stream: bool
    url: str


@dataclass(frozen=True, slots=True)
class Received:
    """One network read's worth of items; `bytes` counts what came over the wire for them, decoded."""

    items: tuple[Event | Line, ...]
    bytes: int


@dataclass(frozen=True, slots=True)
class Closed:
    """The stream ended. `kind` is empty for a normal end, else a failure kind; `message` and `hint` say why."""

    message: str
    kind: str = ""
    hint: str = ""
    events: int = 0
    bytes: int = 0


StreamEvent = Opened | Received | Closed
