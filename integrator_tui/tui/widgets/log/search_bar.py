"""The search of a log: finds while one types, and goes from match to match.

While typing, a log that follows its end is searched upward from there, so that the newest match is found; one
that was scrolled, downward from the current line. Enter stays at the match; Esc before it goes back to where
the search began.
"""

from __future__ import annotations

import asyncio

from textual.widgets import Input

from integrator_tui.tui.widgets.log.line_search import LineSearch
from integrator_tui.tui.widgets.log.prompt import LogPrompt
from integrator_tui.tui.widgets.log.view import LogView


class LogSearchBar(LogPrompt):
    """Searches the lines of `view`; stays in sight with its query until it is closed."""

    def __init__(self, view: LogView) -> None:
        super().__init__("Search")
        self._view = view
        self._origin = 0
        self._was_following = True
        self._is_accepted = False

    def open(self, text: str = "") -> None:
        """Appear, empty, or again with the query that is open."""
        if not self.is_open:
            self._origin = self._view.window.cursor
            self._was_following = self._view.window.following
            self._is_accepted = False
        super().open(text or (self.text if self.is_open else ""))

    def close(self) -> None:
        """Disappear and take the marks off the matches; without Enter the log is where it was before."""
        if not self.is_open:
            return
        super().close()
        self.workers.cancel_node(self)
        self._view.highlight("")
        if self._is_accepted:
            return
        if self._was_following:
            self._view.follow()
        elif self._view.store.oldest <= self._origin < self._view.store.end:
            self._view.show_line(self._origin)

    def step(self, forward: bool) -> None:
        """Go to the next matching line below (or above) the current one, around the end where need be."""
        cursor = self._view.window.cursor
        self._start(cursor + 1 if forward else cursor - 1, forward)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if not self.is_open:
            return
        self._view.highlight(event.value)
        if event.value:
            self._start(self._origin, not self._was_following)
        else:
            self.workers.cancel_node(self)
            self.remark("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._is_accepted = bool(self.text)
        self._view.focus()

    def _start(self, line: int, forward: bool) -> None:
        store = self._view.store
        if forward and line >= store.end:
            line = store.oldest
        elif not forward and line < store.oldest:
            line = store.end - 1
        search = LineSearch(store, self.text, line, forward=forward)
        self.run_worker(self._run(search), exclusive=True, group="log-search")

    async def _run(self, search: LineSearch) -> None:
        while not search.advance():
            self.remark("searching…")
            await asyncio.sleep(0)
        if search.found is None:
            self.remark("no match")
            return
        self.remark(f"line {search.found + 1:,}{', from the other end' if search.wrapped else ''}")
        self._view.show_line(search.found)
