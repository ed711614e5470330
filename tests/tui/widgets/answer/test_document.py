"""Bodies laid out: nothing but white space is changed, and nothing is slow, whatever a server sends."""

from __future__ import annotations

import json
import random
from time import thread_time

import pytest

from integrator_tui.tui.widgets.answer.document import AnswerDocument, LinesView
from integrator_tui.tui.widgets.answer.path import json_path
from integrator_tui.tui.widgets.answer.search import BodySearch


def laid_out(body: bytes | str, content_type: str = "application/json") -> AnswerDocument:
    document = AnswerDocument(body.encode() if isinstance(body, str) else body, content_type)
    while not document.view.advance(10):
        pass
    return document


def rows(document: AnswerDocument) -> list[str]:
    view = document.view
    return ["".join(piece.text for piece in view.pieces(row)) for row in range(len(view))]


def lines_of(document: AnswerDocument) -> LinesView:
    assert isinstance(document.view, LinesView)
    return document.view


def test_json_is_laid_out_exactly_as_it_came() -> None:
    body = '{"id":9007199254740993,"id" : 1.10e+2,"a":[ ],"b":{"c":[true,null]},"u":"\\u00e9é"}'
    assert rows(laid_out(body)) == [
        "{",
        '  "id": 9007199254740993,',
        '  "id": 1.10e+2,',
        '  "a": [],',
        '  "b": {',
        '    "c": [',
        "      true,",
        "      null",
        "    ]",
        "  },",
        '  "u": "\\u00e9é"',
        "}",
    ]


def test_what_was_laid_out_by_python_is_laid_out_the_same() -> None:
    pick = random.Random(7)

    def value(depth: int) -> object:
        kind = pick.randrange(7 if depth < 6 else 5)
        if kind == 5:
            return [value(depth + 1) for _ in range(pick.randrange(4))]
        if kind == 6:
            return {f'k"{n}\\': value(depth + 1) for n in range(pick.randrange(4))}
        return (None, True, pick.random(), pick.randrange(1 << 70), 'te,x[t]{\\"é:')[kind]

    for _ in range(200):
        made = [value(0), value(0)]
        compact = json.dumps(made, separators=(",", ":"), ensure_ascii=False)
        assert rows(laid_out(compact)) == json.dumps(made, indent=2, ensure_ascii=False).split("\n")


@pytest.mark.parametrize(
    ("body", "first"),
    [
        ('{"a": 1, oops}', "oops}"),
        ("[1 2]", "2]"),
        ("[1}", "}"),
        ('{"a": "never closed', '"a": "never closed'),
        ("[tru]", "tru]"),
        ('{"a" 1}', '"a" 1}'),
    ],
)
def test_from_where_on_it_is_no_json_it_is_text_and_said(body: str, first: str) -> None:
    document = laid_out(body)
    view = lines_of(document)
    assert view.table.text_from is not None
    assert view.line_text(view.table.text_from) == first
    assert "no JSON from byte" in document.words
    assert "".join(rows(document)).replace(" ", "") == body.replace(" ", "")


def test_half_an_answer_is_laid_out_as_far_as_it_came() -> None:
    assert rows(laid_out('{"a": [1, {"b": 2')) == ["{", '  "a": [', "    1,", "    {", '      "b": 2']


def test_text_that_begins_like_json_stays_text() -> None:
    document = laid_out("[info] started\r\n[warn] \tslow\n", "text/plain")
    assert document.kind == "text" and rows(document) == ["[info] started", "[warn]  slow"]


def test_lines_of_json_are_values_one_after_another() -> None:
    assert rows(laid_out('{"a":1}\n{"b":2}\n')) == ["{", '  "a": 1', "}", "{", '  "b": 2', "}"]


def test_markup_is_indented_and_keeps_its_texts() -> None:
    xml = '<?xml version="1.0"?><a x="1>2"><b>text</b><c/><!-- no -- <tag> --><d><![CDATA[<x>]]></d></a>'
    assert rows(laid_out(xml, "text/xml")) == [
        '<?xml version="1.0"?>',
        '<a x="1>2">',
        "  <b>text</b>",
        "  <c/>",
        "  <!-- no -- <tag> -->",
        "  <d>",
        "    <![CDATA[<x>]]>",
        "  </d>",
        "</a>",
    ]
    html = "<!doctype html><html><script>if (a<b) x()</script><br><p>one<p>two</html>"
    assert rows(laid_out(html, "text/html"))[2:5] == ["  <script>", "    if (a<b) x()", "  </script>"]


@pytest.mark.parametrize(
    "body", ["<" * 5000, "<a>" * 5000 + "</b>" * 5000, "<a '" * 3000, "</a>" * 100, "<a", "<!--"]
)
def test_broken_markup_is_shown_all_the_same(body: str) -> None:
    began = thread_time()
    document = laid_out(body, "text/html")
    shown = "".join(row.strip() for row in rows(document))
    assert shown.replace(" ", "") == body.replace(" ", "")
    assert thread_time() - began < 5


