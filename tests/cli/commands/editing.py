"""What the tests of commands that change files have in common: a workspace, and what a command left."""

from __future__ import annotations

from integrator_tui.workspace import Workspace
from tests.cli.data import surroundings
from tests.cli.shell import Finished, Shell

PLAIN = "name: Orders\nbase_url: https://orders.example.com\n"
SECRET = "hunter2-c4nary"


def workspace(shell: Shell) -> Workspace:
    """The workspace of a shell, as its commands open it."""
    return Workspace(shell.workspace, surroundings(shell))


def sealed(shell: Shell, file: str = "o.yaml", more: str = "") -> None:
    """Write the connection `Orders` with the sealed secret `password`."""
    if not shell.key_file.exists():
        shell.create_identity()
    auth = "auth:\n  type: basic\n  username: svc\n"
    shell.write(file, f"# kept\n{PLAIN}{auth}{more}secrets:\n  password: {SECRET}\n")
    here = workspace(shell)
    here.seals.reseal(here.catalog.entry(file))


def break_seal(shell: Shell, file: str = "o.yaml") -> None:
    """Change where the secrets of a file go, as somebody does by hand."""
    path = shell.workspace / file
    path.write_text(path.read_text().replace("orders.example.com", "elsewhere.example.com"))


def told(done: Finished) -> tuple[int, str, str]:
    """What a command left, as one value to compare."""
    return done.code, done.out, done.err


def changes_nothing(shell: Shell, *arguments: str, stdin: bytes = b"", editor: str = "") -> Finished:
    """Run a command that is refused, and see that every file is as it was."""
    before = {path: path.read_bytes() for path in shell.workspace.rglob("*") if path.is_file()}
    environment = {"EDITOR": editor} if editor else {}
    done = shell.here(*arguments, stdin=stdin, environment=environment)
    assert {path: path.read_bytes() for path in shell.workspace.rglob("*") if path.is_file()} == before
    assert done.out == "", done.out
    return done
