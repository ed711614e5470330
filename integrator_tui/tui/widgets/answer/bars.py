"""The lines below a body that ask for a text: a search, a filter, the file to save to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from textual.message import Message
from textual.widgets import Input

from integrator_tui.tui.widgets.answer.canvas import REST, SLICE
from integrator_tui.tui.widgets.answer.search import BodySearch
from integrator_tui.tui.widgets.answer.view import BodyView
from integrator_tui.tui.widgets.log.prompt import LogPrompt


class BodySearchBar(LogPrompt):
    """Searches while one types; Enter stays at the match, Esc goes back to where the search began."""

    def __init__(self, view: BodyView) -> None:
        super().__init__("Search")
        self._view = view
        self._search: BodySearch | None = None
        self._origin = 0
        self._is_accepted = False

    def open(self, text: str = "") -> None:
        """Appear, empty, or again with the query that is open."""
        if not self.is_open:
            self._origin, self._is_accepted = self._view.window.cursor, False
        super().open(text or (self.text if self.is_open else ""))

    def close(self) -> None:
        """Disappear and take the marks off the matches; without Enter the body is where it was before."""
        if not self.is_open:
            return
        super().close()
        self.forget()
        if not self._is_accepted:
            self._view.window.show(self._origin)
            self._view.repaint()

    def forget(self) -> None:
        """Drop the search: what is shown is another body, or another view of it."""
        self.workers.cancel_node(self)
        self._search = None
        self._view.highlight(None)

    def again(self) -> None:
        """Search the view that is shown now."""
        if self.is_open and self.text:
            self._begin(self.text)

    def step(self, forward: bool) -> None:
        """Go to the next match below (or above) the current line, around the end where need be."""
        if self._search is None:
            return
        row = self._view.window.cursor
        self._go(self._view.place(row + 1) if forward else self._view.place(row), forward=forward)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if not self.is_open:
            return
        if event.value:
            self._begin(event.value)
        else:
            self.forget()
            self.remark("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._is_accepted = bool(self.text)
        self._view.focus()

    def _begin(self, text: str) -> None:
        self._search = BodySearch(self._view.document.view, text)
        self._view.highlight(self._search.shown_pattern)
        self.run_worker(self._run(self._search), group="body-search", exclusive=True)

    async def _run(self, search: BodySearch) -> None:
        gone = False
        start = self._view.place(self._origin)
        while True:
            is_complete = search.advance(SLICE)
            if not gone and (is_complete or (search.places and search.places[-1] >= start)):
                gone = True
                self._go(start, forward=True)
            else:
                self.remark(search.count_words(None))
            if is_complete:
                break
            await asyncio.sleep(REST)
        while not self._view.document.view.is_complete:
            await asyncio.sleep(0.02)
        self._go(start, forward=True, only_count=True)

    def _go(self, place: int, *, forward: bool, only_count: bool = False) -> None:
        search = self._search
        if search is None:
            return
        number = search.next(place, forward=forward)
        self.remark(search.count_words(number))
        if number is not None and not only_count:
            self._view.show_place(search.places[number])


class BodySaveBar(LogPrompt):
    """Asks which file to save to."""

    @dataclass
    class Chosen(Message):
        """A file was named."""

        path: Path

    def __init__(self, home: Path | None) -> None:
        super().__init__("Save to")
        self._home = home

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.remark("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        name = event.value.strip()
        if not name:
            self.remark("type a file name")
            return
        at_home = self._home is not None and (name == "~" or name.startswith("~/"))
        self.post_message(self.Chosen(self._home / name[2:] if at_home and self._home else Path(name)))


class BodyFilterBar(LogPrompt):
    """Asks for an expression over the body, and tells of it while it is typed."""

    @dataclass
    class Typed(Message):
        """The expression reads so now."""

        expression: str

    @dataclass
    class Kept(Message):
        """Enter: the filtered view stays."""

    def __init__(self) -> None:
        super().__init__("Filter")
        self.is_refused = False
        """Whether the expression gives nothing on this body."""
        self.is_waiting = False
        """Whether it is not known yet what the expression gives."""
        self._is_entered = False

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self.is_refused = self._is_entered = False
            self.is_waiting = bool(event.value.strip())
            self.post_message(self.Typed(event.value.strip()))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        # One that gives nothing stays, to be mended: what is typed next is meant for it, and not for the keys.
        # Of one that is still tried the answer decides.
        self._is_entered = self.is_waiting
        if not self.is_refused and not self.is_waiting:
            self.post_message(self.Kept())

    def tried(self, remark: str = "") -> None:
        """Take what came of the expression: a remark where it gives nothing."""
        self.remark(remark)
        self.is_waiting, self.is_refused = False, bool(remark)
        if self._is_entered and not remark and self.is_open:
            self.post_message(self.Kept())
        self._is_entered = False