def test_bytes_are_shown_as_hex_with_their_place() -> None:
    document = laid_out(bytes(range(0x20)) + b"A" * 3, "application/octet-stream")
    assert rows(document)[2] == "00000020  41 41 41                                          AAA"


def test_nothing_that_a_server_sends_can_act() -> None:
    hostile = '{"a": "\x1b]0;t\x07\u202eabc\u200b", "\x1b[2J": 1}'
    for mode in range(3):
        document = laid_out(hostile)
        for _ in range(mode):
            document.next_mode()
        while not document.view.advance(1):
            pass
        text = "".join(rows(document))
        assert not any(c < " " or c in "\x7f\u202e\u200b" for c in text)


def test_depth_is_no_matter() -> None:
    document = laid_out("[" * 20_000 + "1" + "]" * 20_000)
    view = lines_of(document)
    assert len(view) == 40_001
    assert json_path(view, 20_000) == "body" + "[0]" * 20_000
    view.folds.fold_all()
    assert len(view) == 3
    view.folds.unfold_all()
    view.folds.fold(10_000)
    assert len(view) == 20_001


def test_the_end_of_a_path_is_found_without_the_rest_of_it() -> None:
    view = lines_of(laid_out('{"a":[1,' * 20_000 + "2" + "]}" * 20_000))
    line = len(view) // 2
    for at in range(line - 3, line + 4):
        path = json_path(view, at)
        short = json_path(view, at, 100)
        assert short[0] == "…" and len(short) > 200 and path.endswith(short[1:])
        assert json_path(view, at, 40_001) == path
    assert json_path(view, 1, 100) == "body.a"
    began = thread_time()
    for _ in range(100):
        json_path(view, line, 100)
    # All of it takes a hundred times as long.
    assert thread_time() - began < 3


def test_a_line_of_many_megabytes_is_there_to_the_last_byte_and_can_be_copied_whole() -> None:
    body = b'{"data": "' + b"QUJD\\n" * 2_000_000 + b'", "last": 1}'
    document = laid_out(body)
    view = lines_of(document)
    assert view.line_text(len(view) - 1) == "}"
    assert json_path(view, len(view) - 3) == "body.data" and json_path(view, len(view) - 2) == "body.last"
    assert sum(len(view.line_text(line)) for line in range(len(view))) >= len(body) - 8
    accents = laid_out("[" + json.dumps("é" * 9000, ensure_ascii=False) + "]")
    assert "\ufffd" not in "".join(rows(accents))


def test_folds_are_remembered_and_paths_and_counts_stay_right() -> None:
    document = laid_out('{"items": [{"id": 1, "tags": ["a"]}, {"id": 2, "tags": []}], "n": 2}')
    view = lines_of(document)
    everything = rows(document)
    tags = everything.index('      "tags": [')
    container = view.table.container_at(tags)
    assert container is not None
    view.folds.fold(container)
    assert rows(document)[tags] == '      "tags": [ … 1 item … ]'
    items = view.table.container_at(1)
    assert items is not None
    view.folds.fold(items)
    assert rows(document) == ["{", '  "items": [ … 2 items … ],', '  "n": 2', "}"]
    assert json_path(view, view.folds.line(2)) == "body.n"
    view.folds.unfold(items)
    assert rows(document)[tags] == '      "tags": [ … 1 item … ]'
    place = view.data.index(b'"a"')
    row = view.row_at(place)
    assert rows(document)[row].strip() == '"a"'
    assert rows(document) == everything
    assert json_path(view, everything.index('      "id": 2,')) == "body.items[1].id"


def test_folds_agree_with_a_plain_account_of_them() -> None:
    pick = random.Random(3)
    document = laid_out(json.dumps([[[n, [n]], {"k": [n, {}]}] for n in range(30)]))
    view = lines_of(document)
    folded: set[int] = set()
    for _ in range(400):
        container = pick.randrange(len(view.table.openers))
        step = pick.random()
        if step < 0.02:
            view.folds.fold_all()
            folded = {n for n, opener in enumerate(view.table.openers) if view.table.levels[opener]}
        elif step < 0.04:
            view.folds.unfold_all()
            folded = set()
        elif container in folded:
            view.folds.unfold(container)
            folded.discard(container)
        else:
            view.folds.fold(container)
            folded.add(container)
        hidden = {line for n in folded for line in range(view.table.openers[n] + 1, view.table.closers[n] + 1)}
        seen = [line for line in range(len(view.table)) if line not in hidden]
        assert [view.folds.line(row) for row in range(len(view))] == seen
        assert [view.folds.row(line) for line in seen] == list(range(len(seen)))


@pytest.mark.parametrize(
    ("text", "count"),
    [("ORDER", 3), ('"id": 2', 1), ("é", 2), ("É", 2), ("none of it", 0), ("1", 1), ("a b", 1)],
)
def test_a_search_counts_every_place_as_it_is_shown(text: str, count: int) -> None:
    document = laid_out('[{"id":1,"name":"Order é"},{"id":2,"name":"order É"},{"x":"a b","y":"ordered"}]')
    search = BodySearch(document.view, text)
    while not search.advance(1):
        pass
    assert len(search.places) == count


