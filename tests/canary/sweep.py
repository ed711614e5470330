"""Runs commands, as a process or in this one, and looks at all that they write."""

from __future__ import annotations

import io
import os
import signal
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from typing import TextIO

import pytest

from integrator_tui.cli.main import main
from tests.canary.canaries import Search
from tests.canary.screen import Screen
from tests.cli.shell import Finished, Shell


class Sweep:
    """Runs commands, and looks for canaries in what each of them wrote."""

    def __init__(self, shell: Shell, search: Search) -> None:
        self.shell, self.search = shell, search

    def run(self, *arguments: str, environment: dict[str, str] | None = None) -> Finished:
        done = self.shell.run(*arguments, environment=environment)
        words = " ".join(arguments)
        self.search.at(f"stdout of {words}", done.out)
        self.search.at(f"stderr of {words}", done.err)
        assert "Traceback" not in done.err, done.err
        return done

    def all_commands(self, *files: str) -> None:
        """Look at the workspace with every command that looks at files."""
        for arguments in (
            ("list",),
            ("list", "--json"),
            ("check", "--all"),
            ("check", "--all", "--format", "json"),
            ("history",),
            ("history", "--json"),
            ("verify",),
            ("seal",),
            ("keys", "list"),
        ):
            self.run(*arguments)
        for file in files:
            for more in ((), ("--json",)):
                self.here("show", file, *more)
            for asked in (("request", file), ("run", file, "Echo"), ("token", file)):
                self.data(*asked)

    def here(self, *arguments: str) -> None:
        """Run a command in this process, which is quicker where there are many."""
        out = io.StringIO()
        assert self._main(out, arguments)[1] + out.getvalue()
        self.search.at(f"stdout of {arguments}", out.getvalue())

    def quiet(self, *arguments: str) -> int:
        """Run a command in this process that may have nothing to say, and return its exit code."""
        out = io.StringIO()
        code, _ = self._main(out, arguments)
        self.search.at(f"stdout of {arguments}", out.getvalue())
        return code

    def data(self, *arguments: str) -> bytes:
        """Run a command whose data may be the canaries, in this process, and return its data."""
        with tempfile.TemporaryFile("w+") as out:
            code, told = self._main(out, arguments)
            out.seek(0)
            data = bytes(out.buffer.read())
        # An empty body is all that a success may have to give.
        assert code == 0 or told
        return data

    def on_terminal(self, *arguments: str) -> None:
        """Run a command in this process that writes its data to a terminal."""
        with Screen() as screen:
            self._main(screen.out, arguments)
        self.search.at(f"screen of {arguments}", screen.shown)

    def _main(self, out: TextIO, arguments: tuple[str, ...]) -> tuple[int, str]:
        err = io.StringIO()
        interrupted = signal.getsignal(signal.SIGINT)
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name in os.environ.keys() - self.shell.environment.keys():
                patch.delenv(name)
            for name, value in self.shell.environment.items():
                patch.setenv(name, value)
            code = main(list(arguments))
        signal.signal(signal.SIGINT, interrupted)
        self.search.at(f"stderr of {arguments}", err.getvalue())
        return code, err.getvalue()


def sealed_workspace(shell: Shell, files: dict[str, str]) -> None:
    """Write files in plain text, and make the identity that they can be sealed for."""
    for file, text in files.items():
        shell.write(file, text)
    assert shell.run("keys", "init").code == 0
