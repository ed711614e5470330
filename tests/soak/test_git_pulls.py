"""A day of git pulls: after each of them the list, the index and the open interface say what the files say.

INTEGRATOR_TUI_PULLS says how many, with moves, deletions, broken files and conflicts among them.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from integrator_tui.model.entry import Entry
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace
from tests.tui.driver import LARGE, running

PULLS = int(os.environ.get("INTEGRATOR_TUI_PULLS", "25"))
FOLDERS = ("", "prod", "prod/eu", "stage", "team a")
KEPT = "zz/kept.yaml"
"""A file that nobody changes: the place of who looks on."""

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.com",
}


def git(folder: Path, *arguments: str, code: int | None = 0) -> None:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert code is None or done.returncode == code, f"{arguments}: {done.stdout}{done.stderr}"


class Others:
    """What others commit: files come, change, break, move, extend each other and go."""

    def __init__(self, root: Path, pick: random.Random) -> None:
        self.root, self.pick, self._count = root, pick, 0
        self.done: list[str] = []
        root.mkdir()
        git(root, "init", "-q", "-b", "main")
        self._write(KEPT, "name: Kept\nbase_url: https://kept.example.com\n")
        for _ in range(12):
            self.add()
        self._commit()

    @property
    def files(self) -> list[str]:
        found = sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*.yaml"))
        return [file for file in found if file != KEPT]

    def change(self) -> str:
        """Commit something, and return the file that it is about."""
        what = self.pick.choice(
            (self.add, self.edit, self.edit, self.spoil, self.mend, self.move, self.move_folder, self.remove)
        )
        file = what() if self.files else self.add()
        self.done.append(f"{what.__name__} {file}")
        self._commit()
        return file

    def add(self) -> str:
        self._count += 1
        file = str(Path(self.pick.choice(FOLDERS), f"c{self._count}.yaml"))
        name = self.pick.choice((f"Connection {self._count}", "Twice"))
        text = f"name: {name}\nbase_url: https://h{self._count}.example.com\n"
        if self.files and self.pick.random() < 0.3:
            base = os.path.relpath(self.pick.choice(self.files), os.path.dirname(file) or ".")
            text += f"extends: {base}\n"
        if self.pick.random() < 0.5:
            text += "operations:\n  - {name: Find, path: '/{{Id}}'}\n"
        self._write(file, text)
        return file

    def edit(self) -> str:
        file = self.pick.choice(self.files)
        text = (self.root / file).read_text()
        # As long as before, so that only times and the inode tell.
        self._write(file, text.replace("example.com", self.pick.choice(("example.org", "example.net"))))
        if self.pick.random() < 0.5:
            self._write(file, text + f"# line {self.pick.random()}\n")
        return file

    def spoil(self) -> str:
        file = self.pick.choice(self.files)
        self._write(file, self.pick.choice(("name: [\n", "name: X\nbase_uri: nowhere\n", "", "type: postgres\n")))
        return file

    def mend(self) -> str:
        file = self.pick.choice(self.files)
        self._write(file, f"name: Mended\nbase_url: https://mended.example.com/{self.pick.random()}\n")
        return file

    def move(self) -> str:
        file = self.pick.choice(self.files)
        target = self.root / self.pick.choice(FOLDERS) / f"m{self.pick.randrange(10_000)}-{Path(file).name}"
        target.parent.mkdir(parents=True, exist_ok=True)
        (self.root / file).rename(target)
        return file

    def move_folder(self) -> str:
        # git leaves no folder without files, but a move here does.
        folders = [folder for folder in FOLDERS[1:] if any((self.root / folder).rglob("*.yaml"))]
        if not folders:
            return self.add()
        folder = self.pick.choice(folders)
        target = self.root / f"moved {self.pick.randrange(10_000)}"
        shutil.move(self.root / folder, target)
        return str(next(target.rglob("*.yaml")).relative_to(self.root))

    def remove(self) -> str:
        file = self.pick.choice(self.files)
        (self.root / file).unlink()
        return file

    def _write(self, file: str, text: str) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def _commit(self) -> None:
        git(self.root, "add", "-A")
        git(self.root, "commit", "-q", "--allow-empty", "-m", "change")


def said(entries: Iterable[Entry]) -> list[tuple[Any, ...]]:
    """What is to be the same, whoever read it and when."""
    return [
        (entry.file, entry.name, entry.state, entry.problems, entry.revision.digest, entry.revision.base)
        for entry in entries
    ]


def pull(root: Path, file: str, pick: random.Random) -> bool:
    """Pull, at times over a change of one's own of the same file; return whether that left a conflict."""
    own = root / file
    if pick.random() < 0.25 and own.is_file():
        own.write_text(f"name: My own {pick.random()}\nbase_url: https://mine.example.com\n")
        git(root, "commit", "-q", "-a", "-m", "mine")
    git(root, "pull", "-q", "--no-rebase", "--no-edit", "origin", "main", code=None)
    return (
        subprocess.run(
            ["git", "-C", str(root), "diff", "--name-only", "--diff-filter=U", "--exit-code"],
            env=ENVIRONMENT,
            capture_output=True,
            check=False,
        ).returncode
        != 0
        or (root / ".git/MERGE_HEAD").exists()
    )


@pytest.mark.timeout(60 + 4 * PULLS)
async def test_list_index_and_interface_follow_every_pull(tmp_path: Path) -> None:
    pick = random.Random(5)
    others = await asyncio.to_thread(Others, tmp_path / "others", pick)
    root = tmp_path / "connections"
    await asyncio.to_thread(git, tmp_path, "clone", "-q", str(others.root), str(root))
    folders = Surroundings(tmp_path / "config", tmp_path / "state", tmp_path / "cache")
    conflicts = 0

    async def right(what: str) -> None:
        """See that everybody who looks sees what somebody sees who reads every file."""
        without = Surroundings(tmp_path / "config", tmp_path / "state", tmp_path / f"cache-{len(others.done)}")
        wanted = said(Workspace(root, without).catalog.entries())
        fresh = Workspace(root, without).catalog.listed(operations=True)
        assert Workspace(root, folders).catalog.listed(operations=True) == fresh, what
        await user.until(lambda: said(main.entries) == wanted, f"the files after {what}")
        files = {row[0] for row in wanted}
        assert set(user.sidebar.shown_files) == files, what
        assert (user.sidebar.selected, user.sidebar.marked) == (KEPT, (KEPT,)), what

    async with running(Workspace(root, folders), LARGE, look_every=0.02) as user:
        main: Any = user.app.screen_stack[0]
        main.go_to(KEPT)
        await user.press("space")
        await right("the beginning")
        for _ in range(PULLS):
            file = await asyncio.to_thread(others.change)
            is_left = await asyncio.to_thread(pull, root, file, pick)
            await right(others.done[-1])
            if is_left:
                conflicts += 1
                await asyncio.to_thread(git, root, "reset", "-q", "--hard", "origin/main")
                await right(f"the end of a conflict over {file}")
    assert conflicts >= PULLS // 25
