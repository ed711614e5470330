"""Where a curl line asks: its origin, the path below it, the query and the user info."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from integrator_tui.interchange.curl.report import CurlReport
from integrator_tui.interchange.curl.request import CurlRequest
from integrator_tui.model.text import visible
from integrator_tui.model.url import PORTS

_URL: Final = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?(?:(?P<info>[^/?#]*)@)?"
    r"(?P<authority>[^/?#@]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?P<fragment>#.*)?",
    re.DOTALL,
)
_TEMPLATE: Final = re.compile(r"\{\{\{?([^{}]+)\}?\}\}")


class CurlAddresses:
    """Takes addresses apart; `open` are the names in hosts that nobody gave."""

    def __init__(self, report: CurlReport, variables: Mapping[str, str], base_url: str) -> None:
        self.open: dict[str, None] = {}
        self._report = report
        self._variables = variables
        self._base_url = base_url.rstrip("/")

    def of(self, request: CurlRequest) -> tuple[str, str, str, str | None] | None:
        """Return origin, path, query and user info of a request, None where it has none that can be used."""
        url = request.url.strip()
        if "{{" in url and self._variables:
            url = _TEMPLATE.sub(lambda match: self._variables.get(match[1].strip(), match[0]), url)
        found = _URL.match(url)
        assert found is not None
        scheme = found["scheme"]
        authority, path = found["authority"], found["path"]
        if self._base_url and ("{{" in authority or not authority):
            origin, _, below = self._base_url.partition("://")
            host, slash, rest = below.partition("/")
            origin, path = f"{origin}://{host}", f"{slash}{rest}{path}"
        else:
            if "{{" in authority:
                self.open |= dict.fromkeys(name.strip() for name in _TEMPLATE.findall(authority))
                self._report.say(
                    "the host of the URL is not known: give it with --var NAME=VALUE or --base-url URL"
                )
                return None
            scheme = (scheme or request.default_scheme).lower()
            if scheme not in ("http", "https"):
                self._report.say(f"left out: {visible(scheme, limit=20)} is not http or https")
                return None
            authority = authority.lower()
            host, colon, port = authority.rpartition(":") if not authority.endswith("]") else (authority, "", "")
            if colon and port.isdigit() and int(port) == PORTS[scheme]:
                authority = host
            if not authority:
                self._report.say("left out: the URL has no host")
                return None
            origin = f"{scheme}://{authority}"
        if found["fragment"]:
            self._report.say("the part of the URL after # is left out: it is never sent")
        if "/." in path:
            path = _without_dots(path)
        data = request.data if request.get else None
        pieces = (found["query"], data, request.query)
        query = "&".join(piece for piece in pieces if piece)
        if request.get and request.data is not None and request.query is not None:
            self._report.say("-G and --url-query together: both are kept, where curl 7.88 loses the second")
        return origin, path if path != "/" else "", query, found["info"]


def _without_dots(path: str) -> str:
    """Return a path without its `.` and `..` segments (RFC 3986 section 5.2.4), as curl asks for it."""
    kept: list[str] = []
    segments = path.split("/")
    for at, segment in enumerate(segments):
        last = at == len(segments) - 1
        if segment == ".":
            kept += [""] if last else []
        elif segment == "..":
            if len(kept) > 1:
                kept.pop()
            kept += [""] if last else []
        else:
            kept.append(segment)
    return "/".join(kept)
