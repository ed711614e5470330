"""The two sorts of screens, and what Textual 8.2.8 makes expensive about a screen.

Its `Screen.focused` repaints the whole screen each time the focus moves, 20 ms and a screenful of bytes a Tab;
the widgets that lose and get the focus repaint themselves, so nothing else is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any, ClassVar, TypeVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.reactive import Reactive
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from integrator_tui.tui.dialogs.notices import reporting
from integrator_tui.tui.textual_fixes.feedback import FewNoticesApp
from integrator_tui.tui.textual_fixes.key_order import order_of
from integrator_tui.tui.textual_fixes.spared_drawing import StyledOnce

ResultT = TypeVar("ResultT")


_release: ContextVar[Callable[[], None]] = ContextVar("release", default=lambda: None)
"""Lets the keys go that the running flow keeps back."""


class Page(StyledOnce, Screen[ResultT]):
    """A screen that fills the terminal."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def flow(self, group: str, steps: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run `steps` in a worker, in place of another of the same group.

        Its errors become notices. Keys wait until it asks something or ends, so that what is typed ahead is
        meant for the screen it opens.
        """
        release = order_of(self.app).hold()

        async def run() -> None:
            _release.set(release)
            try:
                with reporting(self):
                    await steps()
            finally:
                release()

        self.run_worker(run(), group=group, exclusive=True)


class Dialog(StyledOnce, ModalScreen[ResultT]):
    """A question above another screen. Esc leaves it without an answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False),
        Binding("question_mark", "app.help", "Help", show=False),
    ]

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def on_mount(self) -> None:
        if isinstance(self.app, FewNoticesApp):
            self.app.drop_information()

    def action_cancel(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)


async def ask(app: App[Any], screen: Screen[ResultT]) -> ResultT | None:
    """Push a screen and return what it gives; for workers."""
    answer = app.push_screen(screen, wait_for_dismiss=True)
    _release.get()()
    return await answer
