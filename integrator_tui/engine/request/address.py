"""Address: the URL that is dialled, read once by the rules and once by httpx, and refused where the two differ.

What was judged (a base URL's host, the origin that credentials may go to) would else not be what is asked.
"""

from __future__ import annotations

from urllib.parse import unquote_plus

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.origin import Origin
from integrator_tui.errors import UsageError
from integrator_tui.model.encoding import percent
from integrator_tui.model.url import origin


def address(url: str) -> httpx.URL:
    """Return an absolute URL as httpx reads it. Raises UsageError where it cannot, or reads another origin."""
    judged = origin(url)
    try:
        read = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise UsageError(f"the URL cannot be used: {error}", "check base URL and path") from None
    if judged != origin(str(Origin.of(read))):
        raise UsageError("the URL can be read in two ways", "write its host in plain letters, digits and dots")
    return read


def with_query_pair(url: httpx.URL, name: str, value: str) -> httpx.URL:
    """Return a URL with one more parameter, behind those that it has."""
    path = url.raw_path
    pair = f"{percent(name)}={percent(value)}".encode("ascii")
    before = b"" if path.endswith((b"?", b"&")) else b"&" if b"?" in path else b"?"
    return url.copy_with(raw_path=path + before + pair)


def has_query_name(url: httpx.URL, name: str) -> bool:
    """Return whether the query of a URL has a parameter of this name."""
    return any(unquote_plus(piece.partition("=")[0]) == name for piece in url.query.decode("ascii").split("&"))
