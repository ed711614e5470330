"""StagedTransport behind httpx's own client: what is sent, what comes back, what a failure is."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.engine import StagedTransport
from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.settings import EngineSettings
from integrator_tui.errors import UsageError
from integrator_tui.model.secret import Secret
from tests.engine.certified import Certified, client_pem
from tests.engine.hostile import (
    HostileServer,
    answers,
    answers_then_silent,
    forever,
    keeps,
    ok,
    read_head,
    read_request,
    silent,
)
from tests.engine.memory import at_most
from tests.engine.peer import Peer, reply, routes
from tests.engine.proxies import Asked, http_proxy, socks_proxy

NOBODY = EngineSettings(ca_file="/dev/null", ca_dir="/dev/null")
"""A system that trusts nobody."""


def client(transport: StagedTransport | None = None, **given: object) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=transport or StagedTransport(settings=NOBODY), timeout=10, **given)  # type: ignore[arg-type]


async def test_what_httpx_does_itself_works_over_it(demo: ThreadedDemoServer, room: Room) -> None:
    base = f"{demo.addresses.http}{room.prefix}"
    async with client(base_url=base, follow_redirects=True) as http:
        posted = await http.post("/echo", params={"a": "b c"}, json={"x": 1}, auth=("user", "pass"))
        assert posted.json()["method"] == "POST"
        assert posted.json()["query"] == [["a", "b c"]]
        assert posted.json()["body"] == '{"x":1}'
        assert (await http.get("/redirect/relative")).status_code == 200
        assert (await http.get("/gzip")).json() == (await http.get("/chunked")).json()
        with pytest.raises(httpx.HTTPError):
            (await http.get("/status/503")).raise_for_status()
        assert posted.http_version == "HTTP/1.1"
        assert posted.reason_phrase == "OK"


async def test_tls_with_the_authority_that_is_given(demo: ThreadedDemoServer) -> None:
    url = f"{demo.addresses.https}/health"
    async with client(StagedTransport(ca_cert=demo.ca_file.read_text(), settings=NOBODY)) as http:
        assert (await http.get(url)).json() == {"status": "ok"}
    async with client(StagedTransport(verify=False, settings=NOBODY)) as http:
        assert (await http.get(url)).is_success
    async with client(StagedTransport(settings=NOBODY)) as http:
        with pytest.raises(httpx.ConnectError, match="not trusted") as failed:
            await http.get(url)
    cause = failed.value.__cause__
    assert isinstance(cause, StageFailed)
    assert (cause.kind, bool(cause.hint)) == ("tls_untrusted", True)


async def test_the_system_s_own_authorities_are_those_of_the_settings(certified: Certified, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(certified.ca)
    settings = EngineSettings(ca_file=str(bundle), ca_dir="/dev/null")
    with HostileServer(keeps(ok(b"x")), certified.contexts["good"]) as server:
        async with client(StagedTransport(settings=settings)) as http:
            assert (await http.get(f"https://localhost:{server.port}/")).text == "x"


async def test_a_client_certificate(certified: Certified) -> None:
    def who(connection: socket.socket) -> None:
        assert isinstance(connection, ssl.SSLSocket)
        read_head(connection)
        connection.sendall(ok(str(connection.getpeercert()).encode()))

    shown = StagedTransport(
        ca_cert=certified.ca,
        client_cert=client_pem(certified.client, "over the hills"),
        client_key_passphrase=Secret("over the hills"),
        settings=NOBODY,
    )
    with HostileServer(who, certified.contexts["mutual"]) as server:
        async with client(shown) as http:
            assert "client.example" in (await http.get(f"https://localhost:{server.port}/")).text
        async with client(StagedTransport(ca_cert=certified.ca, settings=NOBODY)) as http:
            with pytest.raises(httpx.ReadError, match="client certificate"):
                await http.get(f"https://localhost:{server.port}/")


def test_arguments_that_cannot_be_used_are_told_at_once() -> None:
    with pytest.raises(UsageError, match="holds no certificate"):
        StagedTransport(ca_cert="/etc/ssl/ca.pem")
    with pytest.raises(UsageError, match="no private key"):
        StagedTransport(client_cert="-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")
    with pytest.raises(UsageError, match="proxy") as refused:
        StagedTransport(proxy="ftp://user:hunter2@proxy.example.com")
    assert "hunter2" not in str(refused.value)


async def pieces() -> AsyncIterator[bytes]:
    for piece in (b"one ", b"", b"two ", b"three"):
        yield piece


async def test_bodies_that_are_streamed_out() -> None:
    heard: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        while True:
            heard.append(read_request(connection))
            connection.sendall(ok(b"taken"))

    with HostileServer(behave) as server:
        url = f"http://{server.netloc}/"
        async with client() as http:
            await http.post(url, content=pieces())
            await http.put(url, content=pieces(), headers={"Content-Length": "13"})
            await http.post(url, files={"f": ("name.txt", b"content")})
            await http.request("DELETE", url)
    assert heard[0].endswith(b"\r\n\r\n4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n")
    assert heard[1].endswith(b"\r\n\r\none two three")
    assert b'filename="name.txt"' in heard[2]
    assert b"\r\n\r\ncontent\r\n--" in heard[2]
    assert heard[3].endswith(b"\r\n\r\n")


async def test_a_body_that_fails_while_it_is_read_is_no_failure_of_the_server() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"begun"
        raise OSError("the disk is gone")

    with HostileServer(silent) as server:
        async with client() as http:
            with pytest.raises(OSError, match="the disk is gone"):
                await http.post(f"http://{server.netloc}/", content=broken())
            assert await asyncio.to_thread(server.gone.wait, 60)


@pytest.mark.parametrize("status", [307, 308])
async def test_a_redirect_takes_the_body_along(status: int) -> None:
    async with (
        Peer(
            routes({"/old": reply(status, "", "Location: /new"), "/new": lambda asked: reply(200, asked.body)})
        ) as peer,
        client(follow_redirects=True) as http,
    ):
        assert (await http.post(f"{peer.url}/old", content=b"the body")).text == "the body"


async def test_cookies_are_kept_and_sent() -> None:
    table = {"/in": reply(200, "", "Set-Cookie: session=abc; Path=/"), "/": lambda asked: reply(200, str(asked))}
    async with Peer(routes(table)) as peer, client() as http:  # type: ignore[arg-type]
        await http.get(f"{peer.url}/in")
        assert "session=abc" in (await http.get(f"{peer.url}/")).text


@pytest.mark.parametrize(
    ("method", "answer", "status"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", 200),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n", 204),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n", 304),
        ("GET", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 3 + ok(b""), 200),
        ("POST", b"HTTP/1.1 100 Continue\r\n\r\n" + ok(b""), 200),
    ],
)
async def test_answers_without_a_body_leave_the_connection_whole(method: str, answer: bytes, status: int) -> None:
    with HostileServer(keeps(answer)) as server:
        async with client() as http:
            for _ in range(3):
                response = await http.request(
                    method, f"http://{server.netloc}/", headers={"Expect": "100-continue"}
                )
                assert (response.status_code, response.content) == (status, b"")
        assert server.accepted == 1


async def test_bytes_come_as_they_were_sent() -> None:
    packed = gzip.compress(b"text" * 100)
    with HostileServer(keeps(ok(packed, b"Content-Encoding: gzip"))) as server:
        async with client() as http:
            url = f"http://{server.netloc}/"
            async with http.stream("GET", url) as response:
                assert b"".join([piece async for piece in response.aiter_raw()]) == packed
            assert (await http.get(url)).text == "text" * 100


async def test_what_the_request_does_not_say_is_not_sent() -> None:
    heard: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        heard.append(read_head(connection))
        connection.sendall(ok(b""))

    with HostileServer(behave) as server:
        async with client() as http:
            request = httpx.Request("GET", f"http://{server.netloc}/a%20b?c=d#e", headers={"X-One": "1"})
            await http.send(request)
    assert heard == [f"GET /a%20b?c=d HTTP/1.1\r\nHost: {server.netloc}\r\nX-One: 1\r\n\r\n".encode()]


async def test_a_large_answer_is_taken_as_fast_as_it_is_read() -> None:
    block = bytes(1 << 20)
    with HostileServer(forever(b"HTTP/1.1 200 OK\r\n\r\n", block)) as server, at_most(32):
        async with client() as http, http.stream("GET", f"http://{server.netloc}/") as response:
            taken = 0
            async for piece in response.aiter_raw():
                taken += len(piece)
                if taken > 64 << 20:
                    break
        assert await asyncio.to_thread(server.gone.wait, 60)


@pytest.mark.parametrize("secure", [False, True])
async def test_a_large_request_takes_no_memory(certified: Certified, secure: bool) -> None:
    block, count, size = bytes(1 << 20), 64, 0

    async def blocks() -> AsyncIterator[bytes]:
        for _ in range(count):
            yield block

    def behave(connection: socket.socket) -> None:
        nonlocal size
        head, _, rest = read_head(connection).partition(b"\r\n\r\n")
        size = len(rest)
        assert b"content-length: 67108864" in head.lower()
        while size < count << 20:
            size += len(connection.recv(1 << 20))
        connection.sendall(ok(b"taken"))

    context = certified.contexts["good"] if secure else None
    with HostileServer(behave, context) as server, at_most(32):
        url = f"http{'s' if secure else ''}://{server.netloc}/"
        async with client(StagedTransport(ca_cert=certified.ca, settings=NOBODY)) as http:
            length = {"Content-Length": str(count << 20)}
            assert (await http.post(url, content=blocks(), headers=length)).text == "taken"
    assert size == count << 20


async def test_an_answer_that_comes_before_the_request_was_read() -> None:
    def early(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
        connection.shutdown(socket.SHUT_WR)
        silent(connection)

    with HostileServer(early) as server:
        async with client() as http:
            answer = await http.post(f"http://{server.netloc}/", content=bytes(4 << 20))
    assert (answer.status_code, answer.text) == (413, "no")


@pytest.mark.parametrize("scheme", ["http", "socks5"])
@pytest.mark.parametrize("secure", [False, True])
async def test_a_proxy_is_gone_through(certified: Certified, scheme: str, secure: bool) -> None:
    asked = Asked()
    context = certified.contexts["good"] if secure else None
    with HostileServer(keeps(ok(b"behind")), context) as origin:
        behave = (
            http_proxy(asked, origin.port)
            if scheme == "http"
            else socks_proxy(asked, origin.port, user="user:hunter2")
        )
        with HostileServer(behave) as proxy:
            url = f"{scheme}://user:hunter2@{proxy.netloc}"
            async with client(StagedTransport(ca_cert=certified.ca, proxy=url, settings=NOBODY)) as http:
                for _ in range(2):
                    answer = await http.get(f"http{'s' if secure else ''}://localhost:{origin.port}/x")
                    assert answer.text == "behind"
            assert proxy.accepted == 1, "what goes through the proxy is kept too"
    target = "localhost:{}" if secure or scheme == "socks5" else "http://localhost:{}/x"
    assert asked.targets == [target.format(origin.port)]


async def test_the_user_s_proxies_and_no_proxy() -> None:
    asked = Asked()
    with HostileServer(keeps(ok(b"behind"))) as origin, HostileServer(http_proxy(asked, origin.port)) as proxy:
        proxies = {"http": f"http://{proxy.netloc}", "no": "127.0.0.1"}
        async with client(StagedTransport(settings=EngineSettings(proxies=proxies))) as http:
            assert (await http.get("http://hidden.invalid/")).text == "behind"
            assert (await http.get(f"http://{origin.netloc}/")).text == "behind"
    assert asked.targets == ["http://hidden.invalid/"]


async def test_a_proxy_that_refuses() -> None:
    asked = Asked()
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    with HostileServer(http_proxy(asked, 1, refusal)) as proxy:
        async with client(StagedTransport(proxy=f"http://user:hunter2@{proxy.netloc}", settings=NOBODY)) as http:
            for url in ("https://orders.invalid/", "http://orders.invalid/"):
                with pytest.raises(httpx.ProxyError, match="407") as refused:
                    await http.get(url)
                assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "file:///etc/passwd", "unix://x"])
async def test_other_protocols_are_not_spoken(url: str) -> None:
    with pytest.raises(httpx.UnsupportedProtocol):
        await StagedTransport().handle_async_request(httpx.Request("GET", url))


async def test_a_tunnel_is_nobody_else_s_business() -> None:
    with pytest.raises(httpx.LocalProtocolError, match="proxy"):
        await StagedTransport().handle_async_request(httpx.Request("CONNECT", "http://127.0.0.1:1/"))


async def test_a_header_cannot_end_a_line() -> None:
    with HostileServer(silent) as server:
        async with client() as http:
            with pytest.raises(httpx.LocalProtocolError):
                await http.get(f"http://{server.netloc}/", headers={"X": "a\r\nInjected: b"})


async def test_a_body_of_another_length_than_was_said() -> None:
    with HostileServer(silent) as server:
        async with client() as http:
            for length in ("1", "100"):
                with pytest.raises(httpx.LocalProtocolError):
                    await http.post(
                        f"http://{server.netloc}/", content=pieces(), headers={"Content-Length": length}
                    )


async def test_a_kept_connection_that_was_closed_is_dialled_again_where_nothing_is_done_twice() -> None:
    once = answers(ok(b"first"))  # keeps the connection by what it says, and closes it after the answer

    def closes_when_asked_again(connection: socket.socket) -> None:
        once(connection)
        connection.recv(1)

    with HostileServer(closes_when_asked_again) as server:
        async with client() as http:
            url = f"http://{server.netloc}/"
            assert (await http.get(url)).text == "first"
            assert (await http.put(url, content=b"all of it")).text == "first"
            assert server.accepted == 2
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                await http.post(url, content=b"an order")
            assert server.accepted == 2, "an order is not placed twice"
            assert (await http.post(url, content=b"an order")).text == "first"
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                await http.put(url, content=pieces())
            assert server.accepted == 3, "a stream cannot be read twice"


async def test_a_kept_connection_that_is_seen_to_be_closed_is_not_used() -> None:
    with HostileServer(answers(ok(b"and gone"))) as server:
        async with client() as http:
            for number in range(3):
                server.gone.clear()
                answer = await http.post(f"http://{server.netloc}/", content=b"an order")
                assert (answer.text, server.accepted) == ("and gone", number + 1)
                assert await asyncio.to_thread(server.gone.wait, 60)


async def test_answers_then_silence_in_the_body(certified: Certified) -> None:
    half = answers_then_silent(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
    with HostileServer(half, certified.contexts["good"]) as server:
        async with client(StagedTransport(ca_cert=certified.ca, settings=NOBODY)) as http:
            url = f"https://{server.netloc}/"
            with pytest.raises(httpx.ReadTimeout, match=r"0\.1 s"):
                await http.get(url, timeout=httpx.Timeout(60, read=0.1))
            assert await asyncio.to_thread(server.gone.wait, 60)
