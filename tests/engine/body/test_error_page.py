"""What an answer of 5xx says in its own words, and which ways to prove oneself a challenge offers."""

from __future__ import annotations

import gzip

import pytest

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.body.error_page import first_line
from integrator_tui.engine.engine import Engine
from integrator_tui.engine.http1.challenge import schemes, without_basic
from integrator_tui.model.connection import BasicAuth, OAuth2Auth, Operation, Output
from tests.engine.hostile import HostileServer, answers, silent
from tests.engine.peer import Peer, reply, routes
from tests.engine.probing import check, kind, shown, target


def page(content_type: str, body: bytes, **headers: str) -> str:
    response = httpx.Response(503, headers={"content-type": content_type, **headers})
    return first_line(response, body)


@pytest.mark.parametrize(
    ("content_type", "body", "line"),
    [
        ("text/plain", b"\n  no healthy upstream\nmore", "no healthy upstream"),
        ("", b"upstream connect error", "upstream connect error"),
        ("application/json", b'{"error": "down"}', '{"error": "down"}'),
        ("application/json", b'{\n  "error": "down"\n}', "{"),
        ("text/html", b"<html><head><title>502 Bad Gateway</title></head><body><center>", "502 Bad Gateway"),
        ("text/html", b"<html><head><style>p {}</style></head><p>We are <b>down</b></p>", "We are"),
        ("text/html; charset=utf-8", "<h1>Störung &amp; Wartung</h1>".encode(), "Störung & Wartung"),
        ("text/html", b"<!-- <h1>no</h1> --><script>var no</script><p>yes", "yes"),
        ("text/plain; charset=iso-8859-1", "Störung".encode("latin-1"), "Störung"),
        ("text/html", b"<html", ""),
        ("text/plain", b"", ""),
        ("text/plain", b"a\x1b[31mb", ""),
        ("application/octet-stream", bytes(range(256)), ""),
        ("text/plain", b"x" * 500, "x" * 120 + "…"),
    ],
)
def test_the_first_line_of_text(content_type: str, body: bytes, line: str) -> None:
    assert page(content_type, body) == line


def test_a_body_that_is_still_compressed_says_nothing() -> None:
    assert page("text/plain", gzip.compress(b"a reason"), **{"content-encoding": "br"}) == ""


async def test_a_test_that_fails_with_5xx_says_the_first_line(engine: Engine) -> None:
    answer = reply(503, "<html><title>x</title><h1>Down for s3cret-s3cret</h1>", "Content-Type: text/html")
    async with Peer(routes({"/": answer})) as peer:
        report = await check(engine, target(peer.url, BasicAuth(username="u"), {"password": "s3cret-s3cret"}))
    assert kind(report) == ("respond", "server_error")
    assert report.failure is not None
    assert report.failure.message == "the server answered 503 Whatever: 'Down for •••'"
    assert "s3cret-s3cret" not in shown(report)


async def test_a_line_that_is_cut_in_a_secret_shows_nothing_of_it(engine: Engine) -> None:
    secret = "s3cret-" * 5
    answer = reply(500, "x" * 110 + secret)
    async with Peer(routes({"/": answer})) as peer:
        report = await check(engine, target(peer.url, BasicAuth(username="u"), {"password": secret}))
    assert kind(report) == ("respond", "server_error")
    assert "s3cret" not in shown(report)


@pytest.mark.parametrize("status", [200, 404])
async def test_other_answers_keep_their_words(engine: Engine, status: int) -> None:
    async with Peer(routes({"/": reply(status, "a line")})) as peer:
        report = await check(engine, target(peer.url))
    assert "a line" not in shown(report)


async def test_an_operation_that_fails_with_5xx_says_the_first_line(engine: Engine) -> None:
    """Its outputs are all that is shown of it, while a request hands on the body itself."""
    asked = Operation(name="A", method="GET", path="/", outputs=(Output(name="S", value="statusCode"),))
    async with Peer(routes({"/": reply(503, "down for s3cret-s3cret")})) as peer:
        wanted = target(peer.url, BasicAuth(username="u"), {"password": "s3cret-s3cret"})
        ran = await engine.run(wanted, asked)
        async with engine.request(wanted, asked) as answer:
            assert b"".join([piece async for piece in answer.chunks()]) == b"down for s3cret-s3cret"
    assert ran.answer.failure is not None
    assert ran.answer.failure.message == "the server answered 503 Whatever: 'down for •••'"
    assert answer.failure is not None
    assert answer.failure.message == "the server answered 503 Whatever"


