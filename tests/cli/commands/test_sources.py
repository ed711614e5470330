"""Secrets from elsewhere on the command line: what is locked and the line to add, and what CI needs no key for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.shell import Shell

DOCS = Path(__file__).parents[3] / "docs" / "sources.md"


def sealed(shell: Shell, base_url: str, source: str = "env:INTEGRATOR_SECRET_ORDERS", more: str = "") -> None:
    shell.write(
        "orders.yaml",
        f"name: Orders\nbase_url: {base_url}\ntest_path: /raw/health\n{more}auth: {{type: raw_bearer_token}}\n"
        f"secrets_from: {{token: '{source}'}}\n",
    )
    shell.create_identity()
    assert shell.run("seal", "--yes").code == 0


def test_a_job_with_the_variable_and_its_origin_needs_no_key(
    shell: Shell, demo: ThreadedDemoServer, room: Room
) -> None:
    base = demo.addresses.http + room.prefix
    sealed(shell, base)
    given = {"INTEGRATOR_SECRET_ORDERS": "demo-raw-token"}
    refused = shell.run("check", "Orders", "--format", "json", environment=given)
    failure = refused.json()[0]["failure"]
    assert (refused.code, failure["kind"]) == (3, "locked")
    assert f"send: {{'env:INTEGRATOR_SECRET_ORDERS': [{demo.addresses.http}]}}" in failure["hint"]
    given["INTEGRATOR_TUI_SEND_TO"] = demo.addresses.http
    for command in (("check", "Orders"), ("request", "Orders"), ("token", "Orders")):
        assert shell.run(*command, environment=given).code == 0
    shell.key_file.unlink()
    assert shell.run("check", "Orders", environment=given).code == 0
    dry = shell.run("check", "Orders", "--dry-run")
    assert (dry.code, "secret token from env:INTEGRATOR_SECRET_ORDERS" in dry.out) == (0, True)
    assert "demo-raw-token" not in dry.out
    before = room.counts.requests
    missing = shell.run("check", "Orders", environment={"INTEGRATOR_TUI_SEND_TO": demo.addresses.http})
    assert (missing.code, "INTEGRATOR_SECRET_ORDERS is not set" in missing.out) == (3, True)
    assert room.counts.requests == before


def test_a_stranger_s_file_gets_no_variable_of_yours(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    base = demo.addresses.http + room.prefix
    sealed(shell, base, "env:SOPS_AGE_KEY")
    given = {"SOPS_AGE_KEY": "", "INTEGRATOR_TUI_SEND_TO": demo.addresses.http}
    done = shell.run("check", "Orders", environment=given)
    assert done.code == 3
    assert "add to your settings.yaml: secret_variables: [SOPS_AGE_KEY]" in done.out
    named = shell.run("verify")
    assert (named.code, "env:SOPS_AGE_KEY may not be read" in named.out) == (3, True)
    assert room.counts.requests == 0


def test_a_changed_file_is_locked_where_a_key_opens_its_seal(shell: Shell, demo: ThreadedDemoServer) -> None:
    sealed(shell, demo.addresses.http)
    file = shell.workspace / "orders.yaml"
    file.write_text(file.read_text().replace("/raw/health", "/raw/echo"))
    given = {"INTEGRATOR_SECRET_ORDERS": "demo-raw-token", "INTEGRATOR_TUI_SEND_TO": demo.addresses.http}
    done = shell.run("check", "Orders", "--format", "json", environment=given)
    assert (done.code, done.json()[0]["failure"]["kind"]) == (3, "seal_broken")


@pytest.mark.parametrize("source", ["vault", "op", "pass"])
def test_the_recipes_work_with_programs_that_stand_in(
    shell: Shell, demo: ThreadedDemoServer, tmp_path: Path, source: str
) -> None:
    text = DOCS.read_text()
    settings = text[text.index("# settings.yaml\nsources:") :].partition("```")[0]
    settings = settings.partition("send:")[0] + f"send: {{'{source}:*': [{demo.addresses.http}]}}\n"
    config = shell.home / ".config/integrator-tui"
    config.mkdir(parents=True, exist_ok=True)
    (config / "settings.yaml").write_text(settings)
    found = re.search(rf"# ({source}:\S+)", settings)
    assert found is not None
    wanted = {
        "vault": "kv get -field=token kv/orders",
        "op": "read op://Private/orders/token",
        "pass": "show work/orders",
    }[source]
    programs = tmp_path / "programs"
    programs.mkdir()
    program = programs / source
    program.write_text(f'#!/bin/sh\n[ "$*" = "{wanted}" ] && echo demo-raw-token\n')
    program.chmod(0o755)
    sealed(shell, demo.addresses.http, found[1])
    given = {"PATH": f"{programs}:{shell.environment['PATH']}"}
    done = shell.run("check", "Orders", environment=given)
    assert (done.code, done.err) == (0, ""), done.out
    assert "demo-raw-token" not in done.out
    assert shell.run("verify", environment=given).code == 0


def test_the_job_of_kubernetes_runs_with_the_variables_that_it_is_given(
    shell: Shell, demo: ThreadedDemoServer
) -> None:
    job = re.search(r"```yaml\napiVersion: batch/v1\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert job is not None
    found = re.search(r"args: \[--workspace, /connections, (.*)\]", job[1])
    assert found is not None
    names = re.findall(r"- name: ([A-Z_]+)", job[1])
    values = {"INTEGRATOR_SECRET_ORDERS": "demo-raw-token", "INTEGRATOR_TUI_SEND_TO": demo.addresses.http}
    assert set(names) == set(values)
    sealed(shell, demo.addresses.http)
    shell.key_file.unlink()
    command = ("--workspace", str(shell.workspace), *found[1].split(", "))
    done = shell.run(*command, environment=values)
    assert (done.code, done.out, done.err) == (0, "", "")
    for name in names:
        assert shell.run(*command, environment={**values, name: ""}).code == 3


def test_systemd_s_folder_of_credentials(shell: Shell, demo: ThreadedDemoServer, tmp_path: Path) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "orders").write_text("demo-raw-token\n")
    sealed(shell, demo.addresses.http, f"file:{folder}/orders")
    given = {"INTEGRATOR_TUI_SEND_TO": demo.addresses.http}
    assert shell.run("check", "Orders", environment=given).code == 3
    assert shell.run("check", "Orders", environment={**given, "CREDENTIALS_DIRECTORY": str(folder)}).code == 0


def test_a_key_of_the_settings_that_is_no_list_is_told(shell: Shell, demo: ThreadedDemoServer) -> None:
    config = shell.home / ".config/integrator-tui"
    config.mkdir(parents=True)
    (config / "settings.yaml").write_text("send: [x]\nsecret_variables: AWS\n")
    sealed(shell, demo.addresses.http)
    done = shell.run("check", "Orders")
    assert done.code == 3
    assert "settings.yaml:1: send: a mapping of names to lists is wanted here" in done.err
