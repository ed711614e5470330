"""Why an answer to a token request holds no token (RFC 6749 section 5.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.auth.token_answer import TokenAnswer
from integrator_tui.engine.auth.token_answer import error as oauth_error
from integrator_tui.engine.body.error_page import first_line, squid_error
from integrator_tui.engine.failure import StageFailed, quote
from integrator_tui.engine.request.redirects import location
from integrator_tui.engine.request.status import said
from integrator_tui.model.fields import PASSING
from integrator_tui.model.statuses import accepts

REJECTED: Final = frozenset({"invalid_client", "invalid_grant", "unauthorized_client"})

_OAUTH_HINTS: Final = {
    "invalid_client": "check Client ID, Client Secret and Client Auth with the service that issues the tokens",
    "invalid_grant": "the credentials in the token request are wrong, expired or revoked",
    "unauthorized_client": "this client may not ask for tokens this way: have the service allow it",
    "invalid_scope": "check Scope: the service does not know it or does not grant it to this client",
    "unsupported_grant_type": "the service offers no token for this grant type: ask for its documentation",
    "invalid_request": "the service misses something in the token request: compare it with its documentation",
}


def token_failure(answer: TokenAnswer, *, oauth: bool, accept: Sequence[str] = PASSING) -> StageFailed | None:
    """Return why the answer to a token request is no token, None where it may hold one: its status is one of
    `accept`.

    An OAuth 2.0 answer that carries `error` is a refusal whatever its status.
    """
    response = answer.response
    status = response.status_code
    error, description = oauth_error(answer)
    if accepts(accept, status) and not (oauth and error):
        return None
    detail: dict[str, Any] = {"status": status}
    what = said(response)
    if error:
        detail["error"] = error
        what = f"{what}: {quote(error)}"
    if description:
        detail["error_description"] = description
        what = f"{what} ({quote(description)})"
    squid = squid_error(response)
    if squid is not None:
        what = f"{what} ({squid[0]})"
    elif status >= 500 and not error and (line := first_line(response, answer.body)):
        what = f"{what}: '{line}'"
    kind = "credentials_rejected" if status == 401 or error in REJECTED else "token_request_failed"
    hint = _OAUTH_HINTS.get(error) or (squid[1] if squid else _token_hint(response, oauth=oauth))
    if 200 <= status < 300 and not error:
        hint = f"auth.request.accept takes {', '.join(accept)} alone: name this status there too"
    return StageFailed(kind, f"the token request was answered {what}", hint, detail=detail)


def _token_hint(response: httpx.Response, *, oauth: bool) -> str:
    status = response.status_code
    if status == 401:
        return "check the credentials in the token request"
    if 300 <= status < 400:
        if not oauth and "set-cookie" in response.headers:
            return (
                "a login that answers with a redirect and a cookie: auth.request.accept: [3xx] has the expressions "
                "read this answer, and headers['set-cookie'][0].split(';')[0] is its cookie"
            )
        where = f" ({quote(location(response.request, response))})" if "location" in response.headers else ""
        if oauth:
            return f"set Access Token URL to the address that answers{where}"
        return f"turn on Follow Redirect of the token request, or ask the address it leads to{where}"
    if status == 404:
        return "check the address of the token request: Request Path, Token Base URL or Access Token URL"
    if status == 405:
        return "check Access Token URL" if oauth else "check Method of the token request"
    if status in {400, 415, 422}:
        return "compare body and headers of the token request with the service's documentation"
    if status >= 500:
        return "the service that issues the tokens is in trouble: look at its log, or try again later"
    return "check the token request against the service's documentation"
