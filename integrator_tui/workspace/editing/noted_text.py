"""What stands above a text in an editor: what it is, and what is wrong with it. It is left out of the file.

A line that is left out begins with a mark, which no line of the text itself begins with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from integrator_tui.model.problem import Problem
from integrator_tui.model.text import visible

_BOM: Final = "\ufeff"
_LONGEST: Final = 300
_MOST: Final = 20


class NotedText(NamedTuple):
    """A text with notes above it; `line` is where the editor is to open it, counted from 1."""

    text: str
    line: int
    mark: str

    def stripped(self, text: str) -> str:
        """Return an edited text without the notes."""
        lines = text.removeprefix(_BOM).splitlines(keepends=True)
        first = next((n for n, line in enumerate(lines) if not line.startswith(self.mark)), len(lines))
        return (_BOM if text.startswith(_BOM) else "") + "".join(lines[first:])


def noted(text: str, notes: Iterable[str], problems: Sequence[Problem] = (), line: int = 1) -> NotedText:
    """Return a text with notes and problems above it; where there are any, it opens at the first problem's line,
    else at `line` of the text."""
    mark = "#~"
    while any(row.startswith(mark) for row in text.removeprefix(_BOM).splitlines()):
        mark += "~"
    said = [*notes]
    height = len(said) + min(len(problems), _MOST + 1)
    # As many rows stand above the line that a problem names.
    for problem in problems[:_MOST]:
        place = f"line {problem.line + height}: " if problem.line else ""
        hint = f"; {problem.hint}" if problem.hint else ""
        field = f"{problem.field}: " if problem.field else ""
        said.append(f"{place}{field}{problem.message}{hint}")
    if len(problems) > _MOST:
        said.append(f"and {len(problems) - _MOST} more")
    end = "\r\n" if "\r\n" in text else "\n"
    head = "".join(f"{mark} {visible(row, limit=_LONGEST)}{end}" for row in said)
    first = next((problem.line for problem in problems if problem.line), None) or line
    whole = (_BOM if text.startswith(_BOM) else "") + head + text.removeprefix(_BOM)
    return NotedText(whole, first + height if said else first, mark)
