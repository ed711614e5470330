"""Walk: a request and the redirects it is led along, to the answer that is no redirect.

Rules: at most `MAX_HOPS`; an address asked twice the same way is a loop and named as one. Within the origin
the connection is kept where the server keeps it; another origin is dialled, and sees no client certificate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import httpx

from integrator_tui.engine import redirects
from integrator_tui.engine.carried import carried
from integrator_tui.engine.clock import Clock
from integrator_tui.engine.dial import Origin
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.line import Line
from integrator_tui.engine.redirects import MAX_HOPS

DRAIN: Final = 64 * 1024
"""Bytes of an unwanted body that are read to keep the connection; beyond them it is closed."""


class Walk:
    """One request on its way. `hops` tells the redirects followed, `left_behind` the origin at which
    credentials had to stay. Close it when the answer was read: it closes what it dialled itself."""

    def __init__(
        self,
        line: Line,
        new_line: Callable[[Origin], Line],
        clock: Clock,
        holds_secret: Callable[[str], bool],
        *,
        follow: bool,
    ) -> None:
        self.hops: list[dict[str, Any]] = []
        self.left_behind = ""
        self._line = line
        self._new_line = new_line
        self._clock = clock
        self._holds_secret = holds_secret
        self._follow = follow
        self._own: Line | None = None

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Return the head of the final answer; raises StageFailed. Time is bounded by the caller."""
        asked: set[tuple[str, str]] = set()
        while True:
            response = await self._line.send(request)
            self._clock.notice(response)
            if not self._follow or not redirects.is_redirect(response):
                return response
            asked.add((request.method, str(request.url)))
            following = redirects.following(request, response, self._holds_secret)
            target = str(following.url)
            self.hops.append({"status": response.status_code, "url": target})
            if (following.method, target) in asked:
                raise redirects.loop(response, len(self.hops), target)
            if len(self.hops) > MAX_HOPS:
                raise redirects.too_many(response, target)
            await self._move(request, response, following)
            request = following

    async def _move(self, request: httpx.Request, response: httpx.Response, following: httpx.Request) -> None:
        origin = Origin.of(following.url)
        if origin == self._line.reach.origin:
            await drain(response)
            return
        if carried(request).headers - carried(following).headers:
            self.left_behind = str(origin)
        await response.aclose()
        await self._line.aclose()
        self._line = self._own = self._new_line(origin)

    async def aclose(self) -> None:
        """Close the connection to another origin, if there is one."""
        if self._own is not None:
            await self._own.aclose()


async def drain(response: httpx.Response) -> None:
    """Read a body nobody wants, so that its connection can be used again; close it where it is long or broken."""
    size = 0
    try:
        async for piece in response.aiter_raw():
            size += len(piece)
            if size > DRAIN:
                break
    except StageFailed:
        pass
    finally:
        await response.aclose()
