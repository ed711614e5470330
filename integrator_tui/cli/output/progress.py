"""A progress bar on standard error, where that is a terminal that can show one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from integrator_tui.cli.output.output import Console

_WIDTH = 30

T = TypeVar("T")


def with_bar(output: Console, items: Iterable[T], total: int) -> Iterator[T]:
    """Yield `items` while a bar shows how many of `total` are done; it is gone afterwards."""
    if not output.progress_wanted or total < 2:
        yield from items
        return
    try:
        for done, item in enumerate(items, 1):
            yield item
            filled = min(_WIDTH, _WIDTH * done // total)
            output.redraw(f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {done} of {total}")
    finally:
        output.redraw()
