"""How much more memory this process takes while a block runs, at its highest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STATUS = Path("/proc/self/status")


def _kib(field: str) -> int:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(field + ":"))
    return int(line.split()[1])


@contextmanager
def at_most(mib: int) -> Iterator[None]:
    """Assert that the block takes at most `mib` MiB more than there was, whatever ran before (proc(5))."""
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark begins anew
    before = _kib("VmRSS")
    yield
    more = (_kib("VmHWM") - before) / 1024
    assert more <= mib, f"{more:.0f} MiB more"
