"""Where a request goes: its origin, the path below it and its query, with variables resolved.

Rules: scheme, host and port have to be known; what is open there is the base URL that was given, else named. A
variable at the beginning that holds a whole address says which part of the path all requests share. An address
without a scheme is http, as Postman and curl take it.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from urllib.parse import unquote

from integrator_tui.errors import UsageError
from integrator_tui.interchange.collections.requests import ForeignRequest
from integrator_tui.interchange.collections.variables import MARK, Variables
from integrator_tui.interchange.documents.source import DocumentReport
from integrator_tui.interchange.imported import THE_BASE_URL
from integrator_tui.model.text import visible
from integrator_tui.model.url import PORTS, problems

_URL: Final = re.compile(
    r"\s*(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*|\ue000[^\ue001]*\ue001)://)?(?:(?P<info>[^/?#\s]*)@)?"
    r"(?P<authority>(?:\ue000[^\ue001]*\ue001|[^/?#\ue000])*)(?P<path>(?:\ue000[^\ue001]*\ue001|[^?#\ue000])*)"
    r"(?:\?(?P<query>[^#]*))?(?P<fragment>#.*)?",
    re.DOTALL,
)
_ABSOLUTE: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)\Z")
_PATH_VARIABLE: Final = re.compile(r"(?<=/):([^/?#:\ue000-\ue003]+)")


class ForeignAddress(NamedTuple):
    """Origin, `shared` path that a variable at the beginning gives, path below the origin with marks, query with
    marks (None where there is none), and user info."""

    origin: str
    shared: str
    path: str
    query: str | None
    user_info: str


class ForeignAddresses:
    """Resolves addresses. `open` are the names of what nobody knows."""

    def __init__(self, report: DocumentReport, base_url: str) -> None:
        self.open: dict[str, None] = {}
        self._report = report
        self._base_url = base_url.rstrip("/")
        self._told = False

    def of(self, request: ForeignRequest, variables: Variables) -> ForeignAddress | None:
        """Return where a request goes, None where that is not known or cannot be used."""
        found = self.split(request.url, variables)
        if found is None:
            return None
        path = self._path_variables(found.path, request, variables)
        return found._replace(path=path)

    def split(self, url: str, variables: Variables) -> ForeignAddress | None:
        """Return the parts of one address."""
        filled = self._hosted(variables.filled(url.strip()), variables)
        found = _URL.match(filled)
        assert found is not None
        authority, path = found["authority"].strip(), found["path"].strip()
        if MARK.search(authority) or not authority or MARK.search(found["scheme"] or ""):
            placed = self._below_base(f"{found['scheme'] or ''}{authority}", path)
            if placed is None:
                return None
            origin, path = placed
        else:
            scheme = (found["scheme"] or "http").lower()
            if scheme not in PORTS or scheme.startswith("socks"):
                self._report.say(f"left out: {visible(scheme, limit=20)} is not http or https")
                return None
            if not found["scheme"]:
                self._report.say(f"{visible(authority, limit=80)} names no scheme: http is taken")
            if self._base_url and not self._told:
                self._told = True
                self._report.say("--base-url is not used where a request says where it goes, as here")
            origin = f"{scheme}://{authority.lower()}".removesuffix(f":{PORTS[scheme]}")
        wrong = next((problem for problem in problems(origin, "") if problem.is_error), None)
        if wrong is not None:
            self._report.say(f"left out: {wrong.message}")
            return None
        if found["fragment"]:
            self._report.say("the part of the address after # is left out: it is never sent")
        shared = self._shared(url, origin, variables)
        return ForeignAddress(origin, shared, path, found["query"], unquote(found["info"] or ""))

    def _hosted(self, filled: str, variables: Variables) -> str:
        """Return an address in whose host a variable that is named like a secret is filled in: a host is none."""
        found = _URL.match(filled)
        if found is None or not MARK.search(found["authority"] + (found["info"] or "")):
            return filled
        end = found.end("authority")
        head = MARK.sub(lambda match: self._known(match[1], variables) or match[0], filled[:end])
        return head + filled[end:]

    def _known(self, name: str, variables: Variables) -> str:
        found = variables.revealed(f"{{{{{name}}}}}")
        return found if not MARK.search(found) else ""

    def _below_base(self, authority: str, path: str) -> tuple[str, str] | None:
        if not self._base_url:
            names = MARK.findall(authority) or [THE_BASE_URL]
            self.open |= dict.fromkeys(visible(name, limit=60) for name in names)
            return None
        found = _ABSOLUTE.match(self._base_url)
        if found is None:
            raise UsageError("--base-url is no address, or has a query", "begin with https://")
        origin = f"{found[1].lower()}://{found[2].lower()}".removesuffix(f":{PORTS.get(found[1].lower(), 0)}")
        return origin, f"{found[3].rstrip('/')}{path if path.startswith('/') or not path else f'/{path}'}"

    def _shared(self, url: str, origin: str, variables: Variables) -> str:
        """Return the path of the address that stands in a variable at the beginning."""
        leading = re.match(r"\s*\{\{([^{}]+)\}\}", url)
        if leading is None:
            return ""
        value = variables.filled(leading[0].strip())
        if MARK.search(value):
            value = self._base_url
        found = _ABSOLUTE.match(value)
        return found[3].rstrip("/") if found and origin == self._origin(found) else ""

    def _origin(self, found: re.Match[str]) -> str:
        scheme = found[1].lower()
        return f"{scheme}://{found[2].rpartition('@')[2].lower()}".removesuffix(f":{PORTS.get(scheme, 0)}")

    def _path_variables(self, path: str, request: ForeignRequest, variables: Variables) -> str:
        """Return a path in which `:name` is the input of that name, or what was given for it."""

        def one(match: re.Match[str]) -> str:
            name = match[1]
            if variables.known(name) is not None and not variables.is_secret(name):
                return variables.filled(f"{{{{{name}}}}}")
            said = request.path_variables.get(name, "")
            inner = variables.one(said)
            if said and not inner:
                shown = visible(name, limit=60)
                self._report.say(f"{shown} is an input of the path: its value in the document is left out")
            return f"\ue002{inner or name}\ue001"

        return _PATH_VARIABLE.sub(one, path) if request.path_variables or "/:" in path else path
