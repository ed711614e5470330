"""Texts at exactly so many cells, as the rows of the list hold them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from rich.cells import cell_len, set_cell_size

from integrator_tui.model.last_result import LastResult
from integrator_tui.model.moments import age

_SHORT: Final = {"authenticate": "auth"}
"""Words of a cause that are too long for a row, as the key of the file has them."""


def short(cause: str) -> str:
    """Return the word of a cause for a narrow place."""
    return _SHORT.get(cause, cause)


def fit(text: str, width: int) -> str:
    """Return `text` at exactly `width` cells: padded, or with an ellipsis in its middle, for names that are alike
    often differ at their ends."""
    if text.isascii():
        if len(text) <= width:
            return text.ljust(width)
        if width < 2:
            return "…"[:width]
        ending = (width - 1) // 2
        return f"{text[: width - 1 - ending]}…{text[len(text) - ending :]}"
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    if width < 2:
        return "…"[:width]
    ending_text = _last_cells(text, (width - 1) // 2)
    return f"{set_cell_size(text, width - 1 - cell_len(ending_text))}…{ending_text}"


def _last_cells(text: str, width: int) -> str:
    """Return the end of a text that takes at most `width` cells."""
    at, left = len(text), width
    while at > 0 and (left := left - cell_len(text[at - 1])) >= 0:
        at -= 1
    return text[at:]


def result_text(result: LastResult, now: datetime) -> str:
    """Return what stands behind the mark of a row: `41ms 2h`, `tls 3m`."""
    return f"{short(result.text)} {age(result.at, now)}"
