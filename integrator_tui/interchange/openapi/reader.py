"""A whole OpenAPI document as connections: one for an origin and a way to prove oneself.

Sources: the OpenAPI Specification 2.0, 3.0.4, 3.1.1 and 3.2.0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from integrator_tui.errors import UsageError
from integrator_tui.interchange.documents.described import (
    DescribedConnection,
    DescribedDocument,
    names_of,
    request_to_test,
)
from integrator_tui.interchange.documents.source import DocumentReport, SourceDocument, SourceNode, cut
from integrator_tui.interchange.openapi.document import References
from integrator_tui.interchange.openapi.operations import OperationReader, link
from integrator_tui.interchange.openapi.security import Proof, Security
from integrator_tui.interchange.openapi.servers import Servers
from integrator_tui.model.connection import AuthMethod, Connection, OAuth2Auth, Operation
from integrator_tui.model.fields import METHODS
from integrator_tui.model.text import visible

MOST_OPERATIONS: Final = 5_000
_VERSION: Final = re.compile(r"3\.[012](?:\.|\Z)")
_VERBS: Final = frozenset(method.lower() for method in METHODS)
_OTHER_VERBS: Final = frozenset({"trace", "query"})


@dataclass(slots=True)
class _Gathered:
    """The operations of one connection, as they are met."""

    line: int
    operations: list[tuple[str, Operation, int]] = field(default_factory=list)
    secrets: dict[str, None] = field(default_factory=dict)
    scopes: dict[str, None] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)


def read(
    source: SourceDocument,
    load: Callable[[str], SourceDocument],
    *,
    variables: Mapping[str, str] | None = None,
    base_url: str = "",
    server: int = 1,
) -> DescribedDocument:
    """Return the connections that a document describes; `load` gives the files that it names.

    Raises UsageError, with the line, where it is no document of a version that is known, or holds no operation.
    """
    return _Reader(source, load, dict(variables or {}), base_url, server).read()


class _Reader:
    def __init__(
        self,
        source: SourceDocument,
        load: Callable[[str], SourceDocument],
        variables: dict[str, str],
        base_url: str,
        server: int,
    ) -> None:
        _refuse_other_versions(source)
        self._report = DocumentReport()
        self._references = References(source, load, self._report)
        self._servers = Servers(self._references, self._report, variables, base_url, server)
        self._security = Security(self._references, self._report, variables)
        self._gathered: dict[tuple[str, Proof], _Gathered] = {}
        self._count = 0

    def read(self) -> DescribedDocument:
        root = self._references.root
        paths = self._references.get(root, "paths")
        for path, item in self._references.members(paths):
            if path.startswith("/"):
                self._path(path, item)
            else:
                self._report.say(f"left out: the path {visible(path, limit=80)} does not begin with /", item)
        if root.child("webhooks").value:
            self._report.say("left out: webhooks, which the server would call", root.child("webhooks"))
        if not self._gathered and not self._servers.open:
            first = next((r for r in self._report.remarks if r.text.startswith("left out")), None)
            why = f": line {first.line}: {first.text}" if first else ""
            raise UsageError(f"the document describes no operation{why}", "nothing was written")
        title = " ".join(self._references.get(root, "info").text("title").split())
        connections = tuple(self._connections(visible(title, limit=100)))
        remarks = tuple(sorted(self._report.remarks, key=lambda remark: remark.line))
        return DescribedDocument(title, connections, remarks, tuple(self._servers.open))

    # --- operations ---

    def _path(self, path: str, item: SourceNode) -> None:
        for method in item.names():
            found = item.child(method)
            if method in _OTHER_VERBS and isinstance(found.value, dict):
                self._report.say(f"left out: the method {method.upper()} cannot be sent here", found)
            elif method == "additionalOperations" and isinstance(found.value, dict):
                names = ", ".join(visible(name, limit=30) for name in found.names())
                self._report.say(f"left out: the methods {names} cannot be sent here", found)
            elif method in _VERBS:
                node = self._references.follow(found)
                if isinstance(node.value, dict):
                    self._operation(path, method.upper(), node, item)

    def _operation(self, path: str, method: str, node: SourceNode, item: SourceNode) -> None:
        self._count += 1
        if self._count > MOST_OPERATIONS:
            raise UsageError(f"the document describes more than {MOST_OPERATIONS} operations", "give it in parts")
        self._report.line = line = node.line if not node.source.name else item.line if not item.source.name else 1
        place = self._servers.of(node, item)
        if place is None:
            return
        proof, scopes = self._security.of(node, place.origin)
        gathered = self._gathered.setdefault((place.origin, proof), _Gathered(line))
        reader = OperationReader(self._references, self._report, proof)
        operation = reader.read(path, method, node, item, "")
        gathered.secrets |= dict.fromkeys((*proof.secrets, *reader.secrets))
        gathered.scopes |= dict.fromkeys(scopes)
        number = gathered.names[operation.name] = gathered.names.get(operation.name, 0) + 1
        if number > 1:
            operation = operation.model_copy(update={"name": f"{operation.name} ({number})"})
        gathered.operations.append((place.path, operation, line))

    # --- connections ---

    def _connections(self, title: str) -> Iterator[DescribedConnection]:
        names = names_of(title, [(origin, proof.auth) for origin, proof in self._gathered])
        for name, ((origin, proof), gathered) in zip(names, self._gathered.items(), strict=True):
            below = {path for path, _, _ in gathered.operations}
            common = below.pop() if len(below) == 1 else ""
            operations = tuple(
                operation if common == path else operation.model_copy(update={"path": f"{path}{operation.path}"})
                for path, operation, _ in gathered.operations
            )
            yield DescribedConnection(
                Connection(
                    name=name,
                    description=self._described(),
                    documentation_link=link(
                        self._references.get(self._references.root, "externalDocs").text("url")
                    ),
                    base_url=f"{origin}{common}",
                    test_path=self._test_path(gathered, operations),
                    headers=proof.headers,
                    auth=self._auth(proof, gathered),
                    operations=operations,
                ),
                gathered.line,
                tuple(gathered.secrets),
            )

    def _auth(self, proof: Proof, gathered: _Gathered) -> AuthMethod:
        if isinstance(proof.auth, OAuth2Auth) and gathered.scopes:
            scope = " ".join(gathered.scopes)
            return proof.auth.model_copy(update={"scope": scope})
        return proof.auth

    def _described(self) -> str:
        return cut(self._references.get(self._references.root, "info").text("description"))

    def _test_path(self, gathered: _Gathered, operations: tuple[Operation, ...]) -> str:
        """Return the path of a request that needs nothing and changes nothing, empty where there is none."""
        found = request_to_test(operations)
        if found is None:
            self._report.line = gathered.line
            self._report.say("no GET needs nothing: the test asks for the base URL itself")
            return ""
        self._report.line = gathered.operations[found][2]
        path = operations[found].path
        self._report.say(f"the test asks for this path, {visible(path, limit=80)}")
        return path


def _refuse_other_versions(source: SourceDocument) -> None:
    root = source.value
    if not isinstance(root, dict):
        raise UsageError("line 1: this is no OpenAPI document: it is not an object", "see docs/imports.md")
    word = next((word for word in ("openapi", "swagger", "swaggerVersion") if word in root), None)
    if word is None:
        if "item" in root and "info" in root:
            message = "line 1: this is no OpenAPI document: a collection of Postman"
            raise UsageError(message, "integrator-tui import postman FILE")
        message = "line 1: this is no OpenAPI document: neither openapi nor swagger in it"
        raise UsageError(message, "its first key says openapi: 3.1.0 or so")
    version = str(root[word]).strip()
    known = version in ("2.0", "2") if word == "swagger" else word == "openapi" and _VERSION.match(version)
    if not known:
        shown = visible(version, limit=30)
        raise UsageError(
            f"line {source.line((word,))}: the version {shown} of OpenAPI is not known here",
            "2.0, 3.0, 3.1 and 3.2 are read",
        )
