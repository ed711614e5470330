"""Verdict: what the status of an answer means for a test, and for a token request.

Rules: 2xx passes, or what the connection says does. Of a test, 401 says that the credentials were rejected. Of a
token request, 401 and the errors invalid_client, invalid_grant and unauthorized_client (RFC 6749 section 5.2) do;
any other refusal is token_request_failed and is told in the server's own words.
"""

from __future__ import annotations

from typing import Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.clock_skew import ClockSkew
from integrator_tui.engine.failure import StageFailed, quote
from integrator_tui.engine.net.resolver import parse_literal
from integrator_tui.engine.request.redirects import location
from integrator_tui.model.fields import PASSING
from integrator_tui.model.statuses import accepts

_REASONS: Final = {
    "none": "choose the authentication method that the service asks for",
    "basic": "check Username and the secret password",
    "raw_bearer_token": "check the secret token: it may be wrong, expired or revoked",
    "http_bearer_token": "the token was issued and is refused: check Token Header, Token Prefix and its rights",
    "api_key": "check the secret api_key, and that the service takes it where auth.in and auth.name say",
    "oauth2": "the token was issued and is refused: check Scope and the rights of the client",
}


class StatusContext:
    """What a hint can take into account: the method's type, where credentials were left behind on the way
    (another origin's address, else empty), this machine's clock beside what servers said, a prefix that the
    token had already (else empty), and the statuses that pass."""

    __slots__ = ("clock", "doubled", "left_behind", "method", "passing")

    def __init__(
        self,
        method: str,
        left_behind: str = "",
        clock: ClockSkew | None = None,
        doubled: str = "",
        passing: tuple[str, ...] = PASSING,
    ) -> None:
        self.method = method
        self.left_behind = left_behind
        self.clock = clock or ClockSkew()
        self.doubled = doubled
        self.passing = passing


def reason(response: httpx.Response) -> str:
    """Return the reason phrase whole: httpx leaves out what is no ASCII, and half a secret is not found."""
    phrase = response.extensions.get("reason_phrase")
    if not isinstance(phrase, bytes):
        return response.reason_phrase
    try:
        return phrase.decode()
    except UnicodeDecodeError:
        return phrase.decode("latin-1")


_REQUEST_HINTS: Final = {
    "forbidden": "the server knows who asks and refuses: check the rights of these credentials",
    "not_found": "check Request Path, and Base URL that it is joined to",
    "redirected": "turn on Follow Redirect, or ask that address",
    "unexpected_status": "the body of the answer may say why",
    "response_too_large": "ask for less, with a parameter or another path: what came is kept",
}


def request_hint(kind: str, hint: str) -> str:
    """Return what to do about the answer to a request that somebody wrote, in place of the `hint` about a test."""
    return _REQUEST_HINTS.get(kind, hint)


def said(response: httpx.Response) -> str:
    """Return status and reason phrase as the server gave them."""
    return quote(f"{response.status_code} {reason(response)}".strip())


def answer_failure(response: httpx.Response, context: StatusContext) -> StageFailed | None:
    """Return why the answer to a test request does not pass, None where it does."""
    status = response.status_code
    if accepts(context.passing, status):
        return None
    if status == 401:
        return _unauthorized(response, context)
    if status == 403:
        return _by_squid(response, _forbidden(response))
    if status == 404:
        return StageFailed("not_found", f"the server answered {said(response)}", "check Base URL and Test Path")
    if 300 <= status < 400:
        return _redirected(response, context)
    if status >= 500:
        hint = "the service itself, or one behind it, is in trouble: look at its log, or try again later"
        return _by_squid(response, StageFailed("server_error", f"the server answered {said(response)}", hint))
    hint = _STATUS_HINTS.get(status, _passes_with(context.passing))
    if context.passing != PASSING:
        hint = _passes_with(context.passing)
    if status == 421:
        hint = _misdirected(response.request.url.host)
    return _by_squid(response, StageFailed("unexpected_status", f"the server answered {said(response)}", hint))


