"""The program: what `python -m integrator_tui` and the scripts run. An interrupt ends it quietly from here on."""

import os
import signal
from types import FrameType


def entry() -> None:
    """Run as a program, and end the process; see `integrator_tui.cli.process.entry`."""
    # Importing takes a while, and nothing there could tell an interrupt from a crash.
    own = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if own:
        signal.signal(signal.SIGINT, _leave)
    from integrator_tui.cli import process

    if own:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    process.entry()


def _leave(signal_number: int, frame: FrameType | None) -> None:
    os._exit(130)


if __name__ == "__main__":
    entry()
