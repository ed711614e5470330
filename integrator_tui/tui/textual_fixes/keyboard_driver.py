"""The driver of Textual 8.2.8 on a keyboard of our own, which is read no faster than its keys are used.

A terminal is not asked to tell its size by an escape sequence (mode 2048): the kernel knows it, and a size that
comes with the keys can be any. Nor is a size believed that a signal's handler read: where another signal came in
the middle of that, its handler told the newer size first, and the older one would be the last word.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message

from integrator_tui.tui.textual_fixes.keyboard import SideMarginsReported, StatusReported, read_keyboard

_MOST_WAITING: Final = 1000
"""Keys and other messages of the terminal that wait before it has to wait itself."""

_MOST_COLUMNS, _MOST_ROWS = 1000, 300
"""What is drawn of a terminal that says it is larger: 65,535 by 65,535 cells would take all memory."""


class KeyboardDriver(LinuxDriver):
    """Reads the terminal by `read_keyboard`."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.keys_waiting: Callable[[], int] = lambda: 0
        """How many keys the app has taken and not used yet."""
        self._sent = self._arrived = 0
        # Until the first Resize an app asks the terminal itself.
        self._app._size = Size(*self._get_terminal_size())

    def run_input_thread(self) -> None:
        try:
            read_keyboard(self.fileno, self.exit_event, self.process_message, self._is_full)
        except EOFError:
            # SIGHUP ends the program, too, where it is not ignored.
            self._app.call_later(self._app.exit, 130)

    def process_message(self, message: Message) -> None:
        if isinstance(message, StatusReported):
            self.status_reported()
        elif isinstance(message, SideMarginsReported):
            self.side_margins_reported()
        else:
            super().process_message(message)

    def status_reported(self) -> None:
        """Take an answer to a question for the status, in the thread of the keyboard."""

    def side_margins_reported(self) -> None:
        """Take the answer that the terminal knows margins at the sides, in the thread of the keyboard."""

    def send_message(self, message: Message) -> None:
        self._sent += 1
        sending = asyncio.run_coroutine_threadsafe(self._app._post_message(message), loop=self._loop)
        sending.add_done_callback(self._has_arrived)

    def _has_arrived(self, _: object) -> None:
        self._arrived += 1

    def _is_full(self) -> bool:
        return self._sent - self._arrived + self.keys_waiting() > _MOST_WAITING

    def _get_terminal_size(self) -> tuple[int, int]:
        width, height = super()._get_terminal_size()
        return min(width, _MOST_COLUMNS), min(height, _MOST_ROWS)

    def resize_now(self) -> Resize:
        """Return the size that the terminal has now, as an event."""
        size = Size(*self._get_terminal_size())
        return Resize(size, size)

    def _query_in_band_window_resize(self) -> None:
        """Ask nothing: see above."""
