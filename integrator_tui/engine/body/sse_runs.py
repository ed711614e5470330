"""A run of server-sent events that are written alike, as those of most streams are, taken by one expression.

Rules: the fields of the first event and their order are the shape that all must have: `data`, and maybe `event`
and `id`, each once, with a space after the colon. A run with any other line in it is not taken here.
"""

from __future__ import annotations

import re
from functools import cache, partial
from itertools import repeat
from typing import Final

from integrator_tui.model.stream import Event

Shape = tuple[str, ...]

_FIELDS: Final = {"data": "data: (.*)", "event": "event: (.+)", "id": "id: (.*)"}
_make: Final = partial(tuple.__new__, Event)
"""Event._make less its count of the fields, which costs as much as all the rest."""


def taken(text: str, last_id: str) -> list[Event] | None:
    """Return the events of `text`, whole ones with one empty line between them; None where they differ.

    `last_id` is the id of the event before. Lines end in LF, and the last one has no end.
    """
    shape = tuple(line.partition(": ")[0] for line in text.partition("\n\n")[0].split("\n"))
    if "data" not in shape or not _FIELDS.keys() >= set(shape) or len(set(shape)) < len(shape) or "\0" in text:
        return None
    found = _pattern(shape).findall(text)
    # A match begins with a line and ends with an event, so what was passed over holds a line end more.
    if text.count("\n") != len(found) * (len(shape) + 1) - 2:
        return None
    columns = dict(zip(shape, zip(*found, strict=True) if len(shape) > 1 else (found,), strict=True))
    kinds, ids = columns.get("event", repeat("message")), columns.get("id", repeat(last_id))
    return list(map(_make, zip(kinds, columns["data"], ids, repeat(None), repeat(0), strict=False)))


@cache
def _pattern(shape: Shape) -> re.Pattern[str]:
    return re.compile("^" + "\n".join(map(_FIELDS.__getitem__, shape)) + r"(?:\n\n|\Z)", re.MULTILINE)
