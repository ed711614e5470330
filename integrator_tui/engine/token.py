"""Token: what an authentication method obtained; and where it outlives this process, as the engine asks for it.

Rules: who hands such a place in says where it is and who may read it; the engine knows no file and no key. One of
many processes fetches while the others wait for what it puts there. Whatever is wrong with a place, the token is
fetched as if there were none: nothing of it raises.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from typing import Any, Final, NamedTuple, Protocol

from integrator_tui.model.secret import Secret

MARGIN_SECONDS: Final = 30.0
"""A token is fetched again this long before it expires, or a tenth of its life before, whichever is less."""


class Token(NamedTuple):
    """A token and what was said of its life.

    `lifetime` is in seconds from `obtained_at` (of the clock the cache uses), None where the server told
    none: such a token is kept until it is refused. `source` is the address it came from, safe to show.
    `note` says what is unusual about its lifetime.
    """

    value: Secret
    lifetime: float | None = None
    obtained_at: float = 0.0
    source: str = ""
    note: str = ""

    @property
    def for_one_use(self) -> bool:
        return self.lifetime is not None and self.lifetime <= 0

    def fresh_at(self, now: float) -> bool:
        """Tell whether the token can be handed out at `now`."""
        if self.lifetime is None:
            return True
        margin = min(MARGIN_SECONDS, self.lifetime / 10)
        return now < self.obtained_at + self.lifetime - margin

    def seconds_left(self, now: float) -> float | None:
        """Return how long the token lives from `now` on, None where nobody said."""
        return None if self.lifetime is None else self.obtained_at + self.lifetime - now

    def claims(self) -> dict[str, Any] | None:
        """Return the claims of a JSON Web Token (RFC 7519), not verified; None where this is no such token."""
        parts = self.value.reveal().split(".")
        if len(parts) != 3:
            return None
        try:
            payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        except (ValueError, binascii.Error, RecursionError):
            return None
        return payload if isinstance(payload, dict) else None


class TokenPlace(Protocol):
    """The place of the token of one request, as one exchange uses it."""

    def held(self) -> Token | None:
        """Return the token that is there and still good, in the time of this process."""

    async def turn(self, until: float) -> Token | None:
        """Return the token that is there or that another process puts there; None where it is this one's turn to
        fetch it, or nobody has put it there by `until`, on the loop's clock."""

    async def keep(self, token: Token) -> None:
        """Put a token there that was just fetched."""

    def end_turn(self) -> None:
        """Let others have their turn, whatever came of this one; does nothing where there is none."""

    def refuse(self, token: Token) -> None:
        """Give out no more a token that a server refused, and take it out with this turn or the next."""


class TokenStore(Protocol):
    """The tokens of one connection."""

    def place(self, request: Iterable[bytes]) -> TokenPlace:
        """Return the place of the token that a request made of these parts obtains; each part counts with its
        length."""
