"""Waiting for what another process does: for what is to be seen of it, with a limit that a busy machine keeps."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

LIMIT: Final = 60.0
"""Seconds: far more than anything takes where others need the processor as well."""
_PAUSE: Final = 0.005


def until(holds: Callable[[], object], what: str) -> None:
    """Return when `holds` is true; fail after `LIMIT` seconds."""
    end = time.monotonic() + LIMIT
    while not holds():
        assert time.monotonic() < end, f"waited in vain for {what}"
        # Whom this waits for needs the processor.
        time.sleep(_PAUSE)


def ended(pid: int) -> bool:
    """Wait until a process that was ended is no more; killed is not gone: its end comes when it has the processor.

    False where it still runs after `LIMIT` seconds.
    """
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], LIMIT)[0])
    finally:
        os.close(descriptor)


def is_running(pid: int) -> bool:
    """Return whether a process still does anything; one that ended may wait for its end to be seen (proc(5))."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
