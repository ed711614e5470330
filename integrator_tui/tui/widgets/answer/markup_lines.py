"""XML and HTML laid out: a tag, a text or a short element a line, indented by the elements around it.

Rules: white space between tags goes, everything else stays as it came. An element that was never closed ends with
the one around it; in HTML elements without content (br, img …) open nothing, and what scripts and styles hold is
text. Nothing is parsed, resolved or fetched: entities and declarations are shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator, Iterator
from typing import Final

from integrator_tui.tui.widgets.answer.json_lines import blanks_end
from integrator_tui.tui.widgets.answer.line_table import CLOSES, STEP, LineTable
from integrator_tui.tui.widgets.answer.text_lines import TURN

_NAME: Final = rb"[^\s<>/=!?\"'][^\s<>/=\"']*+"
_ATTRIBUTES: Final = rb"""(?:[^<>"'/]|/(?!>)|"[^"]*+"|'[^']*+')*+"""
_LEAF: Final = re.compile(
    rb"<(" + _NAME + rb")" + _ATTRIBUTES + rb">[^<\r\n]{0,160}+</\1[ \t\r\n]*+>", re.IGNORECASE
)
_OPEN: Final = re.compile(rb"<(" + _NAME + rb")" + _ATTRIBUTES + rb"(/)?>")
_CLOSE: Final = re.compile(rb"</[ \t\r\n]*+(" + _NAME + rb")[^>]*+>")
_OTHER: Final = ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?", b"?>"), (b"<!", b">"), (b"<", b">"))
_VOID: Final = frozenset(b"area base br col embed hr img input link meta param source track wbr".split())
_RAW: Final = frozenset((b"script", b"style"))
_RAW_END: Final = re.compile(rb"</(?:script|style)", re.IGNORECASE)


def scan_markup(data: bytes, table: LineTable, start: int = 0, *, html: bool = False) -> Iterator[None]:
    """Add the lines of `data` from `start` on to `table`, a few at a time."""
    yield from _MarkupScan(data, table, html).run(blanks_end(data, start))
    yield from table.finish()


class _MarkupScan:
    """One pass over `data`."""

    def __init__(self, data: bytes, table: LineTable, html: bool) -> None:
        self._data, self._table, self._html = data, table, html
        self._stack: list[tuple[bytes, int]] = []
        """Name and number of the elements around."""
        self._names: Counter[bytes] = Counter()
        self._closed = False
        self._turn = TURN

    def run(self, place: int) -> Iterator[None]:
        """Add all lines."""
        data = self._data
        while place < len(data):
            if data[place] != 0x3C:
                end = data.find(b"<", place)
                place = yield from self._text(place, len(data) if end < 0 else end)
            else:
                place = yield from self._tag(place)
            self._turn -= 1
            if self._turn <= 0:
                self._turn = TURN
                yield

    def _tag(self, place: int) -> Generator[None, None, int]:
        data = self._data
        if found := _LEAF.match(data, place):
            return self._add(place, found.end())
        if found := _CLOSE.match(data, place):
            self._close(self._folded(found[1]))
            return self._add(place, found.end(), CLOSES if self._closed else 0)
        if found := _OPEN.match(data, place):
            name, is_empty = self._folded(found[1]), found[2] or (self._html and found[1].lower() in _VOID)
            line = len(self._table)
            after = self._add(place, found.end())
            if is_empty:
                return after
            self._stack.append((name, self._table.open(line)))
            self._names[name] += 1
            if self._html and name in _RAW:
                raw_end = _RAW_END.search(data, after)
                return (yield from self._text(after, raw_end.start() if raw_end else len(data)))
            return after
        begin, stop = next(pair for pair in _OTHER if data.startswith(pair[0], place))
        end = data.find(stop, place + len(begin))
        return (yield from self._text(place, len(data) if end < 0 else end + len(stop)))

    def _close(self, name: bytes) -> None:
        """Close the nearest element of this name, and those in it that nobody closed."""
        table, last = self._table, len(self._table) - 1
        self._closed = self._names[name] > 0
        while self._closed:
            found, number = self._stack.pop()
            self._names[found] -= 1
            if found == name:
                table.closers[number] = last + 1
                return
            table.closers[number] = max(last, table.openers[number])

    def _folded(self, name: bytes) -> bytes:
        return name.lower() if self._html else name

    def _add(self, start: int, end: int, closes: int = 0) -> int:
        """Add one line; return where the next begins."""
        after = blanks_end(self._data, end)
        self._table.add(start, after, len(self._stack) * STEP | closes, self._data)
        if self._stack and not closes:
            self._table.counts[self._stack[-1][1]] += 1
        return after

    def _text(self, place: int, end: int) -> Generator[None, None, int]:
        """Add the lines of a text, without the white space that each begins with; return where the next begins."""
        data = self._data
        place = blanks_end(data, place)
        while place < end:
            stop = data.find(b"\n", place, end)
            stop = end if stop < 0 else stop + 1
            after = blanks_end(data, stop)
            self._table.add(place, after, len(self._stack) * STEP, data)
            if self._stack:
                self._table.counts[self._stack[-1][1]] += 1
            place = after
            self._turn -= 1
            if self._turn <= 0:
                self._turn = TURN
                yield
        return max(place, end)
