"""Programs of others, started and stopped so that none is left behind.

Rules: Python raises KeyboardInterrupt in the main thread wherever that is; inside `subprocess.Popen` it may be
between the start of the program and the moment from which somebody knows its number. And whoever ends this program
does not wait for its threads, one of which may just be starting another.
"""

from __future__ import annotations

import _thread
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import AnyStr, Final

START_SECONDS: Final = 10.0
"""Seconds that a program which is being started is waited for, to be stopped: a busy machine or a slow disk takes
its time, and what is not waited for is left running."""


LOOK_SECONDS: Final = 0.5
"""Seconds at most that a signal waits to be acted upon which came right before a call that waits: it does not
interrupt that."""


class GivenUp(Exception):
    """Nobody waits for the program any more, so it was not started."""


def started(start: Callable[[], subprocess.Popen[AnyStr]]) -> subprocess.Popen[AnyStr]:
    """Return the process that `start` makes; raises what that raises, and after an interrupt none runs.

    What is returned has to be guarded at once, `process = started(…)` and then `try`: an interrupt may come at any
    call between them, that of a context manager too.
    """
    if threading.current_thread() is not threading.main_thread():
        return start()
    made: list[subprocess.Popen[AnyStr]] = []
    failed: list[BaseException] = []
    given_up: list[bool] = []
    # Of these calls none is written in Python, where an interrupt might leave a lock as it must not be.
    starting, is_over = _thread.allocate_lock(), _thread.allocate_lock()
    is_over.acquire()

    def work() -> None:
        try:
            with starting:
                if not given_up:
                    made.append(start())
        except BaseException as error:
            failed.append(error)
        finally:
            is_over.release()

    try:
        try:
            _thread.start_new_thread(work, ())
        except RuntimeError:
            # There can be no other thread.
            return start()
        is_over.acquire()
    except BaseException:
        given_up.append(True)
        # What is being started is there after this, and what was not begun will not be.
        with starting:
            for process in made:
                with process:
                    process.kill()
        raise
    if failed:
        raise failed[0]
    return made[0]


def end(process: subprocess.Popen[AnyStr], seconds: float) -> None:
    """End a program, which gets so many seconds to leave things as they were; fewer where an interrupt comes."""
    with process:
        try:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
        finally:
            process.kill()


def waited(process: subprocess.Popen[AnyStr]) -> int:
    """Wait for the end of a program and return its exit code; a signal is acted upon meanwhile."""
    while True:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(LOOK_SECONDS)


class Stoppable:
    """A program that one thread at a time runs, and any other, or a signal's handler, may stop: also while it is
    being started. `kill` ends it, and what it started, as far as that is to go."""

    def __init__(self, kill: Callable[[subprocess.Popen[bytes]], None] = subprocess.Popen.kill) -> None:
        self._kill = kill
        # One that a handler may take in the thread that has it. A program's number is somebody else's once it was
        # waited for: until then both agree on whether it runs.
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self.was_stopped = False
        """Whether the last program was."""
        self.is_abandoned = False
        """Whether none is started any more."""

    def start(self, start: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
        """Return the process that `start` makes; `end` has to follow. Raises what that raises, and GivenUp."""
        with self._lock:
            self._refuse_abandoned()
            self.was_stopped = False
            self._process = process = started(start)
            if self.is_abandoned:
                # By a handler that ran meanwhile.
                self.end(process)
            self._refuse_abandoned()
            return process

    def _refuse_abandoned(self) -> None:
        if self.is_abandoned:
            raise GivenUp

    def end(self, process: subprocess.Popen[bytes]) -> int:
        """End a process, whether or not it has ended by itself; return its exit code."""
        with self._lock:
            self._process = None
            self._kill(process)
            code = process.wait()
        if process.stdout is not None:
            process.stdout.close()
        return code

    def stop(self) -> None:
        """Stop the program that runs, in whatever thread."""
        # One that is being started in another thread is there in a moment.
        is_held = self._lock.acquire(timeout=START_SECONDS)
        try:
            if self._process is not None:
                self.was_stopped = True
                self._kill(self._process)
        finally:
            if is_held:
                self._lock.release()

    def abandon(self) -> None:
        """Stop the program that runs, and start no other."""
        self.is_abandoned = True
        self.stop()
