"""Sessions of HTTPie: what it sends again to a host, as a connection without operations.

Rules: `auth`, `headers` and `cookies` of all versions since 0.9; the host stands in the path of the file alone, in
which a colon is written `_`. Sessions know no variables: braces are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from integrator_tui.errors import UsageError
from integrator_tui.interchange.collections.names import KEYS
from integrator_tui.interchange.documents.described import DescribedConnection, DescribedDocument
from integrator_tui.interchange.documents.source import DocumentReport, SourceDocument, SourceNode, clean, literal
from integrator_tui.interchange.imported import THE_BASE_URL
from integrator_tui.model.connection import (
    WELL_KNOWN_SECRETS,
    AuthMethod,
    BasicAuth,
    Connection,
    NoAuth,
    RawBearerTokenAuth,
)
from integrator_tui.model.headers import grouped
from integrator_tui.model.secret import Secret
from integrator_tui.model.secret_names import names_a_secret
from integrator_tui.model.text import visible

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_]+")
_HOST: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*\.)*[A-Za-z0-9-]+|[A-Za-z0-9]+)(?:_(\d{1,5}))?\Z")
_LOCAL: Final = re.compile(r"localhost\Z|127\.")


def read(
    source: SourceDocument, report: DocumentReport, *, title: str, folder: str, base_url: str
) -> DescribedDocument:
    """Return the connection that a session is; `folder` is the name of the folder in which it lies, which is that
    of its host, and `base_url` wins over it.

    Raises UsageError where it is no session.
    """
    root = SourceNode(source.value, source)
    _refuse_others(root)
    url = base_url or _address(folder, report)
    if not url:
        return DescribedDocument(title, (), tuple(report.remarks), (THE_BASE_URL,))
    found = _Session(root, report).read(title or url.partition("://")[2], url)
    return DescribedDocument(title, (found,), tuple(report.remarks), ())


class _Session:
    def __init__(self, root: SourceNode, report: DocumentReport) -> None:
        self._root = root
        self._report = report
        self._secrets: dict[str, str] = {}
        self._declared: dict[str, None] = {}

    def read(self, name: str, url: str) -> DescribedConnection:
        headers = list(self._headers())
        auth = self._auth(headers)
        kept = [(key, self._value(key, value)) for key, value in headers]
        cookies = [f"{key}={value}" for key, value in self._cookies() if value]
        if cookies:
            kept.append(("Cookie", self._secret("cookie", "; ".join(cookies))))
        connection = Connection(
            name=visible(name, limit=100),
            base_url=url,
            headers=grouped(tuple(kept)),
            auth=auth,
            secrets=tuple(self._secrets),
        )
        secrets = {key: Secret(value) for key, value in self._secrets.items()}
        return DescribedConnection(connection, 1, tuple(self._declared), secrets)

    def _auth(self, headers: list[tuple[str, str]]) -> AuthMethod:
        said = self._root.child("auth")
        kind = said.text("type")
        raw = said.text("raw_auth")
        if not kind:
            return self._of_header(headers)
        if kind == "basic":
            user, colon, password = raw.partition(":")
            if not raw:
                user, colon, password = said.text("username"), ":", said.text("password")
            self._own("password", password if colon else "")
            return BasicAuth(username=literal(user))
        if kind == "bearer":
            self._own("token", raw)
            return RawBearerTokenAuth()
        self._report.say(f"left out: the method {visible(kind, limit=40)}, which there is not here", said)
        return NoAuth()

    def _of_header(self, headers: list[tuple[str, str]]) -> AuthMethod:
        own = next((pair for pair in headers if pair[0].lower() == "authorization"), None)
        if own is None:
            return NoAuth()
        headers.remove(own)
        scheme, _, token = own[1].strip().partition(" ")
        if not token:
            scheme, token = "", scheme
        self._own("token", token.strip())
        return RawBearerTokenAuth(header=own[0], prefix=scheme)

    def _own(self, name: str, value: str) -> None:
        """Keep the method's own secret, which fills no template."""
        if value:
            self._secrets[name] = value
        else:
            self._declared[name] = None

    def _headers(self) -> Iterator[tuple[str, str]]:
        for node, name, value in _listed(self._root.child("headers")):
            if name.lower() in ("content-length", "content-type", "if-none-match", "if-match") or value is None:
                continue
            if not _TOKEN.match(name) or _CONTROL.search(value):
                self._report.say("left out: a header that cannot be sent", node)
            elif name.lower() == "accept-encoding":
                self._report.say("the header Accept-Encoding is left out: gzip and deflate are offered", node)
            else:
                yield name, clean(value)

    def _cookies(self) -> Iterator[tuple[str, str]]:
        for node, name, value in _listed(self._root.child("cookies")):
            if name and value and not _CONTROL.search(name + value):
                yield name, value
            elif name:
                self._report.say("left out: a cookie that cannot be sent", node)

    def _value(self, name: str, value: str) -> str:
        return self._secret(name, value) if value and names_a_secret(name, KEYS) else literal(value)

    def _secret(self, wanted: str, value: str) -> str:
        plain = _NOT_IN_A_NAME.sub("_", wanted).strip("_").lower() or "secret"
        number, name = 1, plain
        while name in self._secrets or name in WELL_KNOWN_SECRETS.values():
            number += 1
            name = f"{plain}_{number}"
        self._secrets[name] = value
        return f"{{{{{name}}}}}"


def _listed(node: SourceNode) -> Iterator[tuple[SourceNode, str, str | None]]:
    """Yield names and values of a list of objects (since 3.1), or of an object (before)."""
    if isinstance(node.value, list):
        for number, each in enumerate(node.value):
            if isinstance(each, dict) and isinstance(each.get("name"), str):
                yield node.child(number), each["name"], _text(each.get("value"))
    elif isinstance(node.value, dict):
        for name, each in node.value.items():
            yield node.child(name), name, _text(each.get("value") if isinstance(each, dict) else each)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else None


def _address(folder: str, report: DocumentReport) -> str:
    """Return the address that the folder of a session names, empty where it names none."""
    found = _HOST.match(folder)
    if found is None or ("." not in folder and found[1] is None and folder != "localhost"):
        return ""
    host = folder.lower() if found[1] is None else f"{folder.rpartition('_')[0].lower()}:{found[1]}"
    scheme = "http" if _LOCAL.match(host.partition(":")[0]) else "https"
    report.say(f"the folder names the host {visible(host, limit=80)} and no scheme: {scheme} is taken")
    return f"{scheme}://{host}"


def _refuse_others(root: SourceNode) -> None:
    value = root.value
    known = isinstance(value, dict) and (
        "HTTPie" in root.child("__meta__").text("about") or {"auth", "cookies", "headers"} <= value.keys()
    )
    if not known:
        raise UsageError("line 1: this is no session of HTTPie: it has no auth, cookies and headers",
                         "they lie below ~/.config/httpie/sessions")  # fmt: skip
