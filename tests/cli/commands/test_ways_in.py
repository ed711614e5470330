"""--connect-to, --resolve, -4 and -6, and the unix socket of a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.engine.nodes import Node, node

NAME = "orders.invalid"


@pytest.fixture
def orders(shell: Shell) -> Shell:
    operation = "operations: [{name: Ask, method: GET, path: /ask, outputs: {node: {value: body.node}}}]\n"
    shell.write("orders.yaml", f"name: Orders\nbase_url: http://{NAME}\ntest_path: /health\n{operation}")
    return shell


@pytest.fixture
def behind() -> Iterator[Node]:
    with node("second", "127.0.0.3") as running:
        yield running


@pytest.mark.parametrize("way", ["connect-to", "resolve"])
def test_check_request_and_run_go_to_the_node(orders: Shell, behind: Node, way: str) -> None:
    given = ["--connect-to", f"127.0.0.3:{behind.port}"]
    if way == "resolve":
        given = [
            "--connect-to",
            f"n.invalid:{behind.port}",
            "--resolve",
            f"n.invalid:{behind.port}:127.0.0.3",
            "-4",
        ]
    (checked,) = orders.run("check", "Orders", "--format", "json", *given).json()
    assert checked["outcome"] == "passed"
    connect = checked["stages"][1]["detail"]
    assert connect["connect_to"] == given[1]
    assert connect["address"] == "127.0.0.3"
    assert orders.run("request", "Orders", "/x", *given).json()["node"] == "second"
    assert orders.run("run", "Orders", "Ask", *given).json() == {"node": "second"}
    bare = orders.run("check", f"http://{NAME}/bare", *given)
    assert (bare.code, bare.err) == (0, "")
    assert f"127.0.0.3:{behind.port}" in bare.out
    assert [path for _, path in behind.asked] == ["/health", "/x", "/ask", "/bare"]
    assert {host for host, _ in behind.asked} == {NAME}


@pytest.mark.parametrize("form", ["human", "junit", "prometheus", "nagios", "ndjson"])
def test_every_format_tells_a_check_over_a_socket(orders: Shell, tmp_path: Path, form: str) -> None:
    path = tmp_path / "app.sock"
    allow(orders, f"{tmp_path}/*.sock")
    orders.write("socket.yaml", f"name: Socket\nbase_url: http://{NAME}\noptions: {{unix_socket: {path}}}\n")
    with node("socket", str(path)):
        done = orders.run("check", "Socket", "--format", form)
    assert (done.code, done.err) == (0, ""), done
    if form in ("human", "ndjson"):
        assert str(path) in done.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--connect-to", "node"], "--connect-to: node is not HOST:PORT"),
        (["--connect-to", "::1:443"], "--connect-to: ::1 is more than a host"),
        (["--connect-to", "a:1", "--connect-to", "b:2"], "--connect-to is given more than once"),
        (["--resolve", "a:443"], "--resolve: a:443 is not HOST:PORT:ADDRESS"),
        (["--resolve", "a:443:b"], "--resolve: b is no address"),
        (["--resolve", "a:99999:::1"], "--resolve: 99999 is no port"),
    ],
)
@pytest.mark.parametrize("command", [("check", "Orders"), ("request", "Orders"), ("run", "Orders", "Ask")])
def test_what_is_malformed_is_refused_before_anything_is_sent(
    orders: Shell, command: tuple[str, ...], arguments: list[str], words: str
) -> None:
    done = orders.run(*command, *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {words}")
    assert "\nhint: " in done.err


def test_four_and_six_together_are_refused(orders: Shell) -> None:
    done = orders.run("check", "Orders", "-4", "-6")
    assert done.code == 2
    assert "-6" in done.err


def allow(shell: Shell, *patterns: str) -> None:
    settings = shell.home / ".config/integrator-tui/settings.yaml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(f"unix_sockets: {json.dumps(patterns)}\n")


def test_a_socket_is_used_only_where_the_users_settings_allow_it(orders: Shell, tmp_path: Path) -> None:
    allowed, other = tmp_path / "run", tmp_path / "other"
    for folder in (allowed, other):
        folder.mkdir()
    (allowed / "link.sock").symlink_to(other / "app.sock")
    (tmp_path / "run too").symlink_to(allowed)
    sockets = [allowed / "app.sock", tmp_path / "run too" / "app.sock"]
    refused = [allowed / "link.sock", other / "app.sock", allowed / "../other/app.sock", allowed / "sub/app.sock"]
    allow(orders, f"{allowed}/*.sock")
    with node("allowed", str(allowed / "app.sock")) as there, node("other", str(other / "app.sock")) as elsewhere:
        for index, path in enumerate((*sockets, *refused)):
            text = f"name: S{index}\nbase_url: http://{NAME}\noptions: {{unix_socket: {path}}}\n"
            orders.write(f"s{index}.yaml", text)
        reports = orders.run("check", *(f"S{index}" for index in range(6)), "--format", "json").json()
        requested = orders.run("request", "S2", "/")
    assert [report["outcome"] for report in reports] == ["passed"] * 2 + ["error"] * 4
    assert {report["failure"]["kind"] for report in reports[2:]} == {"locked"}
    assert f"unix_sockets: [{other / 'app.sock'}]" in reports[2]["failure"]["hint"]
    assert requested.code == 3
    assert f"unix_sockets: [{other / 'app.sock'}]" in requested.err
    assert (len(there.asked), elsewhere.asked) == (2, [])


def test_dry_run_says_where_it_would_go_and_dials_nothing(orders: Shell) -> None:
    given = ["--connect-to", "node1.invalid:8443", "--resolve", "node1.invalid:8443:192.0.2.7", "-4"]
    for command in (("check", "Orders"), ("request", "Orders", "/x"), ("run", "Orders", "Ask")):
        done = orders.run(*command, "--dry-run", *given)
        assert done.code == 0
        for words in ("connected to node1.invalid:8443", "node1.invalid is not looked up: 192.0.2.7", "IPv4"):
            assert words in done.out, done.out
    orders.write("socket.yaml", f"name: Socket\nbase_url: http://{NAME}\noptions: {{unix_socket: /run/app.sock}}\n")
    assert "over the unix socket /run/app.sock" in orders.run("check", "Socket", "--dry-run").out
