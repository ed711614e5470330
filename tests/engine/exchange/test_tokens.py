"""Tokens over real sockets: fetched once, from the right place, renewed once, and no connection left idle."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.engine.javascript.evaluator import HeaderValues
from integrator_tui.engine.target import Target
from integrator_tui.errors import MissingParameter, RequestFailed
from integrator_tui.model.connection import (
    BasicAuth,
    FormBody,
    HttpBearerTokenAuth,
    RawBearerTokenAuth,
    Request,
    TokenConnection,
)
from integrator_tui.model.probe import ProbeReport
from integrator_tui.model.stream import Closed
from integrator_tui.workspace.batch.pool import Job, many
from tests.engine.certified import Certified
from tests.engine.hostile import HostileServer, answers, ok, read_request
from tests.engine.peer import Asked, Handler, Peer, Talk, reply, routes
from tests.engine.probing import check, kind, oauth, outcomes, shown, stage, target

SECRET = {"client_secret": "s3cr3t-client"}


class Issuer:
    """Gives tokens t1, t2, … at /token and admits those not revoked at every other path."""

    def __init__(self, expires_in: object = 3600) -> None:
        self.issued = 0
        self.expires_in = expires_in
        self.good: set[str] = set()
        self.refuse_all = False
        self.hold: asyncio.Event | None = None

    async def __call__(self, asked: Asked, talk: Talk) -> bytes:
        if asked.path == "/token":
            if self.hold is not None:
                await self.hold.wait()
            self.issued += 1
            token = f"token-number-{self.issued}"
            self.good.add(token)
            ttl = "" if self.expires_in is None else f', "expires_in": {self.expires_in}'
            return reply(200, f'{{"access_token": "{token}"{ttl}}}', "Content-Type: application/json")
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        return reply(200, "in") if token in self.good and not self.refuse_all else reply(401, "out")


def at(peer: Peer, token_peer: Peer | None = None, secret: str = "s3cr3t-client", **fields: Any) -> Target:
    where = token_peer or peer
    return target(peer.url, oauth(where.url + "/token"), {"client_secret": secret}, test_path="/in", **fields)


async def test_one_connection_serves_token_and_test(engine: Engine) -> None:
    issuer = Issuer()
    async with Peer(issuer) as peer:
        report = await check(engine, at(peer))
    assert report.outcome == "passed"
    assert peer.connections == 1
    assert peer.paths() == ["/token", "/in"]
    detail = stage(report, "authenticate").detail
    assert (detail["method"], detail["cached"], detail["expires_in_s"]) == ("oauth2", False, 3600)
    assert [(one["stage"], one["outcome"]) for one in detail["stages"]] == [("respond", "passed")]
    assert detail["stages"][0].keys() == {"stage", "outcome", "ms", "detail"}
    assert list(outcomes(report)) == ["resolve", "connect", "authenticate", "respond"]


async def test_the_second_probe_takes_the_token_from_the_cache(engine: Engine) -> None:
    issuer = Issuer()
    async with Peer(issuer) as peer:
        await check(engine, at(peer))
        report = await check(engine, at(peer))
    assert issuer.issued == 1
    detail = stage(report, "authenticate").detail
    assert (detail["cached"], detail["stages"]) == (True, [])
    assert 3590 <= detail["expires_in_s"] <= 3600


@pytest.mark.parametrize(("expires_in", "fetches"), [(0, 2), (-1, 2), ('"0"', 2), (None, 1), (1e6, 1)])
async def test_how_long_a_token_is_kept(engine: Engine, expires_in: object, fetches: int) -> None:
    issuer = Issuer(expires_in)
    async with Peer(issuer) as peer:
        reports = [await check(engine, at(peer)) for _ in range(2)]
    assert [report.outcome for report in reports] == ["passed", "passed"]
    assert issuer.issued == fetches


async def test_another_secret_is_another_token(engine: Engine) -> None:
    issuer = Issuer()
    async with Peer(issuer) as peer:
        for secret in ("one", "two", "one"):
            await check(engine, at(peer, secret=secret))
    assert issuer.issued == 2


async def at_once(engine: Engine, wanted: list[Target]) -> list[ProbeReport]:
    """Probe all at the same time."""

    def job(one: Target) -> Job[ProbeReport]:
        return Job("", lambda: check(engine, one))

    async with aclosing(many(map(job, wanted), concurrency=50, per_host=None)) as results:
        found = [result async for result in results]
    return [report for _, report in sorted(found, key=lambda pair: pair[0])]


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_many_at_once_fetch_one_token(engine: Engine, elsewhere: bool) -> None:
    issuer = Issuer()
    async with Peer(issuer) as peer, Peer(issuer) as other:
        reports = await at_once(engine, [at(peer, other if elsewhere else None)] * 30)
    assert {report.outcome for report in reports} == {"passed"}
    assert issuer.issued == 1
    assert peer.connections == 30
    assert other.connections == (1 if elsewhere else 0)
    assert sorted(stage(report, "authenticate").detail["cached"] for report in reports) == [False] + [True] * 29


async def test_who_waits_for_a_token_has_not_dialled_yet(engine: Engine) -> None:
    issuer = Issuer()
    issuer.hold = asyncio.Event()
    async with Peer(issuer) as peer:
        tasks = [asyncio.create_task(check(engine, at(peer))) for _ in range(5)]
        await peer.arrived.wait()
        assert peer.connections == 1
        issuer.hold.set()
        assert {report.outcome for report in await asyncio.gather(*tasks)} == {"passed"}


async def test_many_at_once_with_tokens_for_one_use_fetch_one_each(engine: Engine) -> None:
    issuer = Issuer(0)
    async with Peer(issuer) as peer:
        reports = await at_once(engine, [at(peer)] * 10)
    assert {report.outcome for report in reports} == {"passed"}
    assert issuer.issued == 10


async def test_a_rejected_client_is_asked_for_once_by_all(engine: Engine) -> None:
    body = '{"error": "invalid_client", "error_description": "no <s3cr3t-client>"}'
    async with Peer(routes({"/token": reply(400, body)})) as peer:
        reports = await at_once(engine, [at(peer)] * 10)
    assert {kind(report) for report in reports} == {("authenticate", "credentials_rejected")}
    assert peer.paths() == ["/token"]
    detail = stage(reports[0], "authenticate").detail
    assert (detail["status"], detail["error"]) == (400, "invalid_client")
    assert "s3cr3t-client" not in shown(reports[0])
    assert "no <•••>" in shown(reports[0])


async def test_who_fetches_and_is_cancelled_leaves_it_to_the_next(engine: Engine) -> None:
    issuer = Issuer()
    issuer.hold = asyncio.Event()
    async with Peer(issuer) as peer:
        first = asyncio.create_task(check(engine, at(peer)))
        await peer.arrived.wait()
        second = asyncio.create_task(check(engine, at(peer)))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait_for(peer.gone.wait(), 60)
        issuer.hold.set()
        assert (await second).outcome == "passed"
    assert issuer.issued == 1


async def test_nobody_waits_behind_a_dial_that_failed(engine: Engine) -> None:
    with HostileServer(lambda connection: None) as gone:
        pass
    url = f"http://{gone.netloc}"
    reports = await at_once(engine, [target(url, oauth(url + "/token"), SECRET)] * 10)
    assert {kind(report) for report in reports} == {("connect", "refused")}
    assert {report.stages[0].outcome for report in reports} == {"passed"}


async def test_a_stale_token_is_renewed_once(engine: Engine) -> None:
    issuer = Issuer()
    async with Peer(issuer) as peer:
        await check(engine, at(peer))
        issuer.good.clear()
        report = await check(engine, at(peer))
        assert report.outcome == "passed"
        assert peer.paths() == ["/token", "/in", "/in", "/token", "/in"]
        assert peer.connections == 2
        assert stage(report, "authenticate").detail["cached"] is False
        issuer.refuse_all = True
        refused = await check(engine, at(peer))
        assert kind(refused) == ("authenticate", "credentials_rejected")
        assert stage(refused, "authenticate").detail["status"] == 401
        assert issuer.issued == 3
        await check(engine, at(peer))
        assert issuer.issued == 4


async def test_a_token_fetched_for_this_probe_and_refused_is_not_fetched_again(engine: Engine) -> None:
    issuer = Issuer()
    issuer.refuse_all = True
    async with Peer(issuer) as peer:
        report = await check(engine, at(peer))
        assert kind(report) == ("authenticate", "credentials_rejected")
        assert peer.paths() == ["/token", "/in"]
        await check(engine, at(peer))
    assert issuer.issued == 2


async def test_many_stale_tokens_are_renewed_once(engine: Engine) -> None:
    issuer = Issuer()
    async with Peer(issuer) as peer:
        await check(engine, at(peer))
        issuer.good.clear()
        reports = await at_once(engine, [at(peer)] * 10)
    assert {report.outcome for report in reports} == {"passed"}
    assert issuer.issued == 2


async def test_a_token_from_elsewhere_comes_first(engine: Engine, certified: Certified) -> None:
    issuer = Issuer()
    order: list[str] = []

    def noting(name: str) -> Handler:
        async def handler(asked: Asked, talk: Talk) -> bytes:
            order.append(name)
            return await issuer(asked, talk)

        return handler

    async with Peer(noting("in")) as peer, Peer(noting("token"), certified.contexts["good"]) as login:
        where = f"https://localhost:{login.port}/token"
        report = await check(engine, target(peer.url, oauth(where, ca_cert=certified.ca), SECRET))
    assert report.outcome == "passed"
    assert order == ["token", "in"]
    nested = stage(report, "authenticate").detail["stages"]
    assert [one["stage"] for one in nested] == ["resolve", "connect", "tls", "respond"]
    assert [one["outcome"] for one in nested] == ["passed"] * 4


async def test_trouble_on_the_way_to_a_token_elsewhere_keeps_its_kind(engine: Engine, certified: Certified) -> None:
    async with Peer(Issuer()) as peer, Peer(Issuer(), certified.contexts["good"]) as login:
        report = await check(engine, target(peer.url, oauth(f"https://localhost:{login.port}/token"), SECRET))
    assert kind(report) == ("authenticate", "tls_untrusted")
    assert outcomes(report) == {
        "resolve": "skipped",
        "connect": "skipped",
        "authenticate": "failed",
        "respond": "skipped",
    }
    nested = stage(report, "authenticate").detail["stages"]
    assert [(one["stage"], one["outcome"]) for one in nested] == [
        ("resolve", "passed"),
        ("connect", "passed"),
        ("tls", "failed"),
        ("respond", "skipped"),
    ]
    assert nested[-1]["ms"] is None
    assert nested[2]["detail"]["subject"]
    assert peer.connections == 0


async def test_the_connections_ca_is_trusted_for_the_token_too(engine: Engine, certified: Certified) -> None:
    async with Peer(Issuer(), certified.contexts["good"]) as peer:
        base = f"https://localhost:{peer.port}"
        report = await check(engine, target(base, oauth(base + "/token"), SECRET, ca_cert=certified.ca))
    assert report.outcome == "passed"
    assert peer.connections == 1


async def test_a_server_that_closes_after_each_answer_is_dialled_again(engine: Engine) -> None:
    token = ok(b'{"access_token": "t", "expires_in": 60}')
    with HostileServer(answers(token)) as server:
        base = f"http://{server.netloc}"
        report = await check(engine, target(base, oauth(base + "/token"), SECRET))
    assert report.outcome == "passed"
    assert server.accepted == 2


async def leaves_after_the_token(engine: Engine, stays_away: bool) -> tuple[ProbeReport, int]:
    """Probe a server that takes the request after the token's and closes; once, or each time."""
    token = ok(b'{"access_token": "t", "expires_in": 60}')
    connections = 0

    def leave(connection: socket.socket) -> None:
        nonlocal connections
        connections += 1
        first = connections == 1
        read_request(connection)
        if first:
            connection.sendall(token)
            read_request(connection)
        elif not stays_away:
            connection.sendall(ok(b"in"))

    with HostileServer(leave) as server:
        base = f"http://{server.netloc}"
        return await check(engine, target(base, oauth(base + "/token"), SECRET)), server.accepted


