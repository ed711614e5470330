"""What differs between two answers, one line a difference, by JSON path.

Rules: numbers are compared as they are written, keys by name and elements of lists by place, where only some were
added or taken away in the middle too. What is no JSON is compared by lines.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

from integrator_tui.model.answer import KeptAnswer
from integrator_tui.model.body import body_kind, body_text
from integrator_tui.model.encoding import media_type
from integrator_tui.model.text import counted

MOST: Final = 10_000
"""Differences that are told; more of them nobody reads."""

_LONGEST: Final = 200
_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*\Z", re.ASCII)
_LINES_LIMIT: Final = 1 << 20
"""Bytes up to which what is no JSON is compared by lines."""
_ALIGNED: Final = 500
"""Elements up to which a list is aligned, so that one more at its head is one difference."""


class AnswerDifference(NamedTuple):
    """One thing that differs: its JSON path, or what of an answer it is (empty: a line of a body that is no JSON),
    and how it is told on each side, None where that side has none."""

    path: str
    old: str | None
    new: str | None

    @property
    def line(self) -> str:
        """The difference in one line."""
        if self.old is not None and self.new is not None:
            return f"{self.path}: {self.old} → {self.new}"
        told = self.new if self.old is None else self.old
        sign = "+" if self.old is None else "-"
        return f"{sign} {self.path}: {told}" if self.path else f"{sign} {told}"


class _Number(str):
    """A number as it is written."""


def differences(old: KeptAnswer, new: KeptAnswer) -> list[str]:
    """Return what differs, a line each, status and content type first."""
    found = [difference.line for difference in islice(found_differences(old, new), MOST + 1)]
    return found if len(found) <= MOST else [*found[:MOST], f"… more than {MOST:,} differences"]


def as_far_as_both(old: KeptAnswer, new: KeptAnswer) -> tuple[KeptAnswer, KeptAnswer]:
    """Return two answers, both as far as the shorter one was kept where one of them was not kept whole."""
    if not (old.cut or new.cut):
        return old, new
    length = min(len(old.body), len(new.body))
    return old._replace(body=old.body[:length]), new._replace(body=new.body[:length])


def found_differences(old: KeptAnswer, new: KeptAnswer) -> Iterator[AnswerDifference]:
    """Give what differs, status and content type first."""
    if old.status_line != new.status_line:
        yield AnswerDifference("status", old.status_line, new.status_line)
    if media_type(old.content_type) != media_type(new.content_type):
        yield AnswerDifference("content type", media_type(old.content_type), media_type(new.content_type))
    yield from _bodies(old, new)


def _bodies(old: KeptAnswer, new: KeptAnswer) -> Iterator[AnswerDifference]:
    if old.body == new.body:
        return
    before, after = (body_text(answer.body, answer.content_type).data for answer in (old, new))
    try:
        values = (_read(before), _read(after))
    except (ValueError, RecursionError):
        kinds = (
            body_kind(before, old.body, old.content_type),
            body_kind(after, new.body, new.content_type),
        )
        if "hex" in kinds or max(len(before), len(after)) > _LINES_LIMIT:
            yield AnswerDifference("body", f"{len(old.body):,} bytes", f"{len(new.body):,} bytes, other content")
        else:
            yield from _lines(before, after)
        return
    yield from _values("body", *values)


def _read(text: bytes) -> Any:
    return json.loads(text, parse_int=_Number, parse_float=_Number, parse_constant=_Number)


def _values(path: str, old: Any, new: Any) -> Iterator[AnswerDifference]:
    """Give the differences of two values; a stack in place of recursion, so that depth is no matter."""
    stack: list[tuple[str, Any, Any]] = [(path, old, new)]
    while stack:
        path, old, new = stack.pop()
        if isinstance(old, dict) and isinstance(new, dict):
            inner = []
            for key in [*old, *(key for key in new if key not in old)]:
                step = f"{path}.{key}" if _NAME.match(key) else f"{path}[{json.dumps(key, ensure_ascii=False)}]"
                inner.append((step, old.get(key, _ABSENT), new.get(key, _ABSENT)))
            stack += reversed(inner)
        elif isinstance(old, list) and isinstance(new, list):
            stack += reversed(list(_elements(path, old, new)))
        elif new is _ABSENT:
            yield AnswerDifference(path, _told(old), None)
        elif old is _ABSENT:
            yield AnswerDifference(path, None, _told(new))
        elif type(old) is not type(new) or old != new:
            yield AnswerDifference(path, _told(old), _told(new))


def _elements(path: str, old: list[Any], new: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    if len(old) == len(new) or max(len(old), len(new)) > _ALIGNED:
        for at in range(max(len(old), len(new))):
            yield (
                f"{path}[{at}]",
                old[at] if at < len(old) else _ABSENT,
                new[at] if at < len(new) else _ABSENT,
            )
        return
    texts, others = ([json.dumps(value, sort_keys=True) for value in values] for values in (old, new))
    for kind, a, b, c, d in difflib.SequenceMatcher(None, texts, others, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for at in range(max(b - a, d - c)):
            before, after = a + at, c + at
            yield (
                f"{path}[{after if after < d else before}]",
                old[before] if before < b else _ABSENT,
                new[after] if after < d else _ABSENT,
            )


def _lines(old: bytes, new: bytes) -> Iterator[AnswerDifference]:
    before, after = (text.decode("utf-8", "replace").splitlines() for text in (old, new))
    for line in difflib.unified_diff(before, after, n=0, lineterm=""):
        if not line.startswith(("---", "+++", "@@")):
            text = line[1 : _LONGEST + 1]
            yield AnswerDifference("", text, None) if line[0] == "-" else AnswerDifference("", None, text)


def _told(value: Any) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        return f"{{ … {counted(len(value), 'key')} … }}" if value else "{}"
    if isinstance(value, list):
        return f"[ … {counted(len(value), 'item')} … ]" if value else "[]"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


class _Absent:
    """Where there is nothing."""


_ABSENT: Final = _Absent()
