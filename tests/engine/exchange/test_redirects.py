"""Redirects over real sockets: where the credentials arrive, and where they must not."""

from __future__ import annotations

from typing import Any

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.model.connection import BasicAuth, FormBody, HttpBearerTokenAuth, RawBearerTokenAuth, Request
from tests.engine.certified import Certified, client_pem
from tests.engine.peer import Asked, Peer, Talk, reply, routes
from tests.engine.probing import check, kind, oauth, outcomes, stage, target

KEY = RawBearerTokenAuth(header="X-Key", prefix="")
SECRET = {"token": "s3cr3t-token"}


def to(location: str, status: int = 302) -> bytes:
    return reply(status, "moved", f"Location: {location}")


async def test_within_the_origin_one_connection_and_the_credentials(engine: Engine) -> None:
    async with Peer(routes({"/": to("/a"), "/a": to("b?x=1", 307), "/b": reply(200, "in")})) as peer:
        report = await check(engine, target(peer.url, KEY, SECRET, follow_redirect=True))
    assert report.outcome == "passed"
    assert peer.connections == 1
    assert peer.paths() == ["/", "/a", "/b?x=1"]
    assert [asked.headers["x-key"] for asked in peer.asked] == ["s3cr3t-token"] * 3
    assert stage(report, "respond").detail["redirects"] == [
        {"status": 302, "url": peer.url + "/a"},
        {"status": 307, "url": peer.url + "/b?x=1"},
    ]


async def test_not_followed_unless_asked_for(engine: Engine) -> None:
    async with Peer(routes({"/": to("/a")})) as peer:
        report = await check(engine, target(peer.url))
    assert kind(report) == ("respond", "redirected")
    assert report.failure is not None
    assert peer.url + "/a" in report.failure.message
    assert peer.paths() == ["/"]


async def test_another_origin_sees_no_credentials(engine: Engine) -> None:
    async with Peer(routes({"/": reply(200, "open")})) as other, Peer(routes({"/": to(other.url + "/")})) as peer:
        for auth, secrets in ((KEY, SECRET), (BasicAuth(username="u"), {"password": "s3cr3t-pw"})):
            report = await check(engine, target(peer.url, auth, secrets, follow_redirect=True))
            assert report.outcome == "passed"
    assert len(other.asked) == 2
    for asked in other.asked:
        assert {"x-key", "authorization"}.isdisjoint(asked.headers)
        assert asked.headers["host"] == f"127.0.0.1:{other.port}"


async def test_a_body_that_never_comes_keeps_nobody_from_going_elsewhere(engine: Engine) -> None:
    async with Peer(routes({"/": reply(200, "open")})) as other:
        silent = f"HTTP/1.1 302 Found\r\nLocation: {other.url}/\r\nContent-Length: 5\r\n\r\n".encode()
        async with Peer(routes({"/": silent})) as peer:
            report = await check(engine, target(peer.url, follow_redirect=True, read=0.5))
    assert report.outcome == "passed"


async def test_a_401_over_there_says_why(engine: Engine) -> None:
    async with Peer(routes({"/": reply(401)})) as other, Peer(routes({"/": to(other.url + "/")})) as peer:
        report = await check(engine, target(peer.url, KEY, SECRET, follow_redirect=True))
    assert kind(report) == ("authenticate", "credentials_rejected")
    assert report.failure is not None
    assert other.url in report.failure.hint


