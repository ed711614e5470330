"""`check` for cron, monitoring and CI: formats, files, quiet, warnings, retries, watching, as processes."""

from __future__ import annotations

import html
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from integrator_tui.cli.formats.table import NAMES
from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.data import given, started
from tests.cli.shell import Shell


def two(shell: Shell, demo: ThreadedDemoServer) -> None:
    """Write a connection that passes and one that fails."""
    for name, path in (("Good", "/health"), ("Bad", "/status/500")):
        shell.write(f"{name.lower()}.yaml", f"name: {name}\nbase_url: {demo.addresses.http}\ntest_path: {path}\n")


@pytest.mark.parametrize(
    ("form", "code", "word"), [("junit", 1, "<testsuite "), ("prometheus", 1, "# HELP"), ("nagios", 2, "CRITICAL")]
)
def test_each_format_has_its_exit_code(
    shell: Shell, demo: ThreadedDemoServer, form: str, code: int, word: str
) -> None:
    two(shell, demo)
    done = shell.run("check", "--all", "--format", form)
    assert (done.code, done.err) == (code, "")
    assert word in done.out
    assert "Bad" in done.out
    assert done.out.endswith("\n")


def test_many_end_with_what_did_not_pass_and_a_count(shell: Shell, demo: ThreadedDemoServer) -> None:
    two(shell, demo)
    *_, empty, title, bad, count = shell.run("check", "--all").out.splitlines()
    assert (empty, title, count) == ("", "did not pass:", "1 passed, 1 failed")
    assert bad.startswith("  ✗ Bad (bad.yaml)  failed  respond: server_error: ")


def test_quiet_says_nothing_where_all_is_well(shell: Shell, demo: ThreadedDemoServer) -> None:
    two(shell, demo)
    assert shell.run("check", "Good", "good.yaml", "--quiet") == shell.run("check", "Good", "--quiet")
    assert shell.run("check", "Good", "--quiet").out == ""
    done = shell.run("check", "--all", "--quiet")
    assert (done.code, "Good" in done.out, done.out.splitlines()[-1]) == (1, False, "1 passed, 1 failed")
    names = [report["name"] for report in shell.run("check", "--all", "--quiet", "--format", "json").json()]
    assert names == ["Bad"]


def test_a_file_is_written_whole_and_nothing_else_is_told(shell: Shell, demo: ThreadedDemoServer) -> None:
    two(shell, demo)
    done = shell.run("check", "--all", "--format", "junit", "--output", "checks.xml")
    assert (done.code, done.out, done.err) == (1, "", "")
    assert ElementTree.parse(shell.home / "checks.xml").getroot().attrib["tests"] == "2"
    done = shell.run("check", "--all", "--output", "checks.txt")
    assert (done.out, "\x1b" in (shell.home / "checks.txt").read_text()) == ("", False)


def test_a_file_that_cannot_be_written_is_told_before_anything_is_sent(
    shell: Shell, demo: ThreadedDemoServer
) -> None:
    two(shell, demo)
    done = shell.run("check", "--all", "--output", "no/such/folder/checks.xml")
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 2)


def test_warnings_of_limits_change_no_exit_code_but_for_nagios(shell: Shell, demo: ThreadedDemoServer) -> None:
    authority = shell.home / "ca.pem"
    authority.write_text(Path(demo.addresses.ca_file).read_text())
    shell.write(
        "tls.yaml", f"name: T\nbase_url: {demo.addresses.https}\ntest_path: /health\nca_cert_file: {authority}\n"
    )
    done = shell.run("check", "T", "--warn-days", "30000", "--warn-ms", "0.001", "--format", "json")
    (report,) = done.json()
    assert (done.code, report["outcome"]) == (0, "passed")
    assert [(told["stage"], told["kind"]) for told in report["warnings"]] == [
        ("tls", "certificate_days"),
        (None, "slow"),
    ]
    tls = next(stage for stage in report["stages"] if stage["stage"] == "tls")
    assert tls["detail"]["warnings"] == report["warnings"][:1]
    assert "WARNING tls: the certificate ends in " in shell.run("check", "T", "--warn-days", "30000").out
    nagios = shell.run("check", "T", "--warn-days", "30000", "--format", "nagios")
    assert (nagios.code, nagios.out[:10]) == (1, "WARNING - ")


def test_fail_fast_tells_of_what_was_not_started(shell: Shell, demo: ThreadedDemoServer) -> None:
    two(shell, demo)
    shell.write("broken.yaml", "name: Broken\nnonsense: 1\n")
    arguments = ("--fail-fast", "--concurrency", "1", "--format", "json")
    done = shell.run("check", "Bad", "Good", "Broken", *arguments)
    _, second, third = done.json()
    assert done.code == 1
    assert (second["outcome"], second["failure"]["stage"], second["failure"]["kind"]) == ("error", None, "not_run")
    assert second["url"] == f"{demo.addresses.http}/health"
    assert {stage["outcome"] for stage in second["stages"]} == {"skipped"}
    assert third["failure"]["kind"] == "not_run"


