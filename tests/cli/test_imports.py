"""A command pays at its start for nothing it does not use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from integrator_tui.cli.parsers import COMMANDS
from integrator_tui.demo.server import running_server
from tests.cli.shell import Shell

RUN = """
import sys
from integrator_tui.cli.main import main
if sys.argv[1] == "complete":
    from integrator_tui.workspace.catalog import index
    index.TOO_NEW = 0
code = main(sys.argv[1:])
print(*sys.modules, sep="\\n", file=sys.stderr)
sys.exit(code)
"""
INTERFACE = {"textual", "rich"}
KEYS = {"cryptography", "integrator_tui.vault.vault"}
READERS = {"pydantic", "ruamel", "ruamel.yaml", "integrator_tui.workspace.catalog.loader"}
STARTED = {"asyncio", "socket", "inspect", "dataclasses", "logging", "hashlib", "random", "secrets"}
"""What a loop brings, and what single modules of the standard library do that look small."""
JAVASCRIPT = {"quickjs", "_quickjs", "integrator_tui.engine.javascript.sandbox"}
PROCESSES = {"pickle", "integrator_tui.workspace.batch.fork"}
NETWORK = {"httpx", "httptools", "ssl", "integrator_tui.engine"}
DATABASE = {"sqlite3", "_sqlite3"}
VALIDATORS = {"pydantic.plugin._loader"}
MISTYPED = {"difflib"}
MODEL = {"pydantic", "integrator_tui.model.connection"}
NEVER_SEEN = {
    f"integrator_tui.{name}"
    for name in (
        "cli.checks.nagios_console",
        "cli.examples",
        "cli.checks.watch",
        "cli.output.output_file",
        "engine.answer",
        "engine.auth.methods",
        "engine.auth.token_request",
        "engine.auth.token_stream",
        "engine.body.error_page",
        "engine.body.sse",
        "engine.exchange.answer_keeper",
        "engine.exchange.messages",
        "engine.exchange.token_fetch",
        "engine.exchange.wanted_token",
        "engine.http1.challenge",
        "engine.javascript.outputs",
        "engine.net.certificate",
        "engine.net.client_certificate",
        "engine.net.not_pem",
        "engine.net.tls",
        "engine.net.tls_failure",
        "engine.preview.preview",
        "engine.requests",
        "engine.stream",
        "engine.token",
        "history.database",
        "history.database_file",
        "history.fold",
        "model.json_text",
        "model.nearest",
        "model.preview",
        "model.stream",
        "workspace.answers",
        "workspace.batch.second_process",
        "workspace.batch.tickets",
        "workspace.journals.kept_tokens",
        "workspace.sources.sources",
    )
}
"""What a check that passes over plain HTTP has no use for."""

NEVER_ASKED = {
    f"integrator_tui.{name}"
    for name in (
        "engine.body.error_page",
        "engine.body.sse",
        "engine.javascript.evaluator",
        "engine.javascript.outputs",
        "model.nearest",
        "model.stream",
        "workspace.catalog.operations",
        "workspace.given_parameters",
    )
}
"""What a request without parameters that is answered, with no events, has no use for."""

MOST = 150
"""Modules of ours that a check imports. Each takes a tenth of a millisecond of the little that a check has over
what its libraries take to import: one more needs a reason."""


def loaded(shell: Shell, *arguments: str) -> set[str]:
    """Run a command that succeeds and return the names of the modules it imported."""
    return ran(shell, *arguments)[1]


def ran(shell: Shell, *arguments: str) -> tuple[str, set[str]]:
    """Run a command that succeeds and return what it printed, and the names of the modules it imported.

    A completion believes in the index of a file that was written this moment.
    """
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments], env=shell.environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr[:2000]
    return done.stdout, set(done.stderr.split())


COMPLETED = """
name: Orders
base_url: https://{{Region}}.example.com
test_path: /{{Area}}
tags: [prod]
operations: [{name: Health, path: "/health/{{Id}}"}]
"""
OFFERED = {
    ("check", ""): " Orders\n",
    ("check", "--tag", ""): " prod\n",
    ("check", "Orders", "--param", ""): "=Region=\n=Area=\n",
    ("run", "Orders", ""): " Health\n",
    ("run", "Orders", "Health", "--param", ""): "=Region=\n=Id=\n",
    ("request", "Orders", "/{{Own}}", "--param", ""): "=Own=\n",
}


@pytest.mark.parametrize("line", OFFERED)
def test_a_completion_comes_from_the_index_alone(shell: Shell, line: tuple[str, ...]) -> None:
    shell.write("orders.yaml", COMPLETED)
    from_file, modules = ran(shell, "complete", "fish", *line)
    assert from_file == OFFERED[line]
    assert READERS & modules != set()
    assert shell.run("list").code == 0
    from_index, modules = ran(shell, "complete", "fish", *line)
    assert from_index == OFFERED[line]
    assert (INTERFACE | NETWORK | KEYS | READERS | STARTED) & modules == set()


@pytest.mark.parametrize(
    "command", [command.name for command in COMMANDS if command.name not in ("demo", "doctor")]
)
def test_the_options_of_a_command_need_nothing_that_carries_it_out(shell: Shell, command: str) -> None:
    offered, modules = ran(shell, "complete", "fish", command, "--")
    assert " --help\n" in offered
    assert (INTERFACE | NETWORK | KEYS | READERS | STARTED) & modules == set()


def test_list_needs_neither_interface_nor_network_nor_keys(shell: Shell) -> None:
    shell.write("orders.yaml", "name: Orders\nbase_url: http://127.0.0.1:9/\n")
    modules = loaded(shell, "list")
    assert "integrator_tui.cli.commands.list" in modules
    assert (INTERFACE | NETWORK | KEYS | JAVASCRIPT | PROCESSES | DATABASE) & modules == set()
    assert "integrator_tui.history" not in modules


def test_help_needs_no_layer_below_the_commands(shell: Shell) -> None:
    script = "import sys, integrator_tui.cli.main; from integrator_tui.cli.parsers import whole_parser"
    script += "; whole_parser(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], env=shell.environment, capture_output=True, text=True)
    modules = set(done.stdout.split())
    assert "integrator_tui.cli.main" in modules
    below = {"integrator_tui.store", "integrator_tui.workspace", "integrator_tui.vault", "ruamel"}
    below |= {"hashlib", "json", "integrator_tui.model.surroundings"}
    assert not {name for name in modules if name.startswith("integrator_tui.cli.commands.")}
    assert (INTERFACE | NETWORK | MODEL | KEYS | JAVASCRIPT | below) & modules == set()


@pytest.mark.parametrize("named", ["file", "url"])
def test_a_check_without_secrets_needs_neither_interface_nor_keys_nor_javascript(
    shell: Shell, tmp_path: Path, named: str
) -> None:
    with running_server(tmp_path) as addresses:
        shell.write("orders.yaml", f"name: Orders\nbase_url: {addresses.http}\ntest_path: /health\n")
        what = "Orders" if named == "file" else f"{addresses.http}/health"
        modules = loaded(shell, "check", what)
    assert "integrator_tui.engine.probe" in modules
    assert (
        INTERFACE | KEYS | JAVASCRIPT | PROCESSES | VALIDATORS | DATABASE | MISTYPED | NEVER_SEEN
    ) & modules == set()
    ours = [name for name in modules if name.startswith("integrator_tui.")]
    assert len(ours) <= MOST


@pytest.mark.parametrize("command", [("request", "Orders", "/health"), ("run", "Orders", "Health")])
def test_data_without_secrets_needs_neither_interface_nor_keys_nor_javascript(
    shell: Shell, tmp_path: Path, command: tuple[str, ...]
) -> None:
    with running_server(tmp_path) as addresses:
        operation = "operations: [{name: Health, method: GET, path: /health}]\n"
        shell.write("orders.yaml", f"name: Orders\nbase_url: {addresses.http}\n{operation}")
        modules = loaded(shell, *command)
    assert "integrator_tui.engine.answer" in modules
    assert (INTERFACE | KEYS | JAVASCRIPT | DATABASE | VALIDATORS) & modules == set()
    if command[0] == "request":
        assert NEVER_ASKED & modules == set()


@pytest.mark.parametrize("setting", ["history: false", "remember: false"])
def test_a_check_that_keeps_nothing_makes_nothing(shell: Shell, setting: str) -> None:
    settings = shell.home / ".config/integrator-tui/settings.yaml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"{setting}\n")
    shell.write("orders.yaml", "name: Orders\nbase_url: http://127.0.0.1:9/\n")
    assert shell.run("check", "Orders").code == 1
    assert not (shell.home / ".local").exists()
