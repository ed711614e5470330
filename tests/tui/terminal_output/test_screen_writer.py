"""What a terminal is sent makes it show what is wanted, whatever it showed before and whatever it knows."""

from __future__ import annotations

import random
import shutil
import subprocess

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from integrator_tui.tui.terminal_output.screen_writer import ScreenWriter
from integrator_tui.tui.terminal_output.terminal_kind import kind_of
from tests.tui.terminal_output.emulator import KINDS, Cell, Emulator

TERMS = tuple(KINDS)
COLUMNS, ROWS = 40, 12
STYLES = [
    Style(),
    Style(bgcolor="#102030"),
    Style(color="#ffaa00", bgcolor="#102030", bold=True),
    Style(color="#ffaa00", bold=True, dim=True),
    Style(color="red", underline=True),
    Style(reverse=True),
    Style(color="#808080", bgcolor="#000000", italic=True, strike=True),
]
WORDS = [
    "a",
    "name",
    "    ",
    " " * 15,
    "─" * 9,
    "│",
    "漢字",
    "é",
    "e\u0301",
    "\u0301x",
    "✓ 41ms",
    "👍🏽",
    "0123456789",
]


class Pair:
    """A writer, and two terminals: one gets its frames, one everything in full."""

    def __init__(self, term: str, columns: int = COLUMNS, rows: int = ROWS) -> None:
        self.writer = ScreenWriter(kind_of(term), "truecolor")
        self.writer.resize(columns, rows)
        self.writer.moves_columns = KINDS[term].sides
        self.term, self.lean = term, Emulator(term, columns, rows)
        self.rows = [[Segment(" " * columns)]] * rows

    def put(self, y: int, *segments: Segment, x: int = 0) -> None:
        self.writer.want([(x, y, list(segments))], (0, 0))

    def send(self) -> str:
        frame = self.writer.frame(self.writer.stale)
        self.lean.feed(frame)
        return frame

    def in_full(self) -> list[list[Cell]]:
        """What a terminal shows that gets the whole of what is wanted once more."""
        again = Emulator(self.term, self.lean.columns, self.lean.rows)
        self.writer.forget()
        again.feed(self.writer.frame(self.writer.stale))
        return again.cells


def random_row(pick: random.Random) -> list[Segment]:
    return [Segment(pick.choice(WORDS), pick.choice(STYLES)) for _ in range(pick.randint(1, 12))]


def plain(text: str, style: Style | None = None, width: int = COLUMNS) -> Segment:
    return Segment(text.ljust(width)[:width], style)


@pytest.mark.parametrize("term", TERMS)
def test_any_changes_in_any_order_end_in_the_same_screen(term: str) -> None:
    pick = random.Random(term)
    pair = Pair(term)
    for y in range(ROWS):
        pair.put(y, plain(""))
    for _ in range(150):
        for _ in range(pick.randint(1, 4)):
            pair.put(pick.randrange(ROWS), *random_row(pick), x=pick.randrange(COLUMNS))
        pair.send()
    assert pair.lean.cells == pair.in_full()


@pytest.mark.parametrize("term", TERMS)
def test_what_is_shown_is_what_was_written_into_the_cells(term: str) -> None:
    pair = Pair(term)
    style = Style(color="#ffaa00", bgcolor="#102030", bold=True)
    for y in range(ROWS):
        pair.put(y, plain("", Style(bgcolor="#102030")))
    pair.put(3, Segment("漢字 and text", style), x=5)
    pair.send()
    assert pair.lean.lines[3] == "     漢字 and text"
    paper = (2, 16, 32, 48)
    assert pair.lean.cells[3][5] == Cell("漢", frozenset({1}), (2, 255, 170, 0), paper)
    assert pair.lean.cells[3][4] == pair.lean.cells[3][39] == Cell(" ", frozenset(), (), paper)


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("moved", [1, 2, 7, -1, -3])
def test_a_block_that_moved_is_moved_by_the_terminal(term: str, moved: int) -> None:
    pair = Pair(term, 80, 24)
    pick = random.Random(moved)
    lines = [" ".join(pick.choices("abcdefgh", k=35)) for _ in range(40)]
    paper = Style(bgcolor="#102030")

    def show(first: int) -> str:
        for y in range(2, 22):
            pair.put(y, Segment("side ", paper), plain(lines[first + y], paper, 74), Segment("│", paper))
        return pair.send()

    for y in range(24):
        pair.put(y, plain("", paper, 80))
    whole = show(10)
    assert len(show(10 + moved)) < len(whole) / 3 + 100 * abs(moved)
    assert pair.lean.cells == pair.in_full()


