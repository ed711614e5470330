"""The outline of what a seal binds: which fields there were, and a mark of what each said.

It stands in the seal behind the digest, so that a broken seal tells which fields differ, on any machine and
without a history. It decides nothing: the digest does. A field is a key at the top, or one below `auth`, `options`
and `test`; its mark is 96 bits, 16 of them of its name and 80 of its value, so that nobody finds another value
that would pass as unchanged.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from integrator_tui.model.connection import Connection
from integrator_tui.vault.seal import canonical

_NAME: Final = 2
_VALUE: Final = 10
_OPENED: Final = ("auth", "options", "test")
_SEPARATOR: Final = ":"


@dataclass(frozen=True, slots=True)
class Differences:
    """Which fields say something else than what was sealed, or are new; and which are gone, by name where that is
    a known one."""

    changed: frozenset[str]
    gone: tuple[str, ...]

    def touches(self, field: str) -> bool:
        """Return whether a dotted field, or the one it is part of, differs."""
        return any(field == name or field.startswith((f"{name}.", f"{name}[")) for name in self.changed)


def with_outline(digest: str, connection: Connection, contents: Iterable[bytes | None]) -> str:
    """Return a digest with the outline of the same fields, as `Vault` takes it."""
    marks = (_mark(name, value) for name, value in _fields(connection, contents).items())
    return f"{digest}{_SEPARATOR}{base64.b64encode(b''.join(marks)).decode()}"


def differences(
    outline: str, connection: Connection, contents: Iterable[bytes | None], known: Iterable[str]
) -> Differences | None:
    """Return how a connection differs from what an outline says; None where it says nothing.

    `known` are names that a field may have had which is not there any more.
    """
    try:
        marks = base64.b64decode(outline, validate=True)
    except ValueError:
        return None
    size = _NAME + _VALUE
    if not marks or len(marks) % size:
        return None
    sealed = {marks[start : start + size] for start in range(0, len(marks), size)}
    fields = _fields(connection, contents)
    changed = frozenset(name for name, value in fields.items() if _mark(name, value) not in sealed)
    present = {_mark(name, None)[:_NAME] for name in fields}
    names = {_mark(name, None)[:_NAME]: name for name in known}
    gone = (names.get(mark[:_NAME], "a field") for mark in sealed if mark[:_NAME] not in present)
    return Differences(changed, tuple(sorted(gone)))


def _fields(connection: Connection, contents: Iterable[bytes | None]) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for name, value in canonical(connection).items():
        if name in _OPENED and isinstance(value, dict):
            found.update({f"{name}.{inner}": item for inner, item in value.items()})
        else:
            found[name] = value
    for name, content in zip(("ca_cert_file", "options.client_cert_file"), contents, strict=True):
        if content is not None:
            found[name] = [found.get(name), hashlib.sha256(content).hexdigest()]
    return found


def _mark(name: str, value: Any) -> bytes:
    text = json.dumps([name, value], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(name.encode()).digest()[:_NAME] + hashlib.sha256(text.encode()).digest()[:_VALUE]
