"""What a stream gives: it opens, receives batches, and closes."""

from __future__ import annotations

from integrator_tui.model.named_tuple import NamedTuple


class Event(NamedTuple):
    """One server-sent event (WHATWG HTML 9.2).

    `type` is `message` where the server names none, `id` the last one seen.

    `cut` counts the characters that were left out because the event was longer than its limit.
    """

    type: str
    data: str
    id: str = ""
    retry: int | None = None
    cut: int = 0


class StreamLine(NamedTuple):
    """One line of an answer that is not an event stream, without its line end."""

    text: str
    cut: int = 0


class Opened(NamedTuple):
    """The answer's head arrived; header names are lower-case, values redacted.

    `of_token` says that it is the answer to the token request, which is told before the answer asked for.
    """

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    content_type: str
    is_event_stream: bool
    url: str
    of_token: bool = False


class Received(NamedTuple):
    """One network read's worth of items; `bytes` counts what came over the wire for them, decoded."""

    items: tuple[Event | StreamLine, ...]
    bytes: int


class Closed(NamedTuple):
    """The stream ended. `kind` is empty for a normal end, else a failure kind; `message` and `hint` say why."""

    message: str
    kind: str = ""
    hint: str = ""
    events: int = 0
    bytes: int = 0


StreamEvent = Opened | Received | Closed
