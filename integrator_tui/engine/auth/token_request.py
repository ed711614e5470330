"""The request that obtains a token, as a flow without I/O, and what its answer is read as.

Rules: the flow yields an `httpx.Request` and receives a `TokenAnswer`; it yields `Evaluate` and receives the
expression's value, or has ExpressionError thrown into it; it returns a `Token`. A token is text that fits
in a header. An expiration is a number of seconds or a numeric string; anything else is refused, and OAuth
2.0 without `expires_in` says nothing about the token's life.

Sources: RFC 6749 section 4.4 (client credentials), 2.3.1 (how the client proves itself; id and secret are
form-urlencoded inside Basic), 5.1 (the answer).
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.auth.credentials import basic, with_header
from integrator_tui.engine.auth.token_cache import Token
from integrator_tui.engine.failure import StageFailed, quote
from integrator_tui.engine.javascript.json_shape import shape
from integrator_tui.engine.request.render import DEFAULT_HEADERS, FORM_TYPE, build
from integrator_tui.engine.request.secret_parts import SecretParts
from integrator_tui.engine.request.status import token_failure
from integrator_tui.errors import ExpressionError
from integrator_tui.model.connection import ClientAuth
from integrator_tui.model.encoding import form_field, octets
from integrator_tui.model.secret import Secret

LONG_LIFE: Final = 10 * 365 * 86400
"""Seconds beyond which a lifetime looks like a point in time and is told as one."""

HUGE: Final = sys.float_info.max
_NUMBER: Final = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*\Z", re.ASCII)
_NOT_IN_A_HEADER: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class TokenAnswer(NamedTuple):
    """The answer to a token request: its head, and its body whole (or the first event of a stream)."""

    response: httpx.Response
    body: bytes


class Evaluate(NamedTuple):
    """An expression to evaluate on an answer."""

    expression: str
    answer: TokenAnswer


TokenFlow = Generator[httpx.Request | Evaluate, Any, Token]


class DescribedRequest(NamedTuple):
    """A token request as the connection describes it, with its two output expressions."""

    request: httpx.Request
    token_output: str
    expiration_output: str
    follow_redirect: bool = False
    stream_response: bool = False

    def identity(self) -> tuple[bytes, ...]:
        """Return what makes two token requests the same one."""
        flags = f"{self.follow_redirect} {self.stream_response}"
        outputs = (octets(self.token_output), octets(self.expiration_output))
        return (b"described", *_content(self.request), *outputs, flags.encode("ascii"))

    def flow(self, source: str, now: float) -> TokenFlow:
        """Obtain a token. `source` is where it comes from, safe to show; `now` the cache's clock in seconds."""
        answer = yield self.request
        if (refusal := token_failure(answer.response, answer.body, oauth=False)) is not None:
            raise refusal
        try:
            token = yield from self._token(answer)
        except StageFailed:
            # A service may refuse with 200, and what it says of that tells more than that there is no token.
            refusal = token_failure(answer.response, answer.body, oauth=True)
            if refusal is not None and refusal.kind == "credentials_rejected":
                raise refusal from None
            raise
        with _carrying(token):
            try:
                expiration = yield Evaluate(self.expiration_output, answer)
            except ExpressionError as error:
                raise StageFailed("expiration_output_failed", f"Expiration: {error.message}", error.hint) from None
            with _told_with(answer):
                lifetime = seconds_to_live(expiration, "Expiration")
        return Token(token, lifetime, now, source, _note(lifetime))

    def _token(self, answer: TokenAnswer) -> Generator[Evaluate, Any, Secret]:
        try:
            value = yield Evaluate(self.token_output, answer)
        except ExpressionError as error:
            raise StageFailed("token_output_failed", f"Token: {error.message}", error.hint) from None
        with _told_with(answer):
            return _token(value)


class ClientCredentials(NamedTuple):
    """An OAuth 2.0 token request with the client credentials grant."""

    request: httpx.Request
    client_auth: ClientAuth
    special: bool = False
    follow_redirect: bool = False
    stream_response: bool = False

    def identity(self) -> tuple[bytes, ...]:
        """Return what makes two token requests the same one."""
        return (b"oauth2", *_content(self.request))

    def flow(self, source: str, now: float) -> TokenFlow:
        """Obtain a token; arguments as in `DescribedRequest.flow`."""
        answer = yield self.request
        if (refusal := token_failure(answer.response, answer.body, oauth=True)) is not None:
            raise self._hinted(refusal)
        fields = _fields(answer)
        token = fields.get("access_token")
        if token is None:
            keys = ", ".join(quote(key, 40) for key in list(fields)[:20]) or "none"
            message = f"the answer to the token request holds no access_token; its keys: {keys}"
            raise StageFailed(
                "token_output_failed", message, "check Access Token URL: it may not be a token endpoint"
            )
        secret = _token(
            token, "access_token", "HTTP Bearer Token can ask for it too, and change it in an expression"
        )
        lifetime = None
        if fields.get("expires_in") is not None:
            with _carrying(secret):
                lifetime = seconds_to_live(fields["expires_in"], "expires_in")
        note = _note(lifetime) or _type_note(fields.get("token_type"))
        return Token(secret, lifetime, now, source, note)

    def _hinted(self, refusal: StageFailed) -> StageFailed:
        if refusal.kind != "credentials_rejected" or refusal.detail.get("error") not in {None, "invalid_client"}:
            return refusal
        other = "www_form_urlencoded" if self.client_auth == "basic_auth" else "basic_auth"
        hint = f"check Client ID and Client Secret; some services want Client Auth {other}"
        if self.special and self.client_auth == "basic_auth":
            hint += (
                ", above all where id or secret hold special characters, which are form-urlencoded (RFC 6749 2.3.1)"
            )
        return StageFailed(refusal.kind, refusal.message, hint, detail=refusal.detail)


