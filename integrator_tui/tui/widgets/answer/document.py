"""The body of an answer as lines: laid out where its format is known, as text, and as hex.

A view numbers its rows from 0; only the rows that are asked for are decoded. Views are laid out a few lines at a
time (`advance`), and what is there can be shown and searched meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Final, Protocol

from integrator_tui.model.body import BodyKind, body_kind, body_text
from integrator_tui.model.encoding import media_type
from integrator_tui.model.text import counted
from integrator_tui.tui.widgets.answer.folds import Folds
from integrator_tui.tui.widgets.answer.json_lines import scan_json
from integrator_tui.tui.widgets.answer.line_table import LineTable
from integrator_tui.tui.widgets.answer.markup_lines import scan_markup
from integrator_tui.tui.widgets.answer.pieces import (
    Piece,
    continued,
    indentation,
    json_pieces,
    markup_pieces,
    plain,
)
from integrator_tui.tui.widgets.answer.text_lines import scan_text

HEX_WIDTH: Final = 16
KIND_WORDS: Final = {"json": "JSON", "xml": "XML", "html": "HTML", "text": "text", "hex": "bytes"}


class View(Protocol):
    """One way to see a body; `data` is what its places count in."""

    @property
    def data(self) -> bytes: ...
    @property
    def is_complete(self) -> bool: ...
    def __len__(self) -> int: ...
    def advance(self, seconds: float) -> bool: ...
    def pieces(self, row: int) -> list[Piece]: ...
    def row_at(self, place: int) -> int: ...


class LinesView:
    """A body in lines, of which containers can be folded away; `data` is UTF-8."""

    def __init__(self, data: bytes, kind: BodyKind) -> None:
        self.data, self.kind = data, kind
        self.table = LineTable()
        self.folds = Folds(self.table)
        self._scan = self._scanner()

    def _scanner(self) -> Iterator[None]:
        if self.kind == "json":
            return scan_json(self.data, self.table)
        if self.kind in ("xml", "html"):
            return scan_markup(self.data, self.table, html=self.kind == "html")
        return scan_text(self.data, self.table)

    @property
    def is_complete(self) -> bool:
        """Whether all of it is laid out."""
        return self.table.is_complete

    def advance(self, seconds: float) -> bool:
        """Lay out more for about so long; return whether all of it is."""
        until = perf_counter() + seconds
        for _ in self._scan:
            if perf_counter() >= until:
                break
        return self.is_complete

    def __len__(self) -> int:
        return len(self.folds)

    def line_text(self, line: int) -> str:
        """Return the bytes of a line as text, without the line end or the white space behind it."""
        start, end = self.table.span(line)
        text = self.data[start:end].decode("utf-8", "replace")
        if self.kind == "text" or self._is_text(line):
            return text.removesuffix("\n").removesuffix("\r")
        return text.rstrip(" \t\r\n")

    def pieces(self, row: int) -> list[Piece]:
        """Return what is to be seen of a row."""
        return self.line_pieces(self.folds.line(row), folded=True)

    def line_pieces(self, line: int, *, folded: bool = False) -> list[Piece]:
        """Return a line in pieces; with `folded`, one that opens a folded container tells what is in it."""
        text, table = self.line_text(line), self.table
        if self.kind == "text" or self._is_text(line):
            return plain(text)
        indent = Piece(indentation(table.depth(line)))
        if table.is_continued(line):
            head = self.line_text(table.head(line))
            part = "string" if self.kind == "json" and head.startswith('"') else ""
            return [indent, *continued(text, part)]
        made = json_pieces(text) if self.kind == "json" else markup_pieces(text)
        container = table.container_at(line) if folded else None
        if container is not None and self.folds.is_folded(container):
            made += self._folded(container)
        return [indent, *made]

    def _folded(self, container: int) -> list[Piece]:
        table = self.table
        count = table.counts[container]
        if self.kind == "json":
            opener = self.line_text(table.tail(table.openers[container]))
            noun = "key" if opener.endswith("{") else "item"
        else:
            noun = "line"
            count = table.closers[container] - table.openers[container] - 1
        closing = self.line_text(table.closers[container]) if table.closes(table.closers[container]) else ""
        return [
            Piece(f" … {counted(count, noun)} … ", "note"),
            Piece(closing, "mark" if self.kind == "json" else "tag"),
        ]

    def _is_text(self, line: int) -> bool:
        return self.table.text_from is not None and line >= self.table.text_from

    def row_at(self, place: int) -> int:
        """Return the row that shows the byte at `place`; one that is folded away is unfolded."""
        line = self.table.line_at(place)
        self.folds.reveal(line)
        return self.folds.row(line)


class HexView:
    """A body as bytes: address, hex, and the characters of ASCII."""

    is_complete = True

    def __init__(self, body: bytes) -> None:
        self.data = body

    def __len__(self) -> int:
        return -(-len(self.data) // HEX_WIDTH)

    def advance(self, seconds: float) -> bool:
        """There is nothing to lay out."""
        return True

    def pieces(self, row: int) -> list[Piece]:
        """Return a row in pieces."""
        at = row * HEX_WIDTH
        part = self.data[at : at + HEX_WIDTH]
        first, second = part[:8].hex(" "), part[8:].hex(" ")
        shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in part)
        return [Piece(f"{at:08x}  ", "note"), Piece(f"{first:<23}  {second:<23}  "), Piece(shown, "string")]

    def row_at(self, place: int) -> int:
        """Return the row that shows the byte at `place`."""
        return place // HEX_WIDTH


_SURE: Final = 1 << 16
"""Bytes after which an answer that does not say so is believed to be JSON."""


class AnswerDocument:
    """A body with all its views; `mode` is the one in use."""

    def __init__(self, body: bytes, content_type: str) -> None:
        self.body = body
        read = body_text(body, content_type)
        self.data, self.charset, self.charset_note = read
        self.kind = body_kind(self.data, body, content_type)
        self.says = media_type(content_type)
        self._views: dict[str, LinesView | HexView] = {}
        if self.kind == "json" and "json" not in self.says and not self._is_json():
            self.kind = "text"
        self.modes: tuple[str, ...] = {"text": ("text", "hex"), "hex": ("hex", "text")}.get(
            self.kind, ("laid out", "text", "hex")
        )
        self.mode = self.modes[0]

    def _is_json(self) -> bool:
        """Whether the beginning is JSON, of something that does not say so."""
        view = LinesView(self.data, "json")
        while not view.is_complete and view.table.end < _SURE:
            view.advance(0)
        self._views["laid out"] = view
        table = view.table
        return table.text_from is None or (table.text_from > 1 and table.starts[table.text_from] > _SURE)

    @property
    def view(self) -> LinesView | HexView:
        """The view in use, made where it was not."""
        if self.mode not in self._views:
            if self.mode == "hex":
                self._views[self.mode] = HexView(self.body)
            else:
                self._views[self.mode] = LinesView(self.data, self.kind if self.mode == "laid out" else "text")
        return self._views[self.mode]

    def next_mode(self) -> None:
        """Go on to the next way to see it."""
        self.mode = self.modes[(self.modes.index(self.mode) + 1) % len(self.modes)]

    @property
    def words(self) -> str:
        """What it is, in a few words: the format, and what its content type or charset says wrongly."""
        parts = [KIND_WORDS[self.kind]] if self.says or self.kind != "text" else []
        if self.says and _lies(self.says, self.kind):
            parts.append(f"told as {self.says}")
        if self.kind != "hex":
            parts += [word for word in (self.charset_note, self.charset if self.charset != "utf-8" else "") if word]
        view = self._views.get("laid out")
        if isinstance(view, LinesView) and view.table.text_from is not None and self.kind == "json":
            line = view.table.text_from
            place = view.table.starts[line] if line < len(view.table) else len(self.data)
            parts.append(f"no JSON from byte {place:,} on")
        return ", ".join(parts)


def _lies(media: str, kind: BodyKind) -> bool:
    """Whether a content type says another format than the body has."""
    formats = {"json": "json", "html": "html", "xml": "xml"}
    said = next((kind for word, kind in formats.items() if word in media), None)
    if kind in formats.values():
        return said != kind and not (kind == "xml" and (said == "html" or "svg" in media))
    return said is not None
