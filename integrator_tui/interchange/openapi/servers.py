"""Where requests go: `servers` with their variables (3.x), `schemes`, `host` and `basePath` (2.0).

Rules: a variable is what was given for it, else its default. What is absent, relative or not known in scheme, host
or port is the base URL that was given; a variable that nobody knows in the path is a template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from integrator_tui.errors import UsageError
from integrator_tui.interchange.documents.source import DocumentReport, SourceNode, clean
from integrator_tui.interchange.imported import THE_BASE_URL
from integrator_tui.interchange.openapi.document import References, joined
from integrator_tui.model.text import counted, visible
from integrator_tui.model.url import PORTS

_VARIABLE: Final = re.compile(r"\{\{?([^{}]+)\}\}?")
_ABSOLUTE: Final = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)")
_OPEN_AUTHORITY: Final = re.compile(r"(?:[^/{}]*://)?[^/]*\{[^{}]+\}[^/?#]*")


class Place(NamedTuple):
    """An origin, and the path below it in front of every path of the document."""

    origin: str
    path: str


class Servers:
    """Finds where requests go. `open` are the names of what nobody knows."""

    def __init__(
        self,
        references: References,
        report: DocumentReport,
        variables: Mapping[str, str],
        base_url: str,
        number: int,
    ) -> None:
        self.open: dict[str, None] = {}
        self._references = references
        self._report = report
        self._variables = variables
        self._base_url = base_url.rstrip("/")
        self._root = references.root
        self._is_old = "swagger" in self._root.names()
        self._chosen: dict[tuple[str, tuple[str | int, ...]], Place | None] = {}
        self._number = number

    def of(self, operation: SourceNode, path_item: SourceNode) -> Place | None:
        """Return where an operation goes, None where that is not known, which `open` then names."""
        if self._is_old:
            holder = operation if isinstance(operation.child("schemes").value, list) else self._root
        else:
            own = (node for node in (operation, path_item) if node.child("servers").value)
            holder = next(own, self._root)
        key = (holder.source.name, holder.pointer)
        if key not in self._chosen:
            self._chosen[key] = self._old(holder) if self._is_old else self._new(holder)
        return self._chosen[key]

    def _new(self, holder: SourceNode) -> Place | None:
        found = list(self._references.items(self._references.get(holder, "servers")))
        if holder is self._root and self._number > max(len(found), 1):
            count = counted(len(found), "server")
            raise UsageError(f"there is no server {self._number}: the document names {count}", "see --server N")
        if not found:
            return self._place("", None, holder)
        at = self._number - 1 if holder is self._root else 0
        if len(found) > 1 and holder is self._root:
            shown = "; ".join(f"{n} {visible(node.text('url'), limit=80)}" for n, node in enumerate(found, 1))
            self._report.say(f"server {at + 1} is used, --server N chooses another: {shown}", found[at])
        elif len(found) > 1:
            self._report.say(f"the first of its {len(found)} servers is used", found[0])
        return self._place(found[at].text("url").strip(), found[at], holder)

    def _old(self, holder: SourceNode) -> Place | None:
        host, path = self._root.text("host").strip(), self._root.text("basePath").strip()
        if host and _ABSOLUTE.match(host):
            return self._place(host.rstrip("/") + path, None, self._root)
        schemes = holder.texts("schemes")
        usable = [scheme for scheme in schemes if scheme.lower() in ("http", "https")]
        if self._number > max(len(usable), 1):
            raise UsageError(
                f"there is no server {self._number}: the document names {len(usable)} schemes", "see --server N"
            )
        if self._number > 1:
            scheme = usable[self._number - 1]
        else:
            scheme = "https" if "https" in usable or not usable else usable[0]
        if host and not usable and not self._base_url:
            self._report.say("no scheme is named: https is taken", self._root)
        return self._place(f"{scheme}://{host}{_slashed(path)}" if host else path, None, self._root)

    # --- one address ---

    def _place(self, url: str, server: SourceNode | None, at: SourceNode) -> Place | None:
        unknown: dict[str, None] = {}
        if server is not None:
            url = self._filled(url, server, unknown)
        own = self._root.text("$self")
        if own and _ABSOLUTE.match(own) and url and not _ABSOLUTE.match(url) and "{" not in url:
            url = joined(own, url)
        opened = _OPEN_AUTHORITY.match(url) if unknown else None
        if opened:
            return self._below_base(url[opened.end() :], list(unknown), at)
        found = _ABSOLUTE.match(url)
        if found is None or not found["authority"]:
            return self._below_base(_slashed(url.partition("?")[0]) if url else "", [THE_BASE_URL], at)
        scheme = found["scheme"].lower()
        if scheme not in ("http", "https"):
            self._report.say(f"{visible(scheme, limit=20)} is not http or https", at)
            return self._below_base(found["path"], [THE_BASE_URL], at)
        if self._base_url:
            self._report.say("--base-url is not used: the document says where its requests go", server or at)
        origin = f"{scheme}://{_without_user(found['authority'], self._report, server or at)}"
        return Place(origin.removesuffix(f":{PORTS[scheme]}"), _templated(found["path"]))

    def _below_base(self, path: str, names: list[str], at: SourceNode) -> Place | None:
        if not self._base_url:
            self.open |= dict.fromkeys(visible(name, limit=60) for name in names)
            return None
        found = _ABSOLUTE.match(self._base_url)
        if found is None:
            raise UsageError("--base-url is no address", "begin with https://")
        origin = f"{found['scheme'].lower()}://{found['authority'].lower()}"
        return Place(origin.removesuffix(f":{PORTS.get(found['scheme'].lower(), 0)}"),
                     found["path"].rstrip("/") + _templated(path))  # fmt: skip

    def _filled(self, url: str, server: SourceNode, unknown: dict[str, None]) -> str:
        known = self._references.get(server, "variables")

        def one(match: re.Match[str]) -> str:
            name = match[1].strip()
            variable = self._references.get(known, name)
            given = self._variables.get(name)
            if given is None:
                default = variable.value.get("default") if isinstance(variable.value, dict) else None
                given = clean(str(default)) if isinstance(default, str | int | float) else ""
                if given:
                    shown = visible(given, limit=80)
                    self._report.say(f"the variable {visible(name, limit=60)} is its default, {shown}", variable)
            allowed = variable.child("enum").value
            if given and isinstance(allowed, list) and given not in [str(each) for each in allowed]:
                self._report.say(
                    f"the value of {visible(name, limit=60)} is none that the document names", variable
                )
            if given and not _VARIABLE.search(given):
                return given
            unknown[name] = None
            return match[0]

        return _VARIABLE.sub(one, url)


def _templated(path: str) -> str:
    """Return a path with a template for each variable that is left in it, without the slash at its end."""
    path = re.sub(r"//+", "/", path).rstrip("/")
    return _VARIABLE.sub(lambda match: f"{{{{{match[1].strip()}}}}}", path)


def _slashed(path: str) -> str:
    return path if not path or path.startswith("/") else f"/{path}"


def _without_user(authority: str, report: DocumentReport, at: SourceNode) -> str:
    info, at_sign, host = authority.rpartition("@")
    if at_sign and info:
        report.say("the user name and password in the address are left out: choose Basic Auth for them", at)
    return host.lower()
