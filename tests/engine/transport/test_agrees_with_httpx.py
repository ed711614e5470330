"""StagedTransport beside httpx's own transport: the same requests and servers, the same answers and exceptions."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest

from integrator_tui.engine import StagedTransport
from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.settings import EngineSettings
from tests.engine import misbehaving
from tests.engine.certified import Certified
from tests.engine.hostile import Behaviour, HostileServer, answers, keeps, ok, read_request, silent
from tests.engine.misbehaving import Misbehaving
from tests.engine.proxies import Asked, http_proxy, socks_proxy

Outcome = tuple[object, ...]
Use = Callable[[httpx.AsyncClient, str], Awaitable[Outcome]]

NOBODY: Final = EngineSettings(ca_file="/dev/null", ca_dir="/dev/null")
OURS: Final = {
    "too many headers",
    "too long a header",
    "a flood of 100",
    "a flood of 103 with headers",
}
"""Servers that pass a bound of our own."""
TAKEN: Final = {"a header without a name", "a blank before the colon"}
"""Servers whose odd answer is taken here, as curl takes it, and refused by httpx's own transport."""
ENDLESS: Final = {"a slow status line", "slow headers", "a slow header"}
"""Servers that always move, and so are never late for httpx's timeouts."""

SERVERS: Final = [
    server
    for server in (*misbehaving.HEADS, *misbehaving.BODIES, *misbehaving.SLOWNESS, *misbehaving.ODD)
    if server.name not in OURS | TAKEN | ENDLESS
]


SERVERS_BY_NAME: Final = {
    server.name: server
    for server in (*misbehaving.HEADS, *misbehaving.BODIES, *misbehaving.SLOWNESS, *misbehaving.ODD)
}

NOTHING: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def stock() -> httpx.AsyncHTTPTransport:
    """httpx's own transport, without the authorities whose reading takes longer than a test."""
    return httpx.AsyncHTTPTransport(verify=NOTHING)


async def got(http: httpx.AsyncClient, url: str) -> Outcome:
    async with http.stream("GET", url) as response:
        body = b"".join([piece async for piece in response.aiter_raw()])
        return (
            response.status_code,
            response.reason_phrase,
            response.http_version,
            response.headers.multi_items(),
            body,
        )


async def outcome(transport: httpx.AsyncBaseTransport, url: str, use: Use, read: float = 10) -> Outcome:
    """What the user of a client on `transport` gets: an answer, or an exception of a class."""
    times = httpx.Timeout(10, read=read)
    async with httpx.AsyncClient(transport=transport, timeout=times, follow_redirects=True) as http:
        try:
            return await use(http, url)
        except httpx.HTTPError as error:
            return (type(error),)


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
async def test_servers_that_misbehave(server: Misbehaving) -> None:
    found = []
    for transport in (stock(), StagedTransport()):
        with HostileServer(server.behave) as hostile:
            late = 0.2 if server in misbehaving.SLOWNESS else 10
            found.append(await outcome(transport, f"http://{hostile.netloc}/", got, late))
    assert found[0] == found[1]


@pytest.mark.parametrize("name", sorted(OURS))
async def test_bounds_of_our_own_are_a_fault_of_the_server(name: str) -> None:
    behave = next(server.behave for server in misbehaving.HEADS if server.name == name)
    with HostileServer(behave) as hostile:
        assert await outcome(StagedTransport(), f"http://{hostile.netloc}/", got) == (httpx.RemoteProtocolError,)


@pytest.mark.parametrize("name", sorted(TAKEN))
async def test_an_odd_header_line_is_passed_over_here(name: str) -> None:
    behave = next(server.behave for server in SERVERS_BY_NAME.values() if server.name == name)
    answers = []
    for transport in (stock(), StagedTransport()):
        with HostileServer(behave) as hostile:
            answers.append(await outcome(transport, f"http://{hostile.netloc}/", got))
    assert answers[0] == (httpx.RemoteProtocolError,)
    assert answers[1][0] == 200


async def read(http: httpx.AsyncClient, url: str) -> Outcome:
    answer = await http.get(url)
    return answer.status_code, answer.text, answer.encoding, [past.status_code for past in answer.history]


async def head(http: httpx.AsyncClient, url: str) -> Outcome:
    answer = await http.head(url)
    return answer.status_code, answer.content, answer.headers["content-length"]


async def posted(http: httpx.AsyncClient, url: str) -> Outcome:
    async def pieces() -> object:
        for piece in (b"a" * 10, b"", b"b"):
            yield piece

    return (
        (await http.post(url, content=b"body", params={"q": "ä /&"}, auth=("u", "p"))).text,
        (await http.post(url, data={"a": "1 2"}, headers={"X-A": "b"})).text,
        (await http.put(url, content=pieces())).text,  # type: ignore[arg-type]
        (await http.request("BREW", url)).text,
        (await http.request("OPTIONS", url, extensions={"target": b"*"})).text,
    )


async def unsendable(http: httpx.AsyncClient, url: str) -> Outcome:
    return (await http.post(url, content=b"12345", headers={"X": "a\nb"})).text, "was sent"


def mirror(connection: socket.socket) -> None:
    """Answer with the request itself, but for the port in it."""
    port = b":%d" % connection.getsockname()[1]
    while True:
        connection.sendall(ok(read_request(connection).replace(port, b":PORT")))


