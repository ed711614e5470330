"""A line below a log that asks for a text: out of sight until it is opened, and again after it was closed."""

from __future__ import annotations

import textwrap
from typing import Final

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Input, Static

WAITING: Final = "…"
"""The remark while it is not known yet what comes of what was typed."""
_BESIDE: Final = 32
"""Cells of a remark that stands beside what is typed; a longer one stands below it, whole."""
_MOST_ROWS: Final = 3


class LogPrompt(Widget):
    """A label, an input and a remark; what is done with the text is a subclass's."""

    DEFAULT_CSS = """
    LogPrompt {
        layout: horizontal; width: 1fr; height: 1; display: none; background: $panel;
        & > .log-prompt--label { width: auto; padding: 0 1 0 0; text-style: bold; }
        & > Input { width: 1fr; }
        & > .log-prompt--remark { width: auto; padding: 0 0 0 1; color: $text-muted; }
        & > .log-prompt--below { dock: bottom; width: 1fr; height: auto; display: none; color: $text-muted; }
    }
    """

    def __init__(self, label: str) -> None:
        super().__init__()
        self.is_open = False
        self._label = Static(label, classes="log-prompt--label", markup=False)
        self._input = Input(compact=True, select_on_focus=False)
        self._input.cursor_blink = False
        self._remark = Static("", classes="log-prompt--remark", markup=False)
        self._below = Static("", classes="log-prompt--below", markup=False)
        self._long = ""

    def compose(self) -> ComposeResult:
        yield self._label
        yield self._input
        yield self._remark
        yield self._below

    @property
    def text(self) -> str:
        """What stands in the input."""
        return self._input.value

    @property
    def has_focus_within(self) -> bool:
        """Whether keys are typed into the input."""
        return self._input.has_focus

    def open(self, text: str = "") -> None:
        """Appear with `text` in the input and take the focus."""
        self.is_open = True
        self.remark("")
        self._input.value = text
        self._input.cursor_position = len(text)
        self.display = True
        self._input.focus()

    def close(self) -> None:
        """Disappear."""
        self.is_open = False
        self.display = False

    def remark(self, text: str) -> None:
        """Show a word about what was typed, right of it; below it where it is long.

        One that stood below stays while it is waited for the next: rows that come and go with each key are much
        for a slow line.
        """
        is_long = cell_len(text) > _BESIDE
        self._remark.update("" if is_long else text)
        if text != WAITING:
            self._long = text if is_long else ""
            self._show_below()

    def on_resize(self, event: events.Resize) -> None:
        self._show_below()

    def _show_below(self) -> None:
        # Before it was laid out once it has no width.
        width = self.size.width or self.app.size.width
        rows = (
            textwrap.wrap(self._long, max(10, width), max_lines=_MOST_ROWS, placeholder=" …") if self._long else []
        )
        self._below.display = bool(rows)
        self._below.update("\n".join(rows))
        self.styles.height = 1 + len(rows)
