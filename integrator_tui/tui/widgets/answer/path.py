"""The path of a line of JSON, as an expression over `body` that Filter answer, outputs and `expect` understand."""

from __future__ import annotations

import json
import re
from typing import Final

from integrator_tui.tui.widgets.answer.document import LinesView
from integrator_tui.tui.widgets.answer.line_table import STEP

_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*\Z", re.ASCII)
_KEY: Final = re.compile(r'"((?:[^"\\]|\\.)*+)"\s*+:', re.DOTALL)


def json_path(view: LinesView, line: int, most: int | None = None) -> str:
    """Return the path of the value that a line shows, opens, closes or continues; empty where it is no JSON.

    With `most` it is the end of it, of so many steps, behind `…` where it has more: what is nested 20,000 deep has
    a path of 40,000 characters, which takes long to find with each key.
    """
    table = view.table
    if view.kind != "json" or not len(table) or (table.text_from is not None and line >= table.text_from):
        return ""
    line = table.head(line)
    parts: list[str] = []
    around = iter(table.containers_around(line) if table.levels[line] else ())
    if table.closes(line) and (closed := next(around, None)) is not None:
        line = table.openers[closed]
    for container in around:
        if len(parts) == most:
            return f"…{''.join(reversed(parts))}"
        opener = table.openers[container]
        parts.append(_step(view, opener, line))
        line = opener
    return f"body{''.join(reversed(parts))}"


def _step(view: LinesView, opener: int, line: int) -> str:
    table = view.table
    found = _KEY.match(view.line_text(line)) if view.line_text(table.tail(opener)).endswith("{") else None
    if found is None:
        level = table.levels[opener] + STEP
        return f"[{table.levels[opener + 1 : line].count(level)}]"
    try:
        name = json.loads(f'"{found[1]}"', strict=False)
    except ValueError:
        name = found[1]
    return f".{name}" if _NAME.match(name) else f"[{json.dumps(name, ensure_ascii=False)}]"
