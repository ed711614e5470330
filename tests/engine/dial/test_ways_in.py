"""Other ways in: one node of many, addresses that are given, one family, a unix socket; as curl goes them."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.engine.settings import EngineSettings
from integrator_tui.model.probe import ProbeReport
from integrator_tui.model.ways_in import Place, WaysIn
from tests.engine.certified import Certified
from tests.engine.hostile import HostileServer
from tests.engine.nodes import Node, node
from tests.engine.probing import check, kind, oauth, outcomes, stage, target
from tests.engine.proxies import Asked, http_proxy, socks_proxy
from tests.servers.programs import program

NAME = "orders.invalid"


@pytest.fixture(scope="module")
def first() -> Iterator[Node]:
    with node("first", "127.0.0.2") as running:
        yield running


@pytest.fixture(scope="module")
def second(first: Node) -> Iterator[Node]:
    with node("second", "127.0.0.3", first.port) as running:
        yield running


@pytest.fixture(autouse=True)
def forget(request: pytest.FixtureRequest) -> None:
    for name in ("first", "second"):
        if name in request.fixturenames:
            request.getfixturevalue(name).asked.clear()


def engine_with(
    connect_to: Place | None = None,
    addresses: Mapping[Place, tuple[str, ...]] | None = None,
    ip_version: Literal[0, 4, 6] = 0,
    proxies: Mapping[str, str] | None = None,
) -> Engine:
    ways = WaysIn(connect_to, addresses or {}, ip_version)
    return Engine(EngineSettings(ca_file="/dev/null", ca_dir="/dev/null", proxies=proxies or {}, ways_in=ways))


def curl(url: str, *arguments: str, ca: str = "/dev/null") -> str:
    """Return what curl was answered, or its exit code."""
    line = [program("curl"), "-q", "-s", "--max-time", "10", "--cacert", ca, "--noproxy", "", *arguments, url]
    done = subprocess.run(line, stdout=subprocess.PIPE, text=True, check=False)
    return str(json.loads(done.stdout)["node"]) if done.returncode == 0 else str(done.returncode)


def failed(report: ProbeReport) -> str:
    assert report.failure is not None
    return f"{report.failure.message}; {report.failure.hint}"


async def test_a_node_is_dialled_in_the_place_of_the_base_url_as_curl_does_it(first: Node, second: Node) -> None:
    url = f"http://{NAME}/health"
    theirs = curl(url, "--connect-to", f"{NAME}:80:127.0.0.3:{second.port}")
    report = await check(engine_with(("127.0.0.3", second.port)), target(url))
    assert report.outcome == "passed", report.failure
    assert theirs == "second"
    assert second.asked == [(NAME, "/health")] * 2
    assert first.asked == []
    assert stage(report, "resolve").detail["addresses"] == ["127.0.0.3"]
    assert stage(report, "connect").detail["connect_to"] == f"127.0.0.3:{second.port}"
    assert report.url == url


async def test_given_addresses_serve_a_place_wherever_it_is_dialled_as_with_curl(second: Node) -> None:
    url = f"http://{NAME}:{second.port}/health"
    node_ = ("node.invalid", second.port)
    assert curl(url, "--resolve", f"{NAME}:{second.port}:127.0.0.3") == "second"
    connected = (
        "--connect-to",
        f"::node.invalid:{second.port}",
        "--resolve",
        f"node.invalid:{second.port}:127.0.0.3",
    )
    assert curl(url, *connected) == "second"
    of_name = await check(engine_with(addresses={(NAME, second.port): ("127.0.0.3",)}), target(url))
    of_node = await check(engine_with(node_, {node_: ("127.0.0.3",)}), target(url))
    elsewhere = await check(engine_with(addresses={(NAME, 1): ("127.0.0.3",)}), target(url))
    assert [of_name.outcome, of_node.outcome] == ["passed", "passed"], (of_name.failure, of_node.failure)
    assert stage(of_name, "resolve").detail == {"addresses": ["127.0.0.3"], "given": True}
    assert kind(elsewhere) == ("resolve", "dns_not_found")
    assert len(second.asked) == 4


async def test_of_given_addresses_the_one_that_answers_is_taken(second: Node) -> None:
    addresses = {(NAME, second.port): ("127.0.0.9", "127.0.0.3")}
    report = await check(engine_with(addresses=addresses), target(f"http://{NAME}:{second.port}/"))
    assert stage(report, "connect").detail["address"] == "127.0.0.3"


async def test_tls_verifies_the_name_of_the_url_and_sends_it(certified: Certified, tmp_path: Path) -> None:
    with node("secure", "127.0.0.2", tls=certified.contexts["good"]) as secure:
        there = ("127.0.0.2", secure.port)
        (tmp_path / "ca.pem").write_text(certified.ca)
        to = ("--connect-to", f"::127.0.0.2:{secure.port}")
        theirs = [curl(f"https://{name}/", *to, ca=str(tmp_path / "ca.pem")) for name in ("localhost", NAME)]
        good = await check(engine_with(there), target("https://localhost/", ca_cert=certified.ca))
        other = await check(engine_with(there), target(f"https://{NAME}/", ca_cert=certified.ca))
    assert theirs == ["secure", "60"]
    assert good.outcome == "passed", good.failure
    assert kind(other) == ("tls", "tls_hostname_mismatch")
    assert NAME in failed(other)
    # The last one looks at the certificate once more.
    assert secure.server_name[:4] == ["localhost", NAME, "localhost", NAME]


async def test_other_origins_are_not_touched_by_a_node(first: Node, second: Node) -> None:
    second.moved = f"http://127.0.0.2:{first.port}/landed"
    auth = oauth(f"http://127.0.0.2:{first.port}/token")
    wanted = target(f"http://{NAME}/moved", auth, {"client_secret": "s3cr3t-value"}, follow_redirect=True)
    report = await check(engine_with(("127.0.0.3", second.port)), wanted)
    assert report.outcome == "passed", report.failure
    assert [path for _, path in first.asked] == ["/token", "/landed"]
    assert second.asked == [(NAME, "/moved")]


async def test_a_redirect_back_and_a_token_of_the_same_origin_go_to_the_node(first: Node, second: Node) -> None:
    second.moved, first.moved = f"http://127.0.0.2:{first.port}/moved", f"http://{NAME}/back"
    wanted = target(
        f"http://{NAME}/moved", oauth(f"http://{NAME}/token"), {"client_secret": "x" * 9}, follow_redirect=True
    )
    report = await check(engine_with(("127.0.0.3", second.port)), wanted)
    assert report.outcome == "passed", report.failure
    assert [path for _, path in second.asked] == ["/token", "/moved", "/back"]


async def test_through_a_proxy_the_node_is_asked_for_by_a_tunnel_as_with_curl(second: Node) -> None:
    asked = Asked()
    with (
        HostileServer(http_proxy(asked, second.port)) as proxy,
        HostileServer(socks_proxy(asked, second.port)) as socks,
        # What the proxies of these tests lead to is 127.0.0.1.
        node("behind", "127.0.0.1", second.port),
    ):
        url, to = f"http://{NAME}/", ("--connect-to", "::node.invalid:8080")
        theirs = [
            curl(url, *to, "--proxy", f"http://{proxy.netloc}"),
            curl(url, *to, "--proxy", f"socks5h://{socks.netloc}"),
        ]
        ours = [
            await check(engine_with(("node.invalid", 8080)), target(url, proxy=f"{kind_}://{way.netloc}"))
            for kind_, way in (("http", proxy), ("socks5", socks))
        ]
    assert theirs == ["behind", "behind"]
    assert [report.outcome for report in ours] == ["passed", "passed"], [report.failure for report in ours]
    assert asked.targets == ["node.invalid:8080"] * 4


async def test_given_addresses_serve_the_proxy_too_as_with_curl(second: Node) -> None:
    asked = Asked()
    with HostileServer(http_proxy(asked, 1, b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"node": ""}')) as proxy:
        place = f"proxy.invalid:{proxy.netloc.rpartition(':')[2]}"
        theirs = curl(f"http://{NAME}/", "--proxy", f"http://{place}", "--resolve", f"{place}:127.0.0.1")
        engine = engine_with(addresses={("proxy.invalid", int(place.rpartition(":")[2])): ("127.0.0.1",)})
        report = await check(engine, target(f"http://{NAME}/", proxy=f"http://{place}"))
    assert theirs == ""
    assert report.outcome == "passed", report.failure
    assert asked.targets == [f"http://{NAME}/"] * 2


@pytest.mark.parametrize(("version", "answered"), [(4, "four"), (6, "six")])
async def test_one_family_alone_is_dialled_as_curl_does_it(version: Literal[4, 6], answered: str) -> None:
    other: Literal[4, 6] = 6 if version == 4 else 4
    literal = {4: "127.0.0.1", 6: "[::1]"}
    with node("four", "127.0.0.1") as four, node("six", "::1", four.port) as six:
        place = ("both.invalid", four.port)
        url = f"http://both.invalid:{four.port}/"
        both = {place: ("127.0.0.1", "::1")}
        assert curl(url, f"-{version}", "--resolve", f"both.invalid:{four.port}:127.0.0.1,::1") == answered
        report = await check(engine_with(addresses=both, ip_version=version), target(url))
        spelled = f"http://{literal[other]}:{four.port}/"
        assert curl(spelled, f"-{version}") in ("6", "7")
        refused = await check(engine_with(ip_version=version), target(spelled))
        assert len(four.asked if version == 4 else six.asked) == 2
        assert len(six.asked if version == 4 else four.asked) == 0
    assert report.outcome == "passed", report.failure
    assert stage(report, "resolve").detail["ip_version"] == version
    assert kind(refused) == ("resolve", "dns_not_found")
    assert f"IPv{version} address; leave -{version} out" in failed(refused)


async def test_a_name_is_looked_up_in_one_family() -> None:
    with node("four", "127.0.0.1") as four:
        report = await check(engine_with(ip_version=4), target(f"http://localhost:{four.port}/"))
    assert stage(report, "resolve").detail["addresses"] == ["127.0.0.1"]


async def test_a_unix_socket_is_dialled_without_the_proxy_of_the_environment(tmp_path: Path) -> None:
    path, engine = str(tmp_path / "app.sock"), engine_with(proxies={"all": "http://127.0.0.1:1"})
    with node("behind the socket", path) as behind:
        theirs = curl(f"http://{NAME}/health", "--unix-socket", path)
        report = await check(engine, target(f"http://{NAME}/health", unix_socket=path))
    assert theirs == "behind the socket"
    assert behind.asked == [(NAME, "/health")] * 2
    assert outcomes(report) == {"resolve": "skipped", "connect": "passed", "respond": "passed"}
    assert stage(report, "connect").detail == {"unix_socket": path}


async def test_a_token_is_never_taken_from_one_socket_to_another(tmp_path: Path) -> None:
    engine = engine_with()
    auth, secret = oauth(f"http://{NAME}/token"), {"client_secret": "s3cr3t-value"}
    for name in ("one", "two", "one"):
        with node(name, str(tmp_path / name)) as behind:
            report = await check(engine, target(f"http://{NAME}/", auth, secret, unix_socket=str(tmp_path / name)))
            fetched = [path for _, path in behind.asked]
        assert report.outcome == "passed", report.failure
        assert stage(report, "authenticate").detail["cached"] is (fetched == ["/"])
    assert fetched == ["/"]
    await engine.aclose()


async def test_a_redirect_leaves_the_socket(tmp_path: Path, first: Node) -> None:
    path = str(tmp_path / "app.sock")
    with node("socket", path) as behind:
        behind.moved = f"http://127.0.0.2:{first.port}/landed"
        report = await check(engine_with(), target(f"http://{NAME}/moved", unix_socket=path, follow_redirect=True))
    assert report.outcome == "passed", report.failure
    assert [asked for _, asked in first.asked] == ["/landed"]


@pytest.mark.parametrize(
    ("is_there", "found", "words"),
    [("nothing", "unreachable", "there is no such socket"), ("left over", "refused", "may be left")],
)
async def test_a_socket_without_a_server(tmp_path: Path, is_there: str, found: str, words: str) -> None:
    path = tmp_path / "app.sock"
    if is_there == "left over":
        path.touch()
    report = await check(engine_with(), target(f"http://{NAME}/", unix_socket=str(path)))
    assert kind(report) == ("connect", found)
    assert words in failed(report)


async def test_a_node_comes_before_the_socket_of_a_file(tmp_path: Path, first: Node) -> None:
    report = await check(engine_with(("127.0.0.2", first.port)), target(f"http://{NAME}/", unix_socket="/nowhere"))
    assert report.outcome == "passed", report.failure


async def test_a_socket_that_accepts_nothing_is_waited_for_as_long_as_for_a_host(tmp_path: Path) -> None:
    path = str(tmp_path / "full.sock")
    with socket.socket(socket.AF_UNIX) as full, socket.socket(socket.AF_UNIX) as waiting:
        full.bind(path)
        full.listen(0)
        waiting.connect(path)
        report = await check(engine_with(), target(f"http://{NAME}/", unix_socket=path, connect=0.2))
    assert kind(report) == ("connect", "connect_timeout")
    assert "took no connection within 0.2 s" in failed(report)
