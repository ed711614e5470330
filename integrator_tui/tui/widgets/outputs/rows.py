"""Outputs as rows of a tree: what is open is a row each, and what failed stands at its output.

Rules: an output that failed tells why in its row, with the hint in the next; a child that failed stands below its
output. Lists and objects are opened level by level as long as all fits into `AT_ONCE` rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from integrator_tui.model import exact_json
from integrator_tui.model.operation_result import OutputProblem
from integrator_tui.model.text import counted
from integrator_tui.tui.widgets.sheet import wrapped

AT_ONCE: Final = 200
"""Rows that are open before anybody opened one."""

MOST: Final = 200_000
"""Rows that opening all may make."""

_TOLD: Final = 52
"""Cells of a row that tells what went wrong: what fits beside its name at 80 columns."""

_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*\Z", re.ASCII)


class TreeRow(NamedTuple):
    """One row. `key` is the name or the place of `value` in what it stands in, `depth` counts from 0. Rows that
    tell what went wrong have a `problem` and no value; `said` is what this one tells of it, below `title`."""

    depth: int
    key: str | int
    value: Any = None
    problem: OutputProblem | None = None
    said: str = ""
    title: str = ""
    is_hint: bool = False

    @property
    def has_below(self) -> bool:
        """Whether there is something to open."""
        return self.problem is None and isinstance(self.value, dict | list) and bool(self.value)

    @property
    def name(self) -> str:
        """What stands before the value."""
        return str(self.key) if self.problem is None else self.title

    @property
    def text(self) -> str:
        """What the row says of its value; not made visible."""
        if self.problem is not None:
            return self.said
        match self.value:
            case list() as items if items:
                return counted(len(items), "item")
            case dict() as names if names:
                return counted(len(names), "name")
        return exact_json.dumps(self.value, ensure_ascii=False)


class OutputRows:
    """The rows of outputs, some of them open."""

    def __init__(self, values: Mapping[str, Any], problems: Sequence[OutputProblem] = ()) -> None:
        self._problems = tuple(problems)
        self._open: set[int] = set()
        self.rows: list[TreeRow] = list(self._outputs(values))
        self._open_what_fits()

    def _outputs(self, values: Mapping[str, Any]) -> Iterator[TreeRow]:
        for name, value in values.items():
            own = next((problem for problem in self._problems if problem.name == name), None)
            if own is None:
                yield TreeRow(0, name, value)
            else:
                yield from _told(0, own, name)
            for problem in self._problems:
                if problem.name.startswith(f"{name}."):
                    yield from _told(1, problem, problem.name.removeprefix(f"{name}."))

    def _open_what_fits(self) -> None:
        level = [at for at, row in enumerate(self.rows) if row.has_below]
        while level and len(self.rows) + sum(len(self.rows[at].value) for at in level) <= AT_ONCE:
            depth = self.rows[level[0]].depth
            for at in reversed(level):
                self.toggle(at)
            level = [at for at, row in enumerate(self.rows) if row.depth == depth + 1 and row.has_below]

    def __len__(self) -> int:
        return len(self.rows)

    def is_open(self, row: TreeRow) -> bool:
        """Whether what stands in the value of a row is shown below it."""
        return id(row.value) in self._open

    def toggle(self, at: int) -> None:
        """Open or close the row at this place."""
        row = self.rows[at]
        if not row.has_below:
            return
        if self.is_open(row):
            self._close(at)
        else:
            self._open.add(id(row.value))
            self.rows[at + 1 : at + 1] = _below(row)

    def _close(self, at: int) -> None:
        row, end = self.rows[at], at + 1
        while end < len(self.rows) and self.rows[end].depth > row.depth and self.rows[end].problem is None:
            self._open.discard(id(self.rows[end].value))
            end += 1
        self._open.discard(id(row.value))
        del self.rows[at + 1 : end]

    def close_all(self) -> None:
        """Leave the outputs themselves alone."""
        self._open.clear()
        self.rows = [row for row in self.rows if row.depth == 0 or row.problem is not None]

    def open_all(self) -> bool:
        """Open everything; False where that would be too much, and some stays closed."""
        self.close_all()
        rows: list[TreeRow] = []
        stack = list(reversed(self.rows))
        while stack:
            row = stack.pop()
            rows.append(row)
            if row.has_below:
                if len(rows) + len(stack) + len(row.value) > MOST:
                    self.rows = [*rows, *reversed(stack)]
                    return False
                self._open.add(id(row.value))
                stack.extend(reversed(_below(row)))
        self.rows = rows
        return True

    def path(self, at: int) -> str:
        """Return where the value of a row stands, as an expression on the object of outputs writes it."""
        parts: list[str] = []
        depth = self.rows[at].depth + 1
        if self.rows[at].problem is not None:
            return str(self.rows[at].key)
        for row in reversed(self.rows[: at + 1]):
            if row.depth == depth - 1 and row.problem is None:
                parts.append(_step(row.key))
                depth = row.depth
            if not depth:
                break
        return "".join(reversed(parts)).removeprefix(".")


def _below(row: TreeRow) -> list[TreeRow]:
    pairs = row.value.items() if isinstance(row.value, dict) else enumerate(row.value)
    return [TreeRow(row.depth + 1, key, value) for key, value in pairs]


def _told(depth: int, problem: OutputProblem, name: str) -> Iterator[TreeRow]:
    """The rows of an output, or of a child, that failed: why, and the hint below."""
    for at, row in enumerate(wrapped(f"✗ {problem.message}", _TOLD)):
        yield TreeRow(depth, problem.name, None, problem, row, name if at == 0 else "")
    for at, row in enumerate(wrapped(problem.hint, _TOLD) if problem.hint else ()):
        yield TreeRow(depth + 1, problem.name, None, problem, row, "hint" if at == 0 else "", is_hint=True)


def _step(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    return f".{key}" if _NAME.match(key) else f"[{json.dumps(key, ensure_ascii=False)}]"
