"""The staged probe against real servers: what each stage says, and what the failing one says of why."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.errors import LockedError, MacMismatch, NoIdentity, SealBroken
from integrator_tui.model.connection import BasicAuth, OAuth2Auth, RawBearerTokenAuth
from integrator_tui.model.probe import ProbeReport
from integrator_tui.model.secret import Secret, SecretRef
from tests.engine.certified import Certified
from tests.engine.hostile import HostileServer, answers, drip, forever
from tests.engine.peer import Asked, Peer, Talk, reply, routes
from tests.engine.probing import check, kind, oauth, outcomes, shown, stage, target

OK = routes({"/": reply(200, "hello"), "/health": reply(200, "hello")})


async def ask(engine: Engine, answer: bytes, **fields: Any) -> ProbeReport:
    """Probe a server that answers everything with `answer`, under Basic."""

    async def handler(asked: Asked, talk: Talk) -> bytes:
        return answer

    async with Peer(handler) as peer:
        return await check(engine, target(peer.url, BasicAuth(username="u"), {"password": "s3cr3t-pw"}, **fields))


async def test_a_plain_probe_passes_stage_by_stage(engine: Engine) -> None:
    async with Peer(OK) as peer:
        report = await check(engine, target(peer.url + "/", test_path="/health"))
    assert report.outcome == "passed"
    assert outcomes(report) == {"resolve": "passed", "connect": "passed", "respond": "passed"}
    assert report.url == peer.url + "/health"
    detail = stage(report, "respond").detail
    assert (detail["status"], detail["bytes"], detail["http_version"]) == (200, 5, "HTTP/1.1")
    assert all(result.ms is not None and result.ms >= 0 for result in report.stages)
    assert peer.asked[0].method == "GET"
    assert peer.connections == 1


async def test_tls_is_a_stage_of_https(engine: Engine, certified: Certified) -> None:
    async with Peer(OK, certified.contexts["good"]) as peer:
        report = await check(engine, target(f"https://localhost:{peer.port}", ca_cert=certified.ca))
        untrusted = await check(engine, target(f"https://localhost:{peer.port}"))
    assert outcomes(report) == dict.fromkeys(("resolve", "connect", "tls", "respond"), "passed")
    assert stage(report, "tls").detail["version"].startswith("TLSv1.")
    assert kind(untrusted) == ("tls", "tls_untrusted")
    assert outcomes(untrusted)["respond"] == "skipped"


async def test_basic_sends_user_and_password(engine: Engine) -> None:
    async with Peer(OK) as peer:
        report = await check(
            engine, target(peer.url, BasicAuth(username="{{u}}"), {"password": "pä:ss"}, {"u": "me"})
        )
        bare = await check(engine, target(peer.url, BasicAuth(username="me")))
    assert [asked.headers["authorization"] for asked in peer.asked] == ["Basic bWU6cMOkOnNz", "Basic bWU6"]
    assert stage(report, "authenticate").detail == {"method": "basic", "stages": []}
    assert bare.outcome == "passed"


async def test_a_raw_token_goes_into_its_header(engine: Engine) -> None:
    async with Peer(OK) as peer:
        await check(engine, target(peer.url, RawBearerTokenAuth(), {"token": "t-1"}))
        await check(engine, target(peer.url, RawBearerTokenAuth(header="X-Key", prefix=""), {"token": "t-1"}))
    assert peer.asked[0].headers["authorization"] == "Bearer t-1"
    assert peer.asked[1].headers["x-key"] == "t-1"


async def test_a_raw_token_that_a_parameter_gives_shows_nowhere(engine: Engine) -> None:
    async def handler(asked: Asked, talk: Talk) -> bytes:
        return reply(401, "", f"WWW-Authenticate: {asked.headers['authorization']}")

    async with Peer(handler) as peer:
        report = await check(engine, target(peer.url, RawBearerTokenAuth(), parameters={"token": "g1ven-token"}))
    assert kind(report) == ("authenticate", "credentials_rejected")
    assert "g1ven" not in shown(report)


@pytest.mark.parametrize("header", ["a b", "a:", "é", ""])
async def test_a_header_name_that_a_value_makes_none_is_told_before_anything_is_dialled(
    engine: Engine, header: str
) -> None:
    auth = RawBearerTokenAuth(header="{{header}}")
    async with Peer(OK) as peer:
        report = await check(engine, target(peer.url, auth, {"token": "t-1"}, {"header": header}))
    assert kind(report) == (None, "invalid_file")
    assert peer.connections == 0


@pytest.mark.parametrize(
    ("status", "where", "what"),
    [
        (403, "respond", "forbidden"),
        (404, "respond", "not_found"),
        (302, "respond", "redirected"),
        (304, "respond", "redirected"),
        (500, "respond", "server_error"),
        (503, "respond", "server_error"),
        (400, "respond", "unexpected_status"),
        (429, "respond", "unexpected_status"),
        (401, "authenticate", "credentials_rejected"),
    ],
)
async def test_a_status_that_is_no_success_fails_where_it_counts(
    engine: Engine, status: int, where: str, what: str
) -> None:
    body = "" if status == 304 else "no"
    report = await ask(engine, reply(status, body))
    assert report.outcome == "failed"
    assert kind(report) == (where, what)
    assert stage(report, where).detail["status"] == status
    if status == 401:
        assert outcomes(report)["respond"] == "skipped"
        assert stage(report, "respond").ms is None
        assert stage(report, "respond").detail == {}
    else:
        assert outcomes(report)["authenticate"] == "passed"
        assert stage(report, "respond").detail["bytes"] == len(body)


async def test_under_none_a_401_fails_respond_and_asks_for_a_method(engine: Engine) -> None:
    async with Peer(routes({"/": reply(401, "", 'WWW-Authenticate: Basic realm="x"')})) as peer:
        report = await check(engine, target(peer.url))
    assert kind(report) == ("respond", "credentials_rejected")
    assert report.failure is not None
    assert "method" in report.failure.hint
    assert 'Basic realm="x"' in report.failure.message


async def test_nobody_there(engine: Engine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    report = await check(engine, target(f"http://127.0.0.1:{port}", BasicAuth(username="u")))
    assert kind(report) == ("connect", "refused")
    assert list(outcomes(report).values()) == ["passed", "failed", "skipped", "skipped"]


async def test_an_answer_that_is_too_slow(engine: Engine) -> None:
    with HostileServer(drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x")) as server:
        report = await check(engine, target(f"http://{server.netloc}", read=0.2))
        assert kind(report) == ("respond", "read_timeout")
        assert stage(report, "respond").detail["status"] == 200
        whole = await check(engine, target(f"http://{server.netloc}", read=30), timeout=1)
    assert kind(whole) == ("respond", "read_timeout")
    assert whole.failure is not None
    assert "--timeout" in whole.failure.hint


async def test_the_time_of_the_whole_bounds_the_handshake_too(engine: Engine) -> None:
    def silent(connection: socket.socket) -> None:
        while connection.recv(65536):
            pass

    with HostileServer(silent) as server:
        report = await check(engine, target(f"https://{server.netloc}"), timeout=1)
    assert kind(report) == ("tls", "tls_timeout")
    assert outcomes(report) == {"resolve": "passed", "connect": "passed", "tls": "failed", "respond": "skipped"}


async def test_an_answer_that_is_too_large(engine: Engine) -> None:
    endless = forever(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"400\r\n" + b"x" * 1024 + b"\r\n")
    with HostileServer(endless) as server:
        report = await check(engine, target(f"http://{server.netloc}"))
        assert server.gone.wait(60)
    assert kind(report) == ("respond", "response_too_large")
    assert report.failure is not None
    assert "Stream Response" in report.failure.hint


@pytest.mark.parametrize(
    "answer",
    [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", b"HTTP/1.1 200 OK\r\nX"],
)
async def test_an_answer_that_is_not_whole(engine: Engine, answer: bytes) -> None:
    with HostileServer(answers(answer)) as server:
        report = await check(engine, target(f"http://{server.netloc}", BasicAuth(username="u")))
        assert kind(report) == ("respond", "protocol_error")
        assert outcomes(report)["authenticate"] == "passed"
        assert server.accepted == 1


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (NoIdentity("no key opens it", "get one"), "locked"),
        (LockedError("closed", "open it"), "locked"),
        (SealBroken("changed", "seal again"), "seal_broken"),
        (MacMismatch("changed", "restore it"), "locked"),
    ],
)
async def test_what_stays_closed_skips_everything(engine: Engine, error: LockedError, what: str) -> None:
    def reveal(name: SecretRef) -> Secret:
        raise error

    wanted = target("https://localhost:1", BasicAuth(username="u"), {"password": "x"})
    report = await check(engine, type(wanted)(wanted.connection, reveal))
    assert report.outcome == "error"
    assert kind(report) == (None, what)
    assert set(outcomes(report).values()) == {"skipped"}
    assert list(outcomes(report)) == ["resolve", "connect", "tls", "authenticate", "respond"]
    assert all(result.ms is None and result.detail == {} for result in report.stages)


async def test_all_that_is_missing_is_told_before_anything_is_dialled(engine: Engine) -> None:
    async with Peer(OK) as peer:
        report = await check(engine, target(peer.url, RawBearerTokenAuth(), test_path="/{{b}}/{{a}}"))
    assert kind(report) == (None, "missing_parameter")
    assert report.failure is not None
    assert all(name in report.failure.message for name in ("a", "b", "token"))
    assert peer.connections == 0
    assert report.url == f"{peer.url}/{{{{b}}}}/{{{{a}}}}"


@pytest.mark.parametrize(
    "fields", [{"base_url": "ftp://host"}, {"base_url": "https://"}, {"test_path": "http://other/"}]
)
async def test_a_connection_with_errors_is_not_probed(engine: Engine, fields: dict[str, Any]) -> None:
    report = await check(engine, target(**{"base_url": "http://127.0.0.1:1", **fields}))
    assert kind(report) == (None, "invalid_file")
    assert report.outcome == "error"


async def test_a_certificate_that_cannot_be_read_is_an_error(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path
    (folder / "bad.pem").write_text("-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n")
    for fields in (
        {"ca_cert": "no pem"},
        {"ca_cert": (folder / "bad.pem").read_text()},
        {"ca_cert_file": "missing.pem"},
        {"ca_cert_file": "."},
        {"ca_cert_file": "bad.pem"},
        {"client_cert_file": "bad.pem"},
        {"auth": OAuth2Auth(access_token_url="https://127.0.0.1:1/", client_id="c", ca_cert="no pem")},
    ):
        report = await check(engine, target("https://127.0.0.1:1", folder=folder, **fields))
        assert kind(report) == (None, "ca_invalid"), fields
        assert report.outcome == "error"


async def test_a_proxy_that_refuses_is_the_vantages_fault(engine: Engine) -> None:
    with HostileServer(answers(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")) as proxy:
        report = await check(engine, target("https://host.example", proxy=f"http://{proxy.netloc}"))
    assert report.failure is not None
    assert report.failure.kind == "vantage_failed"


async def test_leaving_early_closes_the_socket(engine: Engine) -> None:
    async def silent(asked: Asked, talk: Talk) -> bytes | None:
        await talk.gone.wait()
        return None

    async with Peer(silent) as peer:
        task = asyncio.create_task(check(engine, target(peer.url)))
        await peer.arrived.wait()
        task.cancel()
        await asyncio.wait_for(peer.gone.wait(), 60)
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_stream_passes_at_its_first_event(engine: Engine) -> None:
    async def stream(asked: Asked, talk: Talk) -> bytes | None:
        head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        await talk.send(head.encode() + b"9\r\ndata: a\n\n\r\n")
        await talk.gone.wait()
        return None

    async with Peer(stream) as peer:
        report = await check(engine, target(peer.url, stream_response=True))
        await asyncio.wait_for(peer.gone.wait(), 60)
    assert list(outcomes(report).items())[-2:] == [("respond", "passed"), ("stream", "passed")]
    assert stage(report, "stream").detail == {"events": 1, "bytes": 9, "event_stream": True}


@pytest.mark.parametrize("body", ["", "no line end", "one\ntwo\n"])
async def test_a_stream_passes_at_its_first_line_or_its_end(engine: Engine, body: str) -> None:
    report = await ask(engine, reply(200, body), stream_response=True)
    assert report.outcome == "passed"
    assert stage(report, "stream").detail["events"] == len(body.splitlines())


async def test_a_silent_stream_is_read_timeout(engine: Engine) -> None:
    async def silent(asked: Asked, talk: Talk) -> bytes | None:
        await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        await talk.gone.wait()
        return None

    async with Peer(silent) as peer:
        report = await check(engine, target(peer.url, stream_response=True, read=0.2))
    assert kind(report) == ("stream", "read_timeout")
    assert outcomes(report)["respond"] == "passed"


async def test_a_stream_that_is_refused_never_streams(engine: Engine) -> None:
    report = await ask(engine, reply(500), stream_response=True)
    assert kind(report) == ("respond", "server_error")
    assert outcomes(report)["stream"] == "skipped"


async def test_what_a_server_says_cannot_act_on_a_terminal(engine: Engine) -> None:
    report = await ask(engine, reply(401, "", "WWW-Authenticate: \x1b[31mBasic", reason="No\x1b]0;x\x07"))
    assert "\x1b" not in shown(report)
    assert "\\x1b" not in shown(report)
    assert "␛" in shown(report)


AHEAD = "ahead of what a server said"


async def test_a_wrong_clock_is_told_where_a_token_is_refused(engine: Engine) -> None:
    late = "Date: Tue, 01 Jan 2019 00:00:00 GMT"
    async with Peer(routes({"/": reply(401, "", late), "/token": reply(401, "", late)})) as peer:
        raw = await check(engine, target(peer.url, RawBearerTokenAuth(), {"token": "t"}))
        fetched = await check(engine, target(peer.url, oauth(peer.url + "/token"), {"client_secret": "c"}))
        password = await check(engine, target(peer.url, BasicAuth(username="u")))
    assert [AHEAD in report.failure.hint for report in (raw, fetched, password) if report.failure] == [
        True,
        True,
        False,  # a password knows no time
    ]


@pytest.mark.parametrize("which", ["expired", "not_yet_valid", "unknown_ca"])
async def test_a_wrong_clock_is_told_where_a_certificate_is_out_of_time(
    engine: Engine, certified: Certified, which: str
) -> None:
    token = reply(200, '{"access_token": "t"}', "Date: Tue, 01 Jan 2019 00:00:00 GMT")
    async with Peer(routes({"/": token})) as login, Peer(OK, certified.contexts[which]) as peer:
        auth = oauth(login.url + "/")
        wanted = target(f"https://localhost:{peer.port}", auth, {"client_secret": "c"}, ca_cert=certified.ca)
        report = await check(engine, wanted)
    assert report.failure is not None
    assert report.failure.stage == "tls"
    assert (AHEAD in report.failure.hint) is (which != "unknown_ca")
