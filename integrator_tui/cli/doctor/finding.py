"""Finding: one thing that was looked at on this machine."""

from __future__ import annotations

from typing import Literal, NamedTuple

State = Literal["ok", "missing", "problem"]


class Finding(NamedTuple):
    """What was found in an `area`: `ok`, `missing` where something optional is not there, or a `problem`; a hint
    says what to do. Nothing in it is secret."""

    area: str
    state: State
    message: str
    hint: str = ""