TokenRequest = DescribedRequest | ClientCredentials


def client_credentials(
    url: str, client_id: str, client_secret: Secret | None, client_auth: ClientAuth, scope: str
) -> ClientCredentials:
    """Return the token request of RFC 6749 section 4.4.2.

    Without a secret Basic sends an empty password, and the form leaves `client_secret` out. Raises
    UsageError for a URL that is none.
    """
    fields = [("grant_type", "client_credentials")]
    secret = client_secret.reveal() if client_secret is not None else None
    if scope:
        fields.append(("scope", scope))
    if client_auth == "www_form_urlencoded":
        fields.append(("client_id", client_id))
        fields += [("client_secret", secret)] if secret is not None else []
    content = octets("&".join(f"{form_field(name)}={form_field(value)}" for name, value in fields))
    headers = [*DEFAULT_HEADERS, ("Content-Type", FORM_TYPE)]
    in_body = client_auth == "www_form_urlencoded" and secret is not None
    request = build("POST", url, headers, content, SecretParts(body=in_body))
    request.headers["Accept"] = "application/json"
    if client_auth == "basic_auth":
        request = with_header(request, "Authorization", basic(form_field(client_id), form_field(secret or "")))
    special = form_field(client_id) != client_id or form_field(secret or "") != (secret or "")
    return ClientCredentials(request, client_auth, special)


def seconds_to_live(value: object, what: str) -> float:
    """Return an expiration as a number of seconds, 0 or less meaning: use once.

    Raises StageFailed (expiration_output_failed) for anything but a finite number or a numeric string; the
    message tells the type of what there was, never the value.
    """
    number: float | None = None
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value) if abs(value) <= HUGE else math.inf
    elif isinstance(value, str) and _NUMBER.match(value):
        number = float(value)
    if number is not None and math.isfinite(number):
        return number
    hint = "give the seconds the token lives, as a number or a numeric string"
    if isinstance(value, str) and value[:4].isdigit() and "-" in value:
        hint = "give seconds: a date can be turned into them with (Date.parse(body.expires) - Date.now()) / 1000"
    elif value is None:
        hint = "the answer does not hold what the expression names; 3600 alone is an expression too"
    raise StageFailed("expiration_output_failed", f"{what} is {_type(value)}, not a number of seconds", hint)


@contextmanager
def _told_with(answer: TokenAnswer) -> Iterator[None]:
    """Add to a failure which keys there were to choose from."""
    try:
        yield
    except StageFailed as failed:
        message = f"{failed.message}; {shape(answer.body)}"
        raise StageFailed(failed.kind, message, failed.hint, detail=failed.detail) from None


@contextmanager
def _carrying(token: Secret) -> Iterator[None]:
    """Have a failure carry the token that there is by now."""
    try:
        yield
    except StageFailed as failed:
        failed.token = token
        raise


def _token(value: object, what: str = "Token", hint: str = "") -> Secret:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not text:
        message = f"{what} is {_type(value)}, not the text of a token"
        hint = hint or "name the key that holds the token, for example body['access_token']"
        raise StageFailed("token_output_failed", message, hint)
    if _NOT_IN_A_HEADER.search(text):
        message = f"{what} holds a line break or another control character, and no header can hold that"
        raise StageFailed("token_output_failed", message, hint or "cut it off in the expression: body.trim()")
    return Secret(text)


def _type(value: object) -> str:
    match value:
        case None:
            return "null or undefined"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number" if abs(value) <= HUGE else "a number that is not finite"
        case "":
            return "an empty string"
        case str():
            return "a string that is not numeric"
        case list():
            return "an array"
        case _:
            return "an object"


def _note(lifetime: float | None) -> str:
    if lifetime is not None and lifetime > LONG_LIFE:
        return "the lifetime is over ten years: it may be a point in time where seconds are wanted"
    return ""


def _type_note(token_type: object) -> str:
    if isinstance(token_type, str) and token_type.lower() != "bearer":
        return f"token_type is {quote(token_type, 40)}; the token is sent as Bearer"
    return ""


def _content(request: httpx.Request) -> tuple[bytes, ...]:
    """Everything that is sent, but for the lengths that follow from it."""
    headers = tuple(part for name, value in request.headers.raw for part in (name.lower(), value))
    return (request.method.encode("ascii"), str(request.url).encode("ascii"), *headers, b"", request.content)


def _fields(answer: TokenAnswer) -> dict[str, Any]:
    """The fields of an OAuth answer: JSON, or a form where the server says so (before RFC 6749 some did)."""
    if answer.response.headers.get("content-type", "").lower().startswith(FORM_TYPE):
        return {k: v[-1] for k, v in parse_qs(answer.body.decode("utf-8", "replace"), max_num_fields=100).items()}
    try:
        fields = json.loads(answer.body)
    except (ValueError, RecursionError):
        fields = None
    if isinstance(fields, dict):
        return fields
    content_type = quote(answer.response.headers.get("content-type", "no content type"), 60)
    message = f"the answer to the token request is no JSON object ({content_type}, {len(answer.body)} bytes)"
    raise StageFailed("token_output_failed", message, "check Access Token URL: it may not be a token endpoint")
