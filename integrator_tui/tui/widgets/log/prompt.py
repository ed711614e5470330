"""A line below a log that asks for a text: out of sight until it is opened, and again after it was closed."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Input, Static


class LogPrompt(Widget):
    """A label, an input and a remark; what is done with the text is a subclass's."""

    DEFAULT_CSS = """
    LogPrompt {
        layout: horizontal; width: 1fr; height: 1; display: none; background: $panel;
        & > .log-prompt--label { width: auto; padding: 0 1 0 0; text-style: bold; }
        & > Input { width: 1fr; }
        & > .log-prompt--remark { width: auto; padding: 0 0 0 1; color: $text-muted; }
    }
    """

    def __init__(self, label: str) -> None:
        super().__init__()
        self.is_open = False
        self._label = Static(label, classes="log-prompt--label", markup=False)
        self._input = Input(compact=True, select_on_focus=False)
        self._input.cursor_blink = False
        self._remark = Static("", classes="log-prompt--remark", markup=False)

    def compose(self) -> ComposeResult:
        yield self._label
        yield self._input
        yield self._remark

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
        """Show a word about what was typed, right of it."""
        self._remark.update(text)
