"""curl reads the URLs that we accept as we do: the same host, port and target."""

from __future__ import annotations

import subprocess

import pytest

from integrator_tui.engine.request.render import build
from integrator_tui.engine.request.secret_parts import SecretParts
from integrator_tui.model import url
from tests.cli.raw_server import RawServer, gives
from tests.servers.programs import program


@pytest.mark.parametrize(
    ("base", "path"),
    [
        ("http://h.example", "/a b/é"),
        ("http://H.Example:8080/v1/", "x?q=1#frag"),
        ("http://h.example?x=1", "/y?z=2"),
        ("http://h.example/a/../b/./c", ""),
        ("http://h.example", "/%2e%2e/x/%2E"),
        ("http://h.example", "/a//b/..//c"),
        ("http://h.example", "/..;/x/...;a=1"),
        ("http://[::1]:81/", "/x"),
        ("http://[2001:DB8::0:1]", "/x"),
        ("http://127.0.0.1:82", "/x@y:z"),
        ("http://h.example/", "?q=http://evil.example/"),
        ("http://h.example", '/\\evil.example/{}|^`"<>'),
        ("http://h_1.example.", "/x"),
        ("http://h.example:80", "/x"),
        ("http://h.example", "/&=+$,;'()*!~"),
    ],
)
def test_curl_asks_the_same_of_the_same(base: str, path: str) -> None:
    assert not [problem for problem in url.problems(base, "base_url") if problem.is_error]
    ours = build("GET", url.join(base, path), (), None, SecretParts())
    with RawServer(gives(b"{}")) as server:
        port = server.url.rpartition(":")[2]
        to = ("--connect-to", f"::127.0.0.1:{port}", "--globoff", "--noproxy", "*", "--max-time", "10")
        subprocess.run([program("curl"), "-q", "-s", *to, url.join(base, path)], check=True, capture_output=True)
        (asked,) = server.asked
    head = asked.head.decode("latin-1").split("\r\n")
    target = head[0].split(" ")[1]
    host = next(line.partition(": ")[2] for line in head if line.lower().startswith("host:"))
    assert target == ours.url.raw_path.decode("ascii")
    assert url.origin(f"http://{host}") == url.origin(base)
