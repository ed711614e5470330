"""Spaces by their connection, or by their address: who logs in there, with what, and over which transport.

Rules: a space's password goes to the space alone. A connection says who logs in where its method is Basic; where it
is OAuth 2.0, its client does so for a user who is named, and only where its tokens come from the space itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrator_tui.engine.http_types import Limits
from integrator_tui.engine.settings import EngineSettings
from integrator_tui.engine.space.account import SYSTEM_CLIENT, SpaceAccount
from integrator_tui.engine.space.client import SpaceClient
from integrator_tui.engine.space.wire import SpaceWire
from integrator_tui.engine.target import Target
from integrator_tui.engine.transport.target_transport import transport_for
from integrator_tui.errors import UsageError
from integrator_tui.model.connection import BasicAuth, Connection, OAuth2Auth
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.secret import Secret, SecretRef
from integrator_tui.model.text import visible
from integrator_tui.model.url import problems, same_origin
from integrator_tui.workspace.requests import connection_of
from integrator_tui.workspace.space.at_once import AT_ONCE

if TYPE_CHECKING:
    from integrator_tui.workspace.probes import Probes


@dataclass(frozen=True, slots=True)
class SpaceGiven:
    """What the command line says of a space: `user`, and `client` with its secret for the code flow; `password` is
    called where one is needed and none is stored."""

    password: Callable[[str], Secret]
    user: str = ""
    client: str = ""
    client_secret: Secret | None = None


@dataclass(frozen=True, slots=True)
class Space:
    """A space that can be asked; `file` is the one of its connection, None where it was named by its address, and
    `folder` the part of the workspace that belongs to it. Close its client when done."""

    client: SpaceClient
    folder: str
    file: str | None = None

    @property
    def url(self) -> str:
        return self.client.url


class SpaceAccess:
    """Opens spaces for one workspace."""

    def __init__(self, probes: Probes, settings: EngineSettings) -> None:
        self._probes = probes
        self._settings = settings

    def of_entry(self, entry: Entry, given: SpaceGiven, folder: str | None = None) -> Space:
        """Return the space that a connection leads to.

        Raises UsageError where it cannot be one, LockedError where its secrets stay closed or its seal is broken.
        """
        connection = connection_of(entry)
        target = self._probes.target(Draft(connection, entry.file, entry.revision), {})
        user, password, client, secret = self._who(connection, target, given)
        timeout = connection.options.timeout
        account = SpaceAccount(
            _address(connection.base_url), user, password, client, secret, timeout.connect, timeout.read
        )
        transport = transport_for(target, self._settings, _limits())
        where = entry.group if folder is None else folder
        return Space(SpaceClient(SpaceWire(account, transport)), where, entry.file)

    def of_url(self, url: str, given: SpaceGiven, folder: str | None = None) -> Space:
        """Return the space at an address; raises UsageError where it is none, or nobody says who logs in."""
        address = _address(url)
        if not given.user:
            raise UsageError(f"nobody says who logs in at {address}", "add --user NAME")
        client, secret = _client(given)
        account = SpaceAccount(address, given.user, given.password(given.user), client, secret)
        nothing = Target(Connection(base_url=address), lambda ref: Secret(""))
        transport = transport_for(nothing, self._settings, _limits())
        return Space(SpaceClient(SpaceWire(account, transport)), folder or "")

    def _who(
        self, connection: Connection, target: Target, given: SpaceGiven
    ) -> tuple[str, Secret, str, Secret | None]:
        auth, name = connection.auth, visible(connection.name, limit=80)
        if isinstance(auth, BasicAuth):
            client, secret = _client(given)
            if given.user and given.user != auth.username:
                return given.user, given.password(given.user), client, secret
            if "{{" in auth.username:
                raise UsageError(f"{name}: the username is a parameter", "say who logs in with --user NAME")
            stored = "password" in connection.secret_names
            password = target.reveal(SecretRef("password")) if stored else given.password(auth.username)
            return auth.username, password, client, secret
        if isinstance(auth, OAuth2Auth):
            if not same_origin(auth.access_token_url, connection.base_url):
                message = f"{name}: its client secret is for {visible(auth.access_token_url, limit=200)}"
                raise UsageError(f"{message}, not for the space", "give the token URL of the space")
            if "client_secret" not in connection.secret_names:
                hint = f"run: integrator-tui edit '{name}' --secret client_secret"
                raise UsageError(f"{name}: the code flow needs its client_secret", hint)
            if not given.user:
                raise UsageError(
                    f"{name}: nobody says who logs in", "add --user NAME: its client logs in for a user"
                )
            secret = target.reveal(SecretRef("client_secret"))
            return given.user, given.password(given.user), given.client or auth.client_id, secret
        hint = "use Basic Auth with a user of the space, or OAuth 2.0 with a client of it"
        raise UsageError(f"{name}: a space is not reached with {auth.type}", hint)


def _client(given: SpaceGiven) -> tuple[str, Secret | None]:
    if not given.client:
        return SYSTEM_CLIENT, None
    if given.client_secret is None:
        hint = "set INTEGRATOR_TUI_SPACE_CLIENT_SECRET"
        raise UsageError(f"the secret of the client {visible(given.client, limit=60)} is not given", hint)
    return given.client, given.client_secret


def _limits() -> Limits:
    return Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE, keepalive_expiry=60.0)


def _address(url: str) -> str:
    """Return the address of a space; raises UsageError where it is none."""
    for problem in problems(url, "SPACE"):
        if problem.is_error:
            raise UsageError(f"{visible(url, limit=200)}: {problem.message}", problem.hint)
    if "?" in url or "#" in url:
        raise UsageError(f"{visible(url, limit=200)}: a space has no query", "give its address alone")
    return url.rstrip("/")
