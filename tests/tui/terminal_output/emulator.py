"""A terminal that shows what it is sent, for tests: it knows what its kind knows, and refuses everything else.

What is seen is compared, not how it was said: of a blank cell without a line through or below it nothing but the
background is seen.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from typing import Final, NamedTuple

from rich.cells import get_character_cell_size

_TOKEN: Final = re.compile(
    r"\x1b\[(?P<private>[<>=?]?)(?P<numbers>[0-9;]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b(?P<escape>M)"
    r"|\x1b\](?P<string>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|(?P<control>[\x00-\x1f\x7f])"
    r"|(?P<text>[^\x00-\x1f\x7f]+)"
    r"|(?P<unknown>\x1b)"
)
_KNOWN_MODES: Final = {"?7", "?25", "?1000", "?1003", "?1004", "?1006", "?1015", "?1049", "?2004", "?2026", "?69"}
_ON: Final = {code: code for code in (1, 2, 3, 4, 5, 7, 8, 9)}
_OFF: Final = {22: {1, 2}, 23: {3}, 24: {4}, 25: {5}, 27: {7}, 28: {8}, 29: {9}}
_SEEN_ON_BLANKS: Final = {4, 7, 9}


class Cell(NamedTuple):
    """What is seen in one cell."""

    glyph: str = " "
    attributes: frozenset[int] = frozenset()
    ink: tuple[int, ...] = ()
    paper: tuple[int, ...] = ()


class Kind(NamedTuple):
    """What a terminal knows, by terminfo: bce, ech, indn, and whether single attributes can be ended."""

    bce: bool
    ech: bool
    indn: bool
    ends: bool
    sides: bool = False
    """Margins at the sides (DECLRMM), which terminfo does not tell."""


KINDS: Final = {
    "xterm-256color": Kind(True, True, True, True, True),
    "screen": Kind(False, False, True, True),
    "tmux": Kind(False, False, True, True),
    "linux": Kind(True, True, False, True),
    "vt100": Kind(False, False, False, False),
}


class Emulator:
    """A terminal of `columns` by `rows`: what is seen is in `cells`, what it answers in `answers`."""

    def __init__(self, term: str, columns: int, rows: int) -> None:
        self.kind = KINDS[term]
        self.answers: list[str] = []
        self.reports: list[str] = []
        """Answers to questions for modes."""
        self.received = 0
        self._ink: tuple[int, ...] = ()
        self._paper: tuple[int, ...] = ()
        self._attributes: frozenset[int] = frozenset()
        self._rest = ""
        self._has_wide = False
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self.modes: set[str] = set()
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        """Take another size; what stood there is garbled, as terminals differ in what they make of it."""
        self.columns, self.rows = columns, rows
        self.x = self.y = 0
        self._top, self._bottom = 0, rows - 1
        self._left, self._right = 0, columns
        self.cells = [[Cell("#")] * columns for _ in range(rows)]

    @property
    def lines(self) -> list[str]:
        """The text of every row."""
        return ["".join(cell.glyph for cell in row).rstrip() for row in self.cells]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    # --- what it is sent ---

    def feed_bytes(self, data: bytes) -> None:
        """Take bytes of UTF-8, which may be cut anywhere."""
        self.feed(self._decode(data))

    def feed(self, data: str) -> None:
        """Take what is sent, which may be cut anywhere."""
        self.received += len(data.encode())
        data = self._rest + data
        cut = data.rfind("\x1b")
        if cut >= 0 and re.fullmatch(r"\x1b(\[[<>=?]?[0-9;]*[ -/]*|\][^\x07\x1b]*)?", data[cut:]):
            data, self._rest = data[:cut], data[cut:]
        else:
            self._rest = ""
        for token in _TOKEN.finditer(data):
            self._take(token)

    def _take(self, token: re.Match[str]) -> None:
        if text := token["text"]:
            self._write_all(text)
        elif token["final"]:
            numbers = [int(number or 0) for number in token["numbers"].split(";")]
            self._sequence(token["private"] + token["between"] + token["final"], numbers, token[0])
        elif token["control"]:
            self._control(token["control"])
        elif token["escape"]:
            self._reverse_index()
        elif token["string"] is None or not re.match(r"52;c;|22;", token["string"]):
            raise AssertionError(f"sent what no terminal of this kind knows: {token[0]!r}")

    def _control(self, control: str) -> None:
        match control:
            case "\r":
                self.x = 0
            case "\n":
                # The line discipline makes CR LF of it, or does not: nothing may depend on the column after it.
                if self.y == self._bottom and self._left <= min(self.x, self.columns - 1) < self._right:
                    self._scroll(self._top, self._bottom, 1)
                else:
                    self.y = min(self.y + 1, self.rows - 1)
            case "\x07":
                pass
            case _:
                raise AssertionError(f"sent {control!r}")

    def _reverse_index(self) -> None:
        if self.y == self._top and self._left <= min(self.x, self.columns - 1) < self._right:
            self._scroll(self._top, self._bottom, -1)
        else:
            self.y = max(self.y - 1, 0)

    def _sequence(self, name: str, numbers: list[int], whole: str) -> None:  # noqa: C901
        first = numbers[0]
        count = first or 1
        match name:
            case "H":
                self.y = min(max(first, 1), self.rows) - 1
                self.x = min(max(numbers[1] if len(numbers) > 1 else 1, 1), self.columns) - 1
            case "A":
                self.y = max(self._top if self.y >= self._top else 0, self.y - count)
            case "B":
                self.y = min(self._bottom if self.y <= self._bottom else self.rows - 1, self.y + count)
            case "C":
                self.x = min(self.columns - 1, self.x + count)
            case "D":
                self.x = max(0, min(self.x, self.columns - 1) - count)
            case "K" if not first:
                self._erase(self.x, self.columns)
            case "X" if self.kind.ech:
                self._erase(self.x, min(self.columns, self.x + count))
            case "S" if self.kind.indn:
                self._scroll(self._top, self._bottom, count)
            case "r":
                bottom = numbers[1] if len(numbers) > 1 else self.rows
                self._top, self._bottom = max(first, 1) - 1, bottom - 1
                self.x = self.y = 0
            case "s" if "?69" in self.modes:
                self._left, self._right = max(first, 1) - 1, numbers[1] if len(numbers) > 1 else self.columns
                self.x = self.y = 0
            case "m":
                self._render(numbers)
            case "n" if first == 5:
                self.answers.append("\x1b[0n")
            case "?h" if whole[2:-1] in _KNOWN_MODES and (whole[2:-1] != "?69" or self.kind.sides):
                self.modes.add(whole[2:-1])
            case "?l" if whole[2:-1] in _KNOWN_MODES:
                self.modes.discard(whole[2:-1])
                if "?69" not in self.modes:
                    self._left, self._right = 0, self.columns
            case "?$p":
                if first == 69 and self.kind.sides:
                    self.reports.append("\x1b[?69;2$y")
            case ">u" | "<u":
                pass
            case _:
                raise AssertionError(f"sent what no terminal of this kind knows: {whole!r}")

    # --- cells ---

    def _blank(self) -> Cell:
        return Cell(" ", frozenset(), (), self._paper if self.kind.bce else ())

    def _erase(self, start: int, end: int) -> None:
        start = min(start, self.columns - 1)
        self.cells[self.y][start:end] = [self._blank()] * (end - start)

    def _scroll(self, top: int, bottom: int, count: int) -> None:
        columns = slice(self._left, self._right)
        block = [row[columns] for row in self.cells[top : bottom + 1]]
        fresh = [[self._blank()] * (self._right - self._left) for _ in range(min(abs(count), len(block)))]
        moved = [*block[len(fresh) :], *fresh] if count > 0 else [*fresh, *block[: len(block) - len(fresh)]]
        for row, part in zip(self.cells[top : bottom + 1], moved, strict=True):
            row[columns] = part

    def _write_all(self, text: str) -> None:
        if (self._left, self._right) != (0, self.columns):
            raise AssertionError("text is written within margins at the sides")
        if text.isascii() and self.x + len(text) <= self.columns and not self._has_wide:
            written = Cell(" ", self._attributes, self._ink, self._paper)
            blank = written if self._attributes & _SEEN_ON_BLANKS else Cell(" ", frozenset(), (), self._paper)
            made = [blank if character == " " else written._replace(glyph=character) for character in text]
            self.cells[self.y][self.x : self.x + len(text)] = made
            self.x += len(text)
            return
        for character in text:
            self._write(character)

    def _write(self, character: str) -> None:
        row, width = self.cells[self.y], get_character_cell_size(character)
        if not width:
            if not self.x:
                # There is nothing before it.
                return
            at = min(self.x, self.columns) - 1
            at -= row[at].glyph == ""
            row[at] = row[at]._replace(glyph=row[at].glyph + character)
            return
        x = min(self.x, self.columns - width)
        for half in (x, x + width):
            # Half of a wide character cannot be seen.
            if 0 < half < self.columns and row[half].glyph == "":
                row[half - 1 if half == x else half] = Cell(" ", frozenset(), (), row[half].paper)
        if character == " " and not self._attributes & _SEEN_ON_BLANKS:
            row[x] = Cell(" ", frozenset(), (), self._paper)
        else:
            row[x] = Cell(character, self._attributes, self._ink, self._paper)
        if width == 2:
            self._has_wide = True
            row[x + 1] = Cell("", self._attributes, self._ink, self._paper)
        self.x = x + width

    def _render(self, numbers: list[int]) -> None:
        rest = iter(numbers)
        for code in rest:
            if code == 0:
                self._attributes, self._ink, self._paper = frozenset(), (), ()
            elif code in _ON:
                self._attributes |= {code}
            elif code in _OFF and self.kind.ends:
                self._attributes -= _OFF[code]
            elif code in {38, 48}:
                kind = next(rest)
                color = (kind, *(next(rest) for _ in range(3 if kind == 2 else 1)))
                if code == 38:
                    self._ink = color
                else:
                    self._paper = color
            elif 30 <= code <= 39 or 90 <= code <= 97:
                self._ink = () if code == 39 else (code,)
            elif 40 <= code <= 49 or 100 <= code <= 107:
                self._paper = () if code == 49 else (code,)
            else:
                raise AssertionError(f"sent SGR {code}")
