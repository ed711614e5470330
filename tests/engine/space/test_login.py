"""The token of a space: when another one is fetched, and what is read of an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from integrator_tui.engine import StagedTransport
from integrator_tui.engine.space.account import SpaceAccount
from integrator_tui.engine.space.login import SpaceLogin
from integrator_tui.engine.space.wire import SpaceWire
from integrator_tui.errors import RequestFailed
from integrator_tui.model.secret import Secret
from tests.cli.spaces.space_server import CLIENT, CLIENT_SECRET, PASSWORD, USER, SpaceServer


@pytest.fixture
def space() -> Iterator[SpaceServer]:
    with SpaceServer() as space:
        yield space


def account(space: SpaceServer, **more: object) -> SpaceAccount:
    return SpaceAccount(space.url, USER, Secret(PASSWORD))._replace(**more)  # type: ignore[arg-type]


def tokens(space: SpaceServer, given: SpaceAccount, *moments: float) -> list[str]:
    """Return the token that is given at each of these moments, in seconds since the first was asked for."""

    async def asked() -> list[str]:
        now = [0.0]
        wire = SpaceWire(given, StagedTransport())
        login = SpaceLogin(wire, lambda: now[0])
        found = []
        try:
            for moment in moments:
                now[0] = moment
                found.append((await login.token()).reveal())
        finally:
            await wire.aclose()
        return found

    return asyncio.run(asked())


@pytest.mark.parametrize("seconds", [3600, 43_200, None])
def test_a_token_is_renewed_half_a_minute_before_its_end(space: SpaceServer, seconds: float | None) -> None:
    space.expires_in = seconds
    end = seconds or 43_200
    first, same, other = tokens(space, account(space), 0, end - 30.5, end - 30)
    assert first == same and first != other and space.logins == 2


def test_a_client_gets_its_token_for_a_code(space: SpaceServer) -> None:
    given = account(space, client=CLIENT, client_secret=Secret(CLIENT_SECRET))
    (token,) = tokens(space, given, 0)
    assert token in space.tokens


def test_many_who_wait_fetch_one(space: SpaceServer) -> None:
    async def asked() -> set[str]:
        wire = SpaceWire(account(space), StagedTransport())
        login = SpaceLogin(wire)
        found = await asyncio.gather(*(login.token() for _ in range(20)))
        again = await asyncio.gather(*(login.token(refused=found[0]) for _ in range(20)))
        await wire.aclose()
        return {each.reveal() for each in (*found, *again)}

    assert len(asyncio.run(asked())) == 2 and space.logins == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"password": Secret("wr0ng-one")}, "answered 401"),
        ({"client": "nobody"}, "answered 401: invalid_client"),
        ({"client": CLIENT, "client_secret": Secret("wr0ng-one")}, "answered 401"),
    ],
)
def test_who_is_refused_is_told_without_a_secret(space: SpaceServer, given: dict[str, object], said: str) -> None:
    with pytest.raises(RequestFailed) as caught:
        tokens(space, account(space, **given), 0)
    assert said in caught.value.message and caught.value.kind == "credentials_rejected"
    assert "wr0ng-one" not in caught.value.message + caught.value.hint


def test_a_space_that_is_not_reached_says_why() -> None:
    gone = SpaceAccount("http://127.0.0.1:9", USER, Secret(PASSWORD))

    async def asked() -> None:
        await SpaceLogin(SpaceWire(gone, StagedTransport())).token()

    with pytest.raises(RequestFailed) as caught:
        asyncio.run(asked())
    assert caught.value.kind == "refused" and "GET http://127.0.0.1:9/app/oauth/authorize: " in caught.value.message


def test_a_token_of_a_few_seconds_serves_for_most_of_them(space: SpaceServer) -> None:
    space.expires_in = 20
    first, same, other = tokens(space, account(space), 0, 17, 19)
    assert first == same and first != other and space.logins == 2
