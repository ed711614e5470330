"""The Answer on a screen: a line that says what it is and where one is, the body, and the lines that ask.

What goes beyond reading is told: `FilterChanged`. Esc closes what is open first (`close_one`).
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.app import ComposeResult
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from integrator_tui.model.text import visible
from integrator_tui.tui.widgets.answer.bars import BodyFilterBar, BodySearchBar
from integrator_tui.tui.widgets.answer.canvas import BodyCanvas
from integrator_tui.tui.widgets.answer.document import AnswerDocument
from integrator_tui.tui.widgets.answer.view import BodyView
from integrator_tui.tui.widgets.drawing.ink import inks
from integrator_tui.tui.widgets.log.prompt import LogPrompt


class AnswerHead(Widget):
    """One row: what is shown at the left, where one is in it at the right."""

    DEFAULT_CSS = "AnswerHead { width: 1fr; height: 1; background: $panel; color: $foreground; }"

    def __init__(self) -> None:
        super().__init__()
        self._words = self._place = ""

    def show(self, words: str, place: str) -> None:
        """Show these words."""
        if (words, place) != (self._words, self._place):
            self._words, self._place = words, place
            self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1

    def render_line(self, y: int) -> Strip:
        base, ink, width = self.rich_style, inks(self.app), self.size.width
        words = f" {visible(self._words)}"
        room = max(0, width - cell_len(words) - 2)
        place = visible(self._place)
        if cell_len(place) > room:
            place = f"…{place[len(place) - max(0, room - 1) :]}" if room > 1 else ""
        left = set_cell_size(words, max(0, width - cell_len(place) - 1))
        return Strip([Segment(left, base + ink.text), Segment(f"{place} ", base + ink.muted)]).crop(0, width)


class AnswerPane(Widget):
    """Shows one document at a time."""

    DEFAULT_CSS = """
    AnswerPane { layout: vertical; width: 1fr; height: 1fr; overflow: hidden; }
    """

    @dataclass
    class FilterChanged(Message):
        """The expression of the filter reads so now; None where the filter was closed."""

        expression: str | None

    def __init__(self, document: AnswerDocument, words: str) -> None:
        super().__init__()
        self.view = BodyView(document)
        self._words = words
        self._head = AnswerHead()
        self.search_bar = BodySearchBar(self.view)
        self.filter_bar = BodyFilterBar()
        self.is_made = False
        """Whether what is shown was made here, of the answer: filtered or compared."""
        self._expression = ""

    def compose(self) -> ComposeResult:
        yield self._head
        yield self.view
        yield self.search_bar
        yield self.filter_bar

    @property
    def document(self) -> AnswerDocument:
        """What is shown."""
        return self.view.document

    @property
    def _bars(self) -> tuple[LogPrompt, ...]:
        return (self.search_bar, self.filter_bar)

    @property
    def is_searching(self) -> bool:
        """Whether a search is open, so that there is a next match."""
        return self.search_bar.is_open

    def show(self, document: AnswerDocument, words: str, *, is_made: bool = False, expression: str = "") -> None:
        """Show another document; `is_made` says that it was made here, with `expression` where it is filtered."""
        self._words, self.is_made, self._expression = words, is_made, expression
        self.search_bar.forget()
        self.view.show(document)
        self.search_bar.again()
        self._tell()

    def search(self) -> None:
        """Open the search, or go back to typing in it."""
        self._only(self.search_bar)
        self.search_bar.open()

    def filter(self) -> None:
        """Open the filter, or go back to typing in it."""
        self._only(self.filter_bar)
        self.filter_bar.open(self._expression)

    def wrap(self) -> None:
        """Wrap long lines, or cut them."""
        self.view.wrap()
        self._tell()

    def next_mode(self) -> None:
        """Laid out, text, hex."""
        self.search_bar.forget()
        self.view.next_mode()
        self.search_bar.again()
        self._tell()

    def close_one(self) -> bool:
        """Close what is open; False where nothing is."""
        bar = next((bar for bar in self._bars if bar.is_open), None)
        if bar is None and not self.is_made:
            return False
        if bar is not None:
            bar.close()
        if bar is self.filter_bar or bar is None:
            self.post_message(self.FilterChanged(None))
        self.view.focus()
        return True

    def close_bars(self) -> None:
        """Close every line that asks."""
        for bar in self._bars:
            bar.close()

    @property
    def typed_filter(self) -> str:
        """The expression that stands in the filter, or that what is shown was made with."""
        return self.filter_bar.text.strip() if self.filter_bar.is_open else self._expression

    def on_body_canvas_moved(self, message: BodyCanvas.Moved) -> None:
        message.stop()
        self._tell()

    def on_body_filter_bar_typed(self, message: BodyFilterBar.Typed) -> None:
        message.stop()
        self.post_message(self.FilterChanged(message.expression))

    def on_body_filter_bar_kept(self, message: BodyFilterBar.Kept) -> None:
        message.stop()
        self.filter_bar.close()
        self.view.focus()

    def _only(self, bar: LogPrompt) -> None:
        for other in self._bars:
            if other is not bar:
                other.close()

    def _tell(self) -> None:
        document, window = self.document, self.view.window
        view = document.view
        words = [self._words, document.words, document.mode if document.mode != document.modes[0] else ""]
        words += ["wrapped" if window.wrap else "", "" if view.is_complete else "reading…"]
        where = f"{window.cursor + 1:,}/{len(view):,}" if len(view) else "empty"
        path = self.view.end_of_path.removeprefix("body") if document.mode == "laid out" else ""
        self._head.show(" · ".join(word for word in words if word), f"{path} {where}".strip())
