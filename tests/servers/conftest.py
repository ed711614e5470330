"""Servers that are not ours, one of each for the whole run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from integrator_tui.demo.certificates import Authority
from integrator_tui.engine.engine import Engine
from integrator_tui.engine.settings import EngineSettings
from tests.servers.chains import Chains
from tests.servers.nginx import Nginx
from tests.servers.nginx import nginx as running_nginx
from tests.servers.oauth_server import OAuthServer, oauth_server


@pytest.fixture(scope="session")
def chains() -> Chains:
    return Chains.make()


@pytest.fixture(scope="session")
def token_authority() -> Authority:
    """The authority of the OAuth server, which no other server has to do with."""
    return Authority.create("Token Authority")


@pytest.fixture(scope="session")
def oauth(token_authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OAuthServer]:
    folder = tmp_path_factory.mktemp("oauth") / "server"
    with oauth_server(folder, token_authority.issue("localhost")) as server:
        yield server


@pytest.fixture(scope="session")
def nginx(chains: Chains, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """nginx alone; its `/me` leads nowhere."""
    with running_nginx(tmp_path_factory.mktemp("nginx"), chains, "http://127.0.0.1:9") as server:
        yield server


@pytest.fixture(scope="session")
def guarded(chains: Chains, oauth: OAuthServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """nginx before the resource of the OAuth server: its `/me` wants a token."""
    with running_nginx(tmp_path_factory.mktemp("guarded"), chains, oauth.http) as server:
        yield server


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    """An engine on a machine that trusts nobody."""
    made = Engine(EngineSettings(ca_file="/dev/null", ca_dir="/dev/null"))
    yield made
    await made.aclose()
