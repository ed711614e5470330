"""Commands that give data: run as processes, and their output taken as bytes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace
from tests.cli.forked import Forked
from tests.cli.shell import Shell

PASSWORD = "kQ9-c4nary-pw"


class Given(NamedTuple):
    """What a command left, its data byte for byte."""

    code: int
    out: bytes
    err: str


def given(shell: Shell, *arguments: str, stdin: bytes = b"") -> Given:
    """Run a command to its end."""
    code, out, err = shell.run_bytes(*arguments, stdin=stdin)
    assert b"Traceback" not in err, err
    return Given(code, out, err.decode())


@contextmanager
def started(shell: Shell, *arguments: str, stdout: int = subprocess.PIPE) -> Iterator[Forked]:
    """Start a command whose standard error and, where none is given, standard output are pipes."""
    with shell.start(*arguments, stdout=stdout) as process:
        try:
            yield process
        finally:
            process.kill()


def plain(shell: Shell, url: str, more: str = "") -> None:
    """Write a connection `O` without authentication."""
    shell.write("o.yaml", f"name: O\nbase_url: {url}\n{more}")


def sealed(
    shell: Shell,
    url: str,
    more: str = "",
    auth: str = "  type: basic\n  username: demo\n",
    secret: str = "password",
) -> None:
    """Write a connection `O` whose secrets `password` (or `secret`) and `key` are sealed to an identity of this
    home."""
    secrets = f"secrets:\n  {secret}: {PASSWORD}\n  key: {PASSWORD}-key\n"
    text = f"name: O\nbase_url: {url}\nauth:\n{auth}{more}{secrets}"
    shell.write("o.yaml", text)
    home = shell.home
    folders = (
        home / ".config/integrator-tui",
        home / ".local/state/integrator-tui",
        home / ".cache/integrator-tui",
    )
    workspace = Workspace(shell.workspace, Surroundings(*folders, age_keys_file=shell.key_file))
    workspace.keys.create_identity()
    workspace.seals.reseal(workspace.catalog.entry("o.yaml"))


def surroundings(shell: Shell) -> Surroundings:
    """Return what the commands of a shell find around them."""
    home = shell.home
    folders = (
        home / ".config/integrator-tui",
        home / ".local/state/integrator-tui",
        home / ".cache/integrator-tui",
    )
    return Surroundings(*folders, age_keys_file=shell.key_file)
