"""What every command makes of what is wrong: two lines that name it, the exit code, and nothing changed.

A command that is new needs a line in `NAMED`, or its word in `NAMES_NONE`.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from integrator_tui.cli.parsers import COMMANDS
from integrator_tui.cli.requests import body
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.errors import ChangedOnDisk
from integrator_tui.workspace.requests import Requests
from tests.cli.shell import Finished, Shell
from tests.cli.transcripts import transcript

NAMED: Final[Mapping[str, tuple[str, ...]]] = {
    "show": ("show", "{}"),
    "edit": ("edit", "{}", "--set", "description=x"),
    "rename": ("rename", "{}", "Another"),
    "move": ("move", "{}", "folder"),
    "copy": ("copy", "{}", "Another"),
    "remove": ("remove", "{}", "--yes"),
    "export": ("export", "curl", "{}"),
    "pull": ("pull", "{}"),
    "push": ("push", "{}"),
    "diff": ("diff", "{}"),
    "usage": ("usage", "{}"),
    "check": ("check", "{}"),
    "request": ("request", "{}", "/health"),
    "run": ("run", "{}", "Health"),
    "history": ("history", "{}"),
    "token": ("token", "{}"),
    "compare": ("compare", "{}", "Token"),
    "seal": ("seal", "{}", "--yes"),
    "verify": ("verify", "{}"),
}
"""How each command takes the name of a connection."""

NAMES_NONE: Final = frozenset("open demo list new import undo keys merge schema doctor completion complete".split())
"""Commands that take no name of a connection that has to be there."""

WITHOUT_WORKSPACE: Final[tuple[tuple[str, ...], ...]] = (
    *(tuple(word.format("Plain") for word in line) for line in NAMED.values()),
    ("list",),
    ("new", "New", "--set", "base_url=http://127.0.0.1:9"),
    ("import", "curl", "-"),
    ("undo",),
    ("keys", "list"),
    ("keys", "rotate"),
    ("check", "--all"),
    ("seal", "--yes"),
    ("verify",),
)
"""Command lines that want the workspace that was named."""

WRITES: Final[tuple[tuple[str, ...], ...]] = (
    ("new", "New", "--set", "base_url=http://127.0.0.1:9"),
    ("edit", "Plain", "--set", "description=x"),
    ("edit", "Orders", "--secret", "password"),
    ("rename", "Plain", "Another"),
    ("rename", "Plain", "Another", "--file"),
    ("move", "Plain", "folder"),
    ("copy", "Plain", "Another"),
    ("remove", "Plain", "--yes"),
    ("import", "curl", "-"),
    ("seal", "open.yaml", "--yes"),
    ("keys", "add", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"),
)
"""Command lines that write below the workspace."""

TEN_MEGABYTES: Final = 10 * 1024 * 1024
READS: Final[tuple[tuple[str, ...], ...]] = (
    ("new", "New", "--from-curl", "-"),
    ("import", "curl", "-"),
    ("import", "kinetic", "-"),
    ("import", "openapi", "-"),
)
"""Command lines that read a document from standard input."""

TAKES: Final[tuple[tuple[str, ...], ...]] = (
    ("edit", "Orders", "--secret", "password"),
    ("run", "Plain", "Find", "--param", "Number=@-"),
    ("run", "Plain", "Find", "--param-file", "-"),
)
"""Command lines that take a value from standard input."""


@pytest.fixture(scope="module")
def prepared(demo: ThreadedDemoServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the workspace of the transcripts."""
    home = tmp_path_factory.mktemp("bad-input") / "home"
    home.mkdir()
    transcript.scene(Shell(home), demo.addresses.http)
    return home


@pytest.fixture
def furnished(prepared: Path, shell: Shell) -> Shell:
    """A shell in a copy of that home."""
    shutil.copytree(prepared, shell.home, dirs_exist_ok=True)
    return shell


