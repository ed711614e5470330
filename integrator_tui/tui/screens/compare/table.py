"""What several connections were answered, side by side: a row for each JSON path at which one differs.

Rules: the first connection stands at the left and stays there; where not all others fit beside it, one goes
sideways.
All text is foreign: it goes through `visible` and never through markup.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.widgets import Static

from integrator_tui.model.stages import MARKS
from integrator_tui.model.text import visible
from integrator_tui.tui.labels import labelled
from integrator_tui.tui.widgets.results.facts import milliseconds
from integrator_tui.tui.widgets.sheet import wrapped

if TYPE_CHECKING:
    from integrator_tui.model.difference import AnswerDifference
    from integrator_tui.workspace import Verdict

MOST: Final = 500
"""Differences of one connection that are shown; `compare` on the command line tells them all."""
ABSENT = "–"
SAME = "="
_LEAST, _GAP, _MOST_PATH = 14, 2, 40
_STYLES: Final = {"passed": "$text-success", "failed": "$text-error", "error": "$text-error"}


class ComparedRow(NamedTuple):
    """One thing that differs: its path, what the first connection has there, and each of the others (None: the same
    as the first)."""

    path: str
    first: str
    others: tuple[str | None, ...]


def compared_rows(found: Sequence[Sequence[AnswerDifference]]) -> list[ComparedRow]:
    """Return the differences of several connections from the first as rows, each thing once."""
    rows: dict[tuple[str, str | None, int], list[str | None]] = {}
    for at, differences in enumerate(found):
        seen: Counter[tuple[str, str | None]] = Counter()
        for path, old, new in differences:
            row = rows.setdefault((path, old, seen[path, old]), [None] * len(found))
            row[at] = ABSENT if new is None else new
            seen[path, old] += 1
    return [
        ComparedRow(path, ABSENT if old is None else old, tuple(others)) for (path, old, _), others in rows.items()
    ]


class ComparedAnswers(Static):
    """Shows the verdicts of connections, and their answers side by side."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._verdicts: Sequence[Verdict] = ()
        self._rows: Sequence[ComparedRow] = ()
        self._note = ""
        self._offset = self._longest = 0

    def show(self, verdicts: Sequence[Verdict], rows: Sequence[ComparedRow], note: str) -> None:
        """Show these verdicts, in what they differ, and a word below."""
        self._verdicts, self._rows, self._note = tuple(verdicts), tuple(rows), note
        self._longest = max((cell_len(visible(row.path, limit=200)) for row in rows), default=0)
        self.sideways(0)

    def sideways(self, steps: int) -> bool:
        """Show other connections beside the first; return False where there are none on that side."""
        before = self._offset
        self._offset = max(0, min(before + steps, len(self._verdicts) - 1 - self.columns))
        self.update(self._content())
        return self._offset != before

    @property
    def columns(self) -> int:
        """How many connections fit beside the first."""
        room = self._width - self._path_width - _GAP
        return max(1, min(len(self._verdicts) - 1, room // (_LEAST + _GAP) - 1))

    @property
    def shown(self) -> tuple[int, int]:
        """The first and the last connection that is shown beside the first one, counted from 2."""
        return self._offset + 2, self._offset + 1 + self.columns

    def on_resize(self) -> None:
        self.sideways(0)

    @property
    def _width(self) -> int:
        return max(40, self.size.width or self.app.size.width)

    @property
    def _path_width(self) -> int:
        return 3 + max(8, min(self._longest, self._width // 3, _MOST_PATH))

    def _content(self) -> Content:
        lines = [line for verdict in self._verdicts for line in _verdict(verdict, self._name_width, self._width)]
        if self._rows:
            lines += [Content(""), *self._table()]
        if self._note:
            lines += [Content(""), Content.styled(self._note, "$text-muted")]
        return Content("\n").join(lines)

    @property
    def _name_width(self) -> int:
        return min(40, max((cell_len(_name(verdict)) for verdict in self._verdicts), default=0))

    def _table(self) -> Iterator[Content]:
        path_width, columns = self._path_width, self.columns
        room = max(8, (self._width - path_width) // (columns + 1) - _GAP)
        shown = range(self._offset, min(self._offset + columns, len(self._verdicts) - 1))
        names = [_name(self._verdicts[0]), *(_name(self._verdicts[at + 1]) for at in shown)]
        yield from _cells("  Answers", path_width, names, room, "$text-accent bold", "$text-accent bold")
        hidden = 0
        for row in self._rows:
            if all(row.others[at] is None for at in shown):
                hidden += 1
                continue
            values = [row.first, *(SAME if (value := row.others[at]) is None else value for at in shown)]
            yield from _cells(f"≠ {row.path}", path_width, values, room, "$text-warning", "$text-warning")
        if hidden:
            told = f"{hidden:,} more {'is' if hidden == 1 else 'are'} of connections at the left or right"
            yield Content.styled(f"  {told}", "$text-muted")


def _cells(
    name: str, name_width: int, values: Sequence[str], room: int, name_style: str, style: str
) -> Iterator[Content]:
    """Give the rows of the screen that one row of the table takes."""
    mark, name = name[:2], visible(name[2:], limit=200)
    parts = [wrapped(name, name_width - 3), *(wrapped(visible(value, limit=1000), room) for value in values)]
    for at in range(max(map(len, parts))):
        path, *others = (part[at] if at < len(part) else "" for part in parts)
        head = set_cell_size(f"{mark if at == 0 else '  '}{path}", name_width)
        cells = [set_cell_size(text, room) + " " * _GAP for text in others]
        yield Content.assemble(
            (head, name_style),
            *((cell, "$text-muted" if cell.strip() == SAME else style) for cell in cells),
        )


def _verdict(verdict: Verdict, name_width: int, width: int) -> Iterator[Content]:
    style = _STYLES.get(verdict.outcome, "")
    status = visible(verdict.answer.status_line, limit=100) if verdict.answer is not None else ABSENT
    yield Content.assemble(
        (f"{MARKS[verdict.outcome]} ", style),
        f"{set_cell_size(_name(verdict), name_width)}  ",
        (f"{verdict.outcome:<6}", style),
        f"  {milliseconds(verdict.ms):>9}  {status}",
    )
    said = [(f"{verdict.why}: {verdict.message}", style)] if verdict.message else []
    if verdict.hint:
        said.append((f"hint: {labelled(verdict.hint)}", "$text-muted"))
    for text, tone in said:
        for row in wrapped(visible(text, limit=1000), width - 4):
            yield Content.styled(f"    {row}", tone)


def _name(verdict: Verdict) -> str:
    return visible(verdict.entry.name, limit=100)