def test_what_moves_beside_what_stays_is_moved_alone() -> None:
    """A stream beside the list, with a scroll bar at its right: only the new row and the bar are sent."""
    sizes = {}
    for moves_columns in (False, True):
        pick, pair = random.Random(3), Pair("xterm-256color")
        pair.writer.moves_columns = moves_columns
        names = [f"{pick.choice(WORDS[:1])}-{pick.random():.7f}" for _ in range(ROWS)]
        lines = [f"{pick.random():.10f} {pick.random():.8f}" for _ in range(ROWS + 8)]
        for first in range(9):
            for y in range(ROWS):
                bar = Segment("█" if y == first else "│", STYLES[4])
                left, line = Segment(names[y].ljust(14), STYLES[1]), Segment(lines[first + y].ljust(24), STYLES[0])
                pair.put(y, left, line, Segment(" "), bar)
            sizes[moves_columns] = len(pair.send())
        assert pair.lean.cells == pair.in_full()
        assert [line[14:38].rstrip() for line in pair.lean.lines] == lines[8:]
    assert sizes[True] < 90 < 200 < sizes[False]


def test_a_wide_character_at_an_edge_is_not_cut() -> None:
    pair = Pair("xterm-256color")
    for first in range(4):
        for y in range(ROWS):
            name = Segment(("漢字" * 4 if y == 5 else f"name {y}")[:13].ljust(15 - 4 * (y == 5)))
            pair.put(y, name, Segment(f"{(first + y) ** 5:016}".ljust(25)))
        pair.send()
    assert pair.lean.cells == pair.in_full()


@pytest.mark.parametrize("steps", range(1, 40, 3))
@pytest.mark.parametrize("has_wide", [False, True])
def test_columns_that_move_in_any_way_end_in_the_same_screen(steps: int, has_wide: bool) -> None:
    pick = random.Random(f"columns {steps}")
    pair = Pair("xterm-256color")
    for y in range(ROWS):
        pair.put(y, plain(""))
    words = [word for word in WORDS if has_wide or word.isascii()]
    lines = [[Segment(pick.choice(words), pick.choice(STYLES)) for _ in range(9)] for _ in range(60)]
    at, moved = 20, 0
    for _ in range(steps):
        at = max(0, min(48, at + pick.choice((-5, -2, -1, 1, 1, 1, 2, 6))))
        x, end = pick.choice(((0, COLUMNS), (7, COLUMNS - 2), (3, 30)))
        for y in range(pick.choice((0, 2)), ROWS):
            text = Strip(lines[at + y]).crop(0, end - x).extend_cell_length(end - x)
            pair.put(y, *text, x=x)
        moved += "\x1b[?69h" in pair.send()
    assert pair.lean.cells == pair.in_full()
    assert moved or has_wide or steps < 20


def test_what_is_erased_in_two_colours_is_erased_in_order() -> None:
    pair = Pair("xterm-256color")
    left, right = Style(bgcolor="#102030"), Style(bgcolor="#203040")
    for y in range(ROWS):
        pair.put(y, plain(f"row {y}", left, 20), plain("", right, 20) if y else plain("title", right, 20))
    pair.send()
    assert [cell.paper for cell in pair.lean.cells[5]] == [(2, 16, 32, 48)] * 20 + [(2, 32, 48, 64)] * 20


def test_rows_that_only_look_alike_are_not_moved() -> None:
    pair = Pair("xterm-256color")
    for y in range(ROWS):
        pair.put(y, plain(f"row {y}"))
    pair.send()
    for y in range(ROWS):
        pair.put(y, plain(f"row {y + 1}"))
    assert len(pair.send()) < 100
    assert pair.lean.cells == pair.in_full()


def test_what_did_not_change_is_not_sent() -> None:
    pair = Pair("xterm-256color")
    for y in range(ROWS):
        pair.put(y, plain(f"row {y}", STYLES[2]))
    pair.send()
    for y in range(ROWS):
        pair.put(y, plain(f"row {y}", STYLES[2]))
    assert pair.send() == ""


def test_one_character_is_sent_as_one() -> None:
    pair = Pair("xterm-256color")
    pair.put(4, plain("a name", STYLES[2]))
    pair.send()
    pair.put(4, plain("a game", STYLES[2]))
    assert pair.send() == "\x1b[5;3Hg\x1b[H"


