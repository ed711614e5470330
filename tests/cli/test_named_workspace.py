"""A workspace that was named and does not exist is no empty one; a folder that is closed is no empty group."""

from __future__ import annotations

import pwd
import re
from pathlib import Path

import pytest

from integrator_tui.cli.environment import Environment
from integrator_tui.cli.main import main
from integrator_tui.errors import UsageError
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal

COMMANDS = (("check", "--all"), ("list", "--json"), ("verify",), ("keys", "list"))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_named_workspace_that_does_not_exist_is_an_error(shell: Shell, command: tuple[str, ...]) -> None:
    missing = str(shell.home / "no such")
    by_option = shell.run("--workspace", missing, *command)
    assert (by_option.code, by_option.out) == (2, "")
    assert by_option.err == (
        f"error: there is no folder {missing}\n"
        f"hint: correct --workspace, or make the folder: integrator-tui open '{missing}'\n"
    )


def test_the_variable_and_an_empty_name_are_names_too(tmp_path: Path) -> None:
    variables = {"INTEGRATOR_TUI_WORKSPACE": str(tmp_path / "missing")}
    with pytest.raises(UsageError, match="there is no folder") as refused:
        Environment(variables, tmp_path, tmp_path).workspace(None)
    assert "$INTEGRATOR_TUI_WORKSPACE" in refused.value.hint
    with pytest.raises(UsageError, match="empty"):
        Environment({}, tmp_path, tmp_path).workspace("")
    # The one that nobody named is made with the first save.
    assert Environment({}, tmp_path, tmp_path).workspace(None) == tmp_path / ".config/integrator-tui/connections"


def test_open_offers_to_make_it(shell: Shell) -> None:
    folder = shell.home / "new/one"
    with Terminal(shell, "open", str(folder)) as terminal:
        terminal.expect("Make it? [y/N]")
        terminal.type("n")
        assert terminal.finish() == 2
    assert not folder.exists()
    with Terminal(shell, "--workspace", str(folder)) as terminal:
        terminal.expect("Make it? [y/N]")
        terminal.type("y")
        terminal.expect("\x1b[?1049h")
    assert folder.stat().st_mode & 0o777 == 0o700 and folder.parent.stat().st_mode & 0o777 == 0o700


@pytest.fixture
def closed_group(shell: Shell) -> Shell:
    shell.write("a.yaml", "name: A\nbase_url: http://127.0.0.1:9\ntags: [x]\n")
    (shell.write("prod/b.yaml", "name: B\nbase_url: http://127.0.0.1:9\ntags: [x]\n")).parent.chmod(0)
    return shell


@pytest.mark.parametrize(
    "command",
    [
        ("check", "--all", "--format", "json", "--timeout", "1"),
        ("check", "--tag", "nobody", "--format", "json"),
        ("list",),
        ("list", "--json"),
        ("verify",),
        ("seal", "--yes"),
        ("keys", "rotate"),
        ("show", "B"),
    ],
)
def test_a_group_that_cannot_be_read_is_told_and_never_left_out(
    closed_group: Shell, command: tuple[str, ...]
) -> None:
    closed_group.create_identity()
    done = closed_group.run(*command, bound_by_modes=True)
    assert done.code == 2
    assert re.search(r"\bprod/?: permission denied", done.out + done.err)


def test_what_is_named_elsewhere_is_found_all_the_same(closed_group: Shell) -> None:
    done = closed_group.run("show", "A", bound_by_modes=True)
    assert (done.code, done.err) == (0, "")


def test_a_file_that_cannot_be_read_may_carry_the_tag(shell: Shell) -> None:
    shell.write("a.yaml", "name: A\nbase_url: http://127.0.0.1:9\n")
    shell.write("b.yaml", "name: B\nbase_url: http://127.0.0.1:9\ntags: [x]\n").chmod(0)
    (report,) = shell.run("check", "--tag", "x", "--format", "json", bound_by_modes=True).json()
    assert (report["file"], report["failure"]["kind"]) == ("b.yaml", "invalid_file")


@pytest.fixture
def no_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Be somebody whom no passwd file knows, as in a container that runs as a bare number."""

    def unknown(uid: int) -> None:
        raise KeyError(uid)

    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "INTEGRATOR_TUI_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_a_home_what_lacks_is_named(no_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 2
    told = capsys.readouterr()
    assert told.err.startswith("error: there is no home folder: HOME is not set") and "--workspace" in told.err
    assert main(["keys", "--workspace", ".", "init"]) == 2
    assert "set SOPS_AGE_KEY_FILE" in capsys.readouterr().err


def test_without_a_home_what_needs_none_works(no_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (no_home / "a.yaml").write_text("name: A\nbase_url: http://127.0.0.1:9\n")
    for command in (["list"], ["show", "A"], ["verify"], ["keys", "list"]):
        assert main(["--workspace", ".", *command]) == 0, command
    assert not list(no_home.glob("**/integrator-tui"))