async def test_a_token_request_that_fails_with_5xx_says_the_first_line(engine: Engine) -> None:
    async with Peer(routes({"/token": reply(502, "no healthy upstream")})) as peer:
        auth = OAuth2Auth(access_token_url=f"{peer.url}/token", client_id="c")
        report = await check(engine, target(peer.url, auth, {"client_secret": "s3cret-s3cret"}))
    assert kind(report) == ("authenticate", "token_request_failed")
    assert report.failure is not None
    assert report.failure.message == "the token request was answered 502 Whatever: 'no healthy upstream'"


@pytest.mark.parametrize(
    ("behave", "said"),
    [
        (answers(b"HTTP/1.1 502 Bad\r\nContent-Length: 12\r\n\r\nno way there"), ": 'no way there'"),
        (answers(b"HTTP/1.1 503 Bad\r\n\r\n<title>x</title><p>Gone"), ": 'Gone'"),
        (answers(b"HTTP/1.1 504 Bad\r\nContent-Length: 100\r\n\r\n"), "504 Bad when asked for"),
    ],
)
async def test_a_proxy_that_refuses_a_tunnel_says_the_first_line(engine: Engine, behave: object, said: str) -> None:
    with HostileServer(behave) as proxy:  # type: ignore[arg-type]
        report = await check(engine, target("https://name.invalid", proxy=f"http://{proxy.netloc}"))
    assert kind(report) == ("connect", "vantage_failed")
    assert report.failure is not None
    assert said in report.failure.message


async def test_a_proxy_that_never_ends_its_refusal_is_told_with_what_it_answered(engine: Engine) -> None:
    def behave(connection: object) -> None:
        answers(b"HTTP/1.1 502 Bad\r\nContent-Length: 100\r\n\r\nand then")(connection)  # type: ignore[arg-type]
        silent(connection)  # type: ignore[arg-type]

    with HostileServer(behave) as proxy:
        report = await check(engine, target("https://name.invalid", proxy=f"http://{proxy.netloc}"))
    assert kind(report) == ("connect", "vantage_failed")
    assert report.failure is not None
    assert "502 Bad" in report.failure.message


@pytest.mark.parametrize(
    ("challenges", "expected"),
    [
        (['Digest realm="a", qop="auth", algorithm=MD5, nonce="x,y Basic z"'], ("Digest",)),
        (['Digest realm="a", Basic realm="b"'], ("Digest", "Basic")),
        (['Digest realm="a"', 'basic realm="b"'], ("Digest", "basic")),
        (["Negotiate", "NTLM"], ("Negotiate", "NTLM")),
        (["Negotiate, NTLM"], ("Negotiate", "NTLM")),
        (["Negotiate YII=="], ("Negotiate",)),
        (['Bearer error="invalid, Basic"'], ("Bearer",)),
        ([""], ()),
        ([], ()),
    ],
)
def test_challenges(challenges: list[str], expected: tuple[str, ...]) -> None:
    assert schemes(challenges) == expected
    offers_basic = any(name.lower() == "basic" for name in expected)
    assert without_basic(challenges) == ("" if offers_basic else ", ".join(expected))


async def test_a_server_that_takes_digest_alone_is_no_matter_of_the_password(engine: Engine) -> None:
    answer = reply(401, "", 'WWW-Authenticate: Digest realm="r", nonce="n"')
    async with Peer(routes({"/": answer})) as peer:
        report = await check(engine, target(peer.url, BasicAuth(username="u"), {"password": "s3cret-s3cret"}))
    assert kind(report) == ("authenticate", "credentials_rejected")
    assert report.failure is not None
    assert report.failure.hint == "the server takes Digest and no Basic: choose a method that it takes"


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_asks_for_more_than_basic(engine: Engine, scheme: str) -> None:
    for offered, said in (
        (b"Proxy-Authenticate: NTLM\r\nProxy-Authenticate: Negotiate\r\n", "asks for NTLM, Negotiate (407)"),
        (b'Proxy-Authenticate: Digest realm="x", Basic realm="x"\r\n', "wants a user and password (407)"),
    ):
        answer = b"HTTP/1.1 407 No\r\n" + offered + b"Content-Length: 0\r\n\r\n"
        with HostileServer(answers(answer)) as proxy:
            report = await check(engine, target(f"{scheme}://name.invalid", proxy=f"http://{proxy.netloc}"))
        assert report.failure is not None
        assert report.failure.kind == "vantage_failed"
        assert said in report.failure.message
