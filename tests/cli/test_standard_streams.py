"""What cannot be told changes neither result nor exit code, and what is missing is not taken for empty."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.data import given, plain, sealed
from tests.cli.forked import CLOSED
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal

full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")


def with_streams(
    shell: Shell, instead: Mapping[int, int | str], *arguments: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a command with these in place of its standard streams: `CLOSED`, or what is opened for writing."""
    with ExitStack() as stack:
        streams = {
            number: stream if isinstance(stream, int) else stack.enter_context(open(stream, "wb")).fileno()
            for number, stream in instead.items()
        }
        code, out, err = shell.run_bytes(*arguments, instead=streams)
    return subprocess.CompletedProcess(arguments, code, out, err)


COMMANDS = (
    ("check", "O", "--format", "ndjson"),
    ("request", "O", "/status/404"),
    ("keys", "rotate"),
    ("keys", "remove", "age1nobody"),
    ("nonsense",),
)


@full
@pytest.mark.parametrize("command", COMMANDS)
def test_a_standard_error_that_cannot_be_written_changes_nothing(
    shell: Shell, demo: ThreadedDemoServer, command: tuple[str, ...]
) -> None:
    sealed(shell, demo.addresses.http)
    told, untold = (with_streams(shell, instead, *command) for instead in ({}, {2: "/dev/full"}))
    assert untold.returncode == told.returncode
    assert re.sub(rb"[0-9.]+", b"", untold.stdout) == re.sub(rb"[0-9.]+", b"", told.stdout)


@full
def test_a_standard_error_whose_reader_is_gone_changes_nothing(shell: Shell) -> None:
    read, write = os.pipe()
    os.close(read)
    done = shell.run("show", "nobody", instead={2: write})
    os.close(write)
    assert (done.code, done.out) == (2, "")


def test_a_closed_standard_input_is_not_an_empty_body(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    plain(shell, f"{demo.addresses.http}{room.prefix}")
    done = with_streams(shell, {0: CLOSED}, "request", "O", "/echo", "-d", "@-")
    assert (done.returncode, room.counts.requests) == (2, 0)
    assert done.stderr.startswith(b"error: standard input cannot be read: ") and b"\nhint: " in done.stderr
    assert given(shell, "request", "O", "/echo", "-d", "@-", stdin=b"").code == 0


@pytest.mark.parametrize("command", [("list",), ("check", "O", "--format", "junit"), ("request", "O"), ("--help",)])
def test_a_closed_standard_output_loses_nothing_in_silence(
    shell: Shell, demo: ThreadedDemoServer, command: tuple[str, ...]
) -> None:
    plain(shell, f"{demo.addresses.http}/health")
    done = with_streams(shell, {1: CLOSED}, *command)
    assert done.returncode == 2
    said = rb"error: standard output cannot be written: it is closed\nhint: [^\n]+/dev/null\n"
    assert re.fullmatch(said, done.stderr)


def test_a_closed_standard_output_does_not_matter_to_what_says_nothing(
    shell: Shell, demo: ThreadedDemoServer
) -> None:
    plain(shell, f"{demo.addresses.http}/health")
    for command in (("check", "O", "--quiet"), ("check", "O", "--output", "kept.txt"), ("verify",)):
        done = with_streams(shell, {1: CLOSED}, *command)
        assert (done.returncode, done.stderr) == (0, b"")
    done = with_streams(shell, {1: CLOSED, 2: CLOSED}, "check", "O", "--format", "nagios")
    assert (done.returncode, (shell.home / "kept.txt").stat().st_size > 0) == (3, True)


@full
@pytest.mark.parametrize("command", [("--help",), ("--version",), ("check", "--help")])
def test_help_that_cannot_be_written_is_an_error(shell: Shell, command: tuple[str, ...]) -> None:
    done = with_streams(shell, {1: "/dev/full"}, *command)
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: standard output cannot be written: No space left")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_that_is_taken_in_part_is_not_taken_for_all_of_it(shell: Shell, unbuffered: str) -> None:
    shell.write("o.yaml", f"name: O\nbase_url: http://127.0.0.1:9\ndescription: {'x' * 300_000}\n")
    shell.environment["PYTHONUNBUFFERED"] = unbuffered
    command = shell.command("show", "O", "--json")
    # A file that may hold 64 KiB takes the first part of the write, as a disk does that is full then.
    limited = subprocess.run(
        ["sh", "-c", 'ulimit -f 64; trap "" XFSZ; exec "$@" > kept.json', "sh", *command],
        capture_output=True,
        cwd=shell.home,
        env=shell.environment,
        timeout=60,
    )
    assert (limited.returncode, (shell.home / "kept.json").stat().st_size < 100_000) == (2, True)
    assert limited.stderr.startswith(b"error: standard output cannot be written: File too large\n")
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=shell.home, env=shell.environment
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.read(10) == b'{\n  "name"'
        process.stdout.close()
        assert (process.stderr.read(), process.wait(60)) == (b"", 130)


def test_success_is_quiet_off_a_terminal_and_told_on_one(
    shell: Shell, demo: ThreadedDemoServer, room: Room
) -> None:
    plain(shell, f"{demo.addresses.http}{room.prefix}")
    path = "/redirect/302?to=/echo"
    assert given(shell, "request", "O", path, "--location").err == ""
    with Terminal(shell, "request", "O", path, "--location") as terminal:
        assert terminal.finish() == 0
        assert f"302 → {demo.addresses.http}{room.prefix}/echo\nHTTP/1.1 200 OK\n" in terminal.shown
    head = given(shell, "request", "O", "/health", "-X", "HEAD")
    assert (head.code, head.err) == (0, "")
    assert b"content-length: 16\n" in head.out


def test_what_verify_finds_stands_in_one_place(shell: Shell) -> None:
    shell.write("a.yaml", "name: A\nbase_url: http://127.0.0.1:9\nsecrets: {password: plain}\n")
    done = shell.run("verify")
    assert (done.code, done.err) == (3, "")
    assert re.fullmatch(r"a\.yaml: plain text stands .*\(.*integrator-tui seal.*\)\n", done.out)


@full
def test_a_standard_output_that_is_full_does_not_hide_what_was_found(shell: Shell) -> None:
    shell.write("a.yaml", "name: A\nbase_url: http://127.0.0.1:9\nsecrets: {password: plain}\n")
    done = with_streams(shell, {1: "/dev/full"}, "verify")
    assert done.returncode == 3
    assert done.stderr.startswith(b"error: standard output cannot be written: ")


def test_several_tags_mean_any_of_them(shell: Shell) -> None:
    for name in ("a", "b"):
        shell.write(f"{name}.yaml", f"name: {name}\nbase_url: http://127.0.0.1:9\ntags: [{name}]\n")
    found = shell.run("check", "--tag", "a", "--tag", "b", "--format", "json").json()
    assert [report["file"] for report in found] == ["a.yaml", "b.yaml"]
    assert "carries any of the tags x, y" in shell.run("check", "--tag", "x", "--tag", "y").err
