"""A sheet: headed groups of names and values that scroll together; what is long is wrapped below its value.

All text is foreign: it goes through `visible` and never through markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from rich.cells import cell_len, chop_cells
from textual.content import Content
from textual.widgets import Static

from integrator_tui.model.text import counted, visible

Tone = Literal["", "muted", "good", "warn", "bad", "strong", "accent"]

_STYLES: dict[str, str] = {
    "": "",
    "muted": "$text-muted",
    "good": "$text-success",
    "warn": "$text-warning",
    "bad": "$text-error bold",
    "strong": "bold",
    "accent": "$text-accent",
}
_LONGEST = 4000


class SheetLine(NamedTuple):
    """One line of a sheet: a name in the left column (empty: the value stands alone), and a value with a tone."""

    name: str
    value: str
    tone: Tone = ""


class SheetGroup(NamedTuple):
    """Lines under a heading (empty: none)."""

    heading: str
    lines: tuple[SheetLine, ...]


class Sheet(Static):
    """Shows groups of lines; of a value of more than `most_rows` rows the beginning, and how much is left out."""

    def __init__(
        self,
        *,
        name_width: int = 16,
        most_rows: int | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes, markup=False)
        self._name_width = name_width
        self._most_rows = most_rows
        self.groups: tuple[SheetGroup, ...] = ()

    def show(self, groups: Sequence[SheetGroup]) -> None:
        """Show these groups."""
        if tuple(groups) != self.groups:
            self.groups = tuple(groups)
            self.update(self._content())

    def on_resize(self) -> None:
        self.update(self._content())

    def _content(self) -> Content:
        # Before it has a place it is measured: a dialog that grows by it would be painted tall, and then jump.
        width = max(10, self.size.width or self.app.size.width)
        lines: list[Content] = []
        for group in self.groups:
            if lines:
                lines.append(Content(""))
            if group.heading:
                lines.append(Content.styled(visible(group.heading), "$text-accent bold"))
            for line in group.lines:
                lines.extend(self._line(line, width))
        return Content("\n").join(lines)

    def _line(self, line: SheetLine, width: int) -> list[Content]:
        indent = self._name_width if line.name else 0
        room = max(8, width - indent)
        style = _STYLES[line.tone]
        parts = visible(self._cut(line.value, room), keep="\n").split("\n")
        values = [(row, style) for part in parts for row in wrapped(part, room)]
        if not line.name:
            return [Content.assemble(value) for value in values]
        names = wrapped(visible(self._cut(line.name, width)), max(8, width - 1))
        first = [Content.styled(name, _STYLES["muted"]) for name in names]
        if cell_len(names[-1]) < indent:
            # A name that is longer than its column has rows of its own, so that no value leaves its column.
            space = " " * (indent - cell_len(names[-1]))
            first[-1] = Content.assemble(first[-1], space, values.pop(0))
        return [*first, *(Content.assemble(" " * indent, value) for value in values)]

    def _cut(self, text: str, room: int) -> str:
        """Return what is shown of a text in rows of `room` cells."""
        rows = self._most_rows
        most = _LONGEST if rows is None else min(_LONGEST, rows * room)
        end = most if rows is None else min(most, _end_of_lines(text, rows))
        if len(text) <= end:
            return text
        # The note has to fit as well, whatever is left out.
        end = max(1, min(end, most - len(_left_out(len(text)))))
        return text[:end].rstrip() + _left_out(len(text) - end)


def _end_of_lines(text: str, count: int) -> int:
    """Return where the first `count` lines end."""
    at = -1
    for _ in range(count):
        at = text.find("\n", at + 1)
        if at < 0:
            return len(text)
    return at


def _left_out(count: int) -> str:
    return f"… and {counted(count, 'more character')}"


def wrapped(text: str, width: int) -> list[str]:
    """Return `text` in rows of at most `width` cells: broken at blanks where that leaves a fair line, else behind a
    sign that parts an address, else anywhere. What follows a leading mark (`✗ `, `! `) hangs below the words."""
    hang = "  " if text[:2] in _MARKS else ""
    rows: list[str] = []
    while cell_len(text) > width:
        at = _break(text, len(chop_cells(text[:width], width)[0]), len(hang) + 1)
        rows.append(text[:at].rstrip(" "))
        text = hang + text[at:].lstrip(" ")
    return [*rows, text]


_MARKS = frozenset({"✗ ", "✓ ", "! "})
_PARTS = "/?&,;-"


def _break(text: str, most: int, least: int) -> int:
    """Return where a row of at most `most` characters ends; `least` make sure that the text gets shorter."""
    blank = text.rfind(" ", max(least, most // 2), most + 1)
    if blank >= 0:
        return blank
    part = max(text.rfind(sign, max(least, most * 2 // 3), most) for sign in _PARTS)
    return part + 1 if part >= 0 else max(least, most)
