"""Files that change while they are checked: what they say then is judged, once more, and nothing is told of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from integrator_tui.cli.once_more import once_more
from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.errors import ChangedOnDisk
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace
from integrator_tui.workspace.batch.check import Check

FILE = "o.yaml"
AUTH = "auth: {type: basic, username: u}\nsecrets: {password: first}\n"


@pytest.fixture
def workspace(tmp_path: Path, demo: ThreadedDemoServer, room: Room) -> Workspace:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / FILE).write_text(
        f"name: O\nbase_url: {demo.addresses.http}{room.prefix}\ntest_path: /health\n{AUTH}"
    )
    return opened(tmp_path)


def opened(folder: Path) -> Workspace:
    given = Surroundings(folder / "c", folder / "state", folder / "cache", age_keys_file=folder / "keys.txt")
    made = Workspace(folder / "work", given)
    made.keys.create_identity()
    made.seals.reseal(made.catalog.entry(FILE))
    return made


def rotated(workspace: Workspace) -> None:
    other = Workspace(workspace.root, workspace._surroundings)
    assert [outcome.changed for outcome in other.keys.rotation.rotate()] == [True]


def described(workspace: Workspace) -> None:
    path = workspace.root / FILE
    path.write_text("description: new\n" + path.read_text())


def replaced_as_git_does(workspace: Workspace) -> None:
    path = workspace.root / FILE
    text = path.read_text()
    path.unlink()
    path.write_text(text.replace("name: O", "name: P"))


@pytest.mark.parametrize("change", [rotated, described, replaced_as_git_does])
async def test_a_file_that_changed_since_it_was_read_is_judged_as_it_is_now(
    workspace: Workspace, change: Callable[[Workspace], None]
) -> None:
    check = Check.of(workspace.catalog.entry(FILE))
    change(workspace)
    report = await workspace.probes.check(check, {})
    assert (report.outcome, report.failure) == ("passed", None)
    await workspace.aclose()


async def test_what_was_broken_when_it_was_read_may_be_whole_now(workspace: Workspace) -> None:
    path = workspace.root / FILE
    text = path.read_text()
    path.write_text("")
    check = Check.of(workspace.catalog.entry(FILE))
    assert check.connection is None
    path.write_text(text)
    assert (await workspace.probes.check(check, {})).outcome == "passed"
    path.write_text("name: [\n")
    report = await workspace.probes.check(check, {})
    assert report.failure and report.failure.kind == "invalid_file"
    await workspace.aclose()


async def test_a_seal_that_was_broken_meanwhile_is_no_reason_to_send(workspace: Workspace, room: Room) -> None:
    check = Check.of(workspace.catalog.entry(FILE))
    path = workspace.root / FILE
    path.write_text(path.read_text().replace("test_path: /health", "test_path: /other"))
    report = await workspace.probes.check(check, {})
    assert report.failure and report.failure.kind == "seal_broken"
    assert room.counts.requests == 0
    await workspace.aclose()


def test_secrets_are_those_of_the_version_that_was_read(workspace: Workspace) -> None:
    entry = workspace.catalog.entry(FILE)
    described(workspace)
    workspace.catalog.entry(FILE)
    with pytest.raises(ChangedOnDisk):
        workspace.secrets.of(entry)
    assert workspace.secrets.of(workspace.catalog.entry(FILE)) == {"password": Secret("first")}


def test_keys_rotate_takes_a_file_that_another_program_saved_meanwhile(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from integrator_tui.store import files

    write, changes = files.write, [lambda: described(workspace)]

    def overtaken(*given: object, **more: object) -> object:
        if changes:
            changes.pop()()
        return write(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(files, "write", overtaken)
    assert [(outcome.changed, outcome.error) for outcome in workspace.keys.rotation.rotate()] == [(True, None)]
    assert "description: new" in (workspace.root / FILE).read_text()


def test_a_command_reads_once_more_and_no_oftener() -> None:
    errors = [ChangedOnDisk("changed")]

    def command() -> int:
        if errors:
            raise errors.pop()
        return 7

    assert once_more(command) == 7
    errors += [ChangedOnDisk("changed"), ChangedOnDisk("again")]
    with pytest.raises(ChangedOnDisk):
        once_more(command)


def test_a_draft_that_is_saved_is_never_judged_anew(workspace: Workspace) -> None:
    entry = workspace.catalog.entry(FILE)
    described(workspace)
    assert entry.connection
    with pytest.raises(ChangedOnDisk):
        workspace.editor.save(Draft(entry.connection, FILE, entry.revision))
    assert os.path.exists(workspace.root / FILE)
