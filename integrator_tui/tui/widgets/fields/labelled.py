"""What the rows of a form have in common: a label to the left, a required mark, problems below.

The label is drawn into the widget's own left padding and the problems into its bottom padding, so that a row
is one widget: a form of thirty rows opens in a fraction of the time that a label, a field and a message each
would take. A label stands beside its field at any width.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from integrator_tui.model.problem import Problem
from integrator_tui.model.text import visible
from integrator_tui.tui.textual_fixes.focus_order import InOrder
from integrator_tui.tui.textual_fixes.spared_drawing import PartsWhenDrawn
from integrator_tui.tui.widgets.drawing.ink import inks

LABEL_WIDTH = 31
"""Cells of the label column: the longest label, its required mark and a blank."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a row says of itself: `path` is the dotted key it edits, `hint` helps while it has the focus."""

    text: str
    path: str
    required: bool = False
    hint: str = ""
    placeholder: str = ""


class Labelled(InOrder, PartsWhenDrawn):
    """Mixin of every row: goes before the widget class in the bases."""

    ONE_ROW: ClassVar[bool] = False
    """Whether the field is one row high: a height that is told spares a new layout with every letter."""

    label: Label = Label("", "")
    problems: tuple[Problem, ...] = ()
    _problem_rows: tuple[tuple[str, bool], ...] = ()

    def set_label(self, label: Label) -> None:
        """Take the label; called once, before the row is mounted."""
        self.label = label
        self.styles.padding = (0, 0, 0, self.label_width)

    @property
    def label_width(self) -> int:
        """Cells that the label takes at the left: none without one, more than the column where it is longer."""
        return max(LABEL_WIDTH, cell_len(self.label.text) + 2) if self.label.text else 0

    def show_problems(self, problems: Iterable[Problem]) -> bool:
        """Show these problems below the field, and no others; return whether they are new ones."""
        shown = tuple(problems)
        if shown == self.problems:
            return False
        self.problems = shown
        self._lay_out_problems()
        return True

    def on_resize(self) -> None:
        self._lay_out_problems()

    def _lay_out_problems(self) -> None:
        room = max(20, self.outer_size.width - self.label_width)
        rows = tuple((row, problem.is_error) for problem in self.problems for row in _told(problem, room))
        if rows != self._problem_rows:
            self._problem_rows = rows
            self.styles.padding = (0, 0, len(rows), self.label_width)
            if self.ONE_ROW:
                self.styles.height = 1 + len(rows)

    def render_lines(self, crop: Region) -> list[Strip]:
        if not self.is_attached:
            # Removed, its styles gone, and still on the screen until that is laid out anew.
            return [Strip.blank(crop.width)] * crop.height
        lines = super().render_lines(crop)
        width, left = self.outer_size.width, self.label_width
        first_problem = self.outer_size.height - len(self._problem_rows)
        base = Style.from_color(None, self.background_colors[0].rich_color)
        for at, y in enumerate(range(crop.y, crop.bottom)):
            if self._problem_rows and y >= first_problem:
                line = self._problem_strip(*self._problem_rows[y - first_problem], width, base)
                lines[at] = line.crop(crop.x, crop.right)
            elif crop.x < left:
                label = self._label_strip(base) if y == 0 else Strip.blank(left, base)
                rest = lines[at].crop(left - crop.x, crop.width)
                lines[at] = Strip.join([label.crop(crop.x, min(crop.right, left)), rest])
        return lines

    def _label_strip(self, base: Style) -> Strip:
        ink = inks(self.app)
        focused = self.has_focus or self.has_focus_within
        text_style = base + (ink.strong if focused else ink.muted)
        text = self.label.text
        segments = [Segment("▌" if focused else " ", base + ink.accent), Segment(text, text_style)]
        used = 1 + cell_len(text)
        if self.label.required:
            segments.append(Segment(" *", base + (ink.error if self.problems else ink.accent)))
            used += 2
        segments.append(Segment(" " * max(0, self.label_width - used), base))
        return self._filtered(Strip(segments)).crop(0, self.label_width)

    def _problem_strip(self, text: str, is_error: bool, width: int, base: Style) -> Strip:
        ink, left = inks(self.app), self.label_width
        style = base + (ink.error if is_error else ink.warning)
        cells = [Segment(" " * left, base), Segment(set_cell_size(text, max(0, width - left)), style)]
        return self._filtered(Strip(cells))

    def _filtered(self, strip: Strip) -> Strip:
        """Return the strip as this terminal is to show it, which Textual sees to for its own lines (NO_COLOR)."""
        for line_filter in self.get_line_filters():
            strip = strip.apply_filter(line_filter, self.background_colors[1])
        return strip


def _told(problem: Problem, room: int) -> list[str]:
    """Return the rows that tell a problem in `room` cells: three of them at the most."""
    text = visible(problem.message)
    if problem.hint:
        text = f"{text}: {visible(problem.hint)}"
    mark = "✗ " if problem.is_error else "! "
    return textwrap.wrap(text, room, initial_indent=mark, subsequent_indent="  ", max_lines=3, placeholder=" …")
