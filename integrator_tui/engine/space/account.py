"""SpaceAccount: where a space is, and who logs in there."""

from __future__ import annotations

from typing import Final, NamedTuple

from integrator_tui.model.secret import Secret

SYSTEM_CLIENT: Final = "system"
"""The client of the implicit grant that every space has."""


class SpaceAccount(NamedTuple):
    """A space by its `url`, without a slash at the end, and a user of it.

    Without a `client_secret` the token comes by the implicit grant, with one by the authorization code flow of
    `client` (RFC 6749 sections 4.2 and 4.1). `connect` and `read` are seconds, as in a connection's options.
    """

    url: str
    user: str
    password: Secret
    client: str = SYSTEM_CLIENT
    client_secret: Secret | None = None
    connect: float = 5.0
    read: float = 30.0
