"""What the process leaves of its memory: nothing on disk.

A string in Python cannot be wiped, so a secret stays in memory as long as the process lives; it must not get
from there into a core file.
"""

from __future__ import annotations

import resource
import sys
from typing import Final

_PR_SET_DUMPABLE: Final = 4


def disable_core_dumps() -> None:
    """Keep this process from ever dumping core; on Linux also from being traced by others of the same user.

    The limit alone does not stop a dump that the kernel pipes into a program; being undumpable does.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0 if hard else hard))
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
