"""API Key: a key in a header or in the query, and nobody else's to see."""

from __future__ import annotations

from typing import Any

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.errors import MissingParameter
from integrator_tui.model.connection import ApiKeyAuth, AuthMethod, Operation
from tests.engine.peer import Peer, reply, routes
from tests.engine.probing import check, kind, outcomes, shown, stage, target

KEY = "s3cr3t+key/1"
IN_QUERY = "/?k=s3cr3t%2Bkey%2F1"
OK = routes({"/": reply(200, "hello")})


def in_query(name: str = "k") -> AuthMethod:
    return ApiKeyAuth(name=name, **{"in": "query"})


async def test_a_key_in_a_header(engine: Engine) -> None:
    async with Peer(OK) as peer:
        report = await check(engine, target(peer.url, ApiKeyAuth(), {"api_key": KEY}))
    assert outcomes(report) == dict.fromkeys(("resolve", "connect", "authenticate", "respond"), "passed")
    assert stage(report, "authenticate").detail["method"] == "api_key"
    assert peer.asked[0].headers["x-api-key"] == KEY
    assert KEY not in shown(report)


@pytest.mark.parametrize(
    ("path", "asked"),
    [("", IN_QUERY), ("/a?b=1", "/a?b=1&k=s3cr3t%2Bkey%2F1"), ("/a%20b?", "/a%20b?k=s3cr3t%2Bkey%2F1")],
)
async def test_a_key_in_the_query_stands_behind_what_is_there_and_is_masked(
    engine: Engine, path: str, asked: str
) -> None:
    async with Peer(routes({asked.partition("?")[0]: reply(200)})) as peer:
        report = await check(engine, target(peer.url, in_query(), {"api_key": KEY}, test_path=path))
    assert peer.paths() == [asked]
    assert report.url is not None
    assert report.url.endswith("k=•••")
    assert KEY not in shown(report)
    assert "s3cr3t" not in shown(report)


@pytest.mark.parametrize("auth", [ApiKeyAuth(), in_query()], ids=["header", "query"])
async def test_a_key_that_is_not_stored_is_asked_for_by_its_name(engine: Engine, auth: AuthMethod) -> None:
    async with Peer(OK) as peer:
        missing = await check(engine, target(peer.url, auth))
        empty = await check(engine, target(peer.url, auth, {"api_key": ""}))
        given = await check(engine, target(peer.url, auth, parameters={"api_key": KEY}))
    assert missing.outcome == "error"
    for report in (missing, empty):
        assert report.failure is not None
        assert report.failure.kind == "missing_parameter"
    assert given.outcome == "passed"
    assert len(peer.asked) == 1
    assert KEY not in shown(given)


async def test_a_given_key_fills_no_template(engine: Engine) -> None:
    wanted = target("http://127.0.0.1:9", ApiKeyAuth(), parameters={"api_key": KEY}, test_path="/{{api_key}}")
    report = await check(engine, wanted)
    assert report.failure is not None
    assert report.failure.kind == "missing_parameter"


async def test_a_refused_key_is_credentials_rejected(engine: Engine) -> None:
    async with Peer(routes({"/": reply(401)})) as peer:
        report = await check(engine, target(peer.url, in_query(), {"api_key": KEY}))
    assert kind(report) == ("authenticate", "credentials_rejected")
    assert report.failure is not None
    assert "api_key" in report.failure.hint


def to(location: str, status: int = 302) -> bytes:
    return reply(status, "moved", f"Location: {location}")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_carries_a_key_of_the_query_within_its_origin_alone(engine: Engine, status: int) -> None:
    async with Peer(routes({"/there": reply(200)})) as other:
        onward = other.url + "/there"
        paths: dict[str, Any] = {"/": to("/a", status), "/a": to(onward, status)}
        async with Peer(routes(paths)) as peer:
            report = await check(engine, target(peer.url, in_query(), {"api_key": KEY}, follow_redirect=True))
    assert report.outcome == "passed"
    assert peer.paths() == [IN_QUERY, "/a?k=s3cr3t%2Bkey%2F1"]
    assert other.paths() == ["/there"]
    assert "s3cr3t" not in shown(report)
    assert [hop["url"] for hop in stage(report, "respond").detail["redirects"]] == [
        peer.url + "/a?k=•••",
        other.url + "/there",
    ]


async def test_an_address_elsewhere_that_holds_the_key_is_not_asked(engine: Engine) -> None:
    async with Peer(OK) as other:
        for key in (KEY, "abc"):
            there = f"{other.url}/?k={key}"
            async with Peer(routes({"/": to(there)})) as peer:
                wanted = target(peer.url, in_query(), {"api_key": key}, follow_redirect=True)
                report = await check(engine, wanted)
            assert kind(report) == ("respond", "redirected")
            assert f"k={key}" not in shown(report)
    assert other.asked == []


async def test_a_401_elsewhere_says_that_the_key_stayed_behind(engine: Engine) -> None:
    async with Peer(routes({"/": reply(401)})) as other, Peer(routes({"/": to(other.url + "/")})) as peer:
        report = await check(engine, target(peer.url, in_query(), {"api_key": KEY}, follow_redirect=True))
    assert kind(report) == ("authenticate", "credentials_rejected")
    assert report.failure is not None
    assert other.url in report.failure.hint


@pytest.mark.parametrize("place", ["header", "query"])
async def test_an_operation_that_writes_the_place_itself_means_its_own(engine: Engine, place: str) -> None:
    auth: Any = ApiKeyAuth(name="k", **{"in": place})
    own: dict[str, Any] = {"headers": (("K", "own"),)} if place == "header" else {"params": (("k", "own"),)}
    async with Peer(OK) as peer:
        async with engine.request(target(peer.url, auth), Operation(method="GET", **own)):
            pass
        with pytest.raises(MissingParameter):
            async with engine.request(target(peer.url, auth), Operation(method="GET")):
                pass
    (asked,) = peer.asked
    assert (asked.headers.get("k"), asked.path) == (("own", "/") if place == "header" else (None, "/?k=own"))


async def test_the_name_may_be_filled_in(engine: Engine) -> None:
    async with Peer(OK) as peer:
        wanted = target(peer.url, ApiKeyAuth(name="X-{{which}}"), {"api_key": KEY}, {"which": "Mine"})
        assert (await check(engine, wanted)).outcome == "passed"
        bad = target(peer.url, ApiKeyAuth(name="X-{{which}}"), {"api_key": KEY}, {"which": "a b"})
        refused = await check(engine, bad)
    assert peer.asked[0].headers["x-mine"] == KEY
    assert refused.failure is not None
    assert "Key Name" in refused.failure.message
