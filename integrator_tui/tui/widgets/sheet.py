"""A sheet: headed groups of names and values that scroll together; what is long is wrapped below its value.

All text is foreign: it goes through `visible` and never through markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from textual.content import Content
from textual.widgets import Static

from integrator_tui.model.text import visible

Tone = Literal["", "muted", "good", "warn", "bad", "strong", "accent"]

_STYLES: dict[str, str] = {
    "": "",
    "muted": "$foreground 62%",
    "good": "$text-success",
    "warn": "$text-warning",
    "bad": "$text-error bold",
    "strong": "bold",
    "accent": "$text-accent",
}
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a sheet: a name in the left column (empty: the value stands alone), and a value with a tone."""

    name: str
    value: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under a heading (empty: none)."""

    heading: str
    lines: tuple[Line, ...]


class Sheet(Static):
    """Shows groups of lines."""

    def __init__(self, *, name_width: int = 16, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes, markup=False)
        self._name_width = name_width
        self.groups: tuple[Group, ...] = ()

    def show(self, groups: Sequence[Group]) -> None:
        """Show these groups."""
        if tuple(groups) != self.groups:
            self.groups = tuple(groups)
            self.update(self._content())

    def on_resize(self) -> None:
        self.update(self._content())

    def _content(self) -> Content:
        width = max(10, self.size.width)
        lines: list[Content] = []
        for group in self.groups:
            if lines:
                lines.append(Content(""))
            if group.heading:
                lines.append(Content.styled(visible(group.heading), "$text-accent bold"))
            for line in group.lines:
                lines.extend(self._line(line, width))
        return Content("\n").join(lines)

    def _line(self, line: Line, width: int) -> list[Content]:
        indent = self._name_width if line.name else 0
        room = max(8, width - indent)
        rows: list[str] = []
        for part in visible(line.value, keep="\n", limit=_LONGEST).split("\n"):
            rows.extend(_wrapped(part, room))
        name = Content.styled(visible(line.name).ljust(indent)[: max(indent, len(line.name) + 1)], _STYLES["muted"])
        style = _STYLES[line.tone]
        first = Content.assemble(name if line.name else Content(""), (rows[0], style))
        return [first, *(Content.assemble(" " * indent, (row, style)) for row in rows[1:])]


def _wrapped(text: str, width: int) -> list[str]:
    """Break at blanks where that leaves a fair line, else anywhere: addresses have no blanks."""
    rows: list[str] = []
    while len(text) > width:
        cut = text.rfind(" ", width // 2, width + 1)
        at = width if cut < 0 else cut
        rows.append(text[:at])
        text = text[at:].lstrip(" ")
    return [*rows, text]