async def test_a_server_that_closes_instead_of_an_answer_is_dialled_again_once(engine: Engine) -> None:
    report, accepted = await leaves_after_the_token(engine, stays_away=False)
    assert report.outcome == "passed"
    assert accepted == 2
    report, accepted = await leaves_after_the_token(engine, stays_away=True)
    assert kind(report) == ("respond", "protocol_error")
    assert accepted == 2


async def test_over_tls_nothing_is_dialled_twice_either(engine: Engine, certified: Certified) -> None:
    issuer = Issuer()
    async with Peer(issuer, certified.contexts["good"]) as peer:
        base = f"https://localhost:{peer.port}"
        wanted = target(base, oauth(base + "/token"), SECRET, test_path="/in", ca_cert=certified.ca)
        report = await check(engine, wanted)
        async with aclosing(engine.stream(wanted)) as events:
            last = [event async for event in events][-1]
    assert report.outcome == "passed"
    assert last == Closed("the server ended the stream", events=1, bytes=2)
    assert peer.connections == 2  # one a probe
    assert peer.paths() == ["/token", "/in", "/in"]


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (reply(200, "no json"), "token_output_failed"),
        (reply(200, '{"access_token": "t", "expires_in": "soon"}'), "expiration_output_failed"),
        (reply(500, "broken"), "token_request_failed"),
        (reply(302, "", "Location: /elsewhere"), "token_request_failed"),
        (reply(401, ""), "credentials_rejected"),
        (reply(200, b"x" * (1024 * 1024 + 1)), "response_too_large"),
        (b"nonsense\r\n\r\n", "protocol_error"),
    ],
)
async def test_what_a_token_endpoint_can_do_wrong(engine: Engine, answer: bytes, what: str) -> None:
    async with Peer(routes({"/token": answer})) as peer:
        report = await check(engine, at(peer))
    assert kind(report) == ("authenticate", what)
    assert outcomes(report) == {
        "resolve": "passed",
        "connect": "passed",
        "authenticate": "failed",
        "respond": "skipped",
    }
    nested = stage(report, "authenticate").detail["stages"][-1]
    passes = nested["detail"].get("status") == 200 and "bytes" in nested["detail"]
    assert (nested["stage"], nested["outcome"]) == ("respond", "passed" if passes else "failed")


