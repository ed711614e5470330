"""Tokens of connections, and the authorities of their servers, as values that can be shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from integrator_tui.model.entry import Draft
from integrator_tui.model.parameters import parameters
from integrator_tui.model.text import counted

if TYPE_CHECKING:
    from integrator_tui.engine.engine import Engine
    from integrator_tui.engine.target import Target
    from integrator_tui.engine.token import Token
    from integrator_tui.workspace.journals.kept_tokens import KeptTokens


@dataclass(frozen=True, slots=True)
class HeldToken:
    """What may be shown of a token, which itself stays behind.

    `source` is the address it came from, `seconds_left` None where nobody said how long it lives, `claims` those
    of a JSON Web Token, not verified, None for any other token. `note` says what is unusual about its lifetime.
    """

    source: str
    seconds_left: float | None
    claims: Mapping[str, Any] | None
    note: str = ""

    @property
    def for_one_use(self) -> bool:
        """Whether it is not kept: it serves what it was fetched for."""
        return self.seconds_left is not None and self.seconds_left <= 0


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate that a server presented: the one to trust for its chain, and how many it presented in all."""

    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    sha256: str
    pem: str
    self_issued: bool
    presented: int


class Tokens:
    """The tokens that are held for connections. Secrets are opened for each call, so each may raise LockedError."""

    def __init__(
        self,
        target: Callable[[Draft, Mapping[str, str]], Target],
        engine: Callable[[], Engine],
        kept: Callable[[], KeptTokens],
    ) -> None:
        """`kept` are those that outlive the process."""
        self._kept = kept
        self._target = target
        self._engine = engine

    def parameters(self, draft: Draft) -> tuple[str, ...]:
        """Return the names that a token request of `draft` asks for."""
        return parameters(draft.connection, "token")

    def held(self, draft: Draft, given: Mapping[str, str]) -> HeldToken | None:
        """Return the token that is kept for this connection, None where there is none."""
        target = self._target(draft, given)
        token = self._engine().held_token(target)
        return self._shown(target, token) if token else None

    async def fetch(self, draft: Draft, given: Mapping[str, str]) -> HeldToken:
        """Return the connection's token, kept or fetched now; raises what keeps it from being had."""
        target = self._target(draft, given)
        return self._shown(target, await self._engine().token(target))

    def forget(self, draft: Draft, given: Mapping[str, str]) -> bool:
        """Forget the token that is held for this connection, and those that outlive the process; tell whether there
        were any."""
        outlived = draft.file is not None and self._kept().drop(draft.file)
        return self._engine().forget(self._target(draft, given)) or outlived

    async def authority(self, draft: Draft, given: Mapping[str, str], *, of_token: bool) -> Authority | None:
        """Look at what the server presents, sending nothing, and return whom to trust; None where it is trusted.

        `of_token` asks the server that gives the token.
        """
        chain = await self._engine().presented(self._target(draft, given), of_token=of_token)
        if not chain:
            return None
        top = chain[-1]
        return Authority(
            top.subject,
            top.issuer,
            top.not_before,
            top.not_after,
            top.sha256,
            top.pem,
            top.self_issued,
            len(chain),
        )

    def _shown(self, target: Target, token: Token) -> HeldToken:
        claims = self._engine().claims(target, token)
        return HeldToken(token.source, token.seconds_left(time.monotonic()), claims, token.note)


def pem_summary(pem: str, now: datetime) -> tuple[str, str]:
    """Return whose certificate a PEM text holds, and until when; of several the first, and how many more. Both are
    empty where none can be read."""
    from integrator_tui.engine.net.trust_store import certificates_in

    found = certificates_in(pem)
    if not found:
        return "", ""
    first, ends = found[0], found[0].not_after
    days = (ends - now).days
    left = f"in {counted(days, 'day')}"
    when = f"expired {ends:%Y-%m-%d}" if ends < now else f"ends {ends:%Y-%m-%d}, {left}"
    more = f"; and {len(found) - 1} more" if len(found) > 1 else ""
    return first.subject or "(no subject)", f"{when}{more}"
