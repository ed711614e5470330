"""What a terminal sends: keys are keys however they are cut, answers press none, and nothing ends the reading."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator

import pytest
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS, IGNORE_SEQUENCE
from textual._xterm_parser import XTermParser
from textual.events import AppBlur, AppFocus, Key, MouseDown, MouseScrollUp, Paste
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from integrator_tui.tui.textual_fixes.keyboard import Keyboard, PasteRefused, SideMarginsReported
from integrator_tui.tui.textual_fixes.terminal_input import MOST_PASTED, UNFINISHED_SECONDS, TerminalInput

BYTES = int(os.environ.get("INTEGRATOR_TUI_TERMINAL_BYTES", "50000"))
ANSWERS = {
    "OSC 10": b"\x1b]10;rgb:0000/0000/0000\x1b\\",
    "OSC 11 ended by BEL": b"\x1b]11;rgb:ffff/ffff/ffff\x07",
    "OSC 11 with alpha": b"\x1b]11;rgba:ffff/ffff/ffff/ffff\x1b\\",
    "OSC 4": b"\x1b]4;7;rgb:e5e5/e5e5/e5e5\x1b\\",
    "OSC 52": b"\x1b]52;c;cmVkZWQ=\x07",
    "the title": b"\x1b]lvim - xterm\x1b\\",
    "DA1": b"\x1b[?62;1;6;22c",
    "DA2": b"\x1b[>41;354;0c",
    "DA3": b"\x1bP!|00000000\x1b\\",
    "DSR": b"\x1b[0n",
    "DSR of the colours": b"\x1b[?997;1n",
    "CPR": b"\x1b[24;80R",
    "CPR in the first row": b"\x1b[1;2R",
    "DECXCPR": b"\x1b[?1;1;1R",
    "XTVERSION": b"\x1bP>|XTerm(354)\x1b\\",
    "DECRQM": b"\x1b[?2026;2$y",
    "DECRQM of mode 2048": b"\x1b[?2048;0$y",
    "DECRQM of an ANSI mode": b"\x1b[4;1$y",
    "DECRQSS": b"\x1bP1$r0;1m\x1b\\",
    "XTGETTCAP": b"\x1bP1+r5443=323536\x1b\\",
    "DECREQTPARM": b"\x1b[2;1;1;128;128;1;0x",
    "XTWINOPS": b"\x1b[8;24;80t",
    "a size with the keys": b"\x1b[48;24;65535;480;640t",
    "the state of the window": b"\x1b[1t",
    "kitty flags": b"\x1b[?25u",
    "kitty graphics": b"\x1b_Gi=31;OK\x1b\\",
    "modifyOtherKeys": b"\x1b[>4;2m",
    "XTSMGRAPHICS": b"\x1b[?1;0;256S",
}
KEYS = {
    b"\x1b": ["escape"],
    b"\x1b\x1b": ["escape", "escape"],
    b"a": ["a"],
    b"\r": ["enter"],
    b"\x11": ["ctrl+q"],
    b"\x7f": ["backspace"],
    "é漢🙂".encode(): ["é", "漢", "slightly_smiling_face"],
    b"\x1ba": ["alt+a"],
    b"\x1bA": ["alt+shift+a"],
    "\x1bé".encode(): ["alt+é"],
    b"\x1b[A": ["up"],
    b"\x1bOP": ["f1"],
    b"\x1b[15~": ["f5"],
    b"\x1b[[A": ["f1"],
    b"\x1b[Z": ["shift+tab"],
    b"\x1b[1;5C": ["ctrl+right"],
    b"\x1b[7$": ["shift+home"],
    b"\x1b[27u": ["escape"],
    b"\x1b[97;5u": ["ctrl+a"],
    b"\x1b[0;;229u": ["å"],
    b"\x1b[97;;97ub": ["a", "b"],
}


def messages(pieces: Iterable[bytes], gap: float = 0.0, after: float = 60.0) -> list[Message]:
    """What comes of pieces that arrive `gap` seconds one after the other."""
    # Not at the start, when answers are expected.
    now, keyboard = 1000.0, Keyboard()
    terminal = TerminalInput(0.0)

    def sent() -> Iterator[Message]:
        nonlocal now
        for piece in pieces:
            yield from (message for found in terminal.feed(piece, now) for message in keyboard.messages(found))
            now += gap
            if gap:
                yield from (message for found in terminal.tick(now) for message in keyboard.messages(found))
        yield from (message for found in terminal.tick(now + after) for message in keyboard.messages(found))

    return list(sent())


def keys(pieces: Iterable[bytes], gap: float = 0.0) -> list[str]:
    return [message.key for message in messages(pieces, gap) if isinstance(message, Key)]


def each(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


def cuts(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    return ((data[:at], data[at:]) for at in range(1, len(data)))


@pytest.mark.parametrize("sent", KEYS, ids=repr)
def test_keys_are_keys_whole_and_in_bytes(sent: bytes) -> None:
    assert keys([sent]) == keys(each(sent), 0.01) == KEYS[sent]


def test_every_sequence_that_textual_knows_is_the_same_key() -> None:
    def as_textual_has_it(sequence: str) -> list[str]:
        parser = XTermParser()
        found = [*parser.feed(sequence)]
        if parser._timeout_time is not None:
            parser._timeout_time = 0.0
            found += parser.tick()
        return [message.key for message in found if isinstance(message, Key)]

    answers = {"\x1b[1;2R", "\x1b[1;5R", "\x1b[1;6R"}
    known = {sequence for sequence, found in ANSI_SEQUENCES_KEYS.items() if found is not IGNORE_SEQUENCE}
    eight_bit = {"\x9b"}
    compared = known - answers - eight_bit
    assert len(compared) > 250
    ours = {sequence: keys([sequence.encode()]) for sequence in compared}
    assert ours == {sequence: as_textual_has_it(sequence) for sequence in compared}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_presses_no_key_wherever_it_is_cut(answer: bytes) -> None:
    assert keys([answer]) == keys(each(answer), 0.05) == []
    for cut in cuts(answer):
        assert keys(cut) == keys(cut, 0.09) == [], cut
        assert keys([b"a", *cut, b"b"], 0.01) == ["a", "b"], cut
    for first, rest in cuts(answer):
        if not first.endswith(b"\x1b"):
            assert keys([first, rest], UNFINISHED_SECONDS - 0.5) == [], (first, rest)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_its_rest_types_nothing_where_its_escape_was_taken_for_the_key(answer: bytes) -> None:
    assert keys([answer[:1], answer[1:]], 0.3) == ["escape"]
    assert keys([answer[:1], *each(answer[1:])], 0.3) == ["escape"]


def test_answers_one_after_the_other_have_more_time() -> None:
    together = b"".join(ANSWERS.values())
    first, *rest = ANSWERS.values()
    assert keys([first, *each(b"".join(rest))], 0.3) == []
    assert keys(each(together), 0.001) == []


def test_what_follows_an_escape_and_is_no_answer_is_typed() -> None:
    assert keys([b"\x1b", b"[", b"x"], 0.3) == ["escape", "left_square_bracket", "x"]
    assert keys([b"\x1b", b"P", b"w"], 0.3) == ["escape", "P", "w"]
    assert keys([b"\x1b", b"["], 0.3) == ["escape", "left_square_bracket"]
    assert keys([b"\x1b", b"a"], 0.3) == ["escape", "a"]


@pytest.mark.parametrize("begun", [b"\x1b[", b"\x1b[12;", b"\x1bO", b"\x1b]11;rgb:", b"\x1bP>|"], ids=repr)
def test_keys_live_after_a_sequence_that_does_not_end(begun: bytes) -> None:
    assert keys([begun, b"\x11a"]) == ["ctrl+q", "a"]
    assert keys([begun, b"a\r"], UNFINISHED_SECONDS + 1) == ["a", "enter"]


@pytest.mark.parametrize(
    "sent",
    [
        b"\x1b[1114112u",
        b"\x1b[99999999999u",
        b"\x1b[55296u",
        b"\x1b[97;;1114112u",
        b"\x1b[97;;55296u",
        b"\x1b[97;1:3u",
        b"\x1b[" + b"9" * 10_000 + b"u",
        b"\x1b[<99999999999999;1;1M",
        b"\x1b[<0;999999999999;1M",
        b"\x1b[<0;-1;-1M",
        b"\x1b[0;1;1M",
        b"\x1b[M\xff\xff\xff",
        b"\x1b]" + b"1" * 100_000 + b"\x07",
        b"\x1b[" + b"1;" * 5000 + b"x",
        b"\x9b\x9d\x90",
        b"\x1b\xff",
        b"\x1b\xe6\xbc",
        "\x9b\x9d\x90".encode(),
    ],
    ids=lambda sent: repr(sent[:30]),
)
def test_what_is_past_its_bounds_is_dropped(sent: bytes) -> None:
    assert messages([sent, b"a"])[-1].key == "a"  # type: ignore[attr-defined]
    assert keys([sent, b"a"]) == keys([*each(sent), b"a"]) == ["a"]


def test_reports_are_handed_on() -> None:
    sent = b"\x1b[I\x1b[O\x1b[<0;3;4M\x1b[<64;1;1M\x1b[?2026;2$y\x1b[?69;0$y\x1b[?69;4$y\x1b[?69;2$y"
    kinds = [AppFocus, AppBlur, MouseDown, MouseScrollUp, TerminalSupportsSynchronizedOutput, SideMarginsReported]
    for pieces in ([sent], each(sent)):
        assert [type(message) for message in messages(pieces)] == kinds


def test_bytes_that_are_no_text_press_no_key() -> None:
    sent = bytes(byte | 0x80 for byte in random.Random(8).randbytes(BYTES))
    typed = "".join(message.character or "" for message in messages([sent]) if isinstance(message, Key))
    text = "".join(c for c in sent.decode("utf-8", "ignore") if not "\x80" <= c <= "\x9f")
    assert typed == text


def test_any_bytes_can_be_read() -> None:
    chance = random.Random(9)
    sent = chance.randbytes(BYTES)
    at, pieces = 0, []
    while at < len(sent):
        size = chance.choice((1, 2, 5, 30, 4096))
        pieces.append(sent[at : at + size])
        at += size
    for message in messages(pieces, 0.02):
        if isinstance(message, Key):
            (message.key + (message.character or "")).encode()
    # A paste that random bytes begin ends with its mark, and whatever else is open with a control character.
    assert keys([*pieces, b"\x1b[201~", b"\x1b", b"\x11", b"\x11"], 0.2)[-1] == "ctrl+q"


# pastes

PASTE = b"one\rtwo\r\nthree\n" + b"\xe9\x00\x1b[A" + "é".encode()


def test_a_paste_is_one_wherever_it_is_cut() -> None:
    sent = b"\x1b[200~" + PASTE + b"\x1b[201~x"
    for pieces in ([sent], each(sent), *cuts(sent)):
        paste, key = messages(pieces)
        assert isinstance(paste, Paste) and isinstance(key, Key)
        assert paste.text == "one\rtwo\r\nthree\n\N{REPLACEMENT CHARACTER}\x1b[Aé"
        assert key.key == "x"


@pytest.mark.parametrize("size", [MOST_PASTED, MOST_PASTED + 1, 10 * MOST_PASTED])
@pytest.mark.parametrize("piece", [4095, 1 << 26])
def test_a_paste_is_bounded(size: int, piece: int) -> None:
    sent = b"\x1b[200~" + b"p" * size + b"\x1b[201~q"
    found = messages(sent[at : at + piece] for at in range(0, len(sent), piece))
    told, key = found
    assert isinstance(told, Paste) == (size <= MOST_PASTED)
    assert isinstance(told, PasteRefused) == (size > MOST_PASTED)
    assert isinstance(key, Key) and key.key == "q"


def test_a_paste_that_is_too_large_is_told_before_its_end_and_not_kept() -> None:
    terminal = TerminalInput(0.0)
    assert list(terminal.feed(b"\x1b[200~", 0.0)) == []
    told = [piece for _ in range(3 * MOST_PASTED // 4096) for piece in terminal.feed(b"p" * 4096, 0.0)]
    assert len(told) == 1
    assert len(terminal._paste) < 5000


def test_a_paste_without_an_end_is_what_came_of_it() -> None:
    found = messages([b"\x1b[200~abc"])
    assert isinstance(found[0], Paste) and found[0].text == "abc"
    assert keys([b"\x1b[200~abc", b"d"], 11.0) == ["d"]
