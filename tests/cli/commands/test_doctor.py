"""`doctor`: what it says of a machine, and that it says it of any."""

from __future__ import annotations

from typing import Any

import pytest

from integrator_tui.cli import environment
from integrator_tui.cli.doctor.machine import without_credentials
from tests.cli.data import PASSWORD
from tests.cli.shell import Shell

RAW = "{type: raw_bearer_token}"


def found(shell: Shell, **variables: str) -> dict[str, list[Any]]:
    done = shell.here("doctor", "--json", environment=variables)
    assert (done.code, done.err) == (0, "")
    areas: dict[str, list[Any]] = {}
    for finding in done.json():
        assert list(finding) == ["area", "state", "message", "hint"]
        areas.setdefault(finding["area"], []).append(finding)
    return areas


def test_every_area_is_looked_at(shell: Shell) -> None:
    shell.write("o.yaml", "name: O\nbase_url: http://127.0.0.1:9\n")
    areas = found(shell, TERM="xterm-256color")
    assert list(areas) == [
        *("program", "workspace", "keys", "permissions", "terminal", "certificates", "proxy", "ssh"),
    ]
    assert areas["workspace"][0]["message"] == f"{shell.workspace}, 1 connection"
    assert areas["keys"][0]["hint"] == "make one: integrator-tui keys init"
    shell.create_identity()
    assert found(shell)["keys"][0]["message"].startswith("age1")
    done = shell.run("doctor")
    assert (done.code, done.err) == (0, "")
    assert "✓ workspace" in done.out and "hint: set TERM to what your terminal is" in done.out


def test_credentials_of_a_proxy_are_masked(shell: Shell) -> None:
    areas = found(shell, https_proxy=f"http://user:{PASSWORD}@x@proxy.example.com:3128", ALL_PROXY="ftp://proxy")
    told = [(finding["state"], finding["message"]) for finding in areas["proxy"]]
    assert told[0] == ("ok", "https_proxy: http://•••@proxy.example.com:3128")
    assert told[1][0] == "problem" and told[1][1].startswith("all_proxy: ftp://proxy")
    assert without_credentials(f"u:{PASSWORD}@proxy:1") == "•••@proxy:1"


@pytest.mark.parametrize("separator", [",", ", ", " "])
def test_credentials_among_the_hosts_without_a_proxy_are_masked(shell: Shell, separator: str) -> None:
    hosts = separator.join(
        (".example.com", f"http://user:{PASSWORD}@proxy.example.com", f"u:{PASSWORD}@h", "10.0.0.1")
    )
    areas = found(shell, no_proxy=hosts)
    told = separator.join((".example.com", "http://•••@proxy.example.com", "•••@h", "10.0.0.1"))
    assert areas["proxy"][0]["message"] == f"no_proxy: {told}"


def test_neither_a_key_nor_the_command_that_prints_one_is_told(shell: Shell) -> None:
    command = f"{shell.home}/vault --token {PASSWORD}"
    for variables in ({"SOPS_AGE_KEY": f"AGE-SECRET-KEY-{PASSWORD}"}, {"SOPS_AGE_KEY_CMD": command}):
        done = shell.here("doctor", environment=variables)
        assert (done.code, done.err) == (0, "")
        assert PASSWORD not in done.out and next(iter(variables)) in done.out


def test_the_chmod_to_run_is_named(shell: Shell) -> None:
    shell.create_identity()
    shell.key_file.chmod(0o644)
    state = shell.home / ".local/state/integrator-tui"
    state.mkdir(parents=True, mode=0o700)
    (state / "a file").write_text("")
    (state / "a file").chmod(0o640)
    areas = found(shell)
    assert areas["permissions"][0]["hint"] == f"run: chmod 600 '{state}/a file'"
    assert f"chmod 600 {shell.key_file}" in areas["keys"][0]["hint"]


def test_it_works_without_a_home_and_with_a_workspace_that_is_not_there(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    areas = found(shell, INTEGRATOR_TUI_WORKSPACE="nowhere", SSL_CERT_FILE="/nowhere.pem")
    assert areas["workspace"][0]["state"] == areas["certificates"][0]["state"] == "problem"
    monkeypatch.setattr(environment, "_home", lambda: None)
    del shell.environment["HOME"]
    del shell.environment["INTEGRATOR_TUI_WORKSPACE"]
    assert found(shell)["workspace"][0]["state"] == "problem"


def test_secrets_from_elsewhere_that_may_not_be_read_or_sent_or_are_missing_are_named(shell: Shell) -> None:
    def named(source: str) -> None:
        text = f"name: O\nbase_url: https://orders.example.com\nauth: {RAW}\nsecrets_from: {{token: '{source}'}}\n"
        shell.write("o.yaml", text)

    for source, wanted, line in (
        ("env:HOME", "env:HOME may not be read", "secret_variables: [HOME]"),
        ("env:INTEGRATOR_SECRET_O", "INTEGRATOR_SECRET_O is not set", "set INTEGRATOR_SECRET_O"),
        ("file:/run/secrets/none", "/run/secrets/none cannot be read", "put the secret there"),
        ("vault:kv/o#token", "vault:kv/o#token may not be read", "sources: {vault: "),
    ):
        named(source)
        (finding,) = found(shell)["sources"]
        assert (finding["state"], wanted in finding["message"], line in finding["hint"]) == ("problem", True, True)
        assert finding["message"].startswith("o.yaml: ")
    named("env:INTEGRATOR_SECRET_O")
    given = {"INTEGRATOR_SECRET_O": PASSWORD}
    (finding,) = found(shell, **given)["sources"]
    assert finding["message"].endswith(
        "nobody agreed to send env:INTEGRATOR_SECRET_O to https://orders.example.com"
    )
    given["INTEGRATOR_TUI_SEND_TO"] = "https://orders.example.com"
    assert PASSWORD not in shell.run("doctor", environment=given).out
    (finding,) = found(shell, **given)["sources"]
    assert (finding["state"], finding["message"]) == ("ok", "1 secret from elsewhere can be read and sent")
