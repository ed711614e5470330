"""The terminal of the interface: how it is left, found again, and given up where it is gone.

Four things of Textual 8.2.8 are made good here. It begins its terminal mode anew at every SIGCONT, also where
SIGSTOP had left that mode as it was: what is then put back at the end is the mode of the interface. A terminal that
goes away brings SIGCONT after SIGHUP, when there is no event loop any more, and ends the thread that writes. One
that takes nothing more, as a link that hangs does, is waited for without end, after SIGTERM too. And SIGTSTP writes
from its handler, which waits for ever where it came in the middle of writing.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from queue import Full
from time import monotonic
from typing import Any, Final, TextIO

from integrator_tui.tui.textual_fixes.key_order import order_of
from integrator_tui.tui.textual_fixes.keyboard_driver import KeyboardDriver

PARTING_SECONDS: Final = 1.0
"""How long a terminal that is being left has to take what puts it back."""


class _Output:
    """A terminal that may be gone: what is written to it then is lost, and nobody is told.

    A file of its own, because a write that hangs keeps the lock of its file, and the program flushes its own last.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = open(os.dup(file.fileno()), "w", encoding=file.encoding, errors=file.errors)  # noqa: SIM115
        self.fileno = self._file.fileno

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()


class Terminal(KeyboardDriver):
    """Begins its mode again only where it had ended it, and leaves in time."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        assert self._file is not None
        self._file = _Output(self._file)  # type: ignore[assignment]
        self._parting: float | None = None
        self._is_writing = False
        self.keys_waiting = lambda: order_of(self._app).waiting

    @property
    def backlogged(self) -> bool:
        """Whether the terminal has not taken what was written to it."""
        # Without the queue's lock, which a signal may find taken.
        return self._writer_thread is not None and bool(self._writer_thread._queue.queue)

    def start_application_mode(self) -> None:
        self._parting = None
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def write(self, data: str) -> None:
        if self._parting is not None:
            self._put(data)
            return
        self._is_writing = True
        try:
            super().write(data)
        except KeyboardInterrupt:
            # A signal found it waiting for the terminal.
            self._part()
            raise
        finally:
            self._is_writing = False

    def stop_application_mode(self) -> None:
        self._part()
        super().stop_application_mode()

    def close(self) -> None:
        if self._writer_thread is not None:
            self._part()
            self._put(None)
            self._writer_thread.join(self._seconds_left)

    def _part(self) -> None:
        if self._parting is None:
            self._parting = monotonic() + PARTING_SECONDS

    @property
    def _seconds_left(self) -> float:
        return max(0.0, (self._parting or 0.0) - monotonic())

    def _put(self, data: str | None) -> None:
        if self._writer_thread is not None:
            with suppress(Full):
                self._writer_thread._queue.put(data, timeout=self._seconds_left)

    def _sigtstp_application(self, *_: object) -> None:
        if self._is_writing:
            self._loop.call_soon_threadsafe(self._sigtstp_application)
        else:
            super()._sigtstp_application()

    def _sigcont_application(self, *_: object) -> None:
        if self._must_signal_resume:
            super()._sigcont_application()
            return
        with suppress(RuntimeError):
            # What the shell wrote meanwhile is painted over.
            asyncio.get_running_loop().call_soon_threadsafe(self._repaint)

    def _repaint(self) -> None:
        self._app.refresh(layout=True)
