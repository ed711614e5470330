"""Requests as operations, and as the request that fetches a token."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import unquote

from integrator_tui.interchange.collections.addresses import ForeignAddress
from integrator_tui.interchange.collections.bodies import ForeignBodies
from integrator_tui.interchange.collections.names import ConnectionNames
from integrator_tui.interchange.collections.requests import ForeignRequest, Texts
from integrator_tui.interchange.collections.templates import TemplateWriter
from integrator_tui.interchange.collections.variables import MARK, Variables
from integrator_tui.interchange.documents.source import DocumentReport, clean, cut
from integrator_tui.model.connection import FormBody, MultipartBody, Operation, Pairs
from integrator_tui.model.encoding import percent, typed_url
from integrator_tui.model.headers import grouped
from integrator_tui.model.text import visible

_NAME: Final = 120
_LONGEST_NAME: Final = 1_000
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_FRAMING: Final = frozenset({"content-length", "transfer-encoding", "connection", "expect"})
_LIKE_AN_ADDRESS: Final = re.compile(r"://|\?\S*=|^\S*/\S*$|\{\{")


class OperationWriter:
    """Writes the requests of one connection, whose base URL has the path `below`."""

    def __init__(self, names: ConnectionNames, report: DocumentReport, below: str) -> None:
        self._names = names
        self._report = report
        self._below = below
        self._bodies = ForeignBodies(names, report)

    def operation(
        self, request: ForeignRequest, address: ForeignAddress, headers: Texts, variables: Variables
    ) -> Operation:
        """Return the operation that a request is."""
        self._report.at(request.line, request.about)
        for name in request.sets:
            shown = visible(name, limit=60)
            self._report.say(f"left out: the answer of this request sets {shown}: it is an input where it is used")
        said = self.request(request, address, headers, variables)
        return Operation(
            name=self._name(request, said["method"], said["path"]),
            description=cut(clean(request.description)),
            documentation_link=_link(request.documentation_link),
            stream_response=request.streams,
            **said,
        )

    def request(
        self, request: ForeignRequest, address: ForeignAddress, headers: Texts, variables: Variables
    ) -> dict[str, Any]:
        """Return the fields of a request: method, path, params, headers, body, follow_redirect."""
        write = TemplateWriter(self._names, variables)
        path = self._path(address.path, write)
        query = self._query(request, address, variables)
        params: Pairs = ()
        if query and (pairs := _pairs(query)) is not None:
            params = tuple((name, write.pair(name, value)) for name, value in pairs)
        elif query:
            path = f"{path}?{write.query(query)}"
        kept, given = self._headers(headers, write)
        body, media_type = None, ""
        if request.body is not None:
            body, media_type = self._bodies.of(request.body, given, variables, write)
        if isinstance(body, FormBody | MultipartBody):
            kept = [pair for pair in kept if pair[0].lower() != "content-type"]
        elif media_type and body is not None:
            kept.append(("Content-Type", media_type))
        return {
            "method": request.method.upper(),
            "path": path,
            "params": params,
            "headers": grouped(tuple(kept)),
            "body": body,
            "follow_redirect": request.follow_redirect,
        }

    # --- parts ---

    def _path(self, path: str, write: TemplateWriter) -> str:
        inner = path.removeprefix(self._below) if self._below and path.startswith(self._below) else path
        if "/." in inner:
            self._report.say("the path holds . or .., which are sent as they stand: servers may differ on them")
        written = write.of_filled(inner, raw=True)
        return written if written.rstrip("/") or (self._below and inner) else ""

    def _query(self, request: ForeignRequest, address: ForeignAddress, variables: Variables) -> str:
        pieces = [address.query] if address.query else []
        for name, value in request.query:
            filled = variables.filled(value)
            encoded = (p if at % 2 else percent(p) for at, p in enumerate(_MARKS.split(filled)))
            pieces.append(f"{percent(variables.filled(name))}={''.join(encoded)}")
        return "&".join(pieces)

    def _headers(self, headers: Texts, write: TemplateWriter) -> tuple[list[tuple[str, str]], str]:
        """Return the headers that are sent, and the Content-Type among them."""
        kept: list[tuple[str, str]] = []
        given = ""
        for name, text in headers:
            name, lower = name.strip(), name.strip().lower()
            if lower in _FRAMING:
                if lower in ("content-length", "transfer-encoding"):
                    self._report.say(f"the header {name} is left out: it follows from the body")
            elif lower == "accept-encoding":
                self._report.say(
                    "the header Accept-Encoding is left out: gzip and deflate are offered, which are read here"
                )
            elif not _TOKEN.match(name):
                self._report.say("left out: a header with a name that no header can have")
            elif _CONTROL.search(text):
                self._report.say(
                    f"left out: the value of the header {name} holds a line break or a control character"
                )
            else:
                kept.append((name, write.header(name, text.strip())))
                if lower == "content-type":
                    given = given or text.strip()
        return kept, given

    def _name(self, request: ForeignRequest, method: str, path: str) -> str:
        wanted = " ".join(clean(request.name[:_LONGEST_NAME]).split())
        last = wanted.rpartition(" / ")[2]
        if not wanted or _LIKE_AN_ADDRESS.search(last):
            folder = wanted.rpartition(" / ")[0]
            plain = f"{method} {self._plain(path)}"
            wanted = f"{folder} / {plain}" if folder else plain
        return visible(wanted, limit=_NAME)

    def _plain(self, path: str) -> str:
        return re.sub(r"\{\{+([^{}]*)\}+\}", r"{\1}", path.partition("?")[0]) or "/"


_MARKS: Final = re.compile("(\ue000[^\ue001]*\ue001)")


def _pairs(query: str) -> Pairs | None:
    """Return a query as parameters, None where they would not say what stands there."""
    found: dict[str, str] = {}
    for piece in query.split("&"):
        name, equals, value = piece.partition("=")
        if not equals or not name or not value or MARK.search(name) or "+" in value or ";" in value:
            return None
        pieces = _MARKS.split(value)
        try:
            plain_name = unquote(typed_url(name), errors="strict")
            plain = "".join(
                each if at % 2 else unquote(typed_url(each), errors="strict") for at, each in enumerate(pieces)
            )
        except UnicodeDecodeError:
            return None
        if plain_name in found or _CONTROL.search(plain_name) or _CONTROL.search(plain):
            return None
        found[plain_name] = clean_value(plain, value)
    return tuple(found.items())


def clean_value(plain: str, written: str) -> str:
    """Return a decoded value, or what was written where decoding made a mark of ours in it."""
    return plain if plain.count("\ue000") == written.count("\ue000") else written


def _link(url: str) -> str:
    url = url.strip()
    return url if url.lower().startswith(("http://", "https://")) and not re.search(r"[\s\ufffd]", url) else ""
