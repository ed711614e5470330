"""`completion`: what real shells make of a line with a Tab in it."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.cli.commands.test_completion import with_connections
from tests.cli.shell import Shell

LINES = (
    ("itui check Ord\t", ["check", "Orders API [1]"]),
    ("itui run Ord\tOpen\t--param Lim\t5", ["run", "Orders API [1]", "Open * orders", "--param", "Limit=5"]),
    ("itui run Ord\tIt\t", ["run", "Orders API [1]", 'It\'s $new "one"']),
    ("itui check 'Ord\t", ["check", "Orders API [1]"]),
    ('itui run "Orders API [1]" "It\t', ["run", "Orders API [1]", 'It\'s $new "one"']),
    ("true; itui check a\t--ans\t", ["check", "a:b=c", "--answer"]),
    ("itui check Z\t", ["check", "Zähler!"]),
    ("itui chec\t--form\tnag\t", ["check", "--format", "nagios"]),
    ("itui check --all --output resul\t", ["check", "--all", "--output", "results.txt"]),
)


@pytest.mark.parametrize("program", ["bash", "zsh", "zsh in fpath", "fish"])
def test_a_real_shell_completes_and_quotes(shell: Shell, program: str) -> None:
    name = program.partition(" ")[0]
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"there is no {name} here: .ci/servers installs it")
    with_connections(shell)
    (shell.home / "results.txt").write_text("")
    script = shell.run("completion", name).out
    typed = Interactive(shell)
    if program == "bash":
        (shell.home / "script").write_text(script)
        command = [path, "--norc", "--noprofile", "-i"]
        begin = "source ./script\n"
    elif program == "zsh":
        (shell.home / "script").write_text(script)
        command = [path, "-f", "-i"]
        begin = f"{NO_WAITING}source ./script\n"
    elif program == "fish":
        folder = shell.home / ".config/fish/completions"
        folder.mkdir(parents=True)
        (folder / "itui.fish").write_text(script)
        command, begin = [path, "--no-config", "-i"], f"source {folder}/itui.fish\n"
    else:
        folder = shell.home / "functions"
        folder.mkdir()
        (folder / "_integrator-tui").write_text(script)
        command = [path, "-f", "-i"]
        begin = f"{NO_WAITING}fpath=(~/functions $fpath); autoload -Uz compinit; compinit -u\n"
    lines = LINES
    assert typed.type(command, begin, [line for line, _ in lines]) == [words for _, words in lines]


NO_WAITING = "zstyle ':completion:*' insert-tab false\n"
"""Has zsh complete at a Tab that was typed ahead."""

LIMIT = 60
"""Seconds for a session of a shell."""


class Interactive:
    """An interactive shell with an `itui` that notes its arguments, but asks the program what completes."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._noted = shell.home / "noted"
        folder = shell.home / "bin"
        folder.mkdir()
        program = folder / "itui"
        program.write_text(
            "#!/bin/sh\n"
            f'if [ "$1" = complete ]; then exec {sys.executable} -m integrator_tui "$@"; fi\n'
            f"printf '%s\\n' \"$@\" ---- >> {self._noted}\n"
        )
        program.chmod(0o755)
        self._path = f"{folder}:{os.environ['PATH']}"

    def type(self, command: list[str], begin: str, lines: list[str]) -> list[list[str]]:
        """Type lines, and return the arguments that each command got."""
        master, slave = pty.openpty()
        environment = {**self._shell.environment, "PATH": self._path, "TERM": "dumb", "PS1": "$ ", "PWD": ""}
        del environment["PWD"]
        process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=self._shell.home,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: _take_terminal(slave),
        )
        os.close(slave)
        shown: list[bytes] = []
        reader = threading.Thread(target=_drain, args=(master, shown), daemon=True)
        reader.start()
        try:
            os.write(master, "".join([begin, *(f"{line}\n" for line in lines), "exit\n"]).encode())
            process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            pytest.fail(b"".join(shown).decode(errors="replace"))
        finally:
            process.kill()
            process.wait()
            os.close(master)
        noted = self._noted.read_text() if self._noted.exists() else ""
        found = [each.strip("\n").split("\n") for each in noted.split("----\n") if each]
        assert found, b"".join(shown).decode(errors="replace")
        return found


def _take_terminal(slave: int) -> None:
    import fcntl
    import termios

    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)


def _drain(master: int, shown: list[bytes]) -> None:
    try:
        while data := os.read(master, 65536):
            shown.append(data)
    except OSError:
        return


def test_the_scripts_are_as_the_shells_read_them(shell: Shell, tmp_path: Path) -> None:
    for name in ("bash", "zsh", "fish"):
        if (path := shutil.which(name)) is None:
            continue
        file = tmp_path / name
        file.write_text(shell.run("completion", name).out)
        done = subprocess.run([path, "-n", str(file)], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
