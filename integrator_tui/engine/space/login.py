"""SpaceLogin: the token of a space, and when another one is fetched.

Rules: a space takes no Basic credentials on its API, but gives a token for them: in the fragment of a redirect that
nobody follows (implicit grant), or for a code (authorization code flow). There is no refresh token; a new one is
fetched before the old one ends, as any token is (`engine/token`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

from integrator_tui.engine.auth.credentials import basic
from integrator_tui.engine.space.wire import SpaceAnswer, SpaceWire
from integrator_tui.engine.token import Token
from integrator_tui.errors import RequestFailed
from integrator_tui.model.secret import Secret

USUAL_SECONDS: Final = 43_200.0
"""How long a token lives that does not say it."""

_AUTHORIZE: Final = "/app/oauth/authorize"
_TOKEN: Final = "/app/oauth/token"


class SpaceLogin:
    """Keeps the token of the account of `wire`; `clock` counts seconds."""

    def __init__(self, wire: SpaceWire, clock: Callable[[], float] = time.monotonic) -> None:
        self._wire = wire
        self._account = wire.account
        self._clock = clock
        self._token: Token | None = None
        self._lock = asyncio.Lock()

    async def token(self, refused: Secret | None = None) -> Secret:
        """Return a token that lives for a while, another one than `refused`. Raises RequestFailed."""
        async with self._lock:
            now = self._clock()
            if self._token is None or self._token.value is refused or not self._token.fresh_at(now):
                value, seconds = await (self._code() if self._account.client_secret else self._implicit())
                self._wire.told.add(value)
                self._token = Token(Secret(value), seconds, now)
            return self._token.value

    async def _implicit(self) -> tuple[str, float]:
        client = quote(self._account.client, safe="")
        path = f"{_AUTHORIZE}?grant_type=implicit&response_type=token&client_id={client}"
        answer = await self._wire.send("GET", path, self._user())
        found = _said(answer, fragment=True)
        if not found.get("access_token"):
            raise self._no_token(answer, found)
        return found["access_token"], _seconds(found.get("expires_in"))

    async def _code(self) -> tuple[str, float]:
        client = quote(self._account.client, safe="")
        path = f"{_AUTHORIZE}?grant_type=authorization_code&response_type=code&client_id={client}"
        answer = await self._wire.send("POST", path, self._user())
        found = _said(answer, fragment=False)
        if not found.get("code"):
            raise self._no_token(answer, found)
        self._wire.told.add(found["code"])
        code = quote(found["code"], safe="")
        path = f"{_TOKEN}?grant_type=authorization_code&response_type=token&client_id={client}&code={code}"
        secret = self._account.client_secret or Secret("")
        answer = await self._wire.send("POST", path, _basic(self._account.client, secret))
        if not answer.is_success:
            refused = answer.refused()
            if answer.status == 401:
                refused.hint = "see that the client and its secret are right"
            raise refused
        value = answer.json()
        token = value.get("access_token") if isinstance(value, dict) else None
        if not isinstance(token, str) or not token:
            raise answer.broken("the answer holds no access_token")
        return token, _seconds(value.get("expires_in"))

    def _user(self) -> dict[str, str]:
        return _basic(self._account.user, self._account.password)

    def _no_token(self, answer: SpaceAnswer, found: dict[str, str]) -> RequestFailed:
        if answer.status not in (302, 303):
            return answer.refused() if not answer.is_success else answer.broken("gives no token: it shows a page")
        why = found.get("error_description") or found.get("error")
        failed = answer.broken(f"gives no token{f': {why}' if why else ': it leads to a login page'}")
        failed.kind, failed.hint = "credentials_rejected", "see that user, password and client are right"
        return failed


def _said(answer: SpaceAnswer, *, fragment: bool) -> dict[str, str]:
    """Return what a redirect says behind its address: in the fragment, or in the query."""
    if answer.status not in (302, 303):
        return {}
    with suppress(ValueError):
        parts = urlsplit(answer.headers.get("location", ""))
        found = {**parse_qs(parts.query), **parse_qs(parts.fragment)} if fragment else parse_qs(parts.query)
        return {name: values[0] for name, values in found.items()}
    return {}


def _basic(user: str, password: Secret) -> dict[str, str]:
    return {"authorization": basic(user, password.reveal())}


def _seconds(value: object) -> float:
    with suppress(TypeError, ValueError, OverflowError):
        found = float(value)  # type: ignore[arg-type]
        if 0 < found < 1e9:
            return found
    return USUAL_SECONDS
