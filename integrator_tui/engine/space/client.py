"""SpaceClient: requests of a space's APIs with the token of its login."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from integrator_tui.engine.space.login import SpaceLogin
from integrator_tui.engine.space.wire import SpaceAnswer, SpaceWire
from integrator_tui.model.secret import Secret

INTEGRATOR: Final = "/app/integrator/api"


class SpaceClient:
    """Asks for JSON below one space. Whoever made it closes it."""

    def __init__(self, wire: SpaceWire) -> None:
        self._wire = wire
        self._login = SpaceLogin(wire)
        self._accepted: list[Secret] = []

    @property
    def url(self) -> str:
        """The address of the space."""
        return self._wire.account.url

    async def aclose(self) -> None:
        """Close every connection."""
        await self._wire.aclose()

    def know(self, secret: str) -> None:
        """Have a value told by no error from now on."""
        self._wire.told.add(secret)

    def masked(self, text: str) -> str:
        """Return a text without what nobody may be told: password, token and secrets that are known."""
        return self._wire.told.text(text)

    async def get(self, path: str, *, missing: bool = False) -> Any:
        """Return the JSON at `path`, None for 404 where it may be `missing`. Raises RequestFailed."""
        answer = await self._ask("GET", path)
        if missing and answer.status == 404:
            return None
        return self._json(answer)

    async def write(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Send a body and return the JSON of the answer, None where it is empty.

        Raises AnswerLost where it may have been carried out, and RequestFailed where it was not.
        """
        content = json.dumps(body, ensure_ascii=False).encode() if body is not None else None
        answer = await self._ask(method, path, content)
        if not answer.is_success:
            raise answer.refused()
        return answer.json() if answer.has_body else None

    def _json(self, answer: SpaceAnswer) -> Any:
        if not answer.is_success:
            raise answer.refused()
        return answer.json()

    async def _ask(self, method: str, path: str, content: bytes | None = None) -> SpaceAnswer:
        token = await self._login.token()
        answer = await self._send(method, path, token.reveal(), content)
        if answer.status == 401 and any(token is each for each in self._accepted):
            # What is refused for want of a token was not carried out: once more with another one.
            token = await self._login.token(refused=token)
            answer = await self._send(method, path, token.reveal(), content)
        if answer.status != 401 and not any(token is each for each in self._accepted):
            self._accepted.append(token)
        return answer

    async def _send(self, method: str, path: str, token: str, content: bytes | None) -> SpaceAnswer:
        headers = {"authorization": f"Bearer {token}"}
        if content is not None:
            headers["content-type"] = "application/json"
        return await self._wire.send(method, path, headers, content)
