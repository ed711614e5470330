"""A forked copy of this process that does one thing and ends.

Rules: it is forked before any event loop or thread exists, and never comes back into its caller's code, whose
output and files belong to the other process.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable


def forked(work: Callable[[], None]) -> int:
    """Return the process id of a copy that does `work`; raises OSError where there can be none."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        work()
        code = 0
    except BrokenPipeError:
        pass
    finally:
        os._exit(code)


def end(pid: int) -> None:
    """End a copy, whatever it does, and wait for it."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
