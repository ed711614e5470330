"""SecretParts: which parts of a request hold a secret, so that a redirect knows what may not leave its origin.

Rules: it travels in the request's `extensions`, so that whoever changes a request keeps it along.
"""

from __future__ import annotations

from typing import Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.secret import Secret

_KEY: Final = "integrator_tui.carried"


class SecretParts(NamedTuple):
    """`headers` are the lower-case names of headers that hold a secret, `body` whether the body does; `parameter`
    is the query parameter that proves who asks, by name and value."""

    headers: frozenset[str] = frozenset()
    body: bool = False
    parameter: tuple[str, Secret] | None = None

    def with_header(self, name: str) -> SecretParts:
        """Return this with one more header."""
        return self._replace(headers=self.headers | {name.lower()})

    def extension(self) -> dict[str, object]:
        """Return what an `httpx.Request` takes as its `extensions`."""
        return {_KEY: self}


def secret_parts(request: httpx.Request) -> SecretParts:
    """Return what `request` carries; nothing where nobody said."""
    found = request.extensions.get(_KEY)
    return found if isinstance(found, SecretParts) else SecretParts()
