"""A short list to choose from: the options of a choice, the Actions menu, the hits of the palette."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from integrator_tui.model.text import visible
from integrator_tui.tui.widgets.drawing.ink import inks


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A line of a menu: `id` is what choosing it gives, `note` stands dimmed at the right, `key` is a letter that
    chooses it at once. What is not `available` is shown and passed over."""

    id: str
    words: str
    note: str = ""
    key: str = ""
    available: bool = True


class MenuList(Widget, can_focus=True):
    """The lines, one of them under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Previous", show=False),
        Binding("down", "move(1)", "Next", show=False),
        Binding("pageup,home", "move(-1000)", "First", show=False),
        Binding("pagedown,end", "move(1000)", "Last", show=False),
        Binding("enter,space", "choose", "Choose", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """The user chose the item with this id."""

        id: str

    def __init__(self, items: Sequence[MenuItem] = (), chosen: str = "") -> None:
        super().__init__()
        self._items = tuple(items)
        self._top = 0
        self._typed = ""
        self._cursor = next((at for at, item in enumerate(self._items) if item.id == chosen), self._first(0, 1))

    @property
    def current(self) -> MenuItem | None:
        """The item under the cursor."""
        return self._items[self._cursor] if self._cursor < len(self._items) else None

    @property
    def items(self) -> tuple[MenuItem, ...]:
        """The items that are shown."""
        return self._items

    def show(self, items: Sequence[MenuItem]) -> None:
        """Show these items, the first of them under the cursor."""
        self._items = tuple(items)
        self._top = 0
        self._cursor = self._first(0, 1)
        self.refresh()

    def _first(self, start: int, step: int) -> int:
        at = start
        while 0 <= at < len(self._items):
            if self._items[at].available:
                return at
            at += step
        return start

    def action_move(self, step: int) -> None:
        """Move the cursor, over what is not available."""
        self._typed = ""
        if not self._items:
            return
        target = max(0, min(self._cursor + step, len(self._items) - 1))
        found = self._first(target, 1 if step > 0 else -1)
        if self._items[found].available:
            self._cursor = found
        self._scroll()
        self.refresh()

    def action_choose(self) -> None:
        """Choose the item under the cursor."""
        item = self.current
        if item is not None and item.available:
            self.post_message(self.Chosen(item.id))

    def on_key(self, event: events.Key) -> None:
        for item in self._items:
            if item.available and item.key and item.key == event.character:
                event.stop()
                self.post_message(self.Chosen(item.id))
                return
        letter = event.character
        if letter is not None and letter.isprintable() and letter != " " and self._go_to(letter):
            event.stop()

    def _go_to(self, letter: str) -> bool:
        """Go to the next item that begins with what was typed, this letter the last of it; False for none."""
        for typed in dict.fromkeys((self._typed + letter, letter)):
            # More letters stay at the item they fit; the same one again goes on to the next.
            start = self._cursor + (len(typed) == 1)
            places = (at % len(self._items) for at in range(start, start + len(self._items)))
            found = next((at for at in places if self._begins(at, typed)), None)
            if found is not None:
                self._cursor, self._typed = found, typed
                self._scroll()
                self.refresh()
                return True
        return False

    def _begins(self, at: int, typed: str) -> bool:
        item = self._items[at]
        return item.available and item.words.casefold().startswith(typed.casefold())

    def on_click(self, event: events.Click) -> None:
        at = self._top + event.y
        if 0 <= at < len(self._items) and self._items[at].available:
            self._cursor = at
            self.refresh()
            self.action_choose()

    def on_resize(self) -> None:
        self._scroll()

    def _scroll(self) -> None:
        height = max(1, self.size.height)
        self._top = max(min(self._top, self._cursor), self._cursor - height + 1)

    @property
    def cursor_screen_offset(self) -> Offset:
        x, y, _, _ = self.content_region
        return Offset(x, y + self._cursor - self._top)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return max((cell_len(item.words) + cell_len(item.note) + 6 for item in self._items), default=10)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._items)

    def render_line(self, y: int) -> Strip:
        base, ink, width = self.rich_style, inks(self.app), self.size.width
        at = self._top + y
        if at >= len(self._items):
            return Strip.blank(width, base)
        item = self._items[at]
        under = at == self._cursor
        style = base + (ink.cursor if under else ink.text if item.available else ink.muted)
        note_style = style if under else base + ink.muted
        words = f" {visible(item.words)}"
        # A name is read whole: what stands beside it gives way.
        left = width - cell_len(words) - 2
        note = f"{_cut(visible(item.note), left - 1)} " if item.note and left > 1 else ""
        words = _fitted(words, max(0, width - cell_len(note)))
        return Strip([Segment(words, style), Segment(note, note_style + Style(bold=False))]).crop(0, width)


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, max(0, width - 1)) + "…"


def _fitted(text: str, width: int) -> str:
    if cell_len(text) > width:
        text = set_cell_size(text, max(0, width - 1)) + "…"
    return set_cell_size(text, width)
