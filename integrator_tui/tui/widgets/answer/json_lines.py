"""JSON laid out: a value a line, found by two expressions over the bytes, without recursion and without reading it.

Rules: nothing is changed but the white space between tokens, so numbers stay as precise as they came and keys as
often. Several values one after another (JSON Lines) are laid out one after another. A comma too many and NaN are
let pass; from the first place on that is no JSON the rest is text.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import Final

from integrator_tui.tui.widgets.answer.line_table import CLOSED_AT_ONCE, CLOSES, LONGEST, STEP, LineTable
from integrator_tui.tui.widgets.answer.text_lines import TURN, scan_text

_STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_SCALAR: Final = _STRING + rb"|-?[0-9][0-9.eE+\-]*+|true|false|null|NaN|-?Infinity|\{[ \t\r\n]*+\}|\[[ \t\r\n]*+\]"
_BLANK: Final = rb"[ \t\r\n]*+"
_VALUE: Final = rb"(?:" + _SCALAR + rb")" + _BLANK + rb"(,)?|([{\[])"
_END: Final = rb"([}\]])" + _BLANK + rb"(,)?"
_ELEMENT: Final = re.compile(rb"(?:" + _VALUE + rb"|" + _END + rb")" + _BLANK, re.DOTALL)
_MEMBER: Final = re.compile(
    rb"(?:" + _STRING + _BLANK + rb":" + _BLANK + rb"(?:" + _VALUE + rb")|" + _END + rb")" + _BLANK, re.DOTALL
)
_COMMA, _OPENS = 1, 2
_LONG_MEMBER: Final = re.compile(_STRING + _BLANK + rb":" + _BLANK + rb'"', re.DOTALL)
_LONG_ELEMENT: Final = re.compile(rb'"')
_AFTER: Final = re.compile(_BLANK + rb"(,)?" + _BLANK)
_BLANKS: Final = re.compile(_BLANK)
_WINDOW: Final = 1 << 18
"""Bytes that an expression looks at, so that one long string holds nobody up."""


def scan_json(data: bytes, table: LineTable, start: int = 0) -> Iterator[None]:
    """Add the lines of `data` from `start` on to `table`, a few at a time."""
    scan = _Scan(data, table)
    place = yield from scan.run(blanks_end(data, start))
    if place < len(data):
        table.text_from = len(table)
        yield from scan_text(data, table, place)
    else:
        yield from table.finish()


def blanks_end(data: bytes, place: int) -> int:
    """Return where the white space that begins at `place` ends."""
    found = _BLANKS.match(data, place)
    return found.end() if found else place


class _Scan:
    """One pass over `data`."""

    def __init__(self, data: bytes, table: LineTable) -> None:
        self._data, self._table = data, table

    def run(self, place: int) -> Generator[None, None, int]:
        """Add lines; return the place from where on it is no JSON, which is the end where all of it is."""
        data, table = self._data, self._table
        starts, levels, counts = table.starts, table.levels, table.counts
        stack: list[
            tuple[int, int, bool]
        ] = []  # of the containers around: number, values so far, whether an object
        level = count = 0
        in_object = False
        may_come = True
        match = _ELEMENT.match
        end, window, turn = len(data), place + _WINDOW, TURN
        while place < end:
            found = match(data, place, window)
            if found is None or found.end() == window < end:
                if window < min(end, place + _WINDOW):
                    window = min(end, place + _WINDOW)
                    continue
                # Longer than what is looked at: only a string can be.
                after = yield from self._long(place, in_object)
                if after is None or not may_come:
                    return place
                table.add(place, after[0], level, data)
                may_come = after[1] or not stack
                place, count = after[0], count + 1
                continue
            after_it, kind = found.end(), found.lastindex
            if not may_come and (kind is None or kind <= _OPENS):
                return place
            if kind is None or kind == _COMMA:
                if after_it - place <= LONGEST:
                    starts.append(place)
                    levels.append(level)
                else:
                    table.add(place, after_it, level, data)
                may_come = kind == _COMMA or not stack
                count += 1
            elif kind == _OPENS:
                stack.append((table.open(self._opener(place, after_it, level)), count + 1, in_object))
                in_object = data[found.start(_OPENS)] == 0x7B
                match = _MEMBER.match if in_object else _ELEMENT.match
                level, count = level + STEP, 0
            else:
                if not stack or data[place] != (0x7D if in_object else 0x5D):
                    return place
                level -= STEP
                starts.append(place)
                levels.append(level | CLOSES)
                number, before, in_object = stack.pop()
                table.closers[number] = len(starts) - 1
                counts[number], count = count, before
                match = _MEMBER.match if in_object else _ELEMENT.match
                may_come = kind == _OPENS + 2 or not stack
            place = after_it
            turn -= 1
            if not turn:
                table.end = place
                turn = TURN
                yield
        table.end = place
        yield from self._close(stack, count)
        return place

    def _close(self, stack: list[tuple[int, int, bool]], count: int) -> Iterator[None]:
        """Count what is in containers that were never closed: there may be as many as bytes."""
        counts = self._table.counts
        while stack:
            for number, before, _ in reversed(stack[-CLOSED_AT_ONCE:]):
                counts[number], count = count, before
            del stack[-CLOSED_AT_ONCE:]
            yield

    def _opener(self, place: int, end: int, level: int) -> int:
        """Add the line that opens a container, and return its number."""
        table = self._table
        line = len(table.starts)
        if end - place <= LONGEST:
            table.starts.append(place)
            table.levels.append(level)
        else:
            table.add(place, end, level, self._data)
        return line

    def _long(self, place: int, in_object: bool) -> Generator[None, None, tuple[int, bool] | None]:
        """Return where the long string at `place` ends, and whether a comma follows; None where it does not end."""
        data = self._data
        head = (_LONG_MEMBER if in_object else _LONG_ELEMENT).match(data, place)
        if head is None:
            return None
        at = head.end()
        turn = TURN
        while True:
            quote = data.find(b'"', at)
            if quote < 0:
                return None
            back = quote
            while data[back - 1] == 0x5C:
                back -= 1
            if not (quote - back) % 2:
                break
            at = quote + 1
            turn -= 1
            if not turn:
                turn = TURN
                yield
        if quote - place < _WINDOW - LONGEST:
            return None  # short enough for the expressions above, which did not take it
        after = _AFTER.match(data, quote + 1)
        assert after is not None
        return after.end(), after[1] is not None
