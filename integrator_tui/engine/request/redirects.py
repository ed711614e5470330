"""Redirects: which request follows a 3xx answer, and what of it may go along.

Rules: RFC 9110 section 15.4 (303 becomes GET, and so does 301 or 302 after POST, as everybody does it; 307
and 308 repeat the request). Credentials go along within one origin only: to another origin go no header that
holds a secret, no cookie and no authorization of any name; a repeated body that holds a secret is not sent
there at all, nor is an address that holds one. What was taken out stays out, whichever way later hops go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import urljoin

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.failure import StageFailed, quote
from integrator_tui.engine.request.address import address, has_query_name, with_query_pair
from integrator_tui.engine.request.secret_parts import SecretParts, secret_parts
from integrator_tui.errors import UsageError
from integrator_tui.model.url import same_origin, without_user_info

MAX_HOPS: Final = 10
STATUSES: Final = frozenset({301, 302, 303, 307, 308})

_ALWAYS_SECRET: Final = frozenset({"authorization", "proxy-authorization", "cookie"})
_OF_THE_BODY: Final = frozenset({"content-length", "content-type", "content-encoding", "transfer-encoding"})


class NotFollowed(StageFailed):
    """The address a redirect names cannot be asked, or must not be with what the request holds."""


def is_redirect(response: httpx.Response) -> bool:
    """Tell whether `response` names another address to ask."""
    return response.status_code in STATUSES and "location" in response.headers


def location(request: httpx.Request, response: httpx.Response) -> str:
    """Return the absolute address that `response` names, without user info and fragment (RFC 3986 section 5).

    What cannot be read as an address comes back as it is.
    """
    named = response.headers.get_list("location")[0].strip()
    try:
        target = urljoin(str(request.url), named)
    except ValueError:
        target = named
    return without_user_info(target).partition("#")[0]


def following(
    request: httpx.Request, response: httpx.Response, holds_secret: Callable[[str], bool]
) -> httpx.Request:
    """Return the request that follows the redirect `response` of `request`.

    `holds_secret` tells whether a text holds a secret that is known by its value. Raises NotFollowed.
    """
    target = location(request, response)
    if len(response.headers.get_list("location")) > 1:
        raise _refused(response, target, "the answer names another address beside it")
    if not target.lower().startswith(("http://", "https://")):
        raise _refused(response, target, "only http and https are followed")
    try:
        dialled = address(target)
    except UsageError as error:
        raise _refused(response, target, error.message) from None
    method = _method(request.method, response.status_code)
    keeps_body = method == request.method
    marks = secret_parts(request)
    dropped: frozenset[str] = frozenset() if keeps_body else _OF_THE_BODY
    if not same_origin(str(request.url), target):
        _check_leaving(request, response, target, holds_secret, keeps_body)
        dropped |= {"host"} | _secret_headers(request, marks, holds_secret)
        marks = marks._replace(parameter=None)
    elif marks.parameter is not None and not has_query_name(dialled, marks.parameter[0]):
        # What proves who asks goes along as a header would: the server names the address without it.
        dialled = with_query_pair(dialled, marks.parameter[0], marks.parameter[1].reveal())
    headers = [(k, v) for k, v in request.headers.raw if k.decode("latin-1").lower() not in dropped | {"host"}]
    left = SecretParts(marks.headers - dropped, marks.body and keeps_body, marks.parameter)
    content = request.content if keeps_body else None
    return httpx.Request(method, dialled, headers=headers, content=content, extensions=left.extension())


def _method(method: str, status: int) -> str:
    if status == 303 and method != "HEAD":
        return "GET"
    return "GET" if status in {301, 302} and method == "POST" else method


def _secret_headers(
    request: httpx.Request, marks: SecretParts, holds_secret: Callable[[str], bool]
) -> frozenset[str]:
    found = {name for name, value in request.headers.multi_items() if holds_secret(value)}
    return _ALWAYS_SECRET | marks.headers | found


def _check_leaving(
    request: httpx.Request,
    response: httpx.Response,
    target: str,
    holds_secret: Callable[[str], bool],
    keeps_body: bool,
) -> None:
    """Refuse to leave the origin with a body or an address that holds a secret."""
    if holds_secret(target):
        raise _refused(response, target, "the address holds a secret and belongs to another origin")
    body = request.content.decode("utf-8", "replace") if keeps_body else ""
    if body and (secret_parts(request).body or holds_secret(body)):
        raise _refused(response, target, "the body holds a secret, and that is another origin")


def _refused(response: httpx.Response, target: str, why: str) -> NotFollowed:
    hint = "set the base URL to the address that answers, if you trust it with the credentials"
    message = f"the redirect ({response.status_code}) to {quote(target)} was not followed: {why}"
    return NotFollowed("redirected", message, hint, detail={"status": response.status_code})


def loop(response: httpx.Response, hops: int, target: str) -> StageFailed:
    """Return the failure of an address that was asked before."""
    message = f"the redirects form a loop: {quote(target)} comes again after {hops} hop{'s' if hops > 1 else ''}"
    hint = "the server sends its callers in a circle: look at its configuration"
    return StageFailed("redirected", message, hint, detail={"status": response.status_code})


def too_many(response: httpx.Response, target: str) -> StageFailed:
    """Return the failure of a chain that does not end."""
    message = f"more than {MAX_HOPS} redirects, a loop as far as one can tell; the last leads to {quote(target)}"
    hint = "ask the address where the chain should end"
    return StageFailed("redirected", message, hint, detail={"status": response.status_code})
