"""An app whose frames go to a lean terminal as they are, where it has one. Serves Textual 8.2.8.

Its `App._display` makes text of them first. Three more things are made good here, for every terminal. A screen that
comes back to the top may paint what changed in it meanwhile before it learns that it is on top and paints all:
until then the rest of the screen before is seen around it. A frame that is made while updates are held back
(`App.batch_update`) is lost, though what it would have painted counts as painted. For the styles that come with a
screen all are parsed again, after the screen was styled without them.
"""

from __future__ import annotations

from io import StringIO
from typing import Any, TypeVar

from rich.console import Console
from textual import constants
from textual.app import App
from textual.dom import DOMNode
from textual.events import Event, Resize
from textual.screen import Screen
from textual.widget import Widget

from integrator_tui.tui.textual_fixes.frames import NearCompositor, can_place, is_part, whole
from integrator_tui.tui.textual_fixes.lean_terminal import LeanFailed, LeanTerminal
from integrator_tui.tui.textual_fixes.quiet_crash import QuietCrashApp
from integrator_tui.tui.textual_fixes.terminal import Terminal

__all__ = ["LeanApp", "LeanFailed", "backlogged", "few_colours"]

ReturnT = TypeVar("ReturnT")


class LeanApp(QuietCrashApp[ReturnT]):
    """An app on a terminal of the kind `term`, as in the variable TERM."""

    term = ""
    _painted: Screen[Any] | None = None
    """The screen that the terminal shows all of."""
    _has_lost = False
    """Whether a frame was made while updates are held back."""

    def _register(self, parent: DOMNode, *widgets: Widget, **how: Any) -> list[Widget]:
        for widget in widgets:
            if isinstance(widget, Screen):
                self._read_styles(widget)
                if not isinstance(widget._compositor, NearCompositor):
                    widget._compositor = NearCompositor()
        return super()._register(parent, *widgets, **how)

    def _read_styles(self, screen: Screen[Any]) -> None:
        """Read the styles of a new screen before it is given any; what was parsed so far is not parsed again."""
        new = [path for path in screen.css_path if not self.stylesheet.has_source(str(path), "")]
        for path in new:
            self.stylesheet.read(path)
        if new:
            self.stylesheet.parse()
            self.stylesheet.update(self)

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        if self._batch_count and renderable is not None:
            self._painted, self._has_lost = None, True
        elif can_place(renderable):
            if screen is not self._painted and is_part(renderable):
                renderable = whole(screen)
            self._painted = screen
        self._show(screen, renderable)

    def _end_batch(self) -> None:
        super()._end_batch()
        if self._has_lost and not self._batch_count:
            self._has_lost = False
            self.refresh()

    def _show(self, screen: Screen[Any], renderable: Any) -> None:
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
        if isinstance(event, Resize) and isinstance(self._driver, Terminal):
            event = self._driver.resize_now()
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
