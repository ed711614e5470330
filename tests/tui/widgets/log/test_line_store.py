"""Lines in bounded memory, and the search through them: what went in comes out, or is counted."""

from __future__ import annotations

import os
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from integrator_tui.tui.widgets.log.line_search import LineSearch
from integrator_tui.tui.widgets.log.line_store import BLOCK, LONGEST, LineKind, LineStore, StoredLine


def filled(count: int, max_bytes: int = 1 << 30) -> LineStore:
    store = LineStore(max_bytes)
    for number in range(count):
        store.append(f"line {number} of them")
    return store


def search(store: LineStore, text: str, start: int, *, forward: bool = True) -> tuple[int | None, bool]:
    found = LineSearch(store, text, start, forward=forward)
    while not found.advance(1):
        pass
    return found.found, found.wrapped


def test_lines_come_back_from_blocks_tail_and_across_them() -> None:
    store = filled(20_000)
    assert (store.oldest, store.end) == (0, 20_000)
    for start in (0, 1, 3_000, 9_999, 19_995):
        assert [line.text for line in store.get(start, 3_000)] == [
            f"line {number} of them" for number in range(start, min(start + 3_000, 20_000))
        ]
    assert store.get(20_000, 5) == []
    assert store.get(-5, 6) == [StoredLine("line 0 of them", LineKind.PLAIN)]


def test_nothing_is_there_at_first_and_after_clear() -> None:
    store = LineStore()
    assert (store.oldest, store.end, store.get(0, 10), list(store.texts())) == (0, 0, [], [])
    store.append("")
    assert (store.end, store.get(0, 10), list(store.texts())) == (1, [StoredLine("", LineKind.PLAIN)], [""])
    store.clear()
    assert (store.oldest, store.end, store.get(0, 10)) == (0, 0, [])


def test_what_outgrows_the_cap_is_dropped_from_the_front_and_counted() -> None:
    store = LineStore(max_bytes=100_000)
    lines = [os.urandom(50).hex() for _ in range(5_000)]
    for line in lines:
        store.append(line)
    assert 0 < store.oldest < store.end == 5_000
    assert [line.text for line in store.get(0, 10_000)] == lines[store.oldest :]
    assert list(store.texts()) == lines[store.oldest :]


def test_memory_stays_within_the_cap_whatever_comes() -> None:
    store = LineStore(max_bytes=1 << 20)
    for _ in range(200):
        store.append(os.urandom(BLOCK // 4).hex())
    blocks = store._blocks
    assert sum(map(sys.getsizeof, blocks)) < 1 << 20
    assert store.oldest > 0


def test_text_that_compresses_to_nothing_is_bounded_too() -> None:
    store = LineStore(max_bytes=64 << 10)
    for _ in range(4_000):
        store.append("0" * LONGEST)
    assert len(store._blocks) < 64 << 3
    assert store.oldest > 0


def test_a_long_line_is_broken_for_reading_and_whole_for_saving() -> None:
    store = LineStore()
    text = "é" * (LONGEST * 2) + "end"
    store.append("before")
    store.append(text, LineKind.EVENT)
    store.append("after")
    assert [(len(line.text), line.kind) for line in store.get(0, 9)] == [
        (6, LineKind.PLAIN),
        (LONGEST, LineKind.EVENT),
        (LONGEST, LineKind.CONTINUED),
        (3, LineKind.CONTINUED),
        (5, LineKind.PLAIN),
    ]
    assert list(store.texts()) == ["before", text, "after"]


def test_texts_are_those_of_the_moment_they_were_asked_for() -> None:
    store = filled(10)
    texts = store.texts()
    store.clear()
    store.append("later")
    assert len(list(texts)) == 10


TEXTS = st.text(st.characters(exclude_characters="\n"), max_size=40) | st.sampled_from(["ÿþý", "\udcff", "\x00"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.sampled_from(LineKind)), max_size=60), st.integers(1, 400))
def test_any_text_of_any_kind_comes_back_as_it_was(lines: list[tuple[str, LineKind]], repeat: int) -> None:
    store = LineStore()
    for text, kind in lines * repeat:
        store.append(text, kind)
    expected = [StoredLine(*line) for line in lines * repeat]
    assert store.get(0, len(expected)) == expected


def test_a_line_break_inside_a_text_makes_two_lines() -> None:
    store = LineStore()
    store.append("a\nb", LineKind.NOTE)
    assert store.get(0, 3) == [StoredLine("a", LineKind.NOTE), StoredLine("b", LineKind.NOTE)]


def test_search_finds_the_next_line_in_both_directions_and_around_the_ends() -> None:
    store = filled(30_000)
    assert search(store, "LINE 12345 ", 0) == (12_345, False)
    assert search(store, "line 12345 ", 12_345) == (12_345, False)
    assert search(store, "line 12345 ", 12_346) == (12_345, True)
    assert search(store, "line 12345 ", 29_999, forward=False) == (12_345, False)
    assert search(store, "line 12345 ", 12_344, forward=False) == (12_345, True)
    assert search(store, "line 29999", 0, forward=False) == (29_999, True)
    assert search(store, "line 0 ", 5) == (0, True)
    assert search(store, "no such thing", 15_000) == (None, True)
    assert search(store, "no such thing", 15_000, forward=False) == (None, True)
    assert search(store, "", 0) == (None, False)
    assert search(LineStore(), "x", 0) == (None, False)


def test_search_knows_case_beyond_ascii_and_only_what_is_left() -> None:
    store = LineStore(max_bytes=50_000)
    store.append("GROẞ first")
    for _ in range(4_000):
        store.append(os.urandom(40).hex())
    store.append("Größe")
    assert search(store, "gross", 0) == (None, True)
    assert search(store, "GRÖSSE", 0)[0] == store.end - 1


def test_search_goes_on_while_lines_are_appended_and_dropped() -> None:
    store = LineStore(max_bytes=200_000)
    for _ in range(4_000):
        store.append(os.urandom(40).hex())
    forward = LineSearch(store, "needle", store.oldest)
    backward = LineSearch(store, "needle", store.oldest + 1800, forward=False)
    assert not forward.advance(1)
    assert not backward.advance(1)
    for _ in range(6_000):
        store.append(os.urandom(40).hex())
    store.append("the needle")
    for one in (forward, backward):
        while not one.advance(1):
            pass
        assert one.found == store.end - 1
