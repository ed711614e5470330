"""WantedToken: the token that an exchange proves itself with, taken from who has it or fetched for all who wait.

Rules: what this process holds comes first, then what it fetches for somebody else, then what another process has or
fetches. Who fetches does so over the target's own connection where that is the way to the token, else over one of
its own. A refused token is given to nobody any more.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from integrator_tui.engine.auth.credentials import Grant
from integrator_tui.engine.auth.token_cache import Lease
from integrator_tui.engine.dial.deadline import Deadline
from integrator_tui.engine.dial.kept_connection import KeptConnection, Unreached, unreached
from integrator_tui.engine.exchange.plan import Plan, TokenPlan
from integrator_tui.engine.exchange.refusals import Refusals, client_key
from integrator_tui.engine.exchange.shared import SharedState
from integrator_tui.engine.failure import StageFailed, read_timeout
from integrator_tui.model.probe import Failure, StageResult

if TYPE_CHECKING:
    from integrator_tui.engine.auth.token_answer import TokenAnswer
    from integrator_tui.engine.auth.token_stream import TokenStream
    from integrator_tui.engine.token import Token


class WantedToken:
    """The token `token` of one exchange, whose connection to its target is `connection`.

    `grant` is the token once there is one, `lease` the right and duty to fetch it; `stages` and `answer` are those
    of the fetch. Each step raises StageFailed. Release it at the end.
    """

    def __init__(
        self,
        plan: Plan,
        token: TokenPlan,
        shared: SharedState,
        deadline: Deadline,
        connection: KeptConnection,
        refusals: Refusals,
        token_stream: TokenStream | None,
    ) -> None:
        self.grant: Grant | None = None
        self.lease: Lease | None = None
        self.stages: list[StageResult] = []
        self.answer: TokenAnswer | None = None
        self._plan = plan
        self._token = token
        self._shared = shared
        self._deadline = deadline
        self._connection = connection
        self._refusals = refusals
        self._token_stream = token_stream

    async def claim(self) -> None:
        """Take the token where somebody has it, or the lease to fetch it; wait where somebody else fetches it."""
        tokens, key = self._shared.tokens, self._token.key
        limit = 3 * self._plan.connect + 2 * self._plan.read
        try:
            while True:
                pending = tokens.pending(key)
                try:
                    async with asyncio.timeout_at(self._deadline.within(limit)):
                        claimed = await tokens.claim(key)
                    break
                except TimeoutError:
                    # What this program still has to do with the answer is charged to no server.
                    if pending is None or not pending.answered:
                        raise self._late("the token that another check is fetching") from None
                    if self._deadline.is_spent():
                        raise self._deadline.spent("token_output_failed") from None
        except Unreached:
            if not self._plan.token_on_same_connection or self._connection.is_open:
                raise
            return
        if isinstance(claimed, Lease):
            self.lease = claimed
            await self._take_kept(claimed, limit)
        else:
            self._take(claimed, shared=True)

    async def fetch(self) -> None:
        """Fetch the token over the target's connection, where there is a lease for it."""
        if self.lease is not None:
            await self._fetch(self.lease, self._connection)

    async def fetch_elsewhere(self) -> None:
        """Fetch the token over a connection of its own, where there is a lease for it."""
        if self.lease is None:
            return
        connection = self._shared.connection(self._token.route, self._plan.connect, self._deadline)
        try:
            await self._fetch(self.lease, connection)
        finally:
            await connection.aclose()

    async def renew(self, refused: Token | None) -> None:
        """Get another token in place of one that was refused; no connection stands idle meanwhile."""
        if refused is not None:
            self._shared.tokens.drop(self._token.key, refused)
            self._refuse_elsewhere(refused)
        self.grant = None
        same_line = self._plan.token_on_same_connection
        if not same_line or self._shared.tokens.waiting(self._token.key):
            await self._connection.aclose()
        await self.claim()
        await (self.fetch() if same_line else self.fetch_elsewhere())
        if self.grant is None:
            raise StageFailed("token_request_failed", "no new token could be had in place of the refused one")

    def refused_at_last(self) -> None:
        """Have no other process be given a token that was refused even now that it is new."""
        if self.grant is not None:
            self._refuse_elsewhere(self.grant.token)

    def unreachable(self, failure: Failure) -> None:
        """Tell those who wait for the token that there is no way to the target, over which it is fetched."""
        if self.lease is not None:
            failed = unreached(failure)
            failed.detail = {"stages": [stage.to_json() for stage in self._connection.results]}
            self.lease.fail(failed)

    def release(self) -> None:
        """Give back the right to fetch a token that was not used."""
        if self.lease is not None:
            self.lease.release()

    async def _take_kept(self, lease: Lease, limit: float) -> None:
        """Take the token that another process has, or puts where both look; else fetching it is up to this one."""
        place = self._token.place
        if place is None:
            return
        lease.place = place
        lease.answered = True
        token = await place.turn(self._deadline.within(limit))
        lease.answered = False
        if token is not None:
            self.lease = None
            self._take(token, shared=True)
            lease.keep(token)
        elif self._deadline.is_spent():
            raise self._late("the token that another process is fetching")

    async def _fetch(self, lease: Lease, connection: KeptConnection) -> None:
        from integrator_tui.engine.exchange.token_fetch import TokenFetch

        fetch = TokenFetch(
            self._plan, self._token, self._shared, self._deadline, connection, lease, self._token_stream
        )
        key = client_key(self._token, self._shared.tokens)
        try:
            self._refusals.raise_known(key)
            token = await fetch.run()
        except StageFailed as failed:
            if failed.kind == "credentials_rejected":
                self._refusals.remember(key, failed, self._plan.redactor)
            lease.fail(failed)
            raise
        finally:
            # Anything else that ends the fetch, cancellation above all, frees those who wait.
            self.stages = fetch.stages
            self.answer = fetch.last
            self.lease = None
            if not fetch.succeeded:
                lease.release()
        self._take(token, shared=False)
        try:
            await self._keep(token)
        finally:
            lease.keep(token)

    async def _keep(self, token: Token) -> None:
        """Have a token outlive this process, where it may. That takes our own time."""
        if self._token.place is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._deadline.until):
                    await self._token.place.keep(token)

    def _take(self, token: Token, *, shared: bool) -> None:
        self._plan.redactor.add(token.value.reveal())
        self.grant = Grant(token, shared)

    def _refuse_elsewhere(self, token: Token) -> None:
        if self._token.place is not None:
            self._token.place.refuse(token)

    def _late(self, what: str) -> StageFailed:
        if self._deadline.is_spent():
            return self._deadline.spent("read_timeout")
        return read_timeout(self._plan.read, what)