def moved(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /new\r\nContent-Length: 3\r\n\r\nold")
    connection.sendall(ok(read_request(connection).split(b" ")[1]))


@pytest.mark.parametrize(
    ("behave", "use"),
    [
        (mirror, posted),
        (silent, unsendable),
        (moved, read),
        (keeps(ok(b"x")), read),
        (answers(ok(b"body")[:-4]), head),
    ],
    ids=["what is sent", "what cannot be sent", "a redirect", "an answer", "HEAD"],
)
async def test_servers_that_behave(behave: Behaviour, use: Use) -> None:
    with HostileServer(behave) as server:
        url = f"http://{server.netloc}/a%2fb/ü?x=[1]#part"
        theirs = await outcome(stock(), url, use)
    with HostileServer(behave) as server:
        url = f"http://{server.netloc}/a%2fb/ü?x=[1]#part"
        assert await outcome(StagedTransport(), url, use) == theirs


TLS: Final = ["good", "self_signed", "unknown_ca", "expired", "not_yet_valid", "wrong_name", "mutual_12"]


@pytest.mark.parametrize("name", TLS)
async def test_certificates(certified: Certified, name: str) -> None:
    believing = ssl.create_default_context(cadata=certified.ca)
    with HostileServer(keeps(ok(b"x")), certified.contexts[name]) as server:
        url = f"https://localhost:{server.port}/"
        theirs = await outcome(httpx.AsyncHTTPTransport(verify=believing), url, got)
        ours = await outcome(StagedTransport(ca_cert=certified.ca, settings=NOBODY), url, got)
    assert ours == theirs


@pytest.mark.parametrize("behave", [silent, keeps(ok(b"x"))], ids=["silent", "plain"])
async def test_no_tls_where_it_should_be(behave: Behaviour) -> None:
    times = httpx.Timeout(10, connect=0.2)
    classes = []
    for transport in (stock(), StagedTransport()):
        with HostileServer(behave) as server:
            async with httpx.AsyncClient(transport=transport, timeout=times) as http:
                with pytest.raises(httpx.TransportError) as failed:
                    await http.get(f"https://{server.netloc}/")
                classes.append(type(failed.value))
    assert classes[0] == classes[1]


async def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "no such host")

    refused = "http://127.0.0.1:1/"
    assert await outcome(StagedTransport(), refused, got) == await outcome(stock(), refused, got)
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    unknown = "http://nowhere.example/"
    assert await outcome(StagedTransport(), unknown, got) == await outcome(stock(), unknown, got)


PROXIES: Final[dict[str, tuple[str, Callable[[int], Behaviour]]]] = {
    "CONNECT": ("http", lambda port: http_proxy(Asked(), port)),
    "SOCKS5": ("socks5", lambda port: socks_proxy(Asked(), port, user="user:word")),
    "CONNECT refused": ("http", lambda port: http_proxy(Asked(), port, b"HTTP/1.1 403 Forbidden\r\n\r\n")),
    "CONNECT without a user": (
        "http",
        lambda port: http_proxy(
            Asked(), port, b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
        ),
    ),
}


@pytest.mark.parametrize("name", PROXIES)
async def test_proxies(certified: Certified, name: str) -> None:
    scheme, behave = PROXIES[name]
    believing = ssl.create_default_context(cadata=certified.ca)
    with (
        HostileServer(keeps(ok(b"behind")), certified.contexts["good"]) as origin,
        HostileServer(behave(origin.port)) as server,
    ):
        url, proxy = f"https://localhost:{origin.port}/", f"{scheme}://user:word@{server.netloc}"
        theirs = await outcome(httpx.AsyncHTTPTransport(verify=believing, proxy=proxy), url, got)
        ours = await outcome(StagedTransport(ca_cert=certified.ca, proxy=proxy, settings=NOBODY), url, got)
    assert ours == theirs


@pytest.mark.parametrize("behave", [{"reply": 5}, {"user": "somebody:else"}], ids=["the host", "the user"])
async def test_a_socks_proxy_that_refuses(behave: dict[str, Any]) -> None:
    with HostileServer(socks_proxy(Asked(), 1, **behave)) as server:
        proxy = f"socks5://user:word@{server.netloc}"
        async with httpx.AsyncClient(transport=StagedTransport(proxy=proxy)) as http:
            # httpx raises the same; its socket stays open until it is collected.
            with pytest.raises(httpx.ProxyError):
                await http.get("http://orders.invalid/")
            assert await asyncio.to_thread(server.gone.wait, 60)


async def test_a_server_that_takes_nothing() -> None:
    classes = []
    for transport in (stock(), StagedTransport()):
        over = threading.Event()
        with HostileServer(lambda _, over=over: over.wait(10)) as server:  # type: ignore[misc]
            async with httpx.AsyncClient(transport=transport, timeout=httpx.Timeout(10, write=0.1)) as http:
                with pytest.raises(httpx.TransportError) as failed:
                    await http.post(f"http://{server.netloc}/", content=bytes(64 << 20))
                classes.append(type(failed.value))
            over.set()
    assert classes == [httpx.WriteTimeout, httpx.WriteTimeout]
