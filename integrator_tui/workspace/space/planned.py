"""A planned push: the requests for one connection, and what has to be settled before they are sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import uuid4

from integrator_tui.model.secret import MASK
from integrator_tui.workspace.space.local_connections import LocalConnection, PairedConnection


class SecretPlace(NamedTuple):
    """Stands in a request for the value of a secret, by its name here."""

    name: str


class PlannedRequest(NamedTuple):
    """A request; `told` says what it does, and `body` has a SecretPlace for each value that is sent."""

    method: str
    path: str
    body: Mapping[str, Any] | None
    told: str


@dataclass(slots=True)
class PlannedPush:
    """What a push does with one connection. `conflicts` are fields that changed on both sides, each with why;
    `refused` is why it is not sent, with the way round; `left` are fields that changed in the space alone, and
    `notes` what has to be told besides."""

    pair: PairedConnection
    requests: list[PlannedRequest] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    refused: tuple[str, str] | None = None
    left: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    creates: bool = False

    @property
    def local(self) -> LocalConnection:
        assert self.pair.local is not None
        return self.pair.local

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the secrets whose values are sent."""
        return tuple(dict.fromkeys(name for each in self.requests for name in _places(each.body)))


def filled(value: Any, secret: Callable[[str], Any]) -> Any:
    """Return a body with what `secret` gives in the places of secrets."""
    if isinstance(value, SecretPlace):
        return secret(value.name)
    if isinstance(value, Mapping):
        return {key: filled(each, secret) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, secret) for each in value]
    return value


def masked_body(value: Any) -> Any:
    """Return a body as it may be shown."""
    return filled(value, lambda name: MASK)


def new_id() -> str:
    """Return an id for what has none: known before it is sent, so that nothing is made twice."""
    return str(uuid4())


def _places(value: Any) -> Iterator[str]:
    if isinstance(value, SecretPlace):
        yield value.name
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _places(each)