async def test_another_origin_sees_no_client_certificate(
    engine: Engine, certified: Certified, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("client")
    (folder / "client.pem").write_text(client_pem(certified.client))
    mutual = certified.contexts["mutual"]
    async with Peer(routes({"/": reply(200)}), mutual) as other:
        there = f"https://localhost:{other.port}/"
        fields: dict[str, Any] = {
            "ca_cert": certified.ca,
            "client_cert_file": "client.pem",
            "folder": folder,
            "follow_redirect": True,
        }
        async with Peer(routes({"/": to(there), "/in": reply(200)}), mutual) as peer:
            here = f"https://localhost:{peer.port}"
            assert (await check(engine, target(here, test_path="/in", **fields))).outcome == "passed"
            report = await check(engine, target(here, **fields))
    assert report.failure is not None
    assert report.failure.stage == "respond"
    assert other.asked == []


async def test_a_loop_is_named(engine: Engine) -> None:
    async with Peer(routes({"/": to("/a"), "/a": to("/")})) as peer:
        report = await check(engine, target(peer.url + "/", follow_redirect=True))
    assert kind(report) == ("respond", "redirected")
    assert report.failure is not None
    assert "loop" in report.failure.message
    assert len(peer.asked) == 2


async def test_a_chain_ends_after_ten_hops(engine: Engine) -> None:
    async def onward(asked: Asked, talk: Talk) -> bytes:
        number = int(asked.path.rpartition("/")[2])
        return to(f"/{number + 1}") if number < limit else reply(200, "there")

    limit = 10
    async with Peer(onward) as peer:
        report = await check(engine, target(peer.url, test_path="/0", follow_redirect=True))
        assert report.outcome == "passed"
        assert len(stage(report, "respond").detail["redirects"]) == 10
        limit = 1000
        report = await check(engine, target(peer.url, test_path="/0", follow_redirect=True))
    assert kind(report) == ("respond", "redirected")
    assert report.failure is not None
    assert "loop" in report.failure.message
    assert len(peer.asked) == 11 + 11


@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://x/", "http://[::/", "//"])
async def test_what_cannot_be_followed_is_told(engine: Engine, location: str) -> None:
    async with Peer(routes({"/": to(location)})) as peer:
        report = await check(engine, target(peer.url, follow_redirect=True))
    assert kind(report) == ("respond", "redirected")
    assert stage(report, "respond").detail["status"] == 302


async def test_trouble_on_a_hop_keeps_its_kind(engine: Engine, certified: Certified) -> None:
    async with (
        Peer(routes({}), certified.contexts["good"]) as other,
        Peer(routes({"/": to(f"https://localhost:{other.port}/")})) as peer,
    ):
        report = await check(engine, target(peer.url, follow_redirect=True))
    assert kind(report) == ("respond", "tls_untrusted")
    assert stage(report, "respond").detail["redirects"]


async def test_a_long_body_of_a_redirect_is_not_read(engine: Engine) -> None:
    moved = reply(302, b"x" * 200_000, "Location: /a")
    async with Peer(routes({"/": moved, "/a": reply(200)})) as peer:
        report = await check(engine, target(peer.url, follow_redirect=True))
    assert report.outcome == "passed"
    assert peer.connections == 2


def login(follow: bool = True) -> HttpBearerTokenAuth:
    form = FormBody(form=(("secret", "{{login}}"),))
    request = Request(path="/login", headers=(("X-Login", "{{login}}"),), body=form, follow_redirect=follow)
    return HttpBearerTokenAuth(request=request, token_output="body.t", expiration_output="60")


@pytest.mark.parametrize("status", [307, 308])
async def test_a_token_request_with_a_secret_is_not_sent_to_another_origin(engine: Engine, status: int) -> None:
    async with (
        Peer(routes({"/": reply(200, '{"t": "x"}')})) as other,
        Peer(routes({"/login": to(other.url + "/", status)})) as peer,
    ):
        report = await check(engine, target(peer.url, login(), {"login": "abc"}))
    assert kind(report) == ("authenticate", "token_request_failed")
    assert report.failure is not None
    assert "the body holds a secret" in report.failure.message
    assert outcomes(report)["respond"] == "skipped"
    assert other.asked == []


async def test_a_token_request_that_turns_in_a_circle_says_so(engine: Engine) -> None:
    async with Peer(routes({"/login": to("/login", 307)})) as peer:
        report = await check(engine, target(peer.url, login(), {"login": "abc"}))
    assert kind(report) == ("authenticate", "redirected")
    assert report.failure is not None
    assert "loop" in report.failure.message


async def test_a_token_request_that_becomes_a_get_leaves_its_secrets(engine: Engine) -> None:
    async with Peer(routes({"/": reply(200, '{"t": "x"}')})) as other:
        table = {"/login": to(other.url + "/", 303), "/": reply(200)}
        async with Peer(routes(dict(table))) as peer:
            await check(engine, target(peer.url, login(), {"login": "abc"}))
    assert other.asked[0].method == "GET"
    assert other.asked[0].body == b""
    assert "x-login" not in other.asked[0].headers
    assert "content-type" not in other.asked[0].headers


async def test_within_the_origin_a_token_request_is_repeated_whole(engine: Engine) -> None:
    table = {"/login": to("/real", 307), "/real": reply(200, '{"access_token": "x"}'), "/": reply(200)}
    async with Peer(routes(dict(table))) as peer:
        await check(engine, target(peer.url, login(), {"login": "abc"}))
        report = await check(engine, target(peer.url, oauth(peer.url + "/login"), {"client_secret": "abc"}))
    assert [asked.body for asked in peer.asked[:2]] == [b"secret=abc"] * 2
    assert kind(report) == ("authenticate", "token_request_failed")