def held(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(done: Finished, *words: str, code: int = 2) -> None:
    """Look for the two lines of an error, and nothing else."""
    assert (done.code, done.out) == (code, ""), done
    assert re.fullmatch(r"error: [^\n]+\nhint: [^\n]+\n", done.err), done.err
    for word in words:
        assert word in done.err


def test_every_command_is_here() -> None:
    new = {command.name for command in COMMANDS} - NAMED.keys() - NAMES_NONE
    assert not new, f"say in NAMED how these take the name of a connection, or in NAMES_NONE: {sorted(new)}"


def lines(name: str) -> list[tuple[str, ...]]:
    return [tuple(word.format(name) for word in line) for line in NAMED.values()]


@pytest.mark.parametrize("line", WITHOUT_WORKSPACE, ids=" ".join)
def test_a_workspace_that_is_not_there(shell: Shell, line: tuple[str, ...]) -> None:
    stdin = b"curl http://127.0.0.1:9/x\n"
    refused(shell.here("--workspace", "nowhere", *line, stdin=stdin), "there is no folder", "nowhere")
    assert not (shell.home / "nowhere").exists()


def test_a_name_that_nothing_has_is_told_with_the_nearest(furnished: Shell) -> None:
    before = held(furnished.workspace)
    for line in lines("Plian"):
        refused(furnished.here(*line), "Plian", "did you mean Plain?")
    assert held(furnished.workspace) == before


def test_a_name_that_two_have_is_refused_with_both_places(furnished: Shell) -> None:
    for folder in ("prod", "test"):
        furnished.write(f"{folder}/twice.yaml", "name: Twice\nbase_url: http://127.0.0.1:9\n")
    before = held(furnished.workspace)
    for line in lines("Twice"):
        if line[0] != "history":
            refused(furnished.here(*line), "prod/twice.yaml", "test/twice.yaml")
    assert held(furnished.workspace) == before
    assert furnished.run("show", "prod/twice.yaml").code == 0


@pytest.mark.parametrize(
    ("line", "two"),
    [
        (("request", "Plain", "/echo", "-d", "@-", "--param", "A=@-"), ("-d @-", "--param A")),
        (("request", "Plain", "/echo", "-F", "a=@-", "-F", "b=<-"), ("-F a=@-", "-F b=<-")),
        (("request", "Plain", "/{{A}}/{{B}}", "--param", "A=@-", "--param", "B=@-"), ("--param A", "--param B")),
        (("run", "Plain", "Find", "--param-file", "-", "--param", "A=@-"), ("--param A", "--param-file -")),
        (("import", "postman", "-", "--environment", "-"), ("the document", "--environment")),
    ],
    ids=lambda given: " ".join(given),
)
def test_standard_input_is_no_empty_one_for_who_comes_second(
    furnished: Shell, line: tuple[str, ...], two: tuple[str, str]
) -> None:
    stdin = '{"info": {"name": "x"}, "item": []}'
    refused(furnished.run(*line, stdin=stdin), f"{two[0]} and {two[1]} cannot both be read from standard input")


def test_a_command_that_begins_again_has_standard_input_once_more(
    furnished: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []

    def changed(self: Requests, *arguments: Any) -> None:
        """Find at first that the file was changed by somebody."""
        judged.append("plain.yaml")
        if len(judged) == 1:
            raise ChangedOnDisk("plain.yaml changed since it was read", "try again")

    monkeypatch.setattr(Requests, "refuse_unasked", changed)
    line = ("request", "Plain", "/echo?a={{A}}", "--param", "A=@-", "--dry-run")
    done = furnished.here(*line, stdin=b"of standard input\n")
    assert len(judged) == 2 and "GET /echo?a=of%20standard%20input " in done.out


def test_a_body_without_end_is_refused(furnished: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "LIMIT", 1 << 20)
    for option in (("-d", "@/dev/zero"), ("--json", "@/dev/zero"), ("-F", "a=@/dev/zero"), ("-d", "@-")):
        done = furnished.here("request", "Plain", "/echo", *option, stdin=b"x" * (2 << 20))
        assert (done.code, done.out) == (2, "")
        assert re.match(r"error: (/dev/zero|standard input) holds more than ", done.err)


def test_two_of_one_name_are_told_apart_where_both_are_told(furnished: Shell, demo: ThreadedDemoServer) -> None:
    for folder, path in (("prod", "/health"), ("test", "/status/404")):
        text = f"name: Twice\nbase_url: {demo.addresses.http}\ntest_path: {path}\n"
        furnished.write(f"{folder}/twice.yaml", text)
    both = ("Twice (prod/twice.yaml)", "Twice (test/twice.yaml)")
    compared = furnished.run("compare", "prod/twice.yaml", "test/twice.yaml")
    assert all(f" {name}  " in compared.out for name in both)
    assert f"{both[1]}: status: 200 OK → 404 Not Found\n" in compared.out
    for command in ("list", "history"):
        lines = furnished.run(command).out.splitlines()
        assert all(any(name in line for line in lines) for name in both)
        assert not any(f"{other} (" in line for line in lines for other in ("Plain", "Down"))
    nagios = furnished.run("check", "--all", "--format", "nagios").out
    assert "test/twice.yaml" in nagios.splitlines()[0]
    checked = furnished.run("check", "--filter", "name:twice").out
    assert f"✗ {both[1]}  failed  respond: not_found" in checked


@pytest.mark.parametrize("name", ["--all", "-x", "../plain.yaml", "/etc/passwd", ".", "", "a\x1b[31mb", "\udcff"])
def test_a_name_that_looks_like_something_else(furnished: Shell, name: str) -> None:
    before = held(furnished.home)
    for command, line in NAMED.items():
        if (command, name) == ("usage", "."):
            continue  # To it this is a folder.
        at = line.index("{}")
        # Behind a `--` it is a name whatever it looks like.
        done = furnished.here(*line[:at], *line[at + 2 :], "--", name, *line[at + 1 : at + 2])
        assert done.code == 2, (command, done)
        assert re.fullmatch(r"error: [^\n]+\nhint: [^\n]+\n", done.err), done.err
        assert "\x1b" not in done.err and done.out == ""
    assert held(furnished.home) == before


def test_a_connection_may_be_named_like_an_option(furnished: Shell) -> None:
    furnished.write("odd.yaml", "name: --all\nbase_url: http://127.0.0.1:9\n")
    assert furnished.run("show", "--", "--all").out.startswith("name: --all\n")
    assert furnished.run("show", "odd.yaml").code == 0
    assert furnished.run("rename", "--", "--all", "-x").code == 0
    assert furnished.run("show", "--", "-x").out.startswith('name: "-x"\n')


@pytest.mark.parametrize("line", WRITES, ids=" ".join)
def test_a_folder_that_cannot_be_written_changes_nothing(furnished: Shell, line: tuple[str, ...]) -> None:
    furnished.write("open.yaml", "name: Open\nbase_url: http://127.0.0.1:9\nsecrets: {password: not-sealed}\n")
    before = held(furnished.workspace)
    stdin = "curl http://127.0.0.1:9/x\n" if line[0] == "import" else "a password\n"
    furnished.workspace.chmod(0o555)
    try:
        done = furnished.run(*line, stdin=stdin, bound_by_modes=True)
    finally:
        furnished.workspace.chmod(0o755)
    assert done.code == 2, done
    assert re.match(r"error: [^\n]+\nhint: [^\n]+\n", done.err), done.err
    assert re.search("permission denied", done.err, re.IGNORECASE)
    assert held(furnished.workspace) == before


@pytest.mark.parametrize("command", NAMED)
def test_a_file_that_cannot_be_read(furnished: Shell, command: str) -> None:
    (furnished.workspace / "plain.yaml").chmod(0)
    try:
        line = tuple(word.format("plain.yaml") for word in NAMED[command])
        done = furnished.run(*line, bound_by_modes=True)
    finally:
        (furnished.workspace / "plain.yaml").chmod(0o644)
    assert done.code in ((0, 2) if command == "history" else (2,)), done
    if done.code:
        assert "plain.yaml" in done.out + done.err and "Traceback" not in done.err


@pytest.mark.parametrize(
    ("line", "text"),
    [(line, text) for line in READS for text in ("x", "curl http://127.0.0.1:9/x", "[", '{"a":', "\0")]
    + [(line, "x") for line in TAKES],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else repr(given),
)
def test_ten_megabytes_from_standard_input(furnished: Shell, line: tuple[str, ...], text: str) -> None:
    before = held(furnished.workspace)
    stdin = (text + text[-1] * TEN_MEGABYTES)[:TEN_MEGABYTES]
    refused(furnished.run(*line, stdin=stdin))
    assert held(furnished.workspace) == before


def test_one_broken_file_of_many_hides_nothing(furnished: Shell) -> None:
    for number in range(1003):
        furnished.write(f"many/{number:04}.yaml", f"name: Many {number}\nbase_url: http://127.0.0.1:9\n")
    furnished.write("many/broken.yaml", "name: Broken\nbase_url: [\n")
    listed = furnished.run("list", "--json")
    assert (listed.code, listed.err) == (0, "")
    found = listed.json()
    assert len(found) == 1008
    assert [entry["file"] for entry in found if entry["state"] == "problem"] == ["many/broken.yaml"]
    verified = furnished.run("verify")
    assert verified.code == 2 and "many/broken.yaml" in verified.out + verified.err
    assert furnished.run("show", "Many 7").code == furnished.run("check", "Plain", "--quiet").code == 0
    checked = furnished.run("check", "--all", "--filter", "name:broken", "--format", "json")
    assert [(report["outcome"], report["failure"]["kind"]) for report in checked.json()] == [
        ("error", "invalid_file")
    ]
    assert checked.code == 2
