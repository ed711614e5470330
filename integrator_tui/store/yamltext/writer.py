"""New lines: plain data as YAML in the shape of the documented example.

Rules: a short map or list under the keys named here stands in one line, everything else in a block; text of
several lines is a literal block; a sequence is indented below its key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from integrator_tui.store.yamltext.scalar import inline, is_literal, literal

WIDTH: Final = 110
"""How long a line with a flow collection may become before it is written as a block."""

FLOW_KEYS: Final = frozenset("params headers form multipart tags timeout token_connection outputs children".split())


@dataclass(frozen=True, slots=True)
class Written:
    """A value as text: what stands behind its key or dash, and the lines that follow."""

    inline: str
    lines: tuple[str, ...] = ()


def number(value: float) -> str:
    """Return a number without a needless fraction: `5`, `2.5`."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    return repr(value)


def flow(value: Any, *, style: str = "") -> str:
    """Return plain data in one line, as it stands in a flow collection."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        return inline(value, flow=True, style=style)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{inline(key, flow=True)}: {flow(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(flow(item) for item in value) + "]"


def block(value: Any, indent: int, *, key: str = "", step: int = 2, style: str = "") -> Written:
    """Return plain data as it stands behind a key or dash at column `indent`.

    `key` decides whether a collection may stand in one line, `style` is that of the scalar it replaces.
    """
    if isinstance(value, str):
        return _text(value, indent + step, style)
    if not isinstance(value, (Mapping, Sequence)):
        return Written(flow(value))
    if not value:
        return Written("{}" if isinstance(value, Mapping) else "[]")
    if key in FLOW_KEYS and not _has_lines(value) and indent + len(key) + len(line := flow(value)) < WIDTH:
        return Written(line)
    if isinstance(value, Mapping):
        return Written("", members(value, indent + step, step=step))
    return Written("", items(value, indent + step, step=step))


def members(value: Mapping[str, Any], indent: int, *, step: int = 2) -> tuple[str, ...]:
    """Return the lines of a block mapping whose keys stand at column `indent`."""
    lines: list[str] = []
    for name, item in value.items():
        lines.extend(member(name, item, indent, step=step))
    return tuple(lines)


def member(name: str, value: Any, indent: int, *, step: int = 2) -> tuple[str, ...]:
    """Return the lines of one key and its value, the key at column `indent`."""
    written = block(value, indent, key=name, step=step)
    head = f"{' ' * indent}{inline(name, flow=True)}:"
    return (f"{head} {written.inline}" if written.inline else head, *written.lines)


def items(value: Sequence[Any], indent: int, *, step: int = 2) -> tuple[str, ...]:
    """Return the lines of a block sequence whose dashes stand at column `indent`."""
    lines: list[str] = []
    for element in value:
        lines.extend(item(element, indent, step=step))
    return tuple(lines)


def item(value: Any, indent: int, *, step: int = 2) -> tuple[str, ...]:
    """Return the lines of one item, its dash at column `indent`."""
    if isinstance(value, Mapping) and value:
        first, *rest = members(value, indent + 2, step=step)
        return (" " * indent + "- " + first.lstrip(" "), *rest)
    written = block(value, indent, step=step)
    return (f"{' ' * indent}- {written.inline}".rstrip(" "), *written.lines)


def _text(text: str, indent: int, style: str) -> Written:
    many = "\n" in text.removesuffix("\n") or text.endswith("\n")
    if is_literal(text) and (style in ("|", ">") or (many and style != '"')):
        header, lines = literal(text, indent)
        return Written(header, tuple(lines))
    return Written(inline(text, flow=False, style=style))


def _has_lines(value: Any) -> bool:
    if isinstance(value, str):
        return "\n" in value
    if isinstance(value, Mapping):
        return any(_has_lines(item) for item in value.values())
    return isinstance(value, Sequence) and any(_has_lines(item) for item in value)
