"""An export of Integrator as connections, with a line for each change and loss.

Rules: what Integrator has and this program does not use is kept under `kinetic`; another type of connection is kept
as it is; placeholders of export scripts count as unset; what looks like a secret becomes one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from integrator_tui.errors import UsageError
from integrator_tui.interchange.imported import Remark
from integrator_tui.interchange.kinetic.auth import METHOD_NAMES, auth_of
from integrator_tui.interchange.kinetic.document import Item, Items, items, numbered_items
from integrator_tui.interchange.kinetic.operations import operation_of, unknown_of
from integrator_tui.interchange.kinetic.secrets import SecretsFound, names_in, texts_in
from integrator_tui.interchange.kinetic.values import is_set, object_of, text_of
from integrator_tui.model.connection import WELL_KNOWN_SECRETS, Connection, Operation
from integrator_tui.model.kept import kept
from integrator_tui.model.secret import Secret
from integrator_tui.model.text import visible

_KEYS: Final = {"id", "type", "name", "description", "documentationLink", "config", "secrets", "operations"}
_CONFIG_KEYS: Final = {"configType", "baseUrl", "testPath", "caCert", "auth"}
_OWN: Final = frozenset({"_seal"})
"""Names below `secrets` that are this program's."""


@dataclass(frozen=True, slots=True)
class KineticConnection:
    """A connection of an export; its `base_url` is empty where it is not known.

    `secrets` have values, `declared` ones have none. `has_operations` is false where the document says nothing of
    them. One of another type has no operations here, and `other` is all that was said of it.
    """

    connection: Connection
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    declared: tuple[str, ...] = ()
    line: int = 1
    has_operations: bool = True
    other: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class KineticExport:
    """What an export holds: connections, and operations by the id of a connection that it does not hold."""

    connections: tuple[KineticConnection, ...]
    loose: Mapping[str, tuple[Operation, ...]]
    loose_secrets: Mapping[str, Mapping[str, Secret]]
    remarks: tuple[Remark, ...]


def read(text: str) -> KineticExport:
    """Return what an export holds. Raises UsageError, with the place, where it is none or is broken."""
    return _read(items(text))


def read_values(values: Sequence[Mapping[str, Any]]) -> KineticExport:
    """Return connections, with their operations, that a server gave as JSON; the number of each, from 1, stands for
    its line. Raises UsageError, with the place, where one is broken."""
    return _read(numbered_items(values)) if values else KineticExport((), {}, {}, ())


def _read(found: Items) -> KineticExport:
    remarks = list[Remark]()
    connections = []
    for item, operations in found.connections:
        connections.append(_connection(item, operations, remarks))
    loose: dict[str, list[Operation]] = {}
    secrets: dict[str, dict[str, Secret]] = {}
    by_id: dict[str, SecretsFound] = {}
    for item in found.operations:
        owner = text_of(item.values, "connectionId", item.place)
        if not owner:
            message = f"line {item.line}: {item.place}: an operation without connectionId belongs to no connection"
            raise UsageError(message, "export the connection with its operations")
        kept_secrets = by_id.setdefault(owner, SecretsFound(partial(_names_in, [dict(item.values)])))
        name = visible(text_of(item.values, "name", item.place), limit=80)
        told = _teller(remarks, item.line, f"operation {name}: ")
        loose.setdefault(owner, []).append(operation_of(item, kept_secrets, told))
        secrets[owner] = kept_secrets.values
    return KineticExport(
        tuple(connections), {key: tuple(each) for key, each in loose.items()}, secrets, tuple(remarks)
    )


def _teller(remarks: list[Remark], line: int, before: str) -> Callable[[str], None]:
    return lambda text: remarks.append(Remark(line, f"{before}{text}"))


def _connection(item: Item, operations: list[Item] | None, remarks: list[Remark]) -> KineticConnection:
    values, place = item.values, item.place
    name = text_of(values, "name", place)
    if not name.strip():
        raise UsageError(f"line {item.line}: {place}.name: a connection needs a name", "nothing was written")
    shown = visible(name, limit=80)
    told = _teller(remarks, item.line, f"{shown}: ")
    config = object_of(values, "config", place)
    kind = _kind(values, config, place)
    if kind != "http":
        return _other(item, operations, kind, name, told)
    method = object_of(config, "auth", f"{place}.config")
    own = WELL_KNOWN_SECRETS.get(METHOD_NAMES.get(str(method.get("authType")), ""), "")
    renamed = _renamed_secrets(values, place, own, told)
    secrets = _declared(item, operations, own, renamed)
    if renamed:
        config, operations = _with_names(config, renamed), _items_with_names(operations, renamed)
        method = object_of(config, "auth", f"{place}.config")
    auth, token_body = auth_of(method, f"{place}.config.auth", secrets, told)
    test_path = secrets.address(text_of(config, "testPath", f"{place}.config"), told)
    read_operations = tuple(
        operation_of(each, secrets, _teller(remarks, each.line, f"{shown}, operation {_name(each)}: "))
        for each in operations or ()
    )
    url = text_of(config, "baseUrl", f"{place}.config")
    notes = _kept(values, config, renamed, told)
    if token_body:
        notes["token_empty_body"] = token_body
    connection = Connection(
        name=name,
        description=text_of(values, "description", place),
        documentation_link=text_of(values, "documentationLink", place),
        base_url=url if is_set(url) else "",
        test_path=test_path,
        ca_cert=text_of(config, "caCert", f"{place}.config") or None,
        auth=auth,
        operations=read_operations,
        kinetic=kept(notes),
        secrets=tuple(secrets.values),
    )
    declared = tuple(each for each in secrets.declared if each not in secrets.values)
    return KineticConnection(connection, secrets.values, declared, item.line, operations is not None)


