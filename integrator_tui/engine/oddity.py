"""Oddities: what is wrong with an answer and every client takes all the same (RFC 9110, RFC 9112).

Rules: whoever reads a part of an answer notes what is odd about it in the answer's own list, foreign text cut and
visible; it is told as `odd_answer` when the answer was read. A server can send a thousand odd lines: what is said
twice is kept once, and `MOST` of them are kept.
"""

from __future__ import annotations

from typing import Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.model.probe import ProbeWarning, Stage

MOST: Final = 8
"""Oddities of one answer that are told."""

_KEY: Final = "odd"


def noting(notes: list[str]) -> dict[str, list[str]]:
    """Return what an answer's extensions hold so that `notes` are its oddities."""
    return {_KEY: notes}


def note(notes: list[str], text: str) -> None:
    """Add an oddity to `notes`, once."""
    if text not in notes and len(notes) < MOST:
        notes.append(text)


def odd(response: httpx.Response, text: str) -> None:
    """Note an oddity of `response`."""
    note(response.extensions.setdefault(_KEY, []), text)


def oddities(response: httpx.Response | None, stage: Stage = "respond") -> tuple[ProbeWarning, ...]:
    """Return what was found odd about `response` so far; nothing of an answer that did not come."""
    notes = response.extensions.get(_KEY, ()) if response is not None else ()
    return tuple(ProbeWarning(stage, "odd_answer", text) for text in notes)
