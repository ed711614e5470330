"""The request that obtains a token, as a flow without I/O, and what its answer is read as.

Rules: the flow yields an `httpx.Request` and receives a `TokenAnswer`; it yields `Evaluate` and receives the
expression's value, or has ExpressionError thrown into it; it returns a `Token`. A token is text that fits
in a header. An expiration is a number of seconds or a numeric string; anything else is refused, and OAuth
2.0 without `expires_in` says nothing about the token's life.

Sources: RFC 6749 section 4.4 (client credentials), 2.3.1 (how the client proves itself; id and secret are
form-urlencoded inside Basic), 5.1 (the answer). There servers differ on `+`, which some take for itself, and agree
on `%20`, so that is how a blank is written.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.auth.credentials import basic, with_header
from integrator_tui.engine.auth.token_answer import TokenAnswer, must_be_bearer, must_have_fields
from integrator_tui.engine.auth.token_failure import token_failure
from integrator_tui.engine.auth.token_value import lasting, seconds_to_live, text_of_token
from integrator_tui.engine.failure import StageFailed, quote
from integrator_tui.engine.javascript.hints import advice
from integrator_tui.engine.request.render import DEFAULT_HEADERS, FORM_TYPE, build
from integrator_tui.engine.request.secret_parts import SecretParts
from integrator_tui.engine.token import Token
from integrator_tui.errors import ExpressionError
from integrator_tui.model.connection import ClientAuth, Pairs
from integrator_tui.model.encoding import form_field, octets, percent
from integrator_tui.model.fields import PASSING
from integrator_tui.model.secret import Secret


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
    accept: tuple[str, ...] = PASSING

    def identity(self) -> tuple[bytes, ...]:
        """Return what makes two token requests the same one."""
        flags = f"{self.follow_redirect} {self.stream_response} {' '.join(self.accept)}"
        outputs = (octets(self.token_output), octets(self.expiration_output))
        return (b"described", *_content(self.request), *outputs, flags.encode("ascii"))

    def credentials(self) -> tuple[bytes, ...]:
        """Return what makes two token requests prove themselves by the same credentials: all that is sent."""
        return (b"described", *_content(self.request))

    def flow(self, source: str, now: float) -> TokenFlow:
        """Obtain a token. `source` is where it comes from, safe to show; `now` the cache's clock in seconds."""
        answer = yield self.request
        if (refusal := token_failure(answer, oauth=False, accept=self.accept)) is not None:
            raise refusal
        try:
            token = yield from self._token(answer)
        except StageFailed:
            # A service may refuse with 200, and what it says of that tells more than that there is no token.
            refusal = token_failure(answer, oauth=True, accept=self.accept)
            if refusal is not None and refusal.kind == "credentials_rejected":
                raise refusal from None
            raise
        with _carrying(token):
            try:
                expiration = yield Evaluate(self.expiration_output, answer)
            except ExpressionError as error:
                raise StageFailed("expiration_output_failed", f"Expiration: {error.message}", error.hint) from None
            with _told_with(answer, self.expiration_output):
                lifetime = seconds_to_live(expiration, "Expiration", self.expiration_output.strip())
        return Token(token, *_obtained(lifetime, now, "Expiration", source, self.expiration_output))

    def _token(self, answer: TokenAnswer) -> Generator[Evaluate, Any, Secret]:
        try:
            value = yield Evaluate(self.token_output, answer)
        except ExpressionError as error:
            raise StageFailed("token_output_failed", f"Token: {error.message}", error.hint) from None
        with _told_with(answer, self.token_output):
            return text_of_token(value, "Token", expression=self.token_output)