def _declared(item: Item, operations: list[Item] | None, own: str, renamed: Mapping[str, str]) -> SecretsFound:
    """Return the secrets that a connection declares, by the names that they have here."""
    whole = [item.values, *(each.values for each in operations or ())]
    secrets = SecretsFound(partial(_names_in, whole), own)
    found = object_of(item.values, "secrets", item.place)
    for name in sorted(found):
        secrets.keep(renamed.get(name, name), text_of(found, name, f"{item.place}.secrets"))
    return secrets


def _names_in(values: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the names that the templates in JSON values ask for."""
    return {name for each in values for name in names_in(texts_in(dict(each)))}


def _name(item: Item) -> str:
    return visible(str(item.values.get("name") or item.values.get("id") or item.place), limit=80)


def _kind(values: Mapping[str, Any], config: Mapping[str, Any], place: str) -> str:
    kind = text_of(values, "type", place) or text_of(config, "configType", f"{place}.config") or "http"
    inner = text_of(config, "configType", f"{place}.config")
    return "invalid" if inner == "invalid" else "http" if kind.lower() == "http" else kind


def _renamed_secrets(
    values: Mapping[str, Any], place: str, own: str, told: Callable[[str], None]
) -> dict[str, str]:
    """Return new names for the secrets whose own one the method has taken, or this program."""
    names = object_of(values, "secrets", place)
    found: dict[str, str] = {}
    for name in names:
        if name == own or name in _OWN:
            number = 2
            while f"{name}_{number}" in names:
                number += 1
            found[name] = f"{name}_{number}"
            told(
                f"the secret {name} is named {found[name]} here: the method of authentication has one of that name"
            )
    return found


def _with_names(value: Any, names: Mapping[str, str]) -> Any:
    """Return a JSON value whose templates call secrets by their new names."""
    if isinstance(value, dict):
        return {key: _with_names(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_names(each, names) for each in value]
    if isinstance(value, str):
        for old, new in names.items():
            value = re.sub(rf"(\{{\{{\{{?[#^/&]?\s*){re.escape(old)}(\s*\}}\}})", rf"\g<1>{new}\g<2>", value)
    return value


def _items_with_names(operations: list[Item] | None, names: Mapping[str, str]) -> list[Item] | None:
    if operations is None:
        return None
    return [Item(_with_names(dict(each.values), names), each.place, each.line) for each in operations]


def _kept(
    values: Mapping[str, Any], config: Mapping[str, Any], renamed: Mapping[str, str], told: Callable[[str], None]
) -> dict[str, Any]:
    """Return what Integrator has of a connection and this program only keeps."""
    notes: dict[str, Any] = {"id": values["id"]} if isinstance(values.get("id"), str) and values["id"] else {}
    if renamed:
        notes["secret_names"] = {new: old for old, new in renamed.items()}
    unknown = unknown_of(values, _KEYS, told)
    if more := unknown_of(config, _CONFIG_KEYS, told):
        unknown["config"] = more
    return notes | ({"unknown": unknown} if unknown else {})


def _other(
    item: Item, operations: list[Item] | None, kind: str, name: str, told: Callable[[str], None]
) -> KineticConnection:
    """Return a connection of another type, whose secrets are left out: nobody here could keep them safe."""
    other = unknown_of(item.values, set(), told)
    other.pop("operations", None)
    if isinstance(other.get("secrets"), dict):
        other["secrets"] = dict.fromkeys(other["secrets"])
    if operations is not None:
        other["operations"] = [unknown_of(each.values, set(), told) for each in operations]
    told(f"connections of type {visible(kind, limit=40)} cannot be opened here: it is kept as it is")
    connection = Connection(name=name, type=kind, kinetic=kept({"id": other.get("id")} if other.get("id") else {}))
    return KineticConnection(connection, line=item.line, has_operations=operations is not None, other=other)