async def test_a_token_endpoint_that_is_silent(engine: Engine) -> None:
    issuer = Issuer()
    issuer.hold = asyncio.Event()
    async with Peer(issuer) as peer:
        report = await check(engine, at(peer, read=0.2))
    assert kind(report) == ("authenticate", "read_timeout")
    assert stage(report, "authenticate").detail["stages"][-1]["outcome"] == "failed"


async def test_the_token_alone(engine: Engine) -> None:
    issuer = Issuer()
    async with Peer(issuer) as peer:
        token = await engine.token(at(peer))
        assert token.value.reveal() == "token-number-1"
        assert token.source == peer.url + "/token"
        assert engine.held_token(at(peer)) is token
        assert await engine.token(at(peer)) is token
        assert engine.forget(at(peer))
        assert not engine.forget(at(peer))
        assert engine.held_token(at(peer)) is None
        assert (await engine.token(at(peer))).value.reveal() == "token-number-2"
    assert peer.paths() == ["/token", "/token"]


async def test_a_raw_token_is_its_secret_and_others_have_none(engine: Engine) -> None:
    raw = await engine.token(target("http://h.example", RawBearerTokenAuth(), {"token": "kept"}))
    assert raw.value.reveal() == "kept"
    with pytest.raises(RequestFailed):
        await engine.token(target("http://h.example", BasicAuth(username="u")))
    with pytest.raises(MissingParameter):
        await engine.token(target("http://h.example", RawBearerTokenAuth()))


