"""What a file says now, field by field, for whoever is asked to seal its secrets to it."""

from __future__ import annotations

from typing import Final

from integrator_tui.model.connection import (
    AUTH_TYPES,
    Connection,
    Options,
    Passing,
)
from integrator_tui.model.user_info import masked_user_info
from integrator_tui.vault.seal import canonical

_LISTED: Final = (".status", ".accept")
"""Fields that are a list of words, which no pair of name and value is."""


def review(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Return the plain fields that a seal binds, as the connection says them now: dotted names and values.

    A password that stands in an address is masked.
    """
    return tuple(_flat("", canonical(connection)))


def field_names() -> tuple[str, ...]:
    """Return the fields a connection may have, those of every method and of the options by their dotted names."""
    inner = {f"auth.{name}" for method in AUTH_TYPES.values() for name in method.model_fields}
    options = (f"options.{name}" for name in Options.model_fields)
    return (*Connection.model_fields, *sorted(inner), *options, *(f"test.{name}" for name in Passing.model_fields))


def _flat(prefix: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        found = [_flat(f"{prefix}.{key}" if prefix else str(key), item) for key, item in value.items()]
    elif prefix.endswith(_LISTED):
        assert isinstance(value, list)
        return [(prefix, ", ".join(map(str, value)))]
    elif _is_pair(value):
        assert isinstance(value, list)
        return [(f"{prefix}.{value[0]}", str(value[1]))]
    elif isinstance(value, list):
        found = [_flat(prefix if _is_pair(item) else f"{prefix}[{n}]", item) for n, item in enumerate(value)]
    else:
        return [(prefix, masked_user_info(value) if isinstance(value, str) else str(value))]
    return [pair for pairs in found for pair in pairs]


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(item, str) for item in value)
