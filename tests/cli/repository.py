"""A workspace under real git, with the merge driver set up as docs/git.md says."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace
from tests.cli.shell import Finished, Shell

DOCUMENTED = Path(__file__).parents[2] / "docs/git.md"


class Repository:
    """The workspace of a shell, committed."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.root = shell.workspace
        for arguments in (
            ["init", "-q", "-b", "main"],
            ["config", "user.name", "Somebody"],
            ["config", "user.email", "somebody@example.com"],
        ):
            self.git(*arguments)

    def git(self, *arguments: str, code: int | None = 0) -> Finished:
        """Run git in the workspace; `code` is the exit code it has to end with, None for any."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={**self.shell.environment, "GIT_CONFIG_NOSYSTEM": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        finished = Finished(done.returncode, done.stdout, done.stderr)
        assert code is None or done.returncode == code, finished
        return finished

    def set_up_driver(self) -> None:
        """Do what docs/git.md says, with this Python in the place of the installed program."""
        text = DOCUMENTED.read_text()
        attributes = re.search(r"```gitattributes\n(.*?)```", text, re.DOTALL)
        config = re.search(r"^git config (merge\.\S+\.driver) '(.*)'$", text, re.MULTILINE)
        assert attributes and config
        (self.root / ".gitattributes").write_text(attributes[1])
        program = shlex.join([sys.executable, "-m", "integrator_tui"])
        self.git("config", config[1], config[2].replace("integrator-tui", program, 1))

    def commit(self, message: str = "change") -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def surroundings(self) -> Surroundings:
        home = self.shell.home
        return Surroundings(
            config=home / ".config/integrator-tui",
            state=home / ".local/state/integrator-tui",
            cache=home / ".cache/integrator-tui",
            age_keys_file=self.shell.key_file,
        )

    def workspace(self) -> Workspace:
        """Return the workspace as the shell's user holds it."""
        return Workspace(self.root, self.surroundings())

    def set_secrets(self, file: str, **values: str) -> None:
        """Give secrets of a file other values, as the interface saves them."""
        workspace = self.workspace()
        workspace.editor.store_secrets(
            workspace.catalog.entry(file), {name: Secret(value) for name, value in values.items()}
        )

    def seal(self, file: str) -> None:
        """Seal a file to what it says now."""
        workspace = self.workspace()
        workspace.seals.reseal(workspace.catalog.entry(file))

    def secrets(self, file: str) -> dict[str, str]:
        """Return the secrets of a file, its MAC and seal looked at."""
        workspace = self.workspace()
        return {name: value.reveal() for name, value in workspace.secrets.of(workspace.catalog.entry(file)).items()}

    def replace(self, file: str, old: str, new: str) -> None:
        text = (self.root / file).read_text()
        assert old in text
        (self.root / file).write_text(text.replace(old, new))

    def branches(self) -> None:
        """Commit everything, and make a branch `theirs` beside `main` from here."""
        self.commit("base")
        self.git("branch", "theirs")
