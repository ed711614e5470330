"""Sink: where the body of an answer goes: standard output, or the file of --output.

Rules: bytes are written as they come and nothing is held back. A terminal gets text that cannot act on it;
a pipe and a file get exactly what came. A file is opened before anything is sent, so that what cannot be written
is not asked for; a new one is readable by its owner alone, one that exists keeps its permissions and, until a
body comes, its content. What cannot be written is two lines, but for a pipe that nobody reads any more.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import FrameType
from typing import Never

from integrator_tui.cli.output.output import STDOUT, Console, writing


class Sink:
    """One open destination; `terminal` tells whether it is one, `begun` whether there was an answer to take. Make
    it with `opened`."""

    def __init__(self, descriptor: int, name: str, *, terminal: bool, truncate: bool = False) -> None:
        self.terminal = terminal
        self._descriptor = descriptor
        self._name = name
        self._truncate = truncate
        self.begun = False
        self._last = b""

    def begin(self) -> None:
        """Take the answer: what the file held goes."""
        if self._truncate and not self.begun:
            with writing(self._name):
                os.ftruncate(self._descriptor, 0)
        self.begun = True

    def write(self, data: bytes) -> None:
        """Write all of `data`; raises BrokenPipeError where nobody reads, SaveError where it cannot be written."""
        with writing(self._name):
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        self._last = data[-1:] or self._last

    def end(self) -> None:
        """End a line on a terminal, so that the next prompt has one of its own."""
        if self.terminal and self._last not in (b"", b"\n"):
            self.write(b"\n")

    def while_read(self) -> AbstractContextManager[None]:
        """Cancel what is done inside as soon as nobody reads a pipe any more, and raise BrokenPipeError for it."""
        return while_read(self._descriptor)


@contextmanager
def opened(output: Console, file: str | None, current: Path) -> Iterator[Sink]:
    """Open the file relative to `current`, or standard output for None and `-`; a file that got no answer goes.

    Raises SaveError where the file cannot be written.
    """
    if file is None or file == "-":
        output.flush()
        yield Sink(output.out.fileno(), STDOUT, terminal=output.out.isatty())
        return
    # A Path would forget the slash behind a folder's name, and make a file of that name.
    path = os.path.join(current, file)
    flags = os.O_WRONLY | os.O_CLOEXEC | os.O_NOCTTY
    with writing(file or "the file of --output"):
        try:
            descriptor, made = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600), True
        except FileExistsError:
            descriptor, made = os.open(path, flags), False
    regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
    sink = Sink(descriptor, file, terminal=os.isatty(descriptor), truncate=regular)
    try:
        yield sink
    finally:
        os.close(descriptor)
        if made and not sink.begun:
            with contextlib.suppress(OSError):
                os.unlink(path)


@contextmanager
def while_read(descriptor: int | None) -> Iterator[None]:
    """Cancel what is done inside as soon as nobody reads a pipe any more, and raise BrokenPipeError for it."""
    mode = os.fstat(descriptor).st_mode if descriptor is not None else 0
    # Node.js and socat give a child a socket in place of a pipe.
    if descriptor is None or not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        yield
        return
    import asyncio

    loop, task, gone = asyncio.get_running_loop(), asyncio.current_task(), asyncio.Event()

    def stirred() -> None:
        loop.remove_reader(descriptor)
        if task is not None and _reader_is_gone(descriptor):
            gone.set()
            task.cancel()

    loop.add_reader(descriptor, stirred)
    try:
        yield
    except asyncio.CancelledError:
        if gone.is_set():
            raise BrokenPipeError from None
        raise
    finally:
        loop.remove_reader(descriptor)


def interruptible() -> None:
    """Have Ctrl-C end a write that waits for its reader too: the event loop's own handler would wait with it."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)


def _interrupted(number: int, frame: FrameType | None) -> Never:
    raise KeyboardInterrupt


def _reader_is_gone(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(events & (select.POLLERR | select.POLLHUP) for _, events in poll.poll(0))
