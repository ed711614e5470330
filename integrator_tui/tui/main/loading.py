"""Loading: the entries of a workspace, read in a thread while the screen shows what is known already."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from integrator_tui.model.entry import Entry

if TYPE_CHECKING:
    from integrator_tui.tui.services import CatalogService

_EVERY: Final = 0.1
"""Seconds between two words on how far reading is."""


class Loading:
    """Reads entries; `tell` is given a word on how far it is, empty at the end, and `show` what is known so far."""

    def __init__(
        self, catalog: CatalogService, tell: Callable[[str], None], show: Callable[[tuple[Entry, ...]], None]
    ) -> None:
        self._catalog = catalog
        self._tell = tell
        self._show = show
        self.listed = asyncio.Event()
        """Set once what is shown is what the files say: what is done with an entry waits for it."""
        self.complete = asyncio.Event()
        """Set once the entries have their connections: what is done with many waits for it."""
        self._told_at = 0.0

    async def entries(self) -> tuple[Entry, ...]:
        """Return every entry as its file is now; the first time what a list needs of them is shown before."""
        loop = asyncio.get_running_loop()
        self._told_at = time.monotonic()

        def progress(done: int, count: int) -> None:
            if time.monotonic() >= self._told_at + _EVERY:
                self._told_at = time.monotonic()
                loop.call_soon_threadsafe(self._tell, f"reading {done:,} of {count:,}")

        try:
            if not self.listed.is_set():
                # Whoever is given up before its end has shown nothing.
                self._show(await asyncio.to_thread(self._catalog.listed, progress=progress, keep=True))
                self.listed.set()
            found = await asyncio.to_thread(self._catalog.entries, progress)
        except Exception:
            # Why is told, and nothing that waits would learn more.
            self.listed.set()
            self.complete.set()
            raise
        finally:
            self._tell("")
        self.complete.set()
        return found