def test_no_sequence_of_a_text_reaches_the_terminal() -> None:
    pair = Pair("xterm-256color")
    evil = "a\x1b]0;title\x07\x1b[2J\x9b31m\x7f\x00\u202eb\u2066c\x85\n\rd"
    pair.put(0, Segment(evil), Segment("\x1b[31m", None, []), Segment("\x1bc "), plain(""))
    frame = pair.send()
    hostile = ("\x1b]", "\x1bc", "\x07", "\x9b", "\x7f", "\x00", "\u202e", "\u2066", "\x85")
    assert not [sequence for sequence in hostile if sequence in frame]
    assert pair.lean.lines[0] == "a]0;title[2J31mbcdc"


@pytest.mark.parametrize("before", ["e", "漢"])
def test_a_mark_that_begins_a_text_combines_with_the_cell_before_it(before: str) -> None:
    """A style that begins between a letter and its mark is no reason to lose the mark."""
    pair = Pair("xterm-256color")
    pair.put(0, Segment(before), Segment("\u0301x", STYLES[1]), Segment("\u0302", STYLES[2]))
    pair.send()
    assert pair.lean.lines[0].startswith(f"{before}\u0301x\u0302")
    pair.put(0, Segment("\u0301x", STYLES[1]), x=1 if before == "e" else 2)
    pair.put(1, Segment("\u0301y"))
    pair.send()
    assert pair.lean.lines[0].startswith(f"{before}\u0301x") and pair.lean.lines[1].startswith("y")
    assert pair.lean.cells == pair.in_full()


def test_after_an_uneven_character_the_next_one_is_put_in_its_place() -> None:
    pair = Pair("xterm-256color")
    pair.put(1, Segment("👍🏽 done"))
    pair.send()
    pair.put(1, Segment("👍🏽 gone"))
    # A terminal that takes the hand for four cells shows the rest where it belongs all the same.
    assert "\x1b[2;3H gone" in pair.send()


@pytest.mark.parametrize("term", TERMS)
def test_another_size_begins_anew(term: str) -> None:
    pair = Pair(term)
    pair.put(0, plain("before"))
    pair.send()
    pair.writer.resize(50, 10)
    pair.lean.resize(50, 10)
    for y in range(10):
        pair.put(y, plain(f"after {y}", width=50))
    pair.send()
    assert pair.lean.lines == [f"after {y}" for y in range(10)]


def test_rows_that_wait_go_with_those_painted_over_them_and_only_then() -> None:
    writer = ScreenWriter(kind_of("xterm-256color"), "truecolor")
    writer.resize(COLUMNS, ROWS)
    whole = [(0, y, [plain(f"the next screen {y}")]) for y in range(ROWS)]
    assert writer.want([(0, ROWS - 1, [plain("a clock")])], None) == {ROWS - 1}
    assert writer.want([(0, 0, [plain("a key")])], None) == {0}
    writer.want(whole, None)
    # A key that changes one row of a screen that is not seen yet has all of it be seen.
    assert writer.want([(0, 3, [plain("selected")])], None) == set(range(ROWS))


def test_what_others_wrote_is_written_over() -> None:
    pair = Pair("xterm-256color")
    for y in range(ROWS):
        pair.put(y, plain(f"row {y}"))
    pair.send()
    pair.lean.feed("\x1b[31m\x1b[3;3Hgarbage")
    pair.writer.forget()
    pair.send()
    assert pair.lean.lines == [f"row {y}" for y in range(ROWS)]
    assert all(cell.ink == () for row in pair.lean.cells for cell in row)


@pytest.mark.skipif(shutil.which("infocmp") is None, reason="no terminfo here")
@pytest.mark.parametrize("term", TERMS)
def test_the_kinds_are_those_of_terminfo(term: str) -> None:
    found = subprocess.run(["infocmp", "-1", term], capture_output=True, text=True, check=True).stdout
    names = {line.strip().partition("=")[0].rstrip(",") for line in found.splitlines()}
    kind = kind_of(term)
    assert (kind.erases_in_colour, kind.erases_characters, kind.scrolls_many) == (
        "bce" in names,
        "ech" in names,
        "indn" in names,
    )
    assert {"csr", "ri", "el", "cup", "cuf", "cub", "cuu", "cud"} <= names
