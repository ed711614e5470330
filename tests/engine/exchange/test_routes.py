"""The way a request takes is the way its token request takes: proxy, client certificate and trust are the same."""

from __future__ import annotations

import socket
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.engine.settings import EngineSettings
from integrator_tui.engine.target import Target
from integrator_tui.model.connection import HttpBearerTokenAuth, Request, TokenConnection
from integrator_tui.model.stream import Closed
from tests.engine.certified import Certified, client_pem
from tests.engine.hostile import HostileServer, answers, keeps, ok, read_request
from tests.engine.peer import Peer, reply, routes
from tests.engine.probing import check, kind, oauth, outcomes, stage, target
from tests.engine.proxies import Asked, http_proxy, socks_proxy

SECRET = {"client_secret": "s3cr3t-client"}
TOKEN = b'{"access_token": "t", "expires_in": 60}'
SERVER = routes({"/token": reply(200, TOKEN), "/": reply(200, "in")})
HIDDEN, LOGIN = "http://hidden.invalid", "http://login.invalid"


def upstream(connection: socket.socket) -> None:
    """Give a token where one is asked for, else let in."""
    while True:
        connection.sendall(ok(TOKEN) if b"/token" in read_request(connection) else ok(b"in"))


def hidden(**fields: Any) -> Target:
    """A target and its token endpoint, of whose names only a proxy knows."""
    return target(f"{HIDDEN}/", oauth(f"{LOGIN}/token"), SECRET, **fields)


async def test_a_token_from_elsewhere_is_asked_for_through_the_proxy(engine: Engine) -> None:
    asked = Asked()
    with HostileServer(upstream) as server, HostileServer(http_proxy(asked, server.port)) as proxy:
        report = await check(engine, hidden(proxy=f"http://{proxy.netloc}"))
    assert report.outcome == "passed", report.failure
    assert asked.targets == [f"{LOGIN}/token", f"{HIDDEN}/"]


async def test_a_socks_proxy_looks_up_the_name_of_the_token_endpoint(engine: Engine) -> None:
    asked = Asked()
    with HostileServer(upstream) as server, HostileServer(socks_proxy(asked, server.port)) as proxy:
        report = await check(engine, hidden(proxy=f"socks5://{proxy.netloc}"))
    assert report.outcome == "passed", report.failure
    assert asked.targets == ["login.invalid:80", "hidden.invalid:80"]


async def test_the_password_of_the_environments_proxy_shows_nowhere() -> None:
    refusal = b"HTTP/1.1 403 no user:hunter22 here\r\nX-Seen: hunter22\r\nContent-Length: 0\r\n\r\n"
    with HostileServer(http_proxy(Asked(), 1, refusal)) as proxy:
        settings = EngineSettings(proxies={"http": f"http://user:hunter22@{proxy.netloc}"})
        report = await check(Engine(settings), target(f"{HIDDEN}/"))
    assert kind(report) == ("respond", "forbidden")
    assert "•••" in str(report.to_json())
    assert "hunter22" not in str(report.to_json())


async def test_the_environments_proxy_serves_both_and_no_proxy_counts_for_each() -> None:
    asked = Asked()
    with HostileServer(upstream) as server, HostileServer(http_proxy(asked, server.port)) as proxy:
        engine = Engine(EngineSettings(proxies={"http": f"http://{proxy.netloc}", "no": "127.0.0.1"}))
        here = f"http://{server.netloc}"
        for base, token in ((HIDDEN, LOGIN), (here, LOGIN), (HIDDEN, here)):
            report = await check(engine, target(f"{base}/", oauth(f"{token}/token"), {"client_secret": base}))
            assert report.outcome == "passed", report.failure
        await engine.aclose()
    assert asked.targets == [f"{LOGIN}/token", f"{HIDDEN}/", f"{LOGIN}/token", f"{HIDDEN}/"]


async def test_a_proxy_that_refuses_the_token_endpoint_is_told_there(engine: Engine) -> None:
    with HostileServer(answers(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")) as proxy:
        auth = oauth("https://login.invalid/token")
        report = await check(engine, target(HIDDEN, auth, SECRET, proxy=f"http://{proxy.netloc}"))
    assert kind(report) == ("authenticate", "vantage_failed")
    nested = [(one["stage"], one["outcome"]) for one in stage(report, "authenticate").detail["stages"]]
    assert nested == [("resolve", "passed"), ("connect", "failed"), ("tls", "skipped"), ("respond", "skipped")]
    assert outcomes(report)["resolve"] == outcomes(report)["connect"] == "skipped"


async def test_the_client_certificate_is_shown_to_the_token_endpoint_too(
    engine: Engine, certified: Certified, tmp_path: Path
) -> None:
    (tmp_path / "client.pem").write_text(client_pem(certified.client))
    mutual = certified.contexts["mutual"]
    with HostileServer(answers(ok(TOKEN)), mutual) as login, HostileServer(answers(ok(b"in")), mutual) as peer:
        auth = oauth(f"https://localhost:{login.port}/token", ca_cert=certified.ca)
        fields: dict[str, Any] = {"ca_cert": certified.ca, "folder": tmp_path}
        base = f"https://localhost:{peer.port}/"
        with_it = await check(engine, target(base, auth, SECRET, client_cert_file="client.pem", **fields))
        without = await check(engine, target(base, auth, {"client_secret": "another"}, **fields))
    assert with_it.outcome == "passed", with_it.failure
    assert kind(without) == ("authenticate", "tls_protocol")
    assert without.failure is not None
    assert "client certificate" in without.failure.message


async def test_what_is_not_verified_is_not_verified_for_the_token_either(
    engine: Engine, certified: Certified
) -> None:
    async with Peer(SERVER, certified.contexts["self_signed"]) as login, Peer(SERVER) as peer:
        auth = oauth(f"https://localhost:{login.port}/token")
        report = await check(engine, target(f"{peer.url}/", auth, SECRET, verify=False))
    assert report.outcome == "passed", report.failure
    nested = stage(report, "authenticate").detail["stages"]
    assert nested[2]["detail"]["verified"] is False


@pytest.mark.parametrize("trusted", ["its own", "the connection's", "neither"])
async def test_a_described_token_request_elsewhere_trusts_its_own_ca_or_the_connections(
    engine: Engine, certified: Certified, trusted: str
) -> None:
    own = certified.ca if trusted == "its own" else None
    connections = certified.ca if trusted == "the connection's" else None
    async with Peer(SERVER, certified.contexts["good"]) as login, Peer(SERVER) as peer:
        auth = HttpBearerTokenAuth(
            request=Request(path="/token"),
            token_output="body.access_token",
            expiration_output="body.expires_in",
            token_connection=TokenConnection(base_url=f"https://localhost:{login.port}", ca_cert=own),
        )
        report = await check(engine, target(f"{peer.url}/", auth, ca_cert=connections))
    if trusted == "neither":
        assert kind(report) == ("authenticate", "tls_untrusted")
    else:
        assert report.outcome == "passed", report.failure


async def test_a_stream_goes_through_the_proxy_too(engine: Engine) -> None:
    asked = Asked()
    with HostileServer(keeps(ok(b"one\ntwo\n"))) as server, HostileServer(http_proxy(asked, server.port)) as proxy:
        async with aclosing(engine.stream(target(HIDDEN, proxy=f"http://{proxy.netloc}"))) as events:
            last = [event async for event in events][-1]
    assert last == Closed("the server ended the stream", events=2, bytes=8)
    assert asked.targets == [f"{HIDDEN}/"]
