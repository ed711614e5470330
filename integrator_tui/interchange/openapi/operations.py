"""Operations: a path and a method with parameters and body, as one described request.

Rules: a part of a path is an input that has to be given; a query parameter or header that may be absent is left out
where it is empty. Headers that the specification gives to other parts (Accept, Content-Type, Authorization) are not
parameters.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import unquote

from integrator_tui.interchange.documents.source import DocumentReport, SourceNode, clean, cut, literal
from integrator_tui.interchange.openapi.bodies import FORM, Bodies
from integrator_tui.interchange.openapi.document import References
from integrator_tui.interchange.openapi.inputs import OperationInputs
from integrator_tui.interchange.openapi.samples import fixed_text, type_of
from integrator_tui.interchange.openapi.security import Proof
from integrator_tui.model.connection import WELL_KNOWN_SECRETS, Body, FormBody, MultipartBody, Operation, Pairs
from integrator_tui.model.encoding import percent
from integrator_tui.model.text import visible

_IN_PATH: Final = re.compile(r"\{+([^{}]+)\}+")
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_NOT_PARAMETERS: Final = frozenset({"accept", "content-type", "authorization"})
_NAME: Final = 80


class OperationReader:
    """Reads one operation."""

    def __init__(self, references: References, report: DocumentReport, proof: Proof) -> None:
        self._references = references
        self._report = report
        self._proof = proof
        self._is_old = "swagger" in references.root.names()
        reserved = {*proof.secrets, *((WELL_KNOWN_SECRETS.get(proof.auth.type) or ""),)}
        self._inputs = OperationInputs(reserved)
        self._bodies = Bodies(references, report, self._inputs)
        self._required: list[tuple[str, str]] = []
        self._optional: list[tuple[str, str]] = []
        self._headers: list[tuple[str, str]] = []
        self._cookies: list[str] = []

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of secrets in what was read, which have to be given."""
        return tuple(self._inputs.secrets)

    def read(self, path: str, method: str, operation: SourceNode, path_item: SourceNode, below: str) -> Operation:
        """Return what stands at a path and a method; `below` is put in front of the path."""
        parameters = self._parameters(path_item, operation)
        path, _, query = self._without_fragment(path, operation).partition("?")
        written = self._path(path)
        for name, at in parameters.items():
            self._take(name, at)
        body, more = self._body(operation, parameters)
        params, tail, keeps_empty = self._query(query)
        if self._cookies:
            own = next((value for name, value in self._proof.headers if name == "Cookie"), "")
            self._headers.append(("Cookie", "; ".join(filter(None, (own, *self._cookies)))))
        if operation.value.get("callbacks"):
            self._report.say("left out: callbacks, which the server would call", operation.child("callbacks"))
        return Operation(
            name=_one_line(operation.text("summary") or operation.text("operationId")) or f"{method} {path}",
            description=cut(operation.text("description")),
            documentation_link=link(self._references.get(operation, "externalDocs").text("url")),
            method=method,
            path=f"{below}{written}{tail}",
            params=params,
            include_empty_params=keeps_empty,
            headers=(*self._headers, *more),
            body=body,
        )

    # --- parameters ---

    def _parameters(self, path_item: SourceNode, operation: SourceNode) -> dict[tuple[str, str], SourceNode]:
        """Return the parameters by place and name; those of the operation win over those of its path."""
        found: dict[tuple[str, str], SourceNode] = {}
        for holder in (path_item, operation):
            for node in self._references.items(self._references.get(holder, "parameters")):
                name = node.text("name")
                if name or node.text("in") == "body":
                    found[node.text("in"), name] = node
                else:
                    self._report.say("left out: a parameter without a name", node)
        return found

    def _take(self, key: tuple[str, str], node: SourceNode) -> None:
        place, name = key
        if place == "query":
            self._of_query(name, node)
        elif place == "header":
            self._of_header(name, node)
        elif place == "cookie":
            value = self._value(name, node)
            needed = node.value.get("required") is True or not value.startswith("{{")
            inner = value.strip("{}")
            self._cookies.append(f"{name}={value}" if needed else f"{{{{#{inner}}}}}{name}={value}{{{{/{inner}}}}}")
        elif place == "querystring":
            given = self._inputs.name(name)
            self._required.append(("", f"{{{{{{{given}}}}}}}"))
            self._report.say(f"the whole query is one input, {given}, and is sent as it is given", node)
        elif place not in ("path", "body", "formData"):
            shown = visible(place, limit=30) or "nowhere"
            self._report.say(f"left out: the parameter {visible(name, limit=60)} stands in {shown}", node)

    def _of_query(self, name: str, node: SourceNode) -> None:
        schema = node if self._is_old else self._references.get(node, "schema")
        kind = type_of(schema)
        needed = node.value.get("required") is True
        target = self._required if needed else self._optional
        if kind == "object" and not self._is_old:
            style, explode = node.text("style") or "form", node.value.get("explode")
            fields = list(self._references.members(self._references.get(schema, "properties")))
            if fields and (style == "deepObject" or (style == "form" and explode is not False)):
                for inner, each in fields:
                    shown = f"{name}[{inner}]" if style == "deepObject" else inner
                    self._optional.append((shown, self._template(shown, each)))
                return
            self._report.say(
                f"the parameter {visible(name, limit=60)} is an object: one input, sent as given", node
            )
        if kind == "array":
            text = "is a list: one input, sent once, as it is given"
            self._report.say(f"the parameter {visible(name, limit=60)} {text}", node)
        target.append((name, self._value(name, node) if needed else self._template(name, schema)))

    def _of_header(self, name: str, node: SourceNode) -> None:
        if name.lower() in _NOT_PARAMETERS:
            self._report.say(f"left out: the header {name} is no parameter, by the specification", node)
        elif any(name.lower() == header.lower() for header, _ in self._proof.headers):
            return
        elif not _TOKEN.match(name):
            self._report.say("left out: a header with a name that no header can have", node)
        else:
            value = self._value(name, node)
            needed = node.value.get("required") is True or not value.startswith("{{")
            if not needed:
                inner = value.strip("{}")
                value = f"{{{{#{inner}}}}}{value}{{{{/{inner}}}}}"
            self._headers.append((name, value))

    def _value(self, name: str, node: SourceNode) -> str:
        """Return the only value that a parameter can have, else its template."""
        schema = node if self._is_old else self._references.get(node, "schema")
        fixed = fixed_text(schema, name) if node.value.get("required") is True else ""
        return literal(fixed) if fixed and "\n" not in fixed else self._template(name, schema)

    def _template(self, name: str, schema: SourceNode) -> str:
        return f"{{{{{self._inputs.name(name, is_key=True)}}}}}"

    # --- path and query ---

    def _without_fragment(self, path: str, operation: SourceNode) -> str:
        path, sign, _ = clean(path).replace("\n", " ").partition("#")
        if sign:
            self._report.say("the part of the path after # is left out: it is never sent", operation)
        return path

    def _path(self, path: str) -> str:
        def one(match: re.Match[str]) -> str:
            name = match[1].strip()
            given = self._inputs.name(name.strip("+*.;"))
            return f"{{{{{{{given}}}}}}}" if name.startswith("+") else f"{{{{{given}}}}}"

        pieces, at = [], 0
        for found in _IN_PATH.finditer(path):
            pieces += [path[at : found.start()].replace("{", "%7B").replace("}", "%7D"), one(found)]
            at = found.end()
        return "".join((*pieces, path[at:].replace("{", "%7B").replace("}", "%7D")))

    def _query(self, written: str) -> tuple[Pairs, str, bool]:
        """Return the parameters, what is put behind the path, and whether empty ones are sent."""
        fixed = [tuple(map(unquote, piece.partition("=")[::2])) for piece in written.split("&") if piece]
        plain = [(name, literal(value)) for name, value in fixed]
        more = [pair for pair in self._proof.params if pair not in plain]
        needed = [*plain, *self._required]
        names = [name for name, _ in (*needed, *self._optional)]
        if not self._optional and all(names) and len({*names}) == len(names):
            return (*needed, *more), "", bool(self._required)
        # One whole parameter may be left out: those that may not stand behind the path.
        tail = "&".join(f"{percent(name)}={value}" if name else value for name, value in self._required)
        kept = dict((*plain, *self._optional, *more))
        return tuple(kept.items()), f"?{tail}" if tail else "", False

    # --- body ---

    def _body(
        self, operation: SourceNode, parameters: dict[tuple[str, str], SourceNode]
    ) -> tuple[Body | None, Pairs]:
        if not self._is_old:
            content = self._references.get(operation, "requestBody", "content")
            return self._bodies.of_content(content)
        types = self._consumed(operation)
        fields = [(name, node) for (place, name), node in parameters.items() if place == "formData"]
        whole = next((node for (place, _), node in parameters.items() if place == "body"), None)
        if fields:
            has_file = any(type_of(node) == "file" for _, node in fields)
            if has_file or (FORM not in types and "multipart/form-data" in types):
                return MultipartBody(multipart=tuple(self._bodies.part(*each) for each in self._asked(fields))), ()
            return FormBody(form=self._bodies.form_fields(self._asked(fields))), ()
        if whole is None:
            return None, ()
        kind = next((each for each in types if "json" in each.lower()), types[0] if types else "application/json")
        return self._bodies.of_type(kind, self._references.get(whole, "schema"), _old_example(whole, kind))

    def _asked(self, fields: list[tuple[str, SourceNode]]) -> list[tuple[str, SourceNode]]:
        asked = [(name, node) for name, node in fields if node.value.get("required") is True] or fields
        left = [visible(name, limit=40) for name, node in fields if (name, node) not in asked]
        if left:
            self._report.say(f"left out of the body, for they may be absent: {', '.join(left[:12])}")
        return asked

    def _consumed(self, operation: SourceNode) -> list[str]:
        own = operation.child("consumes").value
        found = own if isinstance(own, list) else self._references.root.child("consumes").value
        return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def _old_example(body: SourceNode, kind: str) -> Any:
    examples = body.value.get("x-examples") or body.value.get("x-example")
    return examples.get(kind) if isinstance(examples, dict) and kind in examples else None


def link(url: str) -> str:
    """Return an address of documentation, empty where it is none that can be opened."""
    url = url.strip()
    return url if url.lower().startswith(("http://", "https://")) and not re.search(r"[\s\ufffd]", url) else ""


def _one_line(text: str) -> str:
    return visible(" ".join(text.split()), limit=_NAME)
