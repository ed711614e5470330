"""Changing a Draft: every edit of the form is a function from one frozen value to the next."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from integrator_tui.model.connection import (
    AUTH_TYPES,
    WELL_KNOWN_SECRETS,
    Connection,
    Frozen,
    TokenConnection,
)
from integrator_tui.model.entry import Draft
from integrator_tui.model.parameters import names_used
from integrator_tui.model.secret import Secret
from integrator_tui.model.user_info import masked_user_info

_ABSENT: dict[str, type[Frozen]] = {"token_connection": TokenConnection}
"""Parts that are None until something in them is edited."""


def value_at(value: Any, path: str) -> Any:
    """Return what stands at the dotted path of a connection, in which a number is a place in a list; None below a
    part that is absent."""
    for name in path.split("."):
        if value is None:
            return None
        value = value[int(name)] if isinstance(value, tuple) else getattr(value, name)
    return value


def with_value(value: Any, path: str, new: Any) -> Any:
    """Return the connection with `new` at the dotted path."""
    name, _, rest = path.partition(".")
    if rest:
        part = value[int(name)] if isinstance(value, tuple) else getattr(value, name)
        new = with_value(_ABSENT[name]() if part is None else part, rest, new)
    if isinstance(value, tuple):
        return (*value[: int(name)], new, *value[int(name) + 1 :])
    return value.model_copy(update={name: new})


def edited(draft: Draft, path: str, new: Any) -> Draft:
    """Return the draft with `new` at the dotted path of its connection."""
    return replace(draft, connection=with_value(draft.connection, path, new))


def trusting(draft: Draft, pem: str, *, of_token: bool) -> Draft:
    """Return the draft that trusts one more authority: for the token where the token has a trust of its own."""
    own = "auth.token_connection.ca_cert" if hasattr(draft.connection.auth, "token_connection") else "auth.ca_cert"
    path = own if of_token and _stands(draft, own) else "ca_cert"
    before = value_at(draft.connection, path)
    return edited(draft, path, f"{before.rstrip()}\n{pem}" if before else pem)


def _stands(draft: Draft, path: str) -> bool:
    try:
        return bool(value_at(draft.connection, path))
    except AttributeError:
        return False


def with_secret(draft: Draft, saved: Draft, name: str, typed: str) -> Draft:
    """Return the draft with what was typed for one secret; nothing typed goes back to what is stored."""
    values = {key: value for key, value in draft.typed.items() if key != name}
    names = [key for key in draft.connection.secrets if key != name]
    if typed:
        values[name] = Secret(typed)
    if typed or name in saved.connection.secrets:
        names.append(name)
    return _with_secrets(draft, saved, names, values)


def without_secret(draft: Draft, name: str) -> Draft:
    """Return the draft without this secret, stored or typed."""
    values = {key: value for key, value in draft.typed.items() if key != name}
    names = tuple(key for key in draft.connection.secrets if key != name)
    return replace(draft, connection=draft.connection.model_copy(update={"secrets": names}), typed=values)


def with_secrets(draft: Draft, saved: Draft, names: Iterable[str], typed: dict[str, Secret]) -> Draft:
    """Return the draft with these named secrets; that of its method, which has a field of its own, stays."""
    own = WELL_KNOWN_SECRETS.get(draft.connection.auth.type)
    kept = [name for name in draft.connection.secrets if name == own]
    values = {name: value for name, value in draft.typed.items() if name == own} | typed
    return _with_secrets(draft, saved, [*kept, *names], values)


def removed_secrets(draft: Draft, stored: Connection, renamed: Collection[str] = ()) -> tuple[str, ...]:
    """Return the names of stored secrets that are gone once the draft is saved; those in `renamed` are carried over
    under another name."""
    staying = {*draft.connection.secrets, *renamed}
    return tuple(name for name in stored.secrets if name not in staying)


def keeping(draft: Draft, stored: Connection, names: Iterable[str]) -> Draft:
    """Return the draft with these stored secrets, which it had left out."""
    saved = replace(draft, connection=stored)
    return _with_secrets(draft, saved, [*draft.connection.secrets, *names], dict(draft.typed))


def _with_secrets(draft: Draft, saved: Draft, names: Iterable[str], typed: dict[str, Secret]) -> Draft:
    # The file's order first, so that an edit taken back gives the draft that was saved.
    places = {name: at for at, name in enumerate(saved.connection.secrets)}
    ordered = tuple(sorted(names, key=lambda name: places.get(name, len(places))))
    connection = draft.connection.model_copy(update={"secrets": ordered})
    return replace(draft, connection=connection, typed=typed)


@dataclass
class MethodMemory:
    """What was typed for the authentication methods that are not chosen at the moment."""

    auths: dict[str, Frozen] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)

    def switched(self, draft: Draft, saved: Draft, method: str) -> Draft:
        """Return the draft with another method, as it was left when it was last chosen."""
        before = draft.connection.auth
        self.auths[before.type] = before
        own, new = WELL_KNOWN_SECRETS.get(before.type), WELL_KNOWN_SECRETS.get(method)
        auth = self.auths.get(method) or AUTH_TYPES[method]()
        connection = draft.connection.model_copy(update={"auth": auth})
        names, typed = list(connection.secrets), dict(draft.typed)
        if own in names and own is not None and not self._needed(connection, saved, own):
            names.remove(own)
            if own in typed:
                self.secrets[before.type] = typed.pop(own)
        if new is not None and new not in names:
            if method in self.secrets:
                typed[new] = self.secrets.pop(method)
            if new in typed or new in saved.connection.secrets:
                names.append(new)
        return _with_secrets(replace(draft, connection=connection), saved, names, typed)

    @staticmethod
    def _needed(connection: Connection, saved: Draft, name: str) -> bool:
        was_there = connection.auth.type == saved.connection.auth.type and name in saved.connection.secrets
        return was_there or name in names_used(connection, "test")


def differences(first: Connection, second: Connection) -> tuple[tuple[str, str, str], ...]:
    """Return the dotted fields in which two connections differ, with both values as text."""
    one, other = _flat(first), _flat(second)
    return tuple(
        (path, one.get(path, "–"), other.get(path, "–"))
        for path in dict.fromkeys((*one, *other))
        if one.get(path) != other.get(path)
    )


def _flat(model: Frozen) -> dict[str, str]:
    found: dict[str, str] = {}

    def walk(value: Any, path: str) -> None:
        if isinstance(value, Frozen):
            for name in type(value).model_fields:
                walk(getattr(value, name), f"{path}.{name}" if path else name)
        elif isinstance(value, tuple) and value and all(isinstance(item, Frozen) for item in value):
            for at, item in enumerate(value):
                walk(item, f"{path}.{at}")
        elif value is not None and value != ():
            found[path] = _text(value)

    walk(model, "")
    return found


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(f"{item[0]}={item[1]}" if isinstance(item, tuple) else str(item) for item in value)
    return masked_user_info(value) if isinstance(value, str) else str(value)