class ClientCredentials(NamedTuple):
    """An OAuth 2.0 token request with the client credentials grant."""

    request: httpx.Request
    client_auth: ClientAuth
    special: bool = False
    follow_redirect: bool = False
    stream_response: bool = False
    scope: str = ""
    client_id: str = ""
    client_secret: Secret | None = None
    accept: tuple[str, ...] = PASSING

    def credentials(self) -> tuple[bytes, ...]:
        """Return what makes two token requests prove themselves by the same credentials, whatever their scope."""
        secret = self.client_secret.reveal() if self.client_secret is not None else ""
        parts = (str(self.request.url), self.client_auth, self.client_id, secret)
        return (b"oauth2", *map(octets, parts))

    def identity(self) -> tuple[bytes, ...]:
        """Return what makes two token requests the same one."""
        return (b"oauth2", *_content(self.request))

    def flow(self, source: str, now: float) -> TokenFlow:
        """Obtain a token; arguments as in `DescribedRequest.flow`."""
        answer = yield self.request
        if (refusal := token_failure(answer, oauth=True)) is not None:
            raise self._hinted(refusal)
        fields = must_have_fields(answer)
        secret = text_of_token(
            fields["access_token"],
            "access_token",
            "HTTP Bearer Token can ask for it too, and change it in an expression",
        )
        with _carrying(secret):
            must_be_bearer(fields.get("token_type"))
            said = fields.get("expires_in")
            lifetime = None if said is None else seconds_to_live(said, "expires_in")
        obtained = Token(secret, *_obtained(lifetime, now, "expires_in", source))
        return obtained if obtained.note else obtained._replace(note=self._less_scope(fields.get("scope")))

    def _less_scope(self, granted: object) -> str:
        """What is missing of the scope asked for; who grants another one has to say it (RFC 6749 5.1)."""
        missing = set(self.scope.split()) - set(granted.split()) if isinstance(granted, str) else set()
        return (
            f"the service granted less than Scope asks for: {quote(' '.join(sorted(missing)))} is missing"
            if missing
            else ""
        )

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
    url: str,
    client_id: str,
    client_secret: Secret | None,
    client_auth: ClientAuth,
    scope: str,
    more: Pairs = (),
    *,
    holds_secret: bool = False,
) -> ClientCredentials:
    """Return the token request of RFC 6749 section 4.4.2.

    Without a secret Basic sends an empty password, and the form leaves `client_secret` out. `more` are further
    parameters, which may stand several times (RFC 8707 section 2); `holds_secret` says that a secret is among
    them. Raises UsageError for a URL that is none.
    """
    fields = [("grant_type", "client_credentials")]
    secret = client_secret.reveal() if client_secret is not None else None
    if scope:
        fields.append(("scope", scope))
    if client_auth == "www_form_urlencoded":
        fields.append(("client_id", client_id))
        fields += [("client_secret", secret)] if secret is not None else []
    fields += more
    content = octets("&".join(f"{form_field(name)}={form_field(value)}" for name, value in fields))
    headers = [*DEFAULT_HEADERS, ("Content-Type", FORM_TYPE)]
    in_body = holds_secret or (client_auth == "www_form_urlencoded" and secret is not None)
    request = build("POST", url, headers, content, SecretParts(body=in_body))
    request.headers["Accept"] = "application/json"
    if client_auth == "basic_auth":
        request = with_header(request, "Authorization", basic(percent(client_id), percent(secret or "")))
    special = any(percent(text) != text for text in (client_id, secret or ""))
    return ClientCredentials(
        request, client_auth, special, scope=scope, client_id=client_id, client_secret=client_secret
    )


def _obtained(
    seconds: float | None, now: float, what: str, source: str, expression: str = ""
) -> tuple[float | None, float, str, str]:
    """What a Token says beside its value."""
    lifetime, note = lasting(seconds, what, expression)
    return lifetime, now, source, note


@contextmanager
def _told_with(answer: TokenAnswer, expression: str) -> Iterator[None]:
    """Add to a failure what there was to choose from."""
    try:
        yield
    except StageFailed as failed:
        message = f"{failed.message}; {advice(expression, answer.text, dict(answer.response.headers))}"
        raise StageFailed(failed.kind, message, failed.hint, detail=failed.detail) from None


@contextmanager
def _carrying(token: Secret) -> Iterator[None]:
    """Have a failure carry the token that there is by now."""
    try:
        yield
    except StageFailed as failed:
        failed.token = token
        raise


def _content(request: httpx.Request) -> tuple[bytes, ...]:
    """Everything that is sent, but for the lengths that follow from it."""
    headers = tuple(part for name, value in request.headers.raw for part in (name.lower(), value))
    return (request.method.encode("ascii"), str(request.url).encode("ascii"), *headers, b"", request.content)
