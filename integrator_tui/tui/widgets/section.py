"""A part of a form that is made anew when what it depends on changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.app import ComposeResult
from textual.containers import Container
from textual.widget import Widget

from integrator_tui.tui.textual_fixes.focus_order import InOrder


class Section(InOrder, Container):
    """Composes what `make` returns; `recompose` asks it again."""

    DEFAULT_CSS = "Section { height: auto; }"

    def __init__(self, make: Callable[[], Iterable[Widget]], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._make = make

    def compose(self) -> ComposeResult:
        yield from self._make()
