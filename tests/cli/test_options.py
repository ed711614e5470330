"""What the command line asks for: never the value of a secret, which process lists and histories would keep."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from integrator_tui.cli.commands import demo
from integrator_tui.cli.commands import open as open_command
from integrator_tui.cli.examples import EXAMPLES
from integrator_tui.cli.main import main
from integrator_tui.cli.parsers import COMMANDS, MAY_BE_EMPTY, Command, parser_of, whole_parser
from tests.cli.shell import Shell

SECRET = re.compile(r"secret|passw|passphrase|token|identity|credential|api.?key", re.IGNORECASE)


def taking_a_value(parser: argparse.ArgumentParser) -> Iterator[tuple[str, ...]]:
    """Yield the names of each argument of a parser, and of those below it, that takes a value."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from taking_a_value(below)
        elif action.nargs != 0:
            metavar = action.metavar if isinstance(action.metavar, str) else ""
            yield (*action.option_strings, action.dest, metavar)


@pytest.mark.parametrize("command", COMMANDS, ids=[command.name for command in COMMANDS])
def test_no_argument_is_the_value_of_a_secret(command: Command) -> None:
    arguments = list(taking_a_value(parser_of(command)))
    assert ("--workspace", "workspace", "DIR") in arguments
    # An argument may name a secret, whose value is then read elsewhere.
    asking = [names for names in arguments if any(map(SECRET.search, names)) and names[-1] != "NAME"]
    assert asking == []


def arguments_of(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield each argument of a parser, and of those below it."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from arguments_of(below)
        else:
            yield action


@pytest.mark.parametrize("command", COMMANDS, ids=[command.name for command in COMMANDS])
def test_every_argument_says_what_it_is(command: Command) -> None:
    assert [action.dest for action in arguments_of(parser_of(command)) if not action.help] == []


# To `complete` they are the words of another line.
@pytest.mark.parametrize("command", [each for each in COMMANDS if each.summary], ids=lambda each: each.name)
def test_an_option_whose_value_is_empty_is_refused(shell: Shell, command: Command) -> None:
    options = [
        max(action.option_strings, key=len)
        for action in parser_of(command)._actions
        if action.option_strings and action.nargs is None and action.dest not in MAY_BE_EMPTY
    ]
    for option in options:
        done = shell.here(command.name, option, "")
        wanted = f"error: the value of {option} is empty\nhint: give it a value, or leave it out; "
        assert (done.code, done.out) == (2, "") and done.err.startswith(wanted)
    assert options or command.name not in ("check", "request", "new", "import")


def test_a_value_that_looks_like_an_option_is_told_with_how_it_is_written(shell: Shell) -> None:
    for option, value in (("--retries", "-1"), ("--filter", "-tag:prod"), ("--via", "-oProxyCommand=x")):
        done = shell.here("check", "--all", option, value)
        hint = f"hint: a value that begins with - is written {option}=-…; see integrator-tui check --help\n"
        assert (done.code, done.err) == (2, f"error: {option} wants a value\n{hint}")


@pytest.mark.parametrize(
    "arguments", ["--workspace {} keys list", "keys --workspace {} list", "keys list --workspace {}"]
)
def test_the_workspace_may_be_named_before_and_after_a_command_of_two_words(shell: Shell, arguments: str) -> None:
    folder = shell.home / "named"
    folder.mkdir()
    (folder / ".sops.yaml").write_text("creation_rules: [{age: age1-pinned-there}]\n")
    done = shell.run(*arguments.format(folder).split())
    assert "age1-pinned-there" in done.out, done.err


@pytest.mark.parametrize(
    "words",
    [
        ["--driver", "stock"],
        ["--driver=stock", "open"],
        ["open", "--driver", "stock"],
        ["open", ".", "--driver", "stock"],
        ["--workspace", ".", "--driver", "stock", "open", "."],
        ["demo", "--driver", "stock"],
    ],
    ids=" ".join,
)
def test_the_driver_is_chosen_anywhere_on_the_command_line(
    words: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shown: list[str | None] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))

    def show(workspace: object, environment: object, driver: str | None) -> int:
        shown.append(driver)
        return 0

    for module in (open_command, demo):
        monkeypatch.setattr(module, "refuse_unusable_terminal", lambda environment: None)
        monkeypatch.setattr(module, "show", show)
    assert main(words) == 0
    assert shown == ["stock"]


def test_another_driver_is_refused_with_those_there_are(shell: Shell) -> None:
    refused = shell.run("open", "--driver", "stok")
    assert refused.code == 2
    assert refused.err == "error: --driver cannot be stok\nhint: did you mean stock?\n"
    assert "one of lean, stock" in shell.run("--driver", "x11", "list").err


@pytest.mark.parametrize("command", COMMANDS, ids=[command.name for command in COMMANDS])
def test_help_ends_with_examples_that_the_command_takes(command: Command) -> None:
    if not command.summary:
        return
    before, _, examples = parser_of(command, prog="x").format_help().rpartition("\nExamples:\n")
    assert before
    for line in examples.strip().splitlines():
        assert line.startswith("  ") or line == examples.strip().splitlines()[0]
        words = shlex.split(line, comments=True)
        if words[0] == "integrator-tui" and not {"<", ">"} & {*words}:
            whole_parser().parse_args(words[1:])


@pytest.mark.parametrize(
    ("words", "option", "hint"),
    [
        ("check --formatt human", "--formatt", "did you mean --format? see integrator-tui check --help"),
        ("check O --fitler=x", "--fitler", "did you mean --filter? see integrator-tui check --help"),
        ("--verison", "--verison", "did you mean --version? see integrator-tui --help"),
        ("--workspcae=. list", "--workspcae", "did you mean --workspace? see integrator-tui --help"),
        ("keys init --pasphrase", "--pasphrase", "did you mean --passphrase? see integrator-tui keys init --help"),
        (
            "list -tag:x",
            "-tag:x",
            "what begins with - and is no option stands behind a --; see integrator-tui list --help",
        ),
    ],
)
def test_an_option_that_there_is_not_is_told_with_the_nearest(
    shell: Shell, words: str, option: str, hint: str
) -> None:
    done = shell.here(*words.split())
    assert (done.code, done.out, done.err) == (2, "", f"error: there is no option {option}\nhint: {hint}\n")


@pytest.mark.parametrize("command", COMMANDS, ids=[command.name for command in COMMANDS])
def test_every_command_names_the_nearest_option(command: Command, shell: Shell) -> None:
    for example in EXAMPLES.get(command.name, ()):
        words = shlex.split(example, comments=True)
        if words[:2] != ["integrator-tui", command.name]:
            continue
        given = list(takewhile(lambda word: word not in ("<", ">", "--"), words[1:]))
        refused = shell.here(*given, "--workspcae")
        assert (refused.code, refused.out) == (2, "")
        assert refused.err.startswith("error: there is no option --workspcae\nhint: did you mean --workspace? see ")
