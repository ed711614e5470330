"""What the server saw and gave out, kept apart for every room.

A room is the path prefix `/in/NAME`: whoever puts it into a base URL has counters and tokens of its
own. Everything without such a prefix happens in the room without a name. A room is written by the
server's thread and may be read from any.
"""

from __future__ import annotations

import itertools
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from integrator_tui.demo.messages import Request

KEPT_REQUESTS = 1000
KEPT_BODY = 64 * 1024


@dataclass
class Issued:
    """A token that was given out: good until `expires_at` (monotonic seconds) and for `uses` requests."""

    token: str
    path: str
    expires_at: float
    uses: float
    revoked: bool = False

    def good(self) -> bool:
        """Whether a request with it is let in now."""
        return not self.revoked and self.uses > 0 and time.monotonic() < self.expires_at


@dataclass
class Counts:
    """How often things happened in a room.

    `abandoned` counts requests whose client went away before the answer had ended.
    """

    requests: int = 0
    refused: int = 0
    abandoned: int = 0
    connections_opened: int = 0
    connections_closed: int = 0
    by_path: dict[str, int] = field(default_factory=dict)

    @property
    def connections_open(self) -> int:
        """Connections that stand now."""
        return self.connections_opened - self.connections_closed


class Room:
    """Requests seen, tokens issued and connections counted under one name."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.prefix = f"/in/{name}" if name else ""
        self.counts = Counts()
        self.requests: deque[Request] = deque(maxlen=KEPT_REQUESTS)
        self.issued: list[Issued] = []
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()

    @property
    def last(self) -> Request:
        """The request that came last, `/stats` aside; raises IndexError before the first."""
        return self.requests[-1]

    def saw(self, request: Request, path: str) -> None:
        """Note a request for `path`, which is the room's own path, without its prefix."""
        with self._changed:
            kept = Request(request.method, request.target, request.headers, request.body[:KEPT_BODY])
            self.requests.append(kept)
            self.counts.requests += 1
            self.counts.by_path[path] = self.counts.by_path.get(path, 0) + 1
            self._changed.notify_all()

    def issue(self, path: str, lifetime: float, uses: float) -> str:
        """A new token, good for `lifetime` seconds and `uses` requests."""
        with self._changed:
            token = f"demo-{next(self._numbers)}-{secrets.token_urlsafe(18)}"
            self.issued.append(Issued(token, path, time.monotonic() + lifetime, uses))
            self._changed.notify_all()
            return token

    def admit(self, token: str) -> bool:
        """Whether `token` is good, counting this use of it."""
        with self._changed:
            for issued in self.issued:
                if (
                    secrets.compare_digest(issued.token.encode(), token.encode("utf-8", "replace"))
                    and issued.good()
                ):
                    issued.uses -= 1
                    return True
            return False

    def revoke(self) -> int:
        """Make every token given out so far worthless; the number of those that were good."""
        with self._changed:
            good = [issued for issued in self.issued if issued.good()]
            for issued in good:
                issued.revoked = True
            return len(good)

    def refuse(self) -> None:
        """Count a client that was not let in."""
        with self._changed:
            self.counts.refused += 1
            self._changed.notify_all()

    def connect(self) -> None:
        """Count a connection."""
        with self._changed:
            self.counts.connections_opened += 1
            self._changed.notify_all()

    def disconnect(self) -> None:
        """Count the end of a connection."""
        with self._changed:
            self.counts.connections_closed += 1
            self._changed.notify_all()

    def abandon(self) -> None:
        """Count a client that went away before its answer had ended."""
        with self._changed:
            self.counts.abandoned += 1
            self._changed.notify_all()

    def reset(self) -> None:
        """Forget requests, tokens and counts, but for the connections that stand."""
        with self._changed:
            self.counts = Counts(connections_opened=self.counts.connections_open)
            self.requests.clear()
            self.issued.clear()

    def wait_for(self, condition: Callable[[Room], bool], timeout: float = 60.0) -> None:
        """Block until `condition` holds; raises TimeoutError, with what was seen, after `timeout` seconds.

        In a coroutine that shares the server's loop, use `asyncio.to_thread`.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self), timeout):
                raise TimeoutError(f"room {self.name!r} still is {self.stats()}")

    def stats(self) -> dict[str, Any]:
        """Everything counted, with the last request, as JSON values."""
        counts = self.counts
        return {
            "room": self.name,
            "requests": counts.requests,
            "refused": counts.refused,
            "abandoned": counts.abandoned,
            "by_path": dict(counts.by_path),
            "tokens_issued": len(self.issued),
            "tokens_good": sum(issued.good() for issued in self.issued),
            "connections": {
                "opened": counts.connections_opened,
                "closed": counts.connections_closed,
                "open": counts.connections_open,
            },
            "last": as_json(self.requests[-1]) if self.requests else None,
        }


def as_json(request: Request) -> dict[str, Any]:
    """A request as JSON values; bytes that are no UTF-8 come as replacement characters."""
    return {
        "method": request.method,
        "target": request.target,
        "path": request.path,
        "query": [list(pair) for pair in request.query],
        "headers": [list(pair) for pair in request.headers],
        "body": request.body.decode("utf-8", "replace"),
    }