async def test_a_token_that_is_refused_is_an_exception_for_who_asks_for_it_alone(engine: Engine) -> None:
    async with Peer(routes({"/token": reply(401, "s3cr3t-client")})) as peer:
        with pytest.raises(RequestFailed) as caught:
            await engine.token(at(peer))
    assert "401" in caught.value.message
    assert caught.value.hint


def bearer(**fields: Any) -> HttpBearerTokenAuth:
    form = FormBody(form=(("user", "svc"), ("pass", "{{login secret}}")))
    request = Request(
        path="/login", params=(("tenant", "{{tenant}}"),), headers=(("X-Id", "{{login secret}}"),), body=form
    )
    settings = {"token_output": "body.data.token", "expiration_output": "body.ttl", "request": request, **fields}
    return HttpBearerTokenAuth.model_validate(settings)


def login(answer: str) -> dict[str, bytes | Callable[[Asked], bytes]]:
    return {"/login": reply(200, answer), "/": reply(200, "in")}


async def probe_login(engine: Engine, answer: str, **fields: Any) -> tuple[ProbeReport, Peer]:
    async with Peer(routes(login(answer))) as peer:
        wanted = target(peer.url, bearer(**fields), {"login secret": "s3cr3t&value"}, {"tenant": "a b"})
        return await check(engine, wanted), peer


