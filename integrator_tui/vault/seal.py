"""The digest of the plain fields that decide where and how a secret is sent.

Rules: it covers every field of the connection but name, description, documentation_link, tags, kinetic, the names
of the secrets and the path of the file it extends, whose values it covers as its own; of an operation all but
description, documentation_link and kinetic, its name included, by which it is called. Values count, not their text
in the file, and only where they differ from their default, so that a field added later leaves old seals whole. Of
files it covers the content. `type` and `kind`, which say what a value is, always count.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from integrator_tui.model.connection import Connection, Frozen, Operation

VERSION: Final = "integrator-seal-v1"

_FREE: Final[dict[type[Frozen], frozenset[str]]] = {
    Connection: frozenset({"name", "description", "documentation_link", "tags", "secrets", "extends", "kinetic"}),
    Operation: frozenset({"description", "documentation_link", "kinetic"}),
}
_ALWAYS: Final = frozenset({"type", "kind"})


def digest(
    connection: Connection,
    ca_cert_file_content: bytes | None = None,
    client_cert_file_content: bytes | None = None,
) -> str:
    """Return SHA-256, in hexadecimal, over the canonical JSON of what the secrets are bound to.

    The contents are those of `ca_cert_file` and `options.client_cert_file`, None where the file cannot be
    read or none is named.
    """
    contents = (ca_cert_file_content, client_cert_file_content)
    files = [None if content is None else hashlib.sha256(content).hexdigest() for content in contents]
    bound = [VERSION, canonical(connection), files]
    text = json.dumps(bound, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value: Any) -> Any:
    """Return a model value as JSON values, its free fields and its defaults left out."""
    if isinstance(value, Frozen):
        free = _FREE.get(type(value), frozenset())
        return {
            name: canonical(getattr(value, name))
            for name, field in type(value).model_fields.items()
            if name not in free and (name in _ALWAYS or getattr(value, name) != field.default)
        }
    if isinstance(value, tuple):
        return [canonical(item) for item in value]
    return value