@pytest.mark.parametrize("text", ["Müller", "müLLER", "😀", "r é"])
def test_a_search_of_json_finds_what_is_escaped_there(text: str) -> None:
    document = laid_out('["M\\u00fcller \\u00E9 \\ud83d\\ude00","Müller é 😀"]')
    search = BodySearch(document.view, text)
    while not search.advance(1):
        pass
    assert len(search.places) == 2
    assert all(search.shown_pattern.search(row) for row in rows(document)[1:3])


def test_a_search_of_text_finds_what_stands_there() -> None:
    search = BodySearch(laid_out("M\\u00fcller Müller", "text/plain").view, "Müller")
    while not search.advance(1):
        pass
    assert list(search.places) == [12]


@pytest.mark.parametrize("text", [" x", "  x", "a  x", " "])
def test_a_search_for_blanks_takes_no_longer_for_many_of_them(text: str) -> None:
    search = BodySearch(laid_out(b"a" + b" " * 3_000_000 + b"y", "text/plain").view, text)
    began = thread_time()
    while not search.advance(0):
        pass
    assert bool(search.places) is (text == " ")
    assert thread_time() - began < 5


def test_a_search_with_a_match_a_letter_goes_on_in_short_turns() -> None:
    search = BodySearch(laid_out(b"y" * 5_000_000, "text/plain").view, "y")
    turns = 0
    while not search.advance(0):
        turns += 1
    assert len(search.places) == 1_000_000
    assert turns >= 99


@pytest.mark.parametrize(
    ("line", "content_type"),
    [
        ("<a b='c' " + "x" * 4000, "text/html"),
        ("<a " + "x=" * 2000, "text/html"),
        ("<a " + "'\"" * 2000, "text/html"),
        ("<a" + " x" * 2000, "text/html"),
        ('"' + "\\" * 3990, "application/json"),
        ("[" + "-" * 4000, "application/json"),
        ("{" * 4000, "application/json"),
    ],
)
def test_no_line_takes_long_to_be_coloured(line: str, content_type: str) -> None:
    document = laid_out(f"{line}\n" * 30, content_type)
    began = thread_time()
    for row in range(min(len(document.view), 300)):
        document.view.pieces(row)
    assert thread_time() - began < 1


def test_a_search_goes_around_and_finds_across_its_blocks() -> None:
    body = b"x" * ((1 << 20) - 3) + b"needle" + b"y" * 1000 + b"needle"
    search = BodySearch(laid_out(body, "text/plain").view, "needle")
    while not search.advance(0):
        pass
    assert list(search.places) == [(1 << 20) - 3, (1 << 20) + 1003]
    assert search.next(1 << 20, forward=True) == 1 and search.next(len(body), forward=True) == 0
    assert search.next(5, forward=False) == 1
    assert search.count_words(1) == "2 of 2"


@pytest.mark.parametrize(
    ("part", "content_type"),
    [
        ("<p>", "text/html"),
        ("<i><id>1</id><ok/></i>\n", "application/xml"),
        ("</a>", "text/html"),
        ("<br>", "text/html"),
        ("text\n", "application/xml"),
        ("[", "application/json"),
        ('{"a":', "application/json"),
    ],
)
def test_whatever_comes_others_get_their_turns(part: str, content_type: str) -> None:
    document = AnswerDocument(f"{'' if 'json' in content_type else '<a>'}{part * 100_000}".encode(), content_type)
    turns = 0
    while not document.view.advance(0):
        turns += 1
    assert turns > len(document.view) / 2000


def test_a_body_is_laid_out_in_short_turns() -> None:
    body = json.dumps([{"id": n, "name": f"Order {n}"} for n in range(60_000)]).encode()
    document = AnswerDocument(body, "application/json")
    longest, is_complete = 0.0, False
    assert document.view.advance(0) is False and len(document.view) > 100
    while not is_complete:
        began = thread_time()
        is_complete = document.view.advance(0.005)
        longest = max(longest, thread_time() - began)
    assert len(document.view) == 240_002
    assert longest < 0.1


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('{"' + "k" * 9000 + '": {"a": [1]}, "b": 2}', "application/json"),
        ("<a x='" + "y" * 9000 + "'><b><c>\n</c></b></a>", "application/xml"),
    ],
)
def test_a_line_that_opens_something_may_be_long(body: str, content_type: str) -> None:
    document = laid_out(body, content_type)
    view = lines_of(document)
    assert "".join(rows(document)).replace(" ", "") == body.replace(" ", "").replace("\n", "")
    before = len(view)
    view.folds.fold_all()
    assert len(view) < before
    for container in range(len(view.table.openers)):
        view.folds.unfold(container)
    assert len(view) == before
    if content_type == "application/json":
        assert json_path(view, before - 2) == "body.b"
