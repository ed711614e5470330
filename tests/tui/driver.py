"""Page objects: what a user sees and does, so that a test reads like their path through the screens.

Everything goes through keys and painted text. Waiting is for what is to be seen, never for a time.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from textual import screen as screens
from textual.css.stylesheet import Stylesheet
from textual.events import Key
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from integrator_tui import bundled
from integrator_tui.tui.app import IntegratorApp
from integrator_tui.tui.main.connections_page import ConnectionsPage
from integrator_tui.tui.services import WorkspaceServices
from integrator_tui.tui.widgets.connections.list import ConnectionList
from integrator_tui.tui.widgets.fields.labelled import Labelled

SMALL, LARGE = (80, 24), (120, 40)
_PATIENCE = 60.0
_TURNS = 1_000
"""Turns of the event loop until one that never comes to rest, as while an answer streams, is left alone."""
_ROUNDS = 10
"""What is painted may change what is to be painted."""
_CHARACTERS = {"space": " ", "slash": "/", "question_mark": "?"}


def _keys(text: str) -> list[str]:
    return [{" ": "space", "\n": "enter"}.get(character, character) for character in text]


async def _quiet() -> None:
    """Return as soon as nothing can go on but by the clock, the outside or another thread.

    To ask each widget by a message, as `Pilot` does, was half of what a test cost.
    """
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    for _ in range(_TURNS):
        await asyncio.sleep(0)
        if not ready:
            return


# The driver paints when it has to, and the clock of a screen is there for what comes by itself: at its own rate,
# each key of a burst is painted.
setattr(screens, "UPDATE_PERIOD", 1 / 20)  # noqa: B010  # a constant, to mypy

S = TypeVar("S", bound=Screen[Any])


def _is_due(screen: Screen[Any]) -> bool:
    """Whether anything is to be done at the next tick of the clock of this screen."""
    paints = screen._layout_required or screen._scroll_required or screen._repaint_required
    return paints or bool(screen._recompose_required or screen._dirty_widgets or screen._callbacks)


def _label_of(node: Any) -> str:
    """The label of the row that a widget is, or stands in."""
    while node is not None and not (isinstance(node, Labelled) and node.label.text):
        node = node.parent
    return node.label.text if node is not None else ""


class Driver:
    """A user at the keyboard of a running app."""

    def __init__(self, app: IntegratorApp, pilot: Pilot[int]) -> None:
        self.app = app
        self._pilot = pilot
        self._told: list[str] = []
        notify = app.notify

        def record(message: str, **how: Any) -> None:
            self._told.append(message)
            notify(message, **how)

        app.notify = record  # type: ignore[method-assign]

    # acting

    async def press(self, *keys: str) -> None:
        """Press keys in one burst, as a script or a slow link does, and let what they cause happen."""
        await self._step(*keys)
        await self._painted()

    async def _step(self, *keys: str) -> None:
        for key in keys:
            self.app.key_order.put(Key(key, _CHARACTERS.get(key, key if len(key) == 1 else None)))
        await self.app.key_order.drained()

    def _paint(self) -> bool:
        """Scroll and paint now what is to be at the next tick of a clock; return whether there was anything to do.
        `Pilot.pause` sleeps until the CPU is idle."""
        animator, screen = self.app.animator, self.app.screen_stack[-1] if self.app.screen_stack else None
        scrolls = bool(animator._animations)
        if scrolls:
            animator()
        if screen is None or not (screen.is_running and _is_due(screen)):
            return scrolls
        screen._on_timer_update()
        return True

    async def _painted(self) -> None:
        """Let every widget do what it was told so far, and paint."""
        main = self.app.screen_stack[0]
        reads = main if isinstance(main, ConnectionsPage) else None
        for _ in range(_ROUNDS):
            await _quiet()
            if reads is not None and reads.is_reading_selected:
                await self.until(lambda: not reads.is_reading_selected, "the file of the selected row")
            elif not self._paint():
                return

    async def write(self, text: str) -> None:
        """Type a text, a key a character."""
        await self.press(*_keys(text))

    async def palette(self, name: str) -> None:
        """Run an action by its whole name."""
        await self.press("ctrl+p")
        await self.write(name)
        await self.press("enter")

    # waiting and seeing

    async def until(self, holds: Callable[[], object], what: str) -> None:
        """Wait until `holds` is true; fail with the screen as it is after a minute."""
        deadline = time.monotonic() + _PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"waited in vain for {what}:\n{self.text}"
            await asyncio.sleep(0.005)

    async def shows(self, text: str) -> None:
        """Wait until the screen shows this text."""
        await self.until(lambda: text in self.text, repr(text))

    async def on(self, screen: type[S]) -> S:
        """Wait until this screen is on top and painted."""
        await self.until(lambda: isinstance(self.app.screen, screen) and self.app.screen.is_mounted, str(screen))
        await self._painted()
        assert isinstance(self.app.screen, screen)
        return self.app.screen

    @property
    def lines(self) -> list[str]:
        """The rows of the screen on top, as painted."""
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def styles_at(self, x: int, y: int) -> str:
        """The style of the cell at this place, as painted."""
        strip = self.app.screen._compositor.render_strips()[y]
        return " ".join(str(segment.style) for segment in strip.crop(x, x + 1))

    def row(self, text: str) -> str:
        """The first painted row that holds this text."""
        found = next((line for line in self.lines if text in line), None)
        assert found is not None, f"no row shows {text!r}:\n{self.text}"
        return found

    @property
    def notices(self) -> str:
        """All notices since the driver came, those that are gone too."""
        shown = (notification.message for notification in self.app._notifications)
        return "\n".join(dict.fromkeys((*self._told, *shown)))

    # the sidebar

    @property
    def sidebar(self) -> ConnectionList:
        return self.app.screen_stack[0].query_one(ConnectionList)

    def sidebar_row(self, name: str) -> str:
        """The row of the sidebar that begins with this name."""
        width = self.sidebar.region.right
        return next((line[:width] for line in self.lines if line.startswith(f" {name}")), "")

    async def select(self, file: str) -> None:
        """Walk down to the row of this file."""
        await self.press("home")
        for _ in range(50):
            if self.sidebar.selected == file:
                await self._painted()
                return
            await self._step("down")
        raise AssertionError(f"{file} is not in the sidebar:\n{self.text}")

    # the form

    @property
    def focused_label(self) -> str:
        """The label of the row that has the focus."""
        return _label_of(self.app.focused)

    async def go(self, label: str) -> None:
        """Press Tab until the row of this label has the focus, or Shift+Tab where that is the shorter way."""
        if self.focused_label != label:
            await self._step(*self._way(label))
        for _ in range(80):
            if self.focused_label == label:
                await self._painted()
                return
            await self._step("tab")
        raise AssertionError(f"Tab never leads to {label!r}:\n{self.text}")

    def _way(self, label: str) -> list[str]:
        """The keys that lead to this row as the screen is now; none where they change what comes after them."""
        chain: list[Widget] = self.app.screen.focus_chain
        here = self.app.focused
        if here not in chain:
            return []
        at = chain.index(here)
        labels = [_label_of(widget) for widget in (*chain[at:], *chain[:at])]
        # The first field of the row, whichever way it is come to.
        steps = next((n for n in range(1, len(labels)) if labels[n] == label != labels[n - 1]), 0)
        return ["tab"] * steps if steps * 2 <= len(labels) else ["shift+tab"] * (len(labels) - steps)

    async def fill(self, label: str, text: str) -> None:
        """Go to a field and replace what it holds."""
        await self.go(label)
        await self.press("end", "ctrl+u", *_keys(text))

    async def choose(self, label: str, option: str) -> None:
        """Open the list of a choice, and choose by the arrows."""
        from integrator_tui.tui.widgets.menu_list import MenuList

        await self.go(label)
        await self.press("enter")
        menu = self.app.screen.query_one(MenuList)
        words = [item.words for item in menu.items if item.available]
        await self.press("home", *["down"] * words.index(option), "enter")

    async def turn(self, label: str) -> None:
        """Turn a box on or off."""
        await self.go(label)
        await self.press("space")

    def field(self, label: str) -> Widget:
        """The widget that has this label."""
        for node in self.app.screen.query("*"):
            if isinstance(node, Labelled) and node.label.text == label:
                return node
        raise AssertionError(f"no field {label!r}")


@asynccontextmanager
async def _seldom_collecting() -> AsyncIterator[None]:
    """Look for garbage less often: a screen makes little of it, and looking takes a tenth of the time of a test."""
    often = gc.get_threshold()
    gc.set_threshold(20_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*often)


class _Parsed:
    """What stylesheets were parsed to with the same variables, kept from one app to the next."""

    _all: ClassVar[dict[frozenset[tuple[str, str]], dict[Any, Any]]] = {}

    def __init__(self, stylesheet: Stylesheet) -> None:
        self._stylesheet = stylesheet
        self.clear()

    def clear(self) -> None:
        """The variables of the stylesheet are others now."""
        self._now = self._all.setdefault(frozenset(self._stylesheet._variables.items()), {})

    def __getitem__(self, key: Any) -> Any:
        return self._now[key]

    def __setitem__(self, key: Any, rules: Any) -> None:
        self._now[key] = rules


@asynccontextmanager
async def running(
    workspace: WorkspaceServices,
    size: tuple[int, int] = SMALL,
    *,
    themes: tuple[Path, ...] = (),
    look_every: float = 1_000_000.0,
) -> AsyncIterator[Driver]:
    """Run the interface on a workspace, in a terminal of `size` columns and rows.

    `look_every` are the seconds between two looks at the disk: none that a test sees, where it does not ask.
    """
    ConnectionsPage.LOOK_EVERY = look_every
    app = IntegratorApp(workspace, themes=(bundled.themes(), *themes), home=Path("/nowhere"))
    app.stylesheet._parse_cache = _Parsed(app.stylesheet)  # type: ignore[assignment]
    async with app.run_test(size=size, notifications=True) as pilot, _seldom_collecting():
        driver = Driver(app, pilot)
        await driver.until(lambda: app.screen_stack and app.screen.is_mounted, "the main screen")
        await driver._painted()
        main = app.screen_stack[0]
        if isinstance(main, ConnectionsPage):
            await driver.until(main.reading.listed.is_set, "the files to be looked at")
            await driver._painted()
        yield driver
