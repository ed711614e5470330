"""RedirectChain: a request and the redirects it is led along, to the answer that is no redirect.

Rules: at most `MAX_HOPS`; an address asked twice the same way is a loop and named as one. Within the origin
the connection is kept where the server keeps it; another origin is dialled, and sees no client certificate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.clock_skew import ClockSkew
from integrator_tui.engine.dial.kept_connection import KeptConnection
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.origin import Origin
from integrator_tui.engine.request import redirects
from integrator_tui.engine.request.redirects import MAX_HOPS
from integrator_tui.engine.request.secret_parts import secret_parts

DRAIN: Final = 64 * 1024
"""Bytes of an unwanted body that are read to keep the connection; beyond them it is closed."""


class RedirectChain:
    """One request on its way. `hops` tells the redirects followed, `left_behind` the origin at which
    credentials had to stay. Close it when the answer was read: it closes what it dialled itself."""

    def __init__(
        self,
        connection: KeptConnection,
        new_connection: Callable[[Origin], KeptConnection],
        clock: ClockSkew,
        holds_secret: Callable[[str], bool],
        *,
        follow: bool,
    ) -> None:
        self.hops: list[dict[str, Any]] = []
        self.left_behind = ""
        self._connection = connection
        self._new_connection = new_connection
        self._clock = clock
        self._holds_secret = holds_secret
        self._follow = follow
        self._own: KeptConnection | None = None

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Return the head of the final answer; raises StageFailed. Time is bounded by the caller."""
        asked: set[tuple[str, str]] = set()
        while True:
            response = await self._connection.send(request)
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
        if origin == self._connection.route.origin:
            await drain(response)
            return
        before, after = secret_parts(request), secret_parts(following)
        if before.headers - after.headers or (before.parameter and not after.parameter):
            self.left_behind = str(origin)
        await response.aclose()
        await self._connection.aclose()
        self._connection = self._own = self._new_connection(origin)

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
