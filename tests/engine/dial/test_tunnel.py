"""Dialling through proxies: HTTP, HTTPS and SOCKS5, with names only the proxy knows, and every refusal."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.net.proxy import Proxy
from integrator_tui.engine.net.trust_store import Trust
from integrator_tui.model.probe import Failure, StageResult
from tests.engine.certified import Certified
from tests.engine.dialling import dialled, failure_of, get, stages
from tests.engine.hostile import Behaviour, HostileServer, answers, keeps, ok, resets, silent
from tests.engine.proxies import Asked, http_proxy, socks_proxy

HIDDEN = "only-the-proxy-knows.invalid"


@pytest.fixture
def origin() -> Iterator[HostileServer]:
    with HostileServer(keeps(ok(b"behind"))) as server:
        yield server


@pytest.fixture
def secure_origin(certified: Certified) -> Iterator[HostileServer]:
    with HostileServer(keeps(ok(b"behind")), certified.contexts["good"]) as server:
        yield server


async def test_https_through_an_http_proxy(certified: Certified, secure_origin: HostileServer) -> None:
    asked = Asked()
    with HostileServer(http_proxy(asked, secure_origin.port)) as proxy:
        route = Proxy.parse(f"http://user:pass@{proxy.netloc}")
        found, wire = await stages(f"https://localhost:{secure_origin.port}/", Trust((certified.ca,)), route)
        assert wire is not None, found[-1].failure
        response = await wire.handle_async_request(get(f"https://localhost:{secure_origin.port}/"))
        assert await response.aread() == b"behind"
        assert wire.reusable
        wire.close()
    assert asked.targets == [f"localhost:{secure_origin.port}"]
    assert b"Proxy-Authorization: Basic dXNlcjpwYXNz\r\n" in asked.heads[0]
    assert f"Host: localhost:{secure_origin.port}\r\n".encode() in asked.heads[0]
    assert found[1].detail == {"port": proxy.port, "proxy": f"http://{proxy.netloc}", "address": "127.0.0.1"}
    assert found[2].detail["subject"] == "CN=localhost,O=integrator-tui demo"


async def test_http_through_an_http_proxy(origin: HostileServer) -> None:
    asked = Asked()
    with HostileServer(http_proxy(asked, origin.port)) as proxy:
        url = f"http://{HIDDEN}/path?q=1#fragment"
        async with dialled(url, route=Proxy.parse(f"http://user:pass@{proxy.netloc}")) as wire:
            assert await (await wire.handle_async_request(get(url))).aread() == b"behind"
    assert asked.targets == [f"http://{HIDDEN}/path?q=1"]
    assert b"Proxy-Authorization: Basic dXNlcjpwYXNz\r\n" in asked.heads[0]
    assert f"Host: {HIDDEN}\r\n".encode() in asked.heads[0]


async def test_https_through_an_https_proxy(certified: Certified, secure_origin: HostileServer) -> None:
    asked = Asked()
    with HostileServer(tls_relay(http_proxy(asked, secure_origin.port)), certified.contexts["good"]) as proxy:
        url = f"https://localhost:{secure_origin.port}/"
        async with dialled(url, Trust((certified.ca,)), Proxy.parse(f"https://{proxy.netloc}")) as wire:
            assert await (await wire.handle_async_request(get(url))).aread() == b"behind"
    assert asked.targets == [f"localhost:{secure_origin.port}"]


def tls_relay(behave: Behaviour) -> Behaviour:
    """One thread must not write a TLS socket that another reads: relay over a pair of plain sockets."""
    import select

    def pumped(connection: socket.socket) -> None:
        import threading

        inner, outer = socket.socketpair()
        with inner, outer:
            worker = threading.Thread(target=lambda: _quietly(behave, inner), daemon=True)
            worker.start()
            connection.setblocking(True)
            while True:
                pending = getattr(connection, "pending", lambda: 0)()
                ready = [connection] if pending else select.select([connection, outer], [], [])[0]
                for source, target in ((connection, outer), (outer, connection)):
                    if source in ready:
                        data = source.recv(65536)
                        if not data:
                            outer.shutdown(socket.SHUT_RDWR)
                            worker.join(60)
                            return
                        target.sendall(data)

    return pumped


def _quietly(behave: Behaviour, connection: socket.socket) -> None:
    try:
        behave(connection)
    except OSError:
        pass
    finally:
        connection.close()


@pytest.mark.parametrize("user", ["", "name:pass word"])
@pytest.mark.parametrize("bound", [b"\x01\0\0\0\0\0\0", b"\x03\x03abc\0\0", b"\x04" + bytes(18)])
async def test_https_through_socks(
    certified: Certified, secure_origin: HostileServer, user: str, bound: bytes
) -> None:
    asked = Asked()
    with HostileServer(socks_proxy(asked, secure_origin.port, user=user, bound=bound)) as proxy:
        url = f"https://localhost:{secure_origin.port}/"
        credentials = user.replace(" ", "%20") + "@" if user else ""
        route = Proxy.parse(f"socks5://{credentials}{proxy.netloc}")
        async with dialled(url, Trust((certified.ca,)), route) as wire:
            assert await (await wire.handle_async_request(get(url))).aread() == b"behind"
    assert asked.targets == [f"localhost:{secure_origin.port}"]


@pytest.mark.parametrize("host", [HIDDEN, "192.0.2.1", "[2001:db8::1]"])
async def test_http_through_socks_with_names_looked_up_there(origin: HostileServer, host: str) -> None:
    asked = Asked()
    with HostileServer(socks_proxy(asked, origin.port)) as proxy:
        url = f"http://{host}:8080/path"
        async with dialled(url, route=Proxy.parse(f"socks5h://{proxy.netloc}")) as wire:
            assert await (await wire.handle_async_request(get(url))).aread() == b"behind"
    assert asked.targets == [f"{host.strip('[]')}:8080"]


async def test_a_refused_certificate_is_looked_at_through_the_proxy_too(certified: Certified) -> None:
    asked = Asked()
    with (
        HostileServer(silent, certified.contexts["unknown_ca"]) as origin,
        HostileServer(http_proxy(asked, origin.port)) as proxy,
    ):
        route = Proxy.parse(f"http://{proxy.netloc}")
        failure, failed = await failure_of(f"https://localhost:{origin.port}/", Trust((certified.ca,)), route)
    assert (failure.stage, failure.kind) == ("tls", "tls_untrusted")
    assert failed.detail["issuer"] == "CN=Other Authority,O=integrator-tui demo"
    assert len(asked.targets) == 2


async def refused(behave: Behaviour, scheme: str, credentials: str = "") -> tuple[Failure, StageResult]:
    with HostileServer(behave) as proxy:
        route = Proxy.parse(f"{scheme}://{credentials}{proxy.netloc}")
        failure, failed = await failure_of(f"https://{HIDDEN}/", Trust(verify=False), route)
    assert (failure.stage, failure.kind) == ("connect", "vantage_failed")
    assert proxy.netloc in failure.message
    return failure, failed


@pytest.mark.parametrize(
    ("behave", "said"),
    [
        (
            answers(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"),
            "wants a user and password",
        ),
        (answers(b"HTTP/1.1 403 For\x1bbidden\r\nContent-Length: 0\r\n\r\n"), "403 For"),
        (answers(b"HTTP/1.1 502 Bad Gateway\r\n\r\nlong story"), "502 Bad Gateway"),
        (answers(b"HTTP/1.1 200 OK\r\n\r\nand already some data"), "more came than the answer"),
        (answers(b"nonsense\r\n\r\n"), "did not answer as one"),
        (answers(b""), "did not answer as one"),
        (resets(), "did not answer as one"),
    ],
)
async def test_refusals_of_an_http_proxy(behave: Behaviour, said: str) -> None:
    failure, _ = await refused(behave, "http")
    assert said in failure.message
    assert "\x1b" not in failure.message


@pytest.mark.parametrize(
    ("begin", "said"),
    [
        (b"\x15\x03\x01\0\x02\x02\x46", "write it as https://"),
        (b"\x05\xff", "write it as socks5://"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "ssh -D"),
        (b"220 mail ESMTP\r\n", "check options.proxy"),
        (b"", "check options.proxy"),
    ],
)
async def test_what_is_no_http_proxy_is_named_for_what_it_is(begin: bytes, said: str) -> None:
    failure, _ = await refused(answers(begin), "http")
    assert "did not answer as one" in failure.message
    assert said in failure.hint


async def test_a_password_that_an_http_proxy_refuses() -> None:
    behave = answers(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
    failure, _ = await refused(behave, "http", "user:hunter22@")
    assert "refuses the user or password" in failure.message
    assert "hunter22" not in failure.message + failure.hint


@pytest.mark.parametrize(
    ("reply", "said"),
    [(1, "general failure"), (2, "rules"), (4, "host unreachable"), (5, "refused"), (99, "reply 99")],
)
async def test_refusals_of_a_socks_proxy(reply: int, said: str) -> None:
    failure, _ = await refused(socks_proxy(Asked(), 0, reply=reply), "socks5")
    assert said in failure.message


async def test_each_refusal_of_a_socks_proxy_has_a_hint_of_its_own() -> None:
    """RFC 1928 section 6."""
    hints = {(await refused(socks_proxy(Asked(), 0, reply=reply), "socks5"))[0].hint for reply in range(1, 9)}
    assert len(hints) == 8


def says(*replies: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        for reply in replies:
            connection.recv(1000)
            connection.sendall(reply)

    return behave


@pytest.mark.parametrize(
    ("behave", "credentials", "said"),
    [
        (socks_proxy(Asked(), 0, user="a:b"), "", "wants a user and password"),
        (socks_proxy(Asked(), 0, user="a:b"), "a:wrong@", "refuses the user or password"),
        (says(b"\x00\x5b\0\0\0\0\0\0"), "", "speaks SOCKS4, not SOCKS5"),
        (says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "", "speaks HTTP, not SOCKS5"),
        (says(b"<html>"), "", "speaks HTTP, not SOCKS5"),
        (says(b"\x15\x03\x03\0\x02\x02\x46"), "", "speaks TLS, not SOCKS5"),
        (says(b"SSH-2.0-OpenSSH_9.2\r\n"), "", "speaks SSH, not SOCKS5"),
        (says(b"\x07\x00"), "", "does not speak SOCKS5: it answered '␇␀'"),
        (says(b"\x05\x02"), "", "does not speak SOCKS5"),
        (says(b"\x05\x00", b"\x05\x00\x00\x07\x00"), "", "does not speak SOCKS5"),
        (
            says(b"\x05\x00", b"\x05\x00\x00\x01\0\0\0\0\0\0more"),
            "",
            "more than its reply",
        ),
        (says(b""), "", "closed the connection"),
        (answers(b"HTTP/1.1 200 OK\r\n\r\n"), f"{'u' * 256}:p@", "longer than SOCKS5 allows"),
    ],
)
async def test_socks_proxies_that_are_none(behave: Behaviour, credentials: str, said: str) -> None:
    failure, _ = await refused(behave, "socks5", credentials)
    assert said in failure.message


async def test_a_proxy_that_is_not_there() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        route = Proxy("http", "127.0.0.1", sock.getsockname()[1])
        failure, failed = await failure_of(f"https://{HIDDEN}/", route=route)
    assert (failure.stage, failure.kind) == ("connect", "vantage_failed")
    assert "connection refused" in failure.message
    assert failed.detail["cause"] == "refused"


async def test_a_proxy_whose_name_is_not_known() -> None:
    failure, failed = await failure_of("https://localhost/", route=Proxy("http", "a" * 64, 3128))
    assert (failure.stage, failure.kind) == ("resolve", "vantage_failed")
    assert failed.detail["cause"] == "dns_not_found"


async def test_a_proxy_that_is_silent() -> None:
    with HostileServer(silent) as proxy:
        route = Proxy.parse(f"http://{proxy.netloc}")
        failure, _ = await failure_of(f"https://{HIDDEN}/", route=route, timeout=0.1)
    assert (failure.stage, failure.kind) == ("connect", "vantage_failed")
    assert "0.1 s" in failure.message


async def test_an_https_proxy_that_is_not_trusted(certified: Certified) -> None:
    with HostileServer(silent, certified.contexts["unknown_ca"]) as proxy:
        route = Proxy.parse(f"https://{proxy.netloc}")
        failure, _ = await failure_of(f"https://{HIDDEN}/", Trust((certified.ca,)), route)
    assert (failure.stage, failure.kind) == ("connect", "vantage_failed")
    assert "unable to get local issuer" in failure.message


@pytest.mark.parametrize(
    ("credentials", "said"), [("", "wants a user and password"), ("user:hunter22@", "refuses the user or password")]
)
async def test_a_forwarding_proxy_that_wants_a_password(credentials: str, said: str) -> None:
    behave = answers(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
    with HostileServer(behave) as proxy:
        url = f"http://{HIDDEN}/"
        async with dialled(url, route=Proxy.parse(f"http://{credentials}{proxy.netloc}")) as wire:
            with pytest.raises(StageFailed) as failed:
                await wire.handle_async_request(get(url))
    assert failed.value.kind == "vantage_failed"
    assert said in failed.value.message


async def test_a_407_of_the_origin_is_its_own() -> None:
    behave = answers(b"HTTP/1.1 407 Odd\r\nContent-Length: 0\r\n\r\n")
    with HostileServer(behave) as server:
        url = f"http://{server.netloc}/"
        async with dialled(url) as wire:
            assert (await wire.handle_async_request(get(url))).status_code == 407
