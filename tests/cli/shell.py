"""The command line as a user runs it: a process of its own, a home of its own."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tests.cli.forked import Forked, ForkServer


@dataclass(frozen=True, slots=True)
class Finished:
    """What a command left: its exit code and all it wrote."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


_server: Final = ForkServer()
_AT_START: Final = ("PYTHON", "LC_", "LANGUAGE", "TZ")
"""What a Python looks at when it starts; with it a command is started and not forked."""
_FOLLOWED: Final = "PYTHONIOENCODING"
"""It decides no more than how the streams are made, which is done after a fork too."""
_BOUND: Final = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")


class Shell:
    """Runs commands with a scratch home and nothing of this machine's environment that decides anything."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.workspace = home / "work"
        self.workspace.mkdir()
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "INTEGRATOR_TUI_WORKSPACE": str(self.workspace),
        }

    @property
    def key_file(self) -> Path:
        return self.home / ".config/sops/age/keys.txt"

    def write(self, file: str, text: str) -> Path:
        """Write a connection file of the workspace."""
        path = self.workspace / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def replace(self, file: str, text: str) -> None:
        """Write a connection file over another one in one step, as who watches it may read at any moment."""
        written = self.write(f".{file}.new", text)
        written.replace(self.workspace / file)

    def create_identity(self) -> None:
        """Make an identity where the commands find it."""
        from integrator_tui.vault.identities.identity_file import create

        create(self.key_file, None, datetime.now(UTC))

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "integrator_tui", *arguments]

    def here(self, *arguments: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> Finished:
        """Run a command in this process, which is quicker where there are many; nothing is a terminal."""
        import pytest

        from integrator_tui.cli.main import main

        out, err = io.StringIO(), io.StringIO()
        interrupted = signal.getsignal(signal.SIGINT)
        wanted = {**self.environment, **(environment or {})}
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name in os.environ.keys() - wanted.keys():
                patch.delenv(name)
            for name, value in wanted.items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            patch.chdir(self.home)
            # No machine fails while these run: nobody waits for a disk.
            patch.setattr(os, "fsync", os.fstat)
            code = main(list(arguments))
        signal.signal(signal.SIGINT, interrupted)
        return Finished(code, out.getvalue(), err.getvalue())

    def editor(self, script: str) -> str:
        """Write an editor: a shell script whose `$1` is the file; return the command that runs it."""
        path = self.home / "editor.sh"
        path.write_text(f"#!/bin/sh\nset -eu\n{script}\n")
        path.chmod(0o700)
        return str(path)

    def start(
        self,
        *arguments: str,
        stdin: int = subprocess.DEVNULL,
        stdout: int = subprocess.PIPE,
        stderr: int = subprocess.PIPE,
        environment: Mapping[str, str] | None = None,
        terminal: bool = False,
    ) -> Forked:
        """Start `integrator-tui` in the scratch home; see `ForkServer.start`."""
        environment = {**self.environment, **(environment or {})}
        assert not _decided_at_start(environment), "such a one is a program of its own"
        return _server.start(arguments, self.home, environment, (stdin, stdout, stderr), terminal=terminal)

    def run(
        self,
        *arguments: str,
        stdin: str = "",
        environment: Mapping[str, str] | None = None,
        bound_by_modes: bool = False,
        instead: Mapping[int, int] | None = None,
    ) -> Finished:
        """Run `integrator-tui` to its end, in the scratch home; `bound_by_modes` as anybody but root is. `instead`
        has descriptors for standard output and standard error."""
        code, out, err = self.run_bytes(
            *arguments,
            stdin=stdin.encode(),
            environment=environment,
            bound_by_modes=bound_by_modes,
            instead=instead,
        )
        return Finished(code, out.decode(), err.decode())

    def run_bytes(
        self,
        *arguments: str,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
        bound_by_modes: bool = False,
        instead: Mapping[int, int] | None = None,
    ) -> tuple[int, bytes, bytes]:
        """Run `integrator-tui` as `run` does; return its exit code and what it wrote, byte for byte."""
        bound = bound_by_modes and os.geteuid() == 0
        environment = {**self.environment, **(environment or {})}
        if not _decided_at_start(environment):
            return _server.run(arguments, stdin, self.home, environment, 60, instead, bound)
        assert not instead, "these are given to what is forked alone"
        done = subprocess.run(
            [*(_BOUND if bound else ()), *self.command(*arguments)],
            input=stdin,
            capture_output=True,
            cwd=self.home,
            env=environment,
            timeout=60,
        )
        return done.returncode, done.stdout, done.stderr


def _decided_at_start(environment: Mapping[str, str]) -> bool:
    names = environment.keys() - {_FOLLOWED}
    return any(name.startswith(_AT_START) for name in names) or environment["LANG"] != "C.UTF-8"
