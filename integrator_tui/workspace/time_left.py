"""TimeLeft: what is left of the time for a whole, of which waiting for a helper of ours took its part."""

from __future__ import annotations

import time

_AT_LEAST = 0.001


class TimeLeft:
    """Counts from when it is made; `seconds` is then what is left of `whole`, None where there is no limit."""

    def __init__(self, whole: float | None) -> None:
        self._until = None if whole is None else time.monotonic() + whole

    @property
    def seconds(self) -> float | None:
        """What is left, in seconds: never nothing, so that what is begun can tell that its time was over."""
        return None if self._until is None else max(_AT_LEAST, self._until - time.monotonic())
