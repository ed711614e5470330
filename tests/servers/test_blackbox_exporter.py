"""What is exported for blackbox_exporter, read and run by the exporter itself and by promtool."""

from __future__ import annotations

import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from integrator_tui.demo import guards
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.interchange.blackbox.writer import write
from integrator_tui.interchange.exports.outgoing import ToWrite
from integrator_tui.model.connection import Connection
from tests.servers.programs import free_ports, program, running

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def connection(name: str = "O", **fields: Any) -> Connection:
    return Connection.model_validate({"name": name, "base_url": "https://a.example/v1?x=1", **fields})


def exported(*connections: Connection, **more: Any) -> tuple[str, Any, Any]:
    """The text, and its two documents."""
    found = write([ToWrite(each, f"{number}.yaml", **more) for number, each in enumerate(connections)])
    assert found.refused == ()
    modules, scrape = YAML(typ="safe", pure=True).load_all(found.text)
    return found.text, modules["modules"], scrape["scrape_configs"][0]


OLDEST = (
    connection("Plain 'ä\"", test_path="/health"),
    connection("plain", headers=(("Accept", 'x "y"\\'), ("X-None", ""))),
    connection(
        test={"status": ("2xx", "404", "301")}, options={"verify": False, "timeout": {"connect": 1, "read": 0.5}}
    ),
    connection(auth={"type": "basic", "username": "me"}, secrets=("password",)),
    connection(auth={"type": "raw_bearer_token", "prefix": "Token"}, secrets=("token",)),
    connection(
        auth={
            "type": "oauth2",
            "access_token_url": "https://b.example/token",
            "client_id": "svc",
            "scope": "a b",
            "params": (("audience", "x"),),
        },
        secrets=("client_secret",),
        options={"proxy": "socks5h://proxy.example:1080"},
    ),
    connection(options={"client_cert_file": "client.pem", "follow_redirect": True}),
)
"""Connections that the exporter of Debian 12 knows all about."""


def test_the_exporter_and_prometheus_read_it(tmp_path: Path) -> None:
    text, modules, _ = exported(*OLDEST, folder="/x/y")
    assert text.startswith("# blackbox_exporter 0.23.0 or later")
    config, scrape = tmp_path / "blackbox.yml", tmp_path / "prometheus.yml"
    config.write_text(text)
    command = [program("prometheus-blackbox-exporter"), f"--config.file={config}", "--config.check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    scrape.write_text(text.partition("\n---\n")[2])
    done = subprocess.run(
        [program("promtool"), "check", "config", str(scrape)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(modules) == ["plain", "plain_2", "o", "o_2", "o_3", "o_4", "o_5"]
    assert modules["o_5"]["http"]["tls_config"] == {"cert_file": "/x/y/client.pem", "key_file": "/x/y/client.pem"}
    assert modules["o"]["http"]["valid_status_codes"] == [*range(200, 300), 301, 404]


@pytest.fixture
def probing(demo: ThreadedDemoServer, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """An exporter with two modules for a test that wants a password, and the address of that test."""
    (tmp_path / "password").write_text(f"{guards.PASSWORD}\n")
    auth = {"type": "basic", "username": guards.USERNAME}
    url = f"{demo.addresses.http}/basic"
    right = connection("right", base_url=url, auth=auth, secrets_from=(("password", f"file:{tmp_path}/password"),))
    wrong = connection("wrong", base_url=url, auth=auth | {"username": "nobody"}, secrets=())
    text, _, scrape = exported(right, wrong)
    (port,) = free_ports(1)
    (tmp_path / "blackbox.yml").write_text(text)
    command = [
        program("prometheus-blackbox-exporter"),
        f"--config.file={tmp_path}/blackbox.yml",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with running(command, port, tmp_path / "exporter.log"):
        yield f"http://127.0.0.1:{port}/probe", scrape["static_configs"][0]["targets"][0]


@pytest.mark.parametrize(("module", "success"), [("right", "1"), ("wrong", "0")])
def test_the_exporter_probes_as_we_do(probing: tuple[str, str], module: str, success: str) -> None:
    address, target = probing
    query = urllib.parse.urlencode({"module": module, "target": target})
    with urllib.request.urlopen(f"{address}?{query}", timeout=30) as answer:
        assert f"\nprobe_success {success}\n" in answer.read().decode()


def test_what_is_newer_is_said() -> None:
    text, modules, _ = exported(connection(), ca_pem=PEM)
    assert text.startswith("# blackbox_exporter 0.25.0 or later")
    assert modules["o"]["http"]["tls_config"] == {"ca": PEM}
    auth = {"type": "raw_bearer_token", "header": "X-Key", "prefix": "Key"}
    text, modules, _ = exported(connection(auth=auth, headers=(("X-A", "{{Other}}"),), secrets=("token", "Other")))
    assert text.startswith("# blackbox_exporter 0.26.0 or later")
    assert "/etc/prometheus/secrets/o.token: Key, a blank and the secret token of O" in text
    assert modules["o"]["http"]["http_headers"] == {
        "X-A": {"files": ["/etc/prometheus/secrets/o.Other"]},
        "X-Key": {"files": ["/etc/prometheus/secrets/o.token"]},
    }


@pytest.mark.parametrize(
    ("fields", "field", "way"),
    [
        ({"test_path": "/{{id}}"}, "test_path", "write the text itself"),
        ({"headers": (("X-A", "a {{Other}}"),), "secrets": ("Other",)}, "headers.X-A", "write the text itself"),
        ({"headers": (("User-Agent", "{{Other}}"),), "secrets": ("Other",)}, "headers.User-Agent", "check"),
        ({"auth": {"type": "http_bearer_token"}}, "auth.type", "use type: oauth2"),
        ({"auth": {"type": "api_key", "in": "query"}, "secrets": ("api_key",)}, "auth.in", "check"),
        ({"auth": {"type": "raw_bearer_token", "prefix": ""}, "secrets": ("token",)}, "auth.prefix", "check"),
        ({"options": {"stream_response": True}}, "options.stream_response", "check"),
        ({"options": {"unix_socket": "/run/x"}}, "options.unix_socket", "check"),
        ({"options": {"proxy": "http://me:hunter2@proxy.example"}}, "options.proxy", "check"),
        (
            {"options": {"client_cert_file": "c.pem"}, "secrets": ("client_cert_passphrase",)},
            "options.client_cert_file",
            "check",
        ),
        ({"test": {"expect": "body.ok"}}, "test.expect", "fail_if_body_json_not_matches_cel"),
        (
            {"auth": {"type": "basic"}, "secrets": ("password",), "options": {"follow_redirect": True}},
            "options.follow_redirect",
            "write the address that it leads to",
        ),
    ],
)  # fmt: skip
def test_what_it_cannot_say(fields: dict[str, Any], field: str, way: str) -> None:
    found = write([ToWrite(connection(**fields), "o.yaml", folder="/x")])
    assert found.text == ""
    assert found.refused[0].message.startswith(f"O: {field}: ")
    assert way in found.refused[0].hint
    assert "hunter2" not in repr(found)
