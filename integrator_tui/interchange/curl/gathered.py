"""What requests of one connection have in common, and what is gathered of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from integrator_tui.model.connection import AuthMethod, Operation

_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_]+")


class CurlWay(NamedTuple):
    """What requests of one connection have in common."""

    origin: str
    auth: AuthMethod
    secret: str | None
    user_secret: str | None
    verify: bool
    proxy: str | None
    proxy_secret: str | None
    ca_file: str | None
    certificate: str | None
    passphrase: str | None
    unix_socket: str | None


@dataclass(slots=True)
class GatheredRequests:
    """The requests of one connection, as they are met."""

    line: int
    secrets: dict[str, str] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    connect: float | None = None
    read: float | None = None

    def secret(self, wanted: str, value: str) -> str:
        """Keep a secret under this name, or one like it that is free; return the name."""
        plain = _NOT_IN_A_NAME.sub("_", wanted).strip("_").lower() or "secret"
        name, number = plain, 1
        while self.secrets.setdefault(name, value) != value:
            number += 1
            name = f"{plain}_{number}"
        return name