def _by_squid(response: httpx.Response, failed: StageFailed) -> StageFailed:
    """Name squid's own reason, where a proxy of that kind answered in the server's place."""
    from integrator_tui.engine.body.error_page import squid_error

    if (squid := squid_error(response)) is not None:
        failed.message, failed.hint = f"{failed.message} ({squid[0]})", squid[1]
    return failed


def in_its_words(failed: StageFailed, response: httpx.Response, sample: bytes) -> StageFailed:
    """Add to the failure of a 5xx answer the first line of text of its body, which begins with `sample`."""
    if response.status_code >= 500:
        from integrator_tui.engine.body.error_page import first_line

        if line := first_line(response, sample):
            failed.message = f"{failed.message}: '{line}'"
    return failed


def sample_of(response: httpx.Response) -> int:
    """Return how many bytes of a body `in_its_words` wants to see."""
    if response.status_code < 500:
        return 0
    from integrator_tui.engine.body.error_page import SAMPLE

    return SAMPLE


def _passes_with(passing: tuple[str, ...]) -> str:
    """What to do about a status that does not pass."""
    if passing == PASSING:
        return "a test passes with 200 to 299: choose another test path, or name the status in test.status"
    return f"the test passes with {', '.join(passing)} (test.status): name this status too, or ask another path"


def _misdirected(host: str) -> str:
    """What to do about 421 (RFC 9110 section 15.5.20)."""
    if parse_literal(host.strip("[]"), 0) is not None:
        return "the server chooses its site by name, and an address sends none (SNI): use its name in the base URL"
    return "the server is not responsible for this host: check the base URL, and a Host header of your own"


_STATUS_HINTS: Final = {
    400: "the server does not understand the request: check the test path, and http against https",
    405: "the test is a GET: choose a test path that answers one",
    406: "the server offers no form of the answer that was asked for: choose another test path",
    407: "the proxy asks for credentials: write them into options.proxy as http://user:{{proxy_password}}@host:port",
    410: "what stood there is gone: choose another test path",
    429: "the service limits how often it is asked: wait, and test less often",
}


def _forbidden(response: httpx.Response) -> StageFailed:
    hint = "the server knows who asks and refuses: check the rights of these credentials, or the test path"
    if "insufficient_scope" in response.headers.get("www-authenticate", ""):
        # RFC 6750 3.1: the token is good, and was issued for less than what was asked.
        hint = "the token was issued for less than this asks for: check Scope, and what the client may ask for"
    return StageFailed("forbidden", f"the server answered {said(response)}{_challenge(response)}", hint)


def _challenge(response: httpx.Response) -> str:
    challenge = response.headers.get("www-authenticate", "")
    return f"; it asks for {quote(challenge, 80)}" if challenge else ""


def _unauthorized(response: httpx.Response, context: StatusContext) -> StageFailed:
    from integrator_tui.engine.http1.challenge import without_basic

    asked = _challenge(response)
    other = without_basic(response.headers.get_list("www-authenticate"))
    if context.left_behind:
        hint = f"credentials are not sent on to another origin: set the base URL to {quote(context.left_behind)}"
    elif other and context.method == "basic":
        hint = f"the server takes {other} and no Basic: choose a method that it takes"
    elif context.doubled:
        hint = (
            f"the token begins with {quote(context.doubled, 40)}, and Token Prefix puts that there again: empty it"
        )
    else:
        hint = _REASONS.get(context.method, "check the credentials")
    if context.method in {"http_bearer_token", "oauth2", "raw_bearer_token"} and (word := context.clock.word()):
        hint = f"{hint}; {word}"
    return StageFailed("credentials_rejected", f"the server answered {said(response)}{asked}", hint)


def _redirected(response: httpx.Response, context: StatusContext) -> StageFailed:
    if "location" not in response.headers:
        hint = _passes_with(context.passing)
        return StageFailed("redirected", f"the server answered {said(response)} and names no address", hint)
    target = quote(location(response.request, response))
    hint = "turn on Follow Redirect, or set the base URL to that address"
    return StageFailed("redirected", f"the server answered {said(response)}: {target}", hint)
