"""A question with a few answers. Enter takes the one that is offered; Esc takes none and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content

from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import Dialog
from integrator_tui.tui.widgets.button import Button
from integrator_tui.tui.widgets.sheet import Sheet, SheetGroup, SheetLine


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """One answer: its words, what it gives, and whether it is `primary` or a `danger`."""

    words: str
    value: str
    variant: str = ""


_AROUND = 4
"""Rows of a dialog besides what is asked about: its border, a blank, and the answers."""


class QuestionScreen(Dialog[str | None]):
    """Shows groups of lines and the answers below them; the first answer is the one that is offered."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
    ]

    def __init__(self, title: str, groups: Sequence[SheetGroup], answers: Sequence[QuestionAnswer]) -> None:
        super().__init__()
        self._heading = title
        self._groups = tuple(groups)
        self._answers = tuple(answers)

    def compose(self) -> ComposeResult:
        dialog = Vertical(classes="dialog")
        dialog.border_title = Content(f" {visible(self._heading, limit=200)} ").markup
        with dialog:
            body = VerticalScroll(classes="dialog-body", can_focus=False)
            with body:
                yield Sheet(name_width=20)
            with Horizontal(classes="buttons"):
                for answer in self._answers:
                    yield Button(answer.words, answer.value, variant=answer.variant)

    def on_resize(self) -> None:
        # A border and the answers need their rows, however much is asked about.
        self.query_one(VerticalScroll).styles.max_height = max(1, self.size.height - _AROUND)
        self.call_after_refresh(self._tell_how_to_scroll)

    def _tell_how_to_scroll(self) -> None:
        scrolls = self.query_one(VerticalScroll).max_scroll_y > 0
        self.query_one(".dialog").border_subtitle = " PgUp PgDn scroll " if scrolls else ""

    def action_page(self, pages: int) -> None:
        """Scroll what is asked about by a page."""
        body = self.query_one(VerticalScroll)
        body.scroll_relative(y=pages * max(1, body.size.height - 1), animate=False)

    def on_mount(self) -> None:
        self.query_one(Sheet).show(self._groups)
        self.query(Button).first().focus()

    @on(Button.Pressed)
    def _answered(self, event: Button.Pressed) -> None:
        self.dismiss(event.answer)


def question(title: str, text: str, answers: Sequence[QuestionAnswer]) -> QuestionScreen:
    """Return a question of a few sentences."""
    lines = tuple(SheetLine("", part) for part in text.split("\n"))
    return QuestionScreen(title, (SheetGroup("", lines),), answers)


def unsaved_question(name: str) -> QuestionScreen:
    """Return the question about changes nobody saved; `discard` drops them, all else goes back to them."""
    return question(
        "Unsaved changes",
        f"{name or 'The new connection'} has unsaved changes. Esc goes back to them.",
        (QuestionAnswer("Keep editing", "keep", "primary"), QuestionAnswer("Discard changes", "discard", "danger")),
    )
