"""Starting a program so that an interrupt which comes meanwhile leaves none behind.

Python raises KeyboardInterrupt in the main thread wherever that is. Inside `subprocess.Popen` it may be between the
start of the program and the moment from which somebody knows its number.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from typing import AnyStr


def started(start: Callable[[], subprocess.Popen[AnyStr]]) -> subprocess.Popen[AnyStr]:
    """Return the process that `start` makes; raises what that raises, and after an interrupt none runs.

    What is returned has to be guarded at once: `process = started(…)`, then `try`.
    """
    if threading.current_thread() is not threading.main_thread():
        return start()
    made: list[subprocess.Popen[AnyStr]] = []
    failed: list[BaseException] = []
    is_over = threading.Event()

    def work() -> None:
        try:
            made.append(start())
        except BaseException as error:
            failed.append(error)
        finally:
            is_over.set()

    thread = threading.Thread(target=work, name="starting", daemon=True)
    try:
        thread.start()
        is_over.wait()
    except RuntimeError:
        # There can be no other thread.
        return start()
    except BaseException:
        is_over.wait()
        for process in made:
            process.kill()
        raise
    if failed:
        raise failed[0]
    return made[0]
