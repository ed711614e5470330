"""Secrets of a team, merged, handed on, taken away, rotated, sealed and verified: none of that tells them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from integrator_tui.vault.age.x25519 import X25519Identity
from tests.canary.broken_files import broken, misplaced
from tests.canary.canaries import NAMED, PASSWORD, Search
from tests.canary.connections import connection
from tests.canary.mirror import Mirror
from tests.canary.sweep import Sweep, sealed_workspace
from tests.cli.repository import Repository
from tests.cli.shell import Shell

FILE = "o.yaml"
OTHER = f"another {PASSWORD}"
"""What a branch has in the place of the password: a canary as well."""


@pytest.fixture
def sweep(shell: Shell, search: Search) -> Sweep:
    return Sweep(shell, search)


@pytest.fixture
def plain(mirror: Mirror) -> str:
    return connection("O", "basic", mirror.url)


def test_no_merge_by_git_tells_a_canary(sweep: Sweep, plain: str) -> None:
    repository = Repository(sweep.shell)
    repository.set_up_driver()
    sealed_workspace(sweep.shell, {FILE: plain})
    assert sweep.run("seal", "--yes").code == 0
    repository.branches()
    repository.git("checkout", "-q", "theirs")
    repository.set_secrets(FILE, named=f"their {NAMED}", password=OTHER)
    repository.commit("theirs")
    repository.git("checkout", "-q", "main")
    repository.set_secrets(FILE, named=f"our {NAMED}")
    repository.commit("ours")
    merged = repository.git("merge", "theirs", "-m", "merged", code=1)
    shown = repository.git("diff")
    for name, done in (("merge", merged), ("diff", shown)):
        assert done.out + done.err
        sweep.search.at(f"git {name}", done.out + done.err)
    sweep.all_commands(FILE)
    assert "<<<<<<<" in (repository.root / FILE).read_text()
    sweep.search.below(sweep.shell.home.parent)
    assert sweep.search.found == set()


def merged(sweep: Sweep, folder: Path, base: str, ours: str, theirs: str) -> int:
    """Merge three versions as git asks the driver to, look at the result where no version is plain, forget them."""
    names = []
    for name, text in (("base", base), ("ours", ours), ("theirs", theirs)):
        (folder / name).write_text(text)
        names.append(str(folder / name))
    code = sweep.quiet("merge", *names, str(sweep.shell.workspace / FILE))
    result = (folder / "ours").read_text()
    if not any(Search().names(text.encode()) for text in (base, ours, theirs)):
        sweep.search.at("a merged file", result)
    for name in names:
        Path(name).unlink()
    return code


def test_no_merge_of_broken_files_tells_a_canary(sweep: Sweep, plain: str, tmp_path: Path) -> None:
    shell = sweep.shell
    repository = Repository(shell)
    sealed_workspace(shell, {FILE: plain})
    assert shell.run("seal", "--yes").code == 0
    base = (shell.workspace / FILE).read_text()
    repository.set_secrets(FILE, password=OTHER, named=f"our {NAMED}")
    ours = (shell.workspace / FILE).read_text()
    folder = tmp_path / "versions"
    folder.mkdir()
    versions = {**broken(base), **{f"typed {name}": text for name, text in misplaced(plain).items()}}
    key = shell.key_file.read_text()
    codes = set()
    for identity in (key, key[:-20], ""):
        shell.key_file.write_text(identity)
        codes.add(merged(sweep, folder, base, base, ours))
        for text in versions.values():
            codes.add(merged(sweep, folder, base, ours, text))
            codes.add(merged(sweep, folder, base, text, ours))
            codes.add(merged(sweep, folder, text, ours, base))
    assert codes == {0, 1}
    sweep.search.below(shell.home.parent)
    assert sweep.search.found == set()


def test_no_change_of_keys_tells_a_canary(sweep: Sweep, plain: str, mirror: Mirror) -> None:
    shell = sweep.shell
    oauth = connection("P", "oauth", mirror.url)
    sealed_workspace(shell, {FILE: plain, "prod/p.yaml": oauth})
    other = X25519Identity.generate()
    assert sweep.run("seal", "--yes").code == 0
    text = (shell.workspace / FILE).read_text()
    for arguments in (("add", other.recipient()), ("rotate",), ("list",), ("remove", other.recipient())):
        assert sweep.run("keys", *arguments).code == 0
    wrong = broken(text) | {name: mistake for name, mistake in misplaced(plain).items() if name != "in auth"}
    typed = [shell.write(f"wrong/{name}.yaml", mistake) for name, mistake in wrong.items()]
    for arguments in (("add", other.recipient()), ("rotate",), ("list",), ("remove", other.recipient())):
        assert sweep.run("keys", *arguments).code in (0, 2, 3)
    for value in (PASSWORD, f"AGE-SECRET-KEY-{PASSWORD}", f"age1 {NAMED}"):
        # Shown is what somebody typed by mistake, cut; not what may be a key.
        assert sweep.shell.run("keys", "add", value).code == 2
    told = sweep.run("verify").out
    assert [name for name in broken(text) if f"wrong/{name}.yaml" not in told] == []
    for arguments in (("seal",), ("seal", "--yes"), ("verify",)):
        assert sweep.run(*arguments).code in (2, 3)
    sweep.search.below(shell.home.parent, exempt=typed)
    assert sweep.search.found == set()


def test_no_command_of_somebody_else_tells_a_canary(sweep: Sweep, plain: str) -> None:
    """Who stands in no recipient list, was taken out, or is new, is told which file and why."""
    shell = sweep.shell
    sealed_workspace(shell, {FILE: plain})
    assert sweep.run("seal", "--yes").code == 0
    own, other = shell.key_file.read_text(), X25519Identity.generate()
    assert sweep.run("keys", "add", other.recipient()).code == 0
    shell.key_file.write_text(X25519Identity.generate().text() + "\n")
    for arguments in (
        ("check", "O"),
        ("verify",),
        ("keys", "rotate"),
        ("show", "O", "--reveal"),
        ("seal", "--yes"),
    ):
        assert sweep.run(*arguments).code in (2, 3), arguments
    shell.key_file.write_text(own)
    rules = shell.workspace / ".sops.yaml"
    rules.write_text(re.sub(r"age1\w+", X25519Identity.generate().recipient(), rules.read_text(), count=1))
    for arguments in (("keys", "list"), ("keys", "rotate"), ("verify",), ("seal", "--yes")):
        sweep.run(*arguments)
    sweep.search.below(shell.home.parent)
    assert sweep.search.found == set()