async def test_a_described_token_request_with_every_part(engine: Engine) -> None:
    report, peer = await probe_login(engine, '{"data": {"token": "t-1"}, "ttl": 60}', header="X-Auth", prefix="Tok")
    assert report.outcome == "passed", report
    first, second = peer.asked
    assert (first.method, first.path) == ("POST", "/login?tenant=a%20b")
    assert first.headers["x-id"] == "s3cr3t&value"
    assert first.body == b"user=svc&pass=s3cr3t%26value"
    assert second.headers["x-auth"] == "Tok t-1"
    assert "authorization" not in second.headers
    assert stage(report, "authenticate").detail["expires_in_s"] == 60


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        ('{"data": {}, "ttl": 60}', "token_output_failed"),
        ('{"ttl": 60}', "token_output_failed"),
        ('{"data": {"token": "t"}, "ttl": "soon"}', "expiration_output_failed"),
        ('{"data": {"token": "t"}}', "expiration_output_failed"),
    ],
)
async def test_outputs_that_fail(engine: Engine, answer: str, what: str) -> None:
    report, _ = await probe_login(engine, answer)
    assert kind(report) == ("authenticate", what)


async def test_other_outputs_are_other_tokens(engine: Engine) -> None:
    async with Peer(routes(login('{"data": {"token": "t-1"}, "ttl": 60}'))) as peer:
        for output in ("body.data.token", "body.data.token.toUpperCase()"):
            wanted = target(peer.url, bearer(token_output=output), {"login secret": "s"}, {"tenant": "t"})
            await check(engine, wanted)
    assert [asked.headers.get("authorization") for asked in peer.asked if asked.path == "/"] == [
        "Bearer t-1",
        "Bearer T-1",
    ]


async def test_a_streamed_token_answer_is_read_to_its_first_event(engine: Engine) -> None:
    async def handler(asked: Asked, talk: Talk) -> bytes | None:
        if asked.path == "/":
            return reply(200, "in")
        head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
        await talk.send(head.encode() + b'event: token\ndata: {"t": "stream-token", "ttl": 9}\n\n')
        await talk.gone.wait()
        return None

    request = Request(path="/login", stream_response=True)
    async with Peer(handler) as peer, Peer(handler) as other:
        place = TokenConnection(base_url=other.url)
        auth = bearer(request=request, token_output="body.t", token_connection=place)
        report = await check(engine, target(peer.url, auth))
    assert report.outcome == "passed", report
    assert peer.asked[0].headers["authorization"] == "Bearer stream-token"


async def test_what_the_answer_holds_is_named_where_an_expression_finds_nothing(engine: Engine) -> None:
    async def handler(asked: Asked, talk: Talk) -> bytes:
        return reply(200, ')]}\'\n{"t": 1}', "X-Subject-Token: s3cr3t-tok", "Set-Cookie: a=1", "Set-Cookie: b=2")

    async with Peer(handler) as peer:

        async def failure(output: str) -> str:
            report = await check(
                engine, target(peer.url, bearer(token_output=output), {"login secret": "x"}, _TENANT)
            )
            assert kind(report)[1] == "token_output_failed"
            return f"{report.failure}"

        assert "headers['x-subject-token']" in await failure("headers['X-Subject-Token']")
        assert "JSON.parse(body.slice(5))" in await failure("body.t")
        found = target(
            peer.url, bearer(token_output="headers['set-cookie'].join('|')"), {"login secret": "x"}, _TENANT
        )
        await check(engine, found)
        assert peer.asked[-1].headers.get("authorization") is None
        taken = bearer(token_output="headers['set-cookie'][1]", expiration_output="60")
        await check(engine, target(peer.url, taken, {"login secret": "x"}, _TENANT))
        assert peer.asked[-1].headers["authorization"] == "Bearer b=2"


