"""How the requests of curl lines prove themselves: user, token, key, and the proxy's user."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final
from urllib.parse import unquote

from integrator_tui.interchange.curl.report import CurlReport
from integrator_tui.interchange.curl.request import CurlRequest
from integrator_tui.model.connection import ApiKeyAuth, AuthMethod, BasicAuth, NoAuth, RawBearerTokenAuth
from integrator_tui.model.secret_names import names_a_secret

_TEMPLATE: Final = re.compile(r"\{\{\{?([^{}]+)\}?\}\}")
_WHOLE: Final = re.compile(r"\{\{\{?([^{}]+)\}?\}\}\Z")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NAMES_A_KEY: Final = re.compile(r"key\d*\Z", re.I)


class CurlProofs:
    """Makes methods of what one request says."""

    def __init__(self, report: CurlReport) -> None:
        self._report = report

    def of(
        self, request: CurlRequest, headers: list[tuple[str, str]], info: str | None
    ) -> tuple[AuthMethod, str | None, list[tuple[str, str]]]:
        user = request.user
        if user is None and info:
            name, _, password = info.partition(":")
            user = f"{unquote(name)}:{unquote(password)}"
        own = [(name, value) for name, value in headers if name.lower() == "authorization"]
        rest = [pair for pair in headers if pair not in own]
        if len(own) == 1:
            if user is not None or request.bearer is not None:
                self._report.say("the header Authorization wins over user name and token, which are left out")
            made = self._of_authorization(*own[0])
            return (*made, rest) if made else (NoAuth(), None, headers)
        if own:
            return NoAuth(), None, headers
        if request.bearer is not None:
            return (*self._token("Authorization", "Bearer", request.bearer), rest)
        if user is not None:
            return (*self._basic(user), rest)
        candidates = [(n, v) for n, v in rest if names_a_secret(n) and n.lower() != "cookie" and v]
        if len(candidates) == 1 and (_WHOLE.match(candidates[0][1]) or "{{" not in candidates[0][1]):
            name, value = candidates[0]
            made = self._key(name, value) if _NAMES_A_KEY.search(name) else self._token(name, "", value)
            return (*made, [pair for pair in rest if pair != candidates[0]])
        return NoAuth(), None, rest

    def _of_authorization(self, name: str, value: str) -> tuple[AuthMethod, str | None] | None:
        scheme, _, token = value.partition(" ")
        token = token.strip()
        if scheme.lower() == "basic" and token and "{{" not in token:
            try:
                user = base64.b64decode(token, validate=True).decode()
            except (binascii.Error, ValueError):
                user = ""
            if ":" in user and base64.b64encode(user.encode()).decode() == token and not _CONTROL.search(user):
                return self._basic(user)
        if not token:
            scheme, token = "", scheme
        if "{{" in scheme or (_TEMPLATE.search(token) and not _WHOLE.match(token)):
            return None
        if scheme.lower() in ("digest", "aws4-hmac-sha256", "oauth", "hawk"):
            self._report.say(
                f"the {scheme} credentials were made for that one request, and may be refused in another"
            )
        return self._token(name, scheme, token)

    def _token(self, header: str, prefix: str, token: str) -> tuple[AuthMethod, str | None]:
        auth = RawBearerTokenAuth(header=header, prefix=prefix)
        if not token or _WHOLE.match(token):
            self._report.say(
                "the token is not known: store it as the secret token, or give it with --param token=VALUE"
            )
            return auth, None
        return auth, token

    def _key(self, header: str, key: str) -> tuple[AuthMethod, str | None]:
        auth = ApiKeyAuth(name=header)
        if _WHOLE.match(key):
            self._report.say(
                "the key is not known: store it as the secret api_key, or give it with --param api_key=VALUE"
            )
            return auth, None
        return auth, key

    def _basic(self, user: str) -> tuple[AuthMethod, str | None]:
        name, colon, password = user.partition(":")
        auth = BasicAuth(username=name)
        if not colon or "{{" in password:
            self._report.say(
                "the password is not known, and none is sent until it is stored as the secret password"
            )
            return auth, None
        return auth, password

    def proxy(self, request: CurlRequest) -> tuple[str | None, str | None]:
        if request.proxy is None or request.proxy_user is None:
            return request.proxy, None
        user, _, password = request.proxy_user.partition(":")
        scheme, _, address = request.proxy.partition("://")
        known = bool(password) and "{{" not in password
        written = "{{proxy_password}}" if known else password
        return f"{scheme}://{user}:{written}@{address}", unquote(password) if known else None
