"""Reading the terminal: what comes through a pipe, how it waits for who is slow, and where the terminal is gone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from threading import Event, Thread

import pytest
from textual.events import Key
from textual.message import Message

from integrator_tui.tui.textual_fixes.keyboard import read_keyboard

PATIENCE = 20.0


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)


class Reader:
    """Reads a pipe in a thread of its own; `is_full` is set while nothing is to be read."""

    def __init__(self, file: int) -> None:
        self.is_over, self.is_full, self.ended = Event(), Event(), False
        self.keys: list[str] = []
        self._came = Event()
        self._thread = Thread(target=self._run, args=(file,))
        self._thread.start()

    def _run(self, file: int) -> None:
        try:
            read_keyboard(file, self.is_over, self._take, self.is_full.is_set)
        except EOFError:
            self.ended = True

    def _take(self, message: Message) -> None:
        assert isinstance(message, Key)
        self.keys.append(message.key)
        self._came.set()

    def until(self, key: str) -> None:
        """Wait until this key came."""
        while key not in self.keys:
            assert self._came.wait(PATIENCE), self.keys
            self._came.clear()

    def end(self) -> None:
        """Wait until the thread has ended."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


def test_keys_come_in_their_order_until_it_is_over(pipe: tuple[int, int]) -> None:
    reader = Reader(pipe[0])
    os.write(pipe[1], b"ab\x1b[A\xff\x1b[?62c\x1b")
    reader.until("escape")
    assert reader.keys == ["a", "b", "up", "escape"]
    reader.is_over.set()
    reader.end()
    assert not reader.ended
    os.close(pipe[1])


def test_who_is_slow_is_waited_for(pipe: tuple[int, int]) -> None:
    reader = Reader(pipe[0])
    os.write(pipe[1], b"a")
    reader.until("a")
    reader.is_full.set()
    # One read may be on its way already; the kernel keeps what comes after it.
    os.write(pipe[1], b"b" * 4096)
    os.write(pipe[1], b"c" * 4096)
    os.write(pipe[1], b"d")
    assert "d" not in reader.keys
    reader.is_full.clear()
    reader.until("d")
    assert len(reader.keys) == 1 + 2 * 4096 + 1
    reader.is_over.set()
    reader.end()
    os.close(pipe[1])


def test_a_terminal_that_is_gone_ends_the_reading(pipe: tuple[int, int]) -> None:
    reader = Reader(pipe[0])
    os.write(pipe[1], b"a")
    os.close(pipe[1])
    reader.end()
    assert reader.ended and reader.keys == ["a"]
