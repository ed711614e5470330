"""An app whose frames go to a lean terminal as they are, where it has one. Serves Textual 8.2.8.

Its `App._display` makes text of them first.
"""

from __future__ import annotations

from io import StringIO
from typing import Any, TypeVar

from rich.console import Console
from textual import constants
from textual.app import App
from textual.events import Event, Resize
from textual.screen import Screen

from integrator_tui.tui.textual_fixes.frames import can_place
from integrator_tui.tui.textual_fixes.lean_terminal import LeanFailed, LeanTerminal
from integrator_tui.tui.textual_fixes.quiet_crash import QuietCrashApp
from integrator_tui.tui.textual_fixes.terminal import Terminal

__all__ = ["LeanApp", "LeanFailed", "backlogged", "few_colours"]

ReturnT = TypeVar("ReturnT")


class LeanApp(QuietCrashApp[ReturnT]):
    """An app on a terminal of the kind `term`, as in the variable TERM."""

    term = ""

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        terminal = self._driver
        if not (isinstance(terminal, LeanTerminal) and terminal.is_lean and can_place(renderable)):
            super()._display(screen, renderable)
            return
        try:
            if self._running and not self._closed and not self._batch_count:
                size = screen._compositor.size
                terminal.show(renderable, (size.width, size.height), self._caret(screen))
        finally:
            self.post_display_hook()

    def _caret(self, screen: Screen[Any]) -> tuple[int, int] | None:
        """Return where the terminal's own cursor has to stand, None where nothing is typed."""
        if getattr(screen.focused, "cursor_screen_offset", None) is None:
            return None
        place = screen.outer_size.clamp_offset(self.cursor_position)
        return place.x, place.y

    def redraw(self) -> None:
        """Paint everything again, whatever stands on the terminal."""
        if isinstance(self._driver, LeanTerminal):
            self._driver.forget_screen()
        self.refresh(layout=True)

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Resize) and isinstance(self._driver, LeanTerminal):
            # A terminal that is made smaller and larger again has lost what stood there.
            self._driver.forget_screen()
        await super().on_event(event)


def backlogged(app: App[Any]) -> bool:
    """Return whether the terminal has not taken what was drawn so far, so that to draw more is in vain."""
    return isinstance(app._driver, Terminal) and app._driver.backlogged


def few_colours() -> bool:
    """Return whether the terminal has 16 colours or fewer, as Textual will find it."""
    system: Any = constants.COLOR_SYSTEM
    console = Console(color_system=system, file=StringIO(), force_terminal=True)
    return console.color_system in {None, "standard"}
