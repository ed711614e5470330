"""Sources: where the value of a secret lies that no file holds, as a connection names it.

`env:NAME` is a variable, `file:PATH` a file by its absolute path, `SOURCE:PATH#KEY` what a command of the user's
own settings prints; `#KEY` may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from integrator_tui.errors import UsageError
from integrator_tui.model.connection import Connection, HttpBearerTokenAuth, OAuth2Auth
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.pattern import pattern
from integrator_tui.model.problem import Problem
from integrator_tui.model.url import PORTS, origin

VARIABLE: Final = "env"
FILE: Final = "file"

_VARIABLE_NAME: Final = pattern(r"[A-Za-z_][A-Za-z0-9_]*\Z", re.ASCII)
_SOURCE_NAME: Final = pattern(r"[A-Za-z][A-Za-z0-9_-]*\Z", re.ASCII)
_CONTROL: Final = pattern(r"[\x00-\x1f\x7f]")


class SourceReference(NamedTuple):
    """One reference: the `kind` before its colon, and what stands behind it."""

    kind: str
    rest: str

    @property
    def text(self) -> str:
        """The reference as it is written."""
        return f"{self.kind}:{self.rest}"

    @property
    def path(self) -> str:
        """What a command is asked for."""
        return self.rest.partition("#")[0]

    @property
    def key(self) -> str:
        """What a command is to pick of it, empty where nothing is said."""
        return self.rest.partition("#")[2]


def reference(text: str) -> SourceReference:
    """Return a reference as it can be looked up. Raises UsageError where it is none."""
    kind, colon, rest = text.partition(":")
    found = SourceReference(kind, rest)
    if not colon or not rest or not _SOURCE_NAME.match(kind):
        raise UsageError("this is no source", "write env:NAME, file:/PATH or SOURCE:PATH#KEY")
    if _CONTROL.search(rest):
        raise UsageError("the source holds a control character", "write it on one line")
    if kind == VARIABLE and not _VARIABLE_NAME.match(rest):
        raise UsageError("this is no name of a variable", "letters, digits and _, as in env:ORDERS_SECRET")
    if kind == FILE and not rest.startswith("/"):
        raise UsageError(
            "the path of a file is absolute here", "write file:/run/secrets/orders; ~ and $ mean nothing"
        )
    if kind not in (VARIABLE, FILE) and (not found.path or found.path.startswith("-") or found.key.startswith("-")):
        raise UsageError("what a command is asked for cannot be empty or begin with -", "write SOURCE:PATH#KEY")
    return found


def source_problems(connection: Connection) -> Iterator[Problem]:
    """Yield what is wrong with the sources that a connection names."""
    seen: set[str] = set()
    for name, text in connection.secrets_from:
        field = f"secrets_from.{name}"
        if not name.strip():
            yield Problem("secrets_from", "a source has no name", "the name is that of the secret")
        elif name in connection.secrets:
            yield Problem(field, "a value of this name stands below secrets too", "keep one of the two")
        elif name in seen:
            yield Problem(field, "another source has this name", "names of secrets are unique")
        seen.add(name)
        try:
            reference(text)
        except UsageError as error:
            yield Problem(field, error.message, error.hint)


def origins(connection: Connection) -> tuple[str, ...]:
    """Return where the secrets of a connection may go: the origins (RFC 6454) of its base URL and of its token
    request, written as in a browser's address line, and of the proxy that the file names, which may read what goes
    through it. Raises UsageError for a URL that has none."""
    auth = connection.auth
    urls = [connection.base_url]
    if isinstance(auth, OAuth2Auth):
        urls.append(auth.access_token_url)
    elif isinstance(auth, HttpBearerTokenAuth) and auth.token_connection is not None:
        urls.append(auth.token_connection.base_url)
    if connection.options.proxy:
        urls.append(connection.options.proxy)
    return tuple(dict.fromkeys(map(origin_text, urls)))


def origin_text(url: str) -> str:
    """Return the origin of an address as text, its port left out where it is the usual one."""
    scheme, host, port = origin(url)
    written = f"[{host}]" if ":" in host else host
    return f"{scheme}://{written}" if PORTS.get(scheme) == port else f"{scheme}://{written}:{port}"
