"""Loading: what lists need of every file, read in a thread while the screen shows what is known already."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from integrator_tui.model.entry import Entry

if TYPE_CHECKING:
    from integrator_tui.tui.services import CatalogService

_EVERY: Final = 0.1
"""Seconds between two words on how far reading is."""


class Loading:
    """Reads entries, without their connections; `tell` is given a word on how far it is, empty at the end."""

    def __init__(self, catalog: CatalogService, tell: Callable[[str], None]) -> None:
        self._catalog = catalog
        self._tell = tell
        self.listed = asyncio.Event()
        """Set once what is shown is what the files say: what is done with an entry waits for it."""
        self._told_at = 0.0
        self._alone = threading.Lock()

    async def entries(self) -> tuple[Entry, ...]:
        """Return every entry as its file is now."""
        loop = asyncio.get_running_loop()
        self._told_at = time.monotonic()

        def progress(done: int, count: int) -> None:
            if time.monotonic() >= self._told_at + _EVERY:
                self._told_at = time.monotonic()
                loop.call_soon_threadsafe(self._tell, f"reading {done:,} of {count:,}")

        given_up = threading.Event()

        def listed() -> tuple[Entry, ...]:
            # One after the other: listing is for one thread, and a save reads as the look at the disk does.
            with self._alone:
                return () if given_up.is_set() else self._catalog.listed(operations=True, progress=progress)

        try:
            return await asyncio.to_thread(listed)
        finally:
            # A thread goes on where nobody waits for it any more; one that has not begun need not.
            given_up.set()
            self._tell("")
            # Where it failed, why is told, and nothing that waits would learn more.
            self.listed.set()
