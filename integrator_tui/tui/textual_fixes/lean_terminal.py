"""A terminal that is sent the cells that changed, and no frame before it has drawn the one before.

Textual 8.2.8 sends every region that is painted again in full, whatever of it changed, and as often as it is
painted; a slow line then shows what is long past. Here its frames become cells (`frames`), and the difference is
sent when it is time for it (`terminal_output`). An error of that ends it, and Textual's own way goes on.
"""

from __future__ import annotations

from asyncio import TimerHandle
from contextlib import suppress
from time import monotonic
from typing import Any, Final

from textual._compositor import CompositorUpdate
from textual.events import InputEvent, MouseMove
from textual.message import Message

from integrator_tui.tui.terminal_output.control_sequences import allowed
from integrator_tui.tui.terminal_output.frame_flow import FrameFlow
from integrator_tui.tui.terminal_output.screen_writer import ScreenWriter
from integrator_tui.tui.terminal_output.terminal_kind import kind_of
from integrator_tui.tui.textual_fixes.frames import placed
from integrator_tui.tui.textual_fixes.key_order import order_of
from integrator_tui.tui.textual_fixes.terminal import Terminal

_URGENT_SECONDS: Final = 0.25
"""How long after a key a frame counts as what it caused."""
_GLANCE_SECONDS: Final = 0.02
"""The time between two looks at a terminal that takes nothing."""
_RESIZED_SECONDS: Final = 0.1
"""How long a new layout is waited for after the terminal changed its size."""


class LeanFailed(Message):
    """The lean way of drawing met an error of its own, of the kind `error`; the stock one goes on."""

    def __init__(self, error: str) -> None:
        super().__init__()
        self.error = error


class LeanTerminal(Terminal):
    """Sends the difference between frames."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.is_lean = True
        self._input_at = 0.0
        self._flow = FrameFlow(monotonic())
        self._timer: TimerHandle | None = None
        self._writer = ScreenWriter(kind_of(getattr(self._app, "term", "")), self._app.console.color_system)

    def show(self, update: CompositorUpdate, size: tuple[int, int], cursor: tuple[int, int] | None) -> None:
        """Have a frame of a screen of that size be seen, as soon as it is time for it.

        `cursor` is the place of the caret, None where there is none.
        """
        with _failing_softly(self):
            self._writer.resize(*size)
            self._writer.is_synchronized = self._app._sync_available
            self._send(self._writer.want(placed(update), cursor))

    def forget_screen(self) -> None:
        """Know nothing that is shown, after others wrote to the terminal or its size changed."""
        with _failing_softly(self):
            self._writer.forget()
            self._send_later(_RESIZED_SECONDS)

    @property
    def backlogged(self) -> bool:
        if not self.is_lean:
            return super().backlogged
        return self._flow.wait(monotonic(), is_urgent=False) > 0 or super().backlogged

    # --- sending ---

    def _send(self, rows: set[int]) -> None:
        """Send rows that were just painted if they may be sent, and what else waits later."""
        now = monotonic()
        is_urgent = now - self._input_at < _URGENT_SECONDS or order_of(self._app).busy
        wait = self._flow.wait(now, is_urgent=is_urgent)
        if super().backlogged:
            wait = max(wait, _GLANCE_SECONDS)
        if wait <= 0:
            frame = self._writer.frame(rows if is_urgent else self._writer.stale)
            if frame:
                super().write(frame + self._flow.sent(len(frame.encode("utf-8", "replace")), now))
            wait = self._flow.wait(now, is_urgent=False)
        if self._writer.stale:
            self._send_later(wait)

    def _send_later(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(max(0.0, seconds), self._send_waiting)

    def _send_waiting(self) -> None:
        self._timer = None
        with _failing_softly(self):
            if self.is_lean and self._writer.stale:
                self._send(self._writer.stale)

    def process_message(self, message: Message) -> None:
        if isinstance(message, InputEvent) and not isinstance(message, MouseMove):
            self._input_at = monotonic()
        super().process_message(message)

    def status_reported(self) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._drawn)

    def side_margins_reported(self) -> None:
        self._writer.moves_columns = True

    def _drawn(self) -> None:
        if self._flow.answered(monotonic()):
            self._send_waiting()

    # --- beginning and leaving ---

    def start_application_mode(self) -> None:
        super().start_application_mode()
        self._flow.begin(monotonic())
        self._writer.forget()
        if self.is_lean:
            self.write("\x1b[?69$p")
        self._loop.call_soon_threadsafe(self._send_waiting)

    def stop_application_mode(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.write("\x1b[r\x1b[m")
        super().stop_application_mode()

    def write(self, data: str) -> None:
        """Send control sequences, of which those that are not known are left out."""
        data = allowed(data) if self.is_lean else data
        if data:
            super().write(data)

    def _repaint(self) -> None:
        self.forget_screen()
        super()._repaint()

    def fail(self, error: Exception) -> None:
        """Go on in the stock way."""
        self.is_lean = False
        super().write("\x1b[r\x1b[m")
        self._app.post_message(LeanFailed(type(error).__name__))
        self._app.refresh(layout=True)


class _failing_softly:
    """Has a terminal go on in the stock way after an error of the lean one."""

    def __init__(self, terminal: LeanTerminal) -> None:
        self._terminal = terminal

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Exception):
            return False
        self._terminal.fail(error)
        return True
