"""Reading: what a document says as a Connection, with every problem at once.

Rules: a scalar where text is wanted is its source text (`0123`); null counts as absent; an unknown key is a
problem that names the nearest known one; what cannot be read has its default and its problem, so that the
rest can be shown and mended. No message holds a value below `secrets`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from integrator_tui.model.entry import EntryState
from integrator_tui.model.problem import Problem
from integrator_tui.model.text import visible
from integrator_tui.store.document import Document
from integrator_tui.store.node import Mapping, Node, Scalar, Sequence, is_absent
from integrator_tui.store.scalar import ENCRYPTED, boolean, number

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection

AUTH_TYPES: Final = ("none", "basic", "http_bearer_token", "raw_bearer_token", "oauth2")
SEAL: Final = "_seal"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list shows of a file."""

    name: str
    auth: str
    base_url: str
    tags: tuple[str, ...]
    state: EntryState
    has_secrets: bool


def summary(document: Document, stem: str) -> Summary:
    """Return what a list shows of a file; `stem` is its name where it says none. Needs no connection model."""
    root = document.mapping
    name = _plain_text(root, "name") or stem
    auth = root.get("auth") if root else None
    method = _plain_text(auth, "type") if isinstance(auth, Mapping) else ""
    tags = root.get("tags") if root else None
    names = (
        tuple(item.text for item in tags.items if isinstance(item, Scalar)) if isinstance(tags, Sequence) else ()
    )
    secrets = secret_texts(document)
    state: EntryState = "ok"
    if any(problem.is_error for problem in document.problems) or root is None:
        state = "problem"
    elif any(text and not text.startswith(ENCRYPTED) for text in secrets.values()):
        state = "unsealed"
    shown = method if method in AUTH_TYPES else "none"
    return Summary(name, shown, _plain_text(root, "base_url"), names, state, bool(secrets))


def secret_texts(document: Document) -> dict[str, str]:
    """Return the text of every secret as it stands in the file, encrypted or not, `_seal` and nulls left out."""
    section = document.find(("secrets",))
    if not isinstance(section, Mapping):
        return {}
    return {
        member.key.text: member.value.text
        for member in section.members
        if isinstance(member.value, Scalar) and not member.value.is_null and member.key.text != SEAL
    }


def read(document: Document, stem: str) -> tuple[Connection | None, tuple[Problem, ...]]:
    """Return the Connection that a document says, None where it is no mapping, and everything wrong with it."""
    root = document.mapping
    if root is None:
        return None, document.problems
    from integrator_tui.model.rules import problems as judged

    reader = _Reader(document)
    connection = reader.connection(root)
    found = [*document.problems, *reader.problems]
    told = {problem.field for problem in found}
    for problem in judged(connection):
        if problem.field not in told:
            found.append(replace(problem, line=document.line(document.path(problem.field))))
    return connection, tuple(sorted(found, key=lambda problem: problem.line or 0))


def _plain_text(node: Node | None, key: str) -> str:
    value = node.get(key) if isinstance(node, Mapping) else None
    return value.text if isinstance(value, Scalar) and not value.is_null else ""


Read = Callable[[Node, str], Any]


