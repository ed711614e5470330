"""The application that benchmarks/many_connections.py measures: the list of connections, told of results.

ctrl+t begins: for some seconds as many results a second are told as the command line says, of connections picked at
random; then the share of a core that took is written to the file that it names.
"""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType

from integrator_tui.model.entry import Entry, Revision
from integrator_tui.model.last_result import LastResult
from integrator_tui.tui.widgets.connections.facts import RowFacts
from integrator_tui.tui.widgets.connections.list import ConnectionList

SECONDS = 5.0
TICK = 0.01


class ListApp(App[None]):
    """A list of `count` connections, and `rate` results a second."""

    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+t", "begin", "Begin")]

    def __init__(self, count: int, rate: int, account: Path) -> None:
        super().__init__()
        self._rate, self._account = rate, account
        entries = tuple(
            Entry(f"{n:05}.yaml", f"Connection {n:05}", revision=Revision("0" * 64)) for n in range(count)
        )
        self._list = ConnectionList(entries)

    def compose(self) -> ComposeResult:
        yield self._list

    def action_begin(self) -> None:
        """Tell results for a while."""
        self.run_worker(self._tell())

    async def _tell(self) -> None:
        pick, files = random.Random(3), [entry.file for entry in self._list.entries]
        began, used, told = perf_counter(), process_time(), 0
        while (elapsed := perf_counter() - began) < SECONDS:
            for _ in range(told, int(elapsed * self._rate)):
                outcome = "passed" if pick.random() < 0.9 else "failed"
                result = LastResult(outcome, datetime.now(UTC), pick.uniform(1, 900), "", "tls", 200)  # type: ignore[arg-type]
                self._list.set_facts(pick.choice(files), RowFacts("ok", result, is_current=True))
            told = int(elapsed * self._rate)
            await asyncio.sleep(TICK)
        self._account.write_text(f"{(process_time() - used) / (perf_counter() - began)} {told}")


if __name__ == "__main__":
    ListApp(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])).run()
