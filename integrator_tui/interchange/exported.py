"""What an export gives: a text, or what keeps it from being written."""

from __future__ import annotations

from typing import NamedTuple


class Refusal(NamedTuple):
    """What a format cannot say: which field of which connection, and the way round it. Never a secret's value."""

    message: str
    hint: str


class Exported(NamedTuple):
    """The text of an export, which is nobody's where anything is `refused`; `left_out` says, connection by
    connection, what matters on this machine alone and is not part of it."""

    text: str = ""
    refused: tuple[Refusal, ...] = ()
    left_out: tuple[str, ...] = ()
