"""JSON values of an export as texts and pairs; absent, null and `{}` are alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from integrator_tui.errors import UsageError
from integrator_tui.interchange.kinetic.document import said
from integrator_tui.model.connection import Pairs

PLACEHOLDERS: Final = frozenset({"changeit", "https://update.me", "https://update.me/", "http://update.me"})
"""What export scripts of Integrator's users write where a value was taken out."""

SERVER_KEYS: Final = frozenset(
    {"insertedAt", "updatedAt", "lockVersion", "status", "connectionId", "connectionName"}
)
"""Keys that a server adds, or that say what stands around; they are no part of a connection or an operation."""


def text_of(values: Mapping[str, Any], key: str, place: str) -> str:
    """Return a value as text, empty where there is none; raises UsageError where it is a list or an object."""
    value = values.get(key)
    if value is None or value == {}:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    raise UsageError(f"{place}.{key}: text is wanted here, not {said(value)}", "export it once more")


def object_of(values: Mapping[str, Any], key: str, place: str) -> Mapping[str, Any]:
    """Return an object, empty where there is none; raises UsageError where it is something else."""
    value = values.get(key)
    if value is None or value == []:
        return {}
    if isinstance(value, dict):
        return value
    raise UsageError(f"{place}.{key}: an object is wanted here, not {said(value)}", "export it once more")


def pairs_of(values: Mapping[str, Any], key: str, place: str, *, repeats: bool = False) -> Pairs:
    """Return names and texts; where a name `repeats`, its value may be a list."""
    found = object_of(values, key, place)
    pairs: list[tuple[str, str]] = []
    for name, value in found.items():
        if repeats and isinstance(value, list):
            pairs += [(name, text_of({name: each}, name, f"{place}.{key}")) for each in value]
        else:
            pairs.append((name, text_of(found, name, f"{place}.{key}")))
    # A map has no order, and exports of the same connection have another one each time.
    return tuple(sorted(pairs, key=lambda pair: pair[0]))


def flag_of(values: Mapping[str, Any], key: str, place: str) -> bool:
    """Return true or false, false where there is nothing; raises UsageError for anything else."""
    value = values.get(key)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise UsageError(f"{place}.{key}: true or false is wanted here, not {said(value)}", "export it once more")


def is_set(text: str) -> bool:
    """Return whether a text is a value, and no stand-in for one that was taken out."""
    return bool(text) and text.strip() not in PLACEHOLDERS