class _Reader:
    """Reads nodes of one document by what is wanted at their place, and collects what is wrong."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.problems: list[Problem] = []

    # --- what is wanted ---

    def text(self, node: Node, field: str) -> Any:
        if isinstance(node, Scalar):
            return node.text
        self._wrong(node, field, "is text", "write one value, in quotes where it has special characters")
        return None

    def boolean(self, node: Node, field: str) -> Any:
        value = boolean(node) if isinstance(node, Scalar) else None
        if value is None:
            self._wrong(node, field, "is true or false", "write true or false, without quotes")
        return value

    def seconds(self, node: Node, field: str) -> Any:
        value = number(node) if isinstance(node, Scalar) else None
        if value is None:
            self._wrong(node, field, "is a number of seconds", "write a number, for example 5")
        return value

    def texts(self, node: Node, field: str) -> Any:
        if not isinstance(node, Sequence):
            self._wrong(node, field, "is a list", "write [one, two]")
            return None
        read = (self.text(item, f"{field}.{n}") for n, item in enumerate(node.items) if not is_absent(item))
        return tuple(text for text in read if text is not None)

    def pairs(self, node: Node, field: str) -> Any:
        if not isinstance(node, Mapping):
            self._wrong(node, field, "is a map of names to values", "write one line for each: name: value")
            return None
        found = []
        for member in node.members:
            if not is_absent(member.value):
                value = self.text(member.value, f"{field}.{member.key.text}")
                found.append((member.key.text, "" if value is None else value))
        return tuple(found)

    def keys(self, node: Node, field: str, known: Map[str, Read]) -> dict[str, Any] | None:
        """Read a mapping of known keys; absent ones and those with a wrong value are left out."""
        if not isinstance(node, Mapping):
            self._wrong(node, field, "is a map of keys", "write its keys below it, indented")
            return None
        values: dict[str, Any] = {}
        for key, value in node.members:
            path = f"{field}.{key.text}" if field else key.text
            if key.text not in known:
                self._unknown(key, path, known)
            elif not is_absent(value) and key.text not in values:
                read = known[key.text](value, path)
                if read is not None:
                    values[key.text] = read
        return values

    # --- the parts of a connection ---

    def connection(self, root: Mapping) -> Connection:
        from integrator_tui.model import connection as model

        text = self.text
        known: dict[str, Read] = {
            "name": text,
            "type": text,
            "description": text,
            "documentation_link": text,
            "base_url": text,
            "test_path": text,
            "ca_cert": text,
            "ca_cert_file": text,
            "tags": self.texts,
            "auth": self._auth,
            "operations": self._operations,
            "options": self._options,
            "secrets": self._secrets,
            "sops": lambda node, field: None,
        }
        return model.Connection(**(self.keys(root, "", known) or {}))

    def _auth(self, node: Node, field: str) -> Any:
        from integrator_tui.model import connection as model

        if not isinstance(node, Mapping):
            self._wrong(node, field, "is a map that begins with its type", "write {type: none}")
            return None
        kind = _plain_text(node, "type") or "none"
        made = model.AUTH_TYPES.get(kind)
        if made is None:
            near = difflib.get_close_matches(kind, AUTH_TYPES, 1)
            hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(AUTH_TYPES)}"
            line = self._document.line(self._document.path(f"{field}.type"))
            self.problems.append(
                Problem(f"{field}.type", f"{visible(kind, limit=60)} is no authentication method", hint, line)
            )
            return None
        readers: dict[str, Read] = {
            "request": self._request,
            "token_connection": self._token_connection,
            "client_auth": self._client_auth,
        }
        known = {name: readers.get(name, self.text) for name in made.model_fields}
        return made(**(self.keys(node, field, known) or {}))

    def _client_auth(self, node: Node, field: str) -> Any:
        value = self.text(node, field)
        if value is None or value in ("basic_auth", "www_form_urlencoded"):
            return value
        self._wrong(node, field, "is basic_auth or www_form_urlencoded", "write one of the two")
        return None

    def _token_connection(self, node: Node, field: str) -> Any:
        from integrator_tui.model.connection import TokenConnection

        values = self.keys(node, field, {"base_url": self.text, "ca_cert": self.text})
        return None if values is None else TokenConnection(**values)

    @property
    def _request_keys(self) -> dict[str, Read]:
        return {
            "method": self.text,
            "path": self.text,
            "params": self.pairs,
            "headers": self.pairs,
            "body": self._body,
            "follow_redirect": self.boolean,
            "stream_response": self.boolean,
        }

    def _request(self, node: Node, field: str) -> Any:
        from integrator_tui.model.connection import Request

        values = self.keys(node, field, self._request_keys)
        return None if values is None else Request(**values)

    def _body(self, node: Node, field: str) -> Any:
        from integrator_tui.model.connection import FormBody, MultipartBody, RawBody

        values = self.keys(node, field, {"form": self.pairs, "raw": self.text, "multipart": self._parts})
        if not values:
            return None
        if len(values) > 1:
            self._wrong(node, field, f"is one of {', '.join(values)}, not several", "keep one of them")
        if "form" in values:
            return FormBody(form=values["form"])
        return RawBody(raw=values["raw"]) if "raw" in values else MultipartBody(multipart=values["multipart"])

    def _parts(self, node: Node, field: str) -> Any:
        from integrator_tui.model.connection import Part

        known = dict.fromkeys(("name", "content", "content_type", "file_name"), self.text)
        return self._list(node, field, lambda item, path: self._made(Part, self.keys(item, path, known)))

    def _operations(self, node: Node, field: str) -> Any:
        from integrator_tui.model.connection import Operation

        known = {
            "name": self.text,
            "description": self.text,
            "documentation_link": self.text,
            **self._request_keys,
            "outputs": self._outputs,
        }
        return self._list(node, field, lambda item, path: self._made(Operation, self.keys(item, path, known)))

    def _outputs(self, node: Node, field: str) -> Any:
        from integrator_tui.model.connection import Output

        if not isinstance(node, Mapping):
            self._wrong(node, field, "is a map of names to expressions", "write Name: {value: expression}")
            return None
        found = []
        for key, value in node.members:
            path = f"{field}.{key.text}"
            if isinstance(value, Scalar):
                self._wrong(
                    value, path, "is a map with a value", f"write {{value: {visible(value.text, limit=60)}}}"
                )
                continue
            values = self.keys(value, path, {"value": self.text, "children": self.pairs})
            if values is not None:
                found.append(Output(name=key.text, **values))
        return tuple(found)

    def _options(self, node: Node, field: str) -> Any:
        from integrator_tui.model.connection import Options

        known = {
            "timeout": self._timeout,
            "proxy": self.text,
            "verify": self.boolean,
            "client_cert_file": self.text,
            "follow_redirect": self.boolean,
            "stream_response": self.boolean,
        }
        return self._made(Options, self.keys(node, field, known))

    def _timeout(self, node: Node, field: str) -> Any:
        from integrator_tui.model.connection import Timeout

        return self._made(Timeout, self.keys(node, field, {"connect": self.seconds, "read": self.seconds}))

    def _secrets(self, node: Node, field: str) -> Any:
        if not isinstance(node, Mapping):
            self._wrong(node, field, "is a map of names to values", "write one line for each: name: value")
            return None
        names = []
        for key, value in node.members:
            if not isinstance(value, Scalar):
                self._wrong(
                    value, f"{field}.{key.text}", "is one value", "a secret is text, without keys of its own"
                )
            elif not value.is_null and key.text != SEAL:
                names.append(key.text)
        return tuple(names)

    # --- what is wrong ---

    def _list(self, node: Node, field: str, read: Read) -> Any:
        if not isinstance(node, Sequence):
            self._wrong(node, field, "is a list", "write one item for each, beginning with a dash")
            return None
        items = (read(item, f"{field}.{n}") for n, item in enumerate(node.items) if not is_absent(item))
        return tuple(item for item in items if item is not None)

    def _made(self, made: Callable[..., Any], values: dict[str, Any] | None) -> Any:
        return None if values is None else made(**values)

    def _wrong(self, node: Node, field: str, message: str, hint: str) -> None:
        key = field.rpartition(".")[2]
        self.problems.append(Problem(field, f"{visible(key, limit=60)} {message}", hint, node.line))

    def _unknown(self, key: Scalar, field: str, known: Map[str, Read]) -> None:
        near = difflib.get_close_matches(key.text, known, 1)
        hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(known))}"
        message = f"unknown key {visible(key.text, limit=60)}"
        self.problems.append(Problem(field, message, hint, key.line))
