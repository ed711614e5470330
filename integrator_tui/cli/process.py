"""The process that a command runs in: its signals, its streams, and how it ends.

SIGINT, SIGTERM, a lost terminal and a closed standard output end it quietly with 130.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from types import FrameType
from typing import Never

from integrator_tui.cli import main
from integrator_tui.cli.output import standard_streams

CRASHED = 1
INTERRUPTED = 130
AGAIN_SECONDS = 0.01


def entry() -> None:
    """Run as a program. SIGINT, SIGTERM, a lost terminal and a closed standard output end it quietly with 130."""
    # No stranger's code in this process, and no search for it at each start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Hundreds of classes are made at start and none of them is garbage.
    gc.set_threshold(100_000, 20, 50)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, _terminated)
    sys.unraisablehook = _unraisable
    standard_streams.set_up()
    try:
        code = main.main(sys.argv[1:])
    except (KeyboardInterrupt, BrokenPipeError):
        code = INTERRUPTED
        _detach_stdout()
    except Exception as error:
        if _was_interrupted(error):
            code = INTERRUPTED
            _detach_stdout()
        else:
            code = CRASHED
            _tell_crash(error)
    _leave(code)


def _was_interrupted(error: BaseException | None) -> bool:
    """Return whether an error is what others made of an interrupt, as a class statement or a cleanup may."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _tell_crash(error: Exception) -> None:
    """Say where in the program an error of its own happened; its words and its variables could hold a secret."""
    from integrator_tui.crash_report import crash_report

    sys.stderr.write(f"error: {type(error).__qualname__}, an error of integrator-tui itself\n")
    sys.stderr.write("hint: report it with the lines below, which hold no value\n\n")
    sys.stderr.write(f"{crash_report(error)}\n")


def _leave(code: int) -> Never:
    """End the process now: what had to be closed is closed, and the rest is only memory.

    An ordinary exit takes apart every module first, a tenth of a short command's time, and waits for threads
    that still ask a name server.
    """
    sys.stderr.flush()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = INTERRUPTED
    except OSError:
        # A full disk was told already, and a terminal that is gone has nobody to tell.
        code = code or CRASHED
    os._exit(code)


def _detach_stdout() -> None:
    """Point standard output elsewhere, so that the interpreter's last flush meets no closed pipe."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
    except OSError:
        pass


def _terminated(signal_number: int, frame: FrameType | None) -> Never:
    raise KeyboardInterrupt


def _unraisable(lost: sys.UnraisableHookArgs) -> None:
    """Have an interrupt come again that hit where nothing can be raised: in a weak reference's callback, above all
    those of every import."""
    if issubclass(lost.exc_type, KeyboardInterrupt):
        signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
    else:
        sys.__unraisablehook__(lost)
