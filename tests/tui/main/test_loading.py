"""Lists are read one after the other, and none that nobody waits for."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, cast

from integrator_tui.tui.main.loading import Loading


class SlowCatalog:
    """Counts what is listed, and waits in it until it may go on."""

    def __init__(self) -> None:
        self.begun = 0
        self.together = 0
        self.entered = threading.Event()
        self.may_go_on = threading.Event()

    def listed(self, **_: Any) -> tuple[()]:
        self.begun += 1
        self.together += 1
        assert self.together == 1
        self.entered.set()
        assert self.may_go_on.wait(30)
        self.together -= 1
        return ()


async def test_one_list_is_read_at_a_time_and_none_that_was_given_up() -> None:
    catalog = SlowCatalog()
    loading = Loading(cast(Any, catalog), lambda _: None)
    first = asyncio.create_task(loading.entries())
    assert await asyncio.to_thread(catalog.entered.wait, 30)
    given_up = asyncio.create_task(loading.entries())
    last = asyncio.create_task(loading.entries())
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    catalog.may_go_on.set()
    assert (await first, await last) == ((), ())
    assert catalog.begun == 2