async def test_a_point_in_time_for_a_lifetime_is_a_warning(engine: Engine) -> None:
    moment = int(time.time() + 600) * 1000
    report, _ = await probe_login(engine, f'{{"data": {{"token": "t0k3n"}}, "ttl": {moment}}}')
    assert report.outcome == "passed"
    detail = stage(report, "authenticate").detail
    assert 550 < detail["expires_in_s"] <= 600
    (warning,) = detail["warnings"]
    assert (warning["stage"], warning["kind"]) == ("authenticate", "odd_answer")
    assert warning["message"].endswith("wanted are seconds: (body.ttl - Date.now()) / 1000")


_TENANT = {"tenant": "t"}


@pytest.mark.parametrize("method", ["http_bearer_token", "raw_bearer_token"])
async def test_a_prefix_that_stands_twice_is_told(engine: Engine, method: str) -> None:
    answers = login('{"data": {"token": "bearer t0k3n-x"}, "ttl": 60}') | {"/": reply(401)}
    async with Peer(routes(answers)) as peer:
        if method == "raw_bearer_token":
            wanted = target(peer.url, RawBearerTokenAuth(), {"token": "bearer t0k3n-x"})
        else:
            wanted = target(peer.url, bearer(), {"login secret": "s"}, _TENANT)
        report = await check(engine, wanted)
    assert kind(report) == ("authenticate", "credentials_rejected")
    assert report.failure is not None
    assert "the token begins with Bearer, and Token Prefix puts that there again" in report.failure.hint
    assert "t0k3n-x" not in shown(report)


async def test_a_large_integer_is_a_token_with_all_its_digits(engine: Engine) -> None:
    answers = login('{"data": {"token": 9007199254740993}, "ttl": "60"}')
    async with Peer(routes(answers)) as peer:
        await check(engine, target(peer.url, bearer(), {"login secret": "s"}, _TENANT))
    assert peer.asked[-1].headers["authorization"] == "Bearer 9007199254740993"


class Slow:
    """A box whose expressions wait until they are let go."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.go = asyncio.Event()

    async def evaluate(self, expression: str, *, body: str | bytes, status: int, headers: HeaderValues) -> Any:
        self.begun.set()
        await self.go.wait()
        return "t0k3n" if "token" in expression else 60


async def test_our_own_waiting_is_charged_to_no_server(engine: Engine) -> None:
    """One fetches and waits for the box, another waits for the first; both for longer than the server may take."""
    slow = engine._shared.expressions = Slow()
    async with Peer(routes(login("{}"))) as peer:
        wanted = target(peer.url, bearer(), {"login secret": "s"}, _TENANT, connect=0.1, read=0.3)
        first = asyncio.create_task(check(engine, wanted))
        await slow.begun.wait()
        # The second gives up on a server after 3 x connect + 2 x read.
        second = asyncio.create_task(check(engine, wanted))
        await asyncio.wait({second}, timeout=1.5)
        assert not second.done()
        slow.go.set()
        assert [report.outcome for report in await asyncio.gather(first, second)] == ["passed", "passed"]


async def test_the_time_of_the_whole_bounds_our_own_waiting_too(engine: Engine) -> None:
    slow = engine._shared.expressions = Slow()
    async with Peer(routes(login("{}"))) as peer:
        wanted = target(peer.url, bearer(), {"login secret": "s"}, _TENANT)
        reports = await asyncio.gather(*(check(engine, wanted, timeout=1.5) for _ in range(2)))
    assert not slow.go.is_set()
    for report in reports:
        assert kind(report) == ("authenticate", "token_output_failed")
        assert report.failure is not None
        assert "the time for the whole, 1.5 s, was over" in report.failure.message