def test_one_more_try(shell: Shell) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    done = shell.run("check", f"http://127.0.0.1:{port}/", "--retries", "1", "--format", "json")
    (report,) = done.json()
    assert (done.code, [attempt["failure"]["kind"] for attempt in report["attempts"]]) == (1, ["refused"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("--watch", "0"),
        ("--watch", "1", "--format", "json"),
        ("--watch", "1", "--format", "junit"),
        ("--watch", "1", "--format", "prometheus", "--output", "-"),
        ("--retries", "-1"),
        ("--warn-days", "x"),
        ("--warn-ms", "nan"),
        ("--output", ""),
    ],
)
def test_what_does_not_fit_is_exit_2(shell: Shell, arguments: tuple[str, ...]) -> None:
    done = shell.run("check", "http://127.0.0.1:1/", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--all", "--format", "nagios", "--no-such-option"),
        ("check", "--all", "--format=nagios", "--workspace", "/no/such/folder"),
        ("--workspace", "/no/such/folder", "check", "--all", "--form", "nagios"),
        ("check", "--format", "nagios"),
        ("check", "nobody", "--format", "nagios"),
        ("check", "--all", "--format", "nagios", "--concurrency", "0"),
        ("check", "--all", "--format", "nagios", "--watch", "1"),
        ("check", "--all", "--format", "nagios", "--output", "no/such/folder/x"),
        ("check", "--all", "--format", "json", "--format", "nagios", "--param", "x"),
    ],
)
def test_what_nagios_is_told_of_wrong_usage(shell: Shell, arguments: tuple[str, ...]) -> None:
    done = shell.run(*arguments)
    assert (done.code, done.err) == (3, "")
    assert done.out.startswith("UNKNOWN - ")
    assert done.out.splitlines()[1].startswith("hint: ")


def test_an_empty_workspace_is_well_for_nagios_and_standard_error_stays_empty(shell: Shell) -> None:
    done = shell.run("check", "--all", "--format", "nagios")
    assert (done.code, done.err, done.out[:19]) == (0, "", "OK - no connections")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_is_unknown_to_nagios(
    shell: Shell, demo: ThreadedDemoServer, room: Room, number: signal.Signals
) -> None:
    with started(shell, "check", f"{demo.addresses.http}{room.prefix}/silent", "--format", "nagios") as process:
        room.wait_for(lambda seen: seen.counts.requests == 1)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (3, b"UNKNOWN - interrupted before the end\n", b"")
    room.wait_for(lambda seen: seen.counts.abandoned == 1)


def test_a_defect_of_ours_is_unknown_to_nagios(shell: Shell) -> None:
    script = (
        "import sys; from integrator_tui.cli.commands import check; from integrator_tui.cli import process\n"
        "def broken(*a): raise RuntimeError('s3cret')\n"
        "check.opened = broken; sys.argv = ['itui', 'check', '--all', '--format', 'nagios']; process.entry()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=shell.environment)
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.startswith("UNKNOWN - RuntimeError, an error of integrator-tui itself\nhint: ")
    assert "s3cret" not in done.stdout


def test_nagios_gets_utf_8_and_its_own_code_where_nobody_reads(shell: Shell, demo: ThreadedDemoServer) -> None:
    shell.write("o.yaml", f"name: Überweisung\nbase_url: {demo.addresses.http}\ntest_path: /health\n")
    shell.environment |= {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    assert given(shell, "check", "--all", "--format", "nagios").out.startswith("OK - Überweisung: ".encode())
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        shell.command("check", "--all", "--format", "nagios"),
        stdout=write,
        stderr=subprocess.PIPE,
        cwd=shell.home,
        env=shell.environment,
        timeout=60,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (3, b"")


@pytest.mark.parametrize("form", [name for name in NAMES if name != "human"])
def test_what_programs_read_is_utf_8_in_any_locale(shell: Shell, form: str) -> None:
    shell.write("o.yaml", "name: Überweisung\nbase_url: http://127.0.0.1:9\n")
    shell.environment["PYTHONIOENCODING"] = "latin-1"
    code, out, err = shell.run_bytes("check", "o.yaml", "--format", form)
    assert (code, err) == (2 if form == "nagios" else 1, b"")
    # JUnit's says it as XML may.
    assert "Überweisung" in html.unescape(out.decode("utf-8"))
    if form in ("json", "ndjson"):
        _, out, _ = shell.run_bytes("check", "o.yaml", "--format", form, "--dry-run")
        assert "Überweisung" in out.decode("utf-8")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_watch_tells_a_change_at_once_and_ends_with_a_signal(
    shell: Shell, demo: ThreadedDemoServer, number: signal.Signals, code: int
) -> None:
    two(shell, demo)
    with started(shell, "check", "Good", "--watch", "0.1", "--format", "ndjson") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["outcome"] == "passed"
        shell.replace("good.yaml", f"name: Good\nbase_url: {demo.addresses.http}\ntest_path: /status/404\n")
        changed = json.loads(process.stdout.readline())
        assert (changed["name"], changed["failure"]["kind"]) == ("Good", "not_found")
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (code, b"", b"")


def test_a_watch_ends_when_nobody_reads(shell: Shell, demo: ThreadedDemoServer) -> None:
    two(shell, demo)
    with started(shell, "check", "--all", "--watch", "0.1") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        process.wait(timeout=20)
        assert process.stderr is not None
        assert (process.returncode, process.stderr.read()) == (130, b"")
