"""Preview: the requests that would be sent, secrets masked, and where each of their values came from.

Rules: nothing in it is a secret, nor was one opened for it: the mask stands for every secret, and for whatever
follows from one (a Basic header, a token, the length of a body). All else is what would be sent, to the byte.
"""

from __future__ import annotations

from typing import Any, Literal

from integrator_tui.model.named_tuple import NamedTuple

RequestKind = Literal["token", "test", "operation", "request"]

TITLES: dict[RequestKind, str] = {
    "token": "token request, where no token is held",
    "test": "test request",
    "operation": "operation",
    "request": "request",
}


class SentValue(NamedTuple):
    """One value of a request: its `place` in it, its `text` as it was filled in, masked, and its `source`: keys of
    the file, parameters, names of secrets, or how it is computed."""

    place: str
    text: str
    source: str


class RequestPreview(NamedTuple):
    """One request. `target` is what stands behind the method, `url` the whole address.

    `body` is None where it is no text; `size` is its length in bytes, None where a secret decides it. `notes` are
    what else is to be known of it.
    """

    kind: RequestKind
    method: str
    target: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = ""
    size: int | None = 0
    values: tuple[SentValue, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def head(self) -> tuple[str, ...]:
        """The request line and the headers, as they would be sent."""
        line = f"{self.method} {self.target} HTTP/1.1"
        return (line, *(f"{name}: {value}".rstrip() for name, value in self.headers))

    @property
    def shown_body(self) -> str:
        """The body, or what is said in the place of one that is no text."""
        if self.body is not None:
            return self.body
        return f"({self.size:,} bytes that are no text)" if self.size is not None else "(bytes that are no text)"

    @property
    def text(self) -> str:
        """The request line, the headers, an empty line and the body."""
        return "\n".join((*self.head, "", self.shown_body)) if self.shown_body else "\n".join((*self.head, ""))

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "method": self.method,
            "url": self.url,
            "headers": [list(pair) for pair in self.headers],
            "body": self.body,
            "bytes": self.size,
            "values": [value._asdict() for value in self.values],
            "notes": list(self.notes),
        }


class Preview(NamedTuple):
    """What one connection would send, in its order: a token request first where the method fetches one.

    `refused` says that nothing of it is sent as the file is, because its seal is known to be broken.
    """

    name: str
    file: str | None
    requests: tuple[RequestPreview, ...] = ()
    refused: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": 1,
            "name": self.name,
            "file": self.file,
            "requests": [request.to_json() for request in self.requests],
            "refused": self.refused,
            "failure": None,
        }
