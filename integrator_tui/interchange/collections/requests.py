"""A request as a foreign document says it, before its variables are resolved: text with `{{name}}` in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from integrator_tui.interchange.collections.variables import ForeignVariable

Texts = tuple[tuple[str, str], ...]
"""Names and values; a name may stand more than once."""


class ForeignRaw(NamedTuple):
    """A body that was written out; `media_type` is what the program says of it where no header does, empty for
    nothing."""

    text: str
    media_type: str


class ForeignForm(NamedTuple):
    """Fields of a form, encoded by the program that sends them."""

    fields: Texts


class ForeignPart(NamedTuple):
    """A part of a body; one of a file has the name of the file in `file`, and `text` is what stands for it."""

    name: str
    text: str
    media_type: str = ""
    file: str = ""
    is_file: bool = False


class ForeignParts(NamedTuple):
    """A body of parts (RFC 7578)."""

    parts: tuple[ForeignPart, ...]


class ForeignFile(NamedTuple):
    """A body that is the content of a file; nothing is read, so it becomes a parameter."""

    path: str
    media_type: str


ForeignBody = ForeignRaw | ForeignForm | ForeignParts | ForeignFile


@dataclass(frozen=True, slots=True)
class ForeignAuth:
    """A method in the words of all formats: `kind` with the `fields` that it has, and `extra` further parameters of
    a token request.

    none · basic: username, password · bearer: token, header, prefix · apikey: name, value, in · oauth2: grant, url,
    client_id, client_secret, client_auth (client_auth_absent where that is empty), scope, username, password,
    token.
    """

    kind: str
    fields: Mapping[str, str] = field(default_factory=dict)
    extra: Texts = ()


@dataclass(frozen=True, slots=True)
class ForeignRequest:
    """One request of a document. `wins` says whether `auth` takes the place of an Authorization header; `sets` are
    the variables that take something of its answer, as JavaScript over body and headers; `path_variables` are
    `:name` in the path; `variables` those that hold for it alone."""

    name: str
    line: int = field(compare=False)
    """Where it stands: the same request may be described at several places."""
    place: str = field(default="", compare=False)
    """The file with its line where it stands beside the document; empty for the document itself."""
    method: str = "GET"
    url: str = ""
    description: str = ""
    documentation_link: str = ""
    headers: Texts = ()
    query: Texts = ()
    body: ForeignBody | None = None
    auth: ForeignAuth | None = None
    wins: bool = True
    sets: Mapping[str, str] = field(default_factory=dict)
    path_variables: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, ForeignVariable] = field(default_factory=dict)
    follow_redirect: bool = True
    verify: bool = True
    streams: bool = False

    @property
    def about(self) -> str:
        """What lines of the report about it begin with."""
        return self.place or self.name


class ForeignDocument(NamedTuple):
    """A document as one format gives it: its title and what it says of itself, requests in their order, and the
    variables of the whole of it."""

    title: str
    requests: tuple[ForeignRequest, ...]
    variables: Mapping[str, ForeignVariable]
    description: str = ""
