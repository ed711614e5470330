"""TokenCache: each token fetched once for all who want it.

Rules: this cache is one process's, and in memory; where a token outlives the process, a `TokenStore` keeps it. A
key never holds what it was made from: it is a keyed hash, so that a short secret cannot be searched for in it. A
token is kept until shortly before it expires; one that lives for zero seconds or less is good for the probe that
fetched it and for nobody else. A failed fetch is told to everybody who waited for it, and the next one who asks
tries again.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from integrator_tui.engine.token import Token, TokenPlace


class Lease:
    """The right, and the duty, to fetch one token while others wait for the outcome.

    Exactly one of `keep`, `fail` and `release` ends it; later calls do nothing.
    """

    __slots__ = ("_cache", "_done", "_failure", "_key", "_token", "answered", "place")

    def __init__(self, cache: TokenCache, key: str) -> None:
        self.answered = False
        """Whether no server is waited for: it did its part, or another process of ours has to do its own."""
        self.place: TokenPlace | None = None
        """Where others wait for the token beside this process, whose turn there ends with this lease."""
        self._cache = cache
        self._key = key
        self._done = asyncio.Event()
        self._token: Token | None = None
        self._failure: Exception | None = None

    def keep(self, token: Token) -> None:
        """Hand the token to everybody who waits, and keep it for those who come."""
        self._settle(token=token)

    def fail(self, failure: Exception) -> None:
        """Tell everybody who waits why there is no token."""
        self._settle(failure=failure)

    def release(self) -> None:
        """Give the lease back unused: one of those who wait takes it."""
        self._settle()

    def _settle(self, token: Token | None = None, failure: Exception | None = None) -> None:
        if not self._done.is_set():
            self._token, self._failure = token, failure
            self._done.set()
            self._cache._settled(self._key, self, token)
            if self.place is not None:
                self.place.end_turn()

    async def outcome(self) -> Token | None:
        """Wait for the token; None where the lease was given back. Raises what the fetch failed with."""
        await self._done.wait()
        if self._failure is not None:
            raise self._failure
        return self._token


class TokenCache:
    """Every token in use, by the hash of the request that obtains it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._held: dict[str, Token] = {}
        self._leases: dict[str, Lease] = {}
        self._salt = os.urandom(32)

    def key(self, parts: Iterable[bytes]) -> str:
        """Return the key for a token request made of `parts`; each part counts with its length."""
        digest = hashlib.blake2b(key=self._salt, digest_size=32)
        for part in parts:
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        return digest.hexdigest()

    def held(self, key: str) -> Token | None:
        """Return the token under `key` if it is still good."""
        token = self._held.get(key)
        if token is not None and not token.fresh_at(self.clock()):
            del self._held[key]
            return None
        return token

    def waiting(self, key: str) -> bool:
        """Tell whether `claim` would have to wait for somebody else's fetch."""
        return self.held(key) is None and key in self._leases

    def pending(self, key: str) -> Lease | None:
        """Return the lease that `claim` would wait for."""
        return self._leases.get(key)

    async def claim(self, key: str) -> Token | Lease:
        """Return the token under `key`, or the lease to fetch it; waits where somebody else is fetching it.

        Raises what that fetch failed with.
        """
        while True:
            if (token := self.held(key)) is not None:
                return token
            lease = self._leases.get(key)
            if lease is None:
                lease = self._leases[key] = Lease(self, key)
                return lease
            token = await lease.outcome()
            if token is not None and not token.for_one_use:
                return token
            if token is not None:
                # Everybody needs one of their own, so nobody queues behind another's lease.
                return Lease(self, key)

    def drop(self, key: str, refused: Token) -> None:
        """Take out a token that a server refused; a newer one under the same key stays."""
        if self._held.get(key) is refused:
            del self._held[key]

    def forget(self, key: str) -> bool:
        """Take out whatever is held under `key`; tell whether there was anything."""
        return self._held.pop(key, None) is not None

    def put(self, key: str, token: Token) -> None:
        """Hold a token that was kept elsewhere."""
        self._held[key] = token

    def clear(self) -> None:
        """Take out every token."""
        self._held.clear()

    def _settled(self, key: str, lease: Lease, token: Token | None) -> None:
        if self._leases.get(key) is lease:
            del self._leases[key]
        if token is not None and not token.for_one_use:
            self._held[key] = token
