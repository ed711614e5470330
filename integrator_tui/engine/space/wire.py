"""SpaceWire: single requests to a space, with bounds, and what goes wrong with them as errors of this program.

Rules: no cookie is kept and no redirect followed, so that credentials stay with the space. What a server says of
its refusal is told, made visible, cut, and without the secrets that are known here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.body import decoding
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.space.account import SpaceAccount
from integrator_tui.engine.transport.staged_transport import StagedTransport
from integrator_tui.errors import RequestFailed
from integrator_tui.model.json_text import refuse_constant
from integrator_tui.model.redact import Redactor
from integrator_tui.model.text import visible

LIMIT: Final = 64 * 1024 * 1024
"""Bytes of one answer that are read: the operations of thousands of connections fit."""

REQUEST_SECONDS: Final = 300.0
"""How long one request may take as a whole, however slowly its answer drips."""

_TOLD: Final = 300


class AnswerLost(RequestFailed):
    """A request was sent and no whole answer came: what it asks for may have been done, or not."""


class SpaceAnswer:
    """Status, headers and body of an answer of a space."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes, what: str, told: Redactor) -> None:
        self.status, self.headers, self._body = status, headers, body
        self._what = what
        self._told = told

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def has_body(self) -> bool:
        return bool(self._body.strip())

    def json(self) -> Any:
        """Return the body as JSON; raises RequestFailed where it is none, or only the beginning of some."""
        text = self._body.decode("utf-8", "replace").removeprefix("\ufeff")
        try:
            value = json.loads(text, parse_constant=refuse_constant)
            if "\\ud" in text or "\\uD" in text:
                json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise self.broken(self._why(text, error)) from None
        return value

    def broken(self, why: str) -> RequestFailed:
        """Return the error for an answer that is not what it should be."""
        return RequestFailed(
            f"{self._what}: {self._clean(why)}",
            "see that the address is that of the space, without /app, and try again",
            stage="respond",
            kind="unexpected_answer",
        )

    def refused(self) -> RequestFailed:
        """Return the error for an answer that is no success, in the server's own words."""
        kind, hint = _KINDS.get(self.status, ("server_error" if self.status >= 500 else "unexpected_status", ""))
        if 300 <= self.status < 400:
            kind = "redirected"
            where = self._clean(self.headers.get("location", "elsewhere").partition("?")[0].partition("#")[0])
            hint = f"redirects are not followed with credentials: give the address that it leads to ({where})"
        said = self._said()
        message = f"{self._what}: answered {self.status}{f': {said}' if said else ''}"
        return RequestFailed(message, hint or _SPACE_HINT, stage="respond", kind=kind)

    def _why(self, text: str, error: Exception) -> str:
        if text.lstrip()[:1] == "<":
            return "answered HTML in place of JSON"
        if not text.strip():
            return "answered nothing"
        if isinstance(error, json.JSONDecodeError):
            if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
                return "the JSON ends in the middle"
            return f"answered no JSON: line {error.lineno}, column {error.colno}: {error.msg}"
        if isinstance(error, RecursionError):
            return "the JSON is nested too deeply"
        return f"answered no JSON: {error}"

    def _said(self) -> str:
        """Return what the body says of a refusal: the shapes of Integrator's errors, nothing of anything else."""
        try:
            value = self.json()
        except RequestFailed:
            return "HTML" if self._body.lstrip()[:1] == b"<" else ""
        if not isinstance(value, dict):
            return ""
        parts = [str(value[key]) for key in ("error", "message", "error_description") if _is_text(value.get(key))]
        found = value.get("validationErrors")
        for each in found if isinstance(found, list) else ():
            parts.append(str(each.get("error") or each) if isinstance(each, dict) else str(each))
        errors = value.get("errors")
        for key, each in errors.items() if isinstance(errors, dict) else ():
            parts.append(f"{key}: {', '.join(map(str, each)) if isinstance(each, list) else each}")
        return self._clean("; ".join(dict.fromkeys(parts)))

    def _clean(self, text: str) -> str:
        return visible(self._told.text(text), limit=_TOLD)


class SpaceWire:
    """Sends requests to one space; `told` knows what may be shown of it nowhere. Close it when done."""

    def __init__(self, account: SpaceAccount, transport: StagedTransport) -> None:
        self.account = account
        self.told = Redactor([account.password.reveal()])
        self.told.add_basic(account.user, account.password.reveal())
        if account.client_secret is not None:
            self.told.add_basic(account.client, account.client_secret.reveal())
        self._transport = transport
        times = {"connect": account.connect, "read": account.read, "write": account.read}
        self._extensions = {"timeout": {**times, "pool": None}}

    async def aclose(self) -> None:
        """Close every connection."""
        await self._transport.aclose()

    async def send(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes | None = None
    ) -> SpaceAnswer:
        """Send one request below the space's address and return the answer, whatever its status.

        Raises AnswerLost where it may have been carried out, and RequestFailed where it was not.
        """
        what = f"{method} {self.account.url}{visible(self.told.text(path.partition('?')[0]), limit=200)}"
        request = httpx.Request(
            method,
            f"{self.account.url}{path}",
            headers={"accept": "application/json", "accept-encoding": "gzip", **headers},
            content=content,
            extensions=self._extensions,
        )
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                response = await self._transport.handle_async_request(request)
                try:
                    body = await decoding.read(response, LIMIT)
                finally:
                    await response.aclose()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise self._failed(RequestFailed, what, error) from None
        except (httpx.TransportError, StageFailed, TimeoutError) as error:
            raise self._failed(AnswerLost, what, error) from None
        return SpaceAnswer(response.status_code, response.headers, body, what, self.told)

    def _failed(self, kind: type[RequestFailed], what: str, error: Exception) -> RequestFailed:
        cause = error if isinstance(error, StageFailed) else error.__cause__
        found = cause.kind if isinstance(cause, StageFailed) else "read_timeout"
        hint = cause.hint if isinstance(cause, StageFailed) else ""
        text = str(error) or f"no whole answer within {REQUEST_SECONDS:.0f} s"
        if isinstance(error, httpx.ReadTimeout):
            found = "read_timeout"
        message = f"{what}: {visible(self.told.text(text), limit=_TOLD)}"
        return kind(message, self.told.text(hint) or "see whether the space can be reached", kind=found)


_SPACE_HINT: Final = "see that the address is that of the space, and what its log says"
_KINDS: Final = {
    401: ("credentials_rejected", "see that user and password are right, and that the user may use Integrator"),
    403: ("forbidden", "use a space admin"),
    404: ("not_found", "see that the address is that of the space, and that Integrator is installed there"),
}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)
