"""Undo: what comes back, what does not, and what is kept for it in the state folder."""

from __future__ import annotations

import hashlib
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from integrator_tui.errors import ChangedOnDisk, InvalidFile, NotFound, SaveError
from integrator_tui.model.connection import BasicAuth, Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.vault.age.x25519 import X25519Identity
from integrator_tui.workspace import Workspace
from integrator_tui.workspace.journals.changes import KEPT_SECONDS, MOST

PASSWORD = "hunter2-hunter2"
OUTSIDE = (
    '{{"what": "save", "name": "A", "at": 1, '
    '"files": [{{"file": "{}", "size": 8, "mode": 384, "after": null, "link": null}}]}}'
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return again(tmp_path)


def again(tmp_path: Path) -> Workspace:
    home = tmp_path / "home"
    given = Surroundings(home / "config", home / "state", home / "cache", age_keys_file=home / "keys.txt")
    return Workspace(tmp_path / "work", given)


def new(workspace: Workspace, name: str = "Orders") -> str:
    return workspace.editor.save(Draft(Connection(name=name, base_url="https://orders.example.com"))).file


def new_with_secret(workspace: Workspace) -> str:
    workspace.keys.create_identity()
    auth = BasicAuth(username="svc")
    connection = Connection(name="Orders", base_url="https://orders.example.com", auth=auth, secrets=("password",))
    return workspace.editor.save(Draft(connection, typed={"password": Secret(PASSWORD)})).file


def edit(workspace: Workspace, file: str, **changes: object) -> None:
    entry = workspace.catalog.entry(file)
    assert entry.connection is not None
    workspace.editor.save(Draft(entry.connection.model_copy(update=changes), file, entry.revision))


def kept(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "home/state/changes").glob("*/*"))


def test_bytes_and_mode_come_back_exactly_newest_first(workspace: Workspace, tmp_path: Path) -> None:
    path = workspace.root / "o.yaml"
    path.parent.mkdir()
    path.write_bytes(b"# mine\r\nname: 'Orders'   # quoted\r\nbase_url: https://a.example\r\n")
    path.chmod(0o644)
    first = path.read_bytes()
    edit(workspace, "o.yaml", test_path="/health")
    second = path.read_bytes()
    workspace.editor.rename(workspace.catalog.entry("o.yaml"), "Purchases")
    third = path.read_bytes()
    workspace.editor.delete(workspace.catalog.entry("o.yaml"))

    # Another process of this machine shares them.
    undo = again(tmp_path).undo
    assert undo.undo().words == "took back the removal of Purchases: o.yaml as before"
    assert path.read_bytes() == third
    assert undo.undo().change.what == "rename"
    assert path.read_bytes() == second
    undo.undo()
    assert path.read_bytes() == first
    assert path.stat().st_mode & 0o777 == 0o644
    with pytest.raises(NotFound, match="no change"):
        undo.undo()
    assert kept(tmp_path) == []


def test_a_new_file_is_removed_again(workspace: Workspace) -> None:
    file = new(workspace)
    assert workspace.undo.last().makes_file
    assert workspace.undo.undo().words == f"took back the save of Orders: {file} removed"
    assert workspace.catalog.entries() == ()


def test_what_changed_since_stays(workspace: Workspace) -> None:
    file = new(workspace)
    edit(workspace, file, test_path="/health")
    path = workspace.root / file
    mine = path.read_text()
    path.write_text(mine + "# theirs\n")
    for _ in range(2):
        with pytest.raises(ChangedOnDisk, match="changed since"):
            workspace.undo.undo()
    assert path.read_text() == mine + "# theirs\n"
    path.unlink()
    with pytest.raises(ChangedOnDisk, match="was removed since"):
        workspace.undo.undo()
    path.write_text(mine)
    assert workspace.undo.undo().restored == (file,)


def test_a_failed_save_leaves_nothing_to_take_back(workspace: Workspace, tmp_path: Path) -> None:
    file = new(workspace)
    entry = workspace.catalog.entry(file)
    (workspace.root / file).write_text("name: Theirs\nbase_url: https://b.example\n")
    with pytest.raises(ChangedOnDisk):
        workspace.editor.delete(entry)
    assert len(kept(tmp_path)) == 1


def test_a_link_that_was_removed_is_a_link_again(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.yaml").write_text("name: Linked\nbase_url: https://a.example\n")
    workspace.root.mkdir()
    path = workspace.root / "linked.yaml"
    path.symlink_to(tmp_path / "elsewhere.yaml")
    workspace.editor.delete(workspace.catalog.entry("linked.yaml"))
    assert not path.is_symlink()
    workspace.undo.undo()
    assert path.readlink() == tmp_path / "elsewhere.yaml"


def test_secrets_are_kept_as_they_were_encrypted_and_nothing_in_plain(workspace: Workspace, tmp_path: Path) -> None:
    file = new_with_secret(workspace)
    before = (workspace.root / file).read_bytes()
    workspace.editor.delete(workspace.catalog.entry(file))
    for path in kept(tmp_path):
        assert PASSWORD.encode() not in path.read_bytes()
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
    workspace.undo.undo()
    assert (workspace.root / file).read_bytes() == before
    assert workspace.seals.verify(file) == ()


@contextmanager
def full_disk(left: int) -> Iterator[None]:
    """Have no file of this process grow beyond `left` bytes: as on a full disk, a part of it is written."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (left, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_a_full_disk_cannot_keep_is_known_before_the_file_is_gone(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = new(workspace)
    before = kept(tmp_path)
    with full_disk(16):
        assert not workspace.undo.keeps(file)
    assert workspace.undo.keeps(file)
    assert kept(tmp_path) == before
    # And of a link to a file.
    os.symlink(file, workspace.root / "link.yaml")
    with full_disk(16):
        assert not workspace.undo.keeps("link.yaml")
    assert workspace.undo.keeps("link.yaml")


@pytest.mark.parametrize(
    "text",
    ["name: O\nbase_url: https://a.example\nsecrets:\n  password: canary-pw\n", "name: [\nsecrets: canary-pw\n"],
    ids=["plain", "unreadable"],
)
def test_what_held_plain_secrets_is_not_kept_and_that_is_said(
    workspace: Workspace, tmp_path: Path, text: str
) -> None:
    workspace.root.mkdir()
    (workspace.root / "o.yaml").write_text(text)
    assert not workspace.undo.keeps("o.yaml")
    workspace.editor.delete(workspace.catalog.entry("o.yaml"))
    assert "plain text" in workspace.undo.lost
    assert kept(tmp_path) == []
    with pytest.raises(NotFound):
        workspace.undo.undo()


def test_a_broken_seal_comes_back_broken(workspace: Workspace) -> None:
    file = new_with_secret(workspace)
    path = workspace.root / file
    path.write_text(path.read_text().replace("orders.example.com", "evil.example.com"))
    broken = path.read_bytes()
    workspace.editor.rename(workspace.catalog.entry(file), "Renamed")
    workspace.undo.undo()
    assert path.read_bytes() == broken
    assert workspace.seals.is_broken(file)


def test_nobody_reads_again_who_was_removed(workspace: Workspace, tmp_path: Path) -> None:
    other = X25519Identity.generate().recipient()
    file = new_with_secret(workspace)
    list(workspace.keys.rotation.add(other))
    edit(workspace, file, description="first")
    workspace.editor.delete(workspace.catalog.entry(file))
    # Somebody took them out of .sops.yaml, as a pull brings it.
    rules = workspace.root / ".sops.yaml"
    own = workspace.keys.recipients.own()
    rules.write_text(f"creation_rules:\n- age: {own}\n")
    with pytest.raises(SaveError, match=f"{other}.*no recipient any more"):
        again(tmp_path).undo.undo()
    assert not (workspace.root / file).exists()
    # Removed here, what they could read is forgotten at once.
    rules.write_text(f"creation_rules:\n- age: {own},{other}\n")
    list(again(tmp_path).keys.rotation.remove(other))
    assert not any(other.encode() in path.read_bytes() for path in kept(tmp_path))


def test_rotation_drops_what_is_kept_of_the_files_it_rewrote(workspace: Workspace, tmp_path: Path) -> None:
    file = new_with_secret(workspace)
    edit(workspace, file, description="first")
    other = new(workspace, "Other")
    list(workspace.keys.rotation.rotate())
    assert [part.file for part in workspace.undo.last().files] == [other]
    assert len(kept(tmp_path)) == 1


@pytest.mark.parametrize("how", ["file in its place", "full"])
def test_a_change_is_made_where_it_cannot_be_kept(
    workspace: Workspace, tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").mkdir()
    if how == "full":

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("integrator_tui.workspace.journals.changes._write", full)
    else:
        (tmp_path / "home/state").write_text("")
    file = new(workspace)
    assert (workspace.root / file).exists()
    assert workspace.undo.lost in {"no space left on device", "not a directory", "file exists"}


def test_a_damaged_record_is_told_and_passed_over(workspace: Workspace, tmp_path: Path) -> None:
    file = new(workspace)
    edit(workspace, file, test_path="/health")
    newest = kept(tmp_path)[-1]
    newest.write_bytes(newest.read_bytes().replace(b"https", b"httpz"))
    text = (workspace.root / file).read_text()
    with pytest.raises(InvalidFile, match="damaged"):
        workspace.undo.undo()
    assert (workspace.root / file).read_text() == text


@pytest.mark.parametrize(
    "head",
    ["{}", "[]", "5", '{"files": [{}]}', "[" * 100_000, OUTSIDE.format("../out.yaml"), OUTSIDE.format("/out.yaml")],
    ids=["empty", "list", "number", "no-file", "deep", "above", "absolute"],
)
def test_a_record_of_another_form_is_damaged_and_leads_nowhere_else(
    workspace: Workspace, tmp_path: Path, head: str
) -> None:
    new(workspace)
    rest = f"{head}\nname: A\n".encode()
    kept(tmp_path)[-1].write_bytes(b"1 %s\n%s" % (hashlib.sha256(rest).hexdigest().encode(), rest))
    before = sorted(path for path in tmp_path.rglob("*") if path.suffix == ".yaml")
    with pytest.raises(InvalidFile, match="damaged"):
        workspace.undo.undo()
    assert sorted(path for path in tmp_path.rglob("*") if path.suffix == ".yaml") == before


def test_old_ones_and_more_than_fifty_are_dropped(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = new(workspace)
    for number in range(MOST + 5):
        edit(workspace, file, test_path=f"/{number}")
    assert len(kept(tmp_path)) == MOST
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + (KEPT_SECONDS + 1) * 1_000_000_000)
    with pytest.raises(NotFound):
        workspace.undo.undo()


@pytest.mark.parametrize("made", [True, False])
def test_what_a_killed_process_began_counts_where_it_was_done(
    workspace: Workspace, tmp_path: Path, made: bool
) -> None:
    file = new(workspace)
    edit(workspace, file, test_path="/health")
    before = (workspace.root / file).read_bytes()
    newest = kept(tmp_path)[-1]
    os.rename(newest, newest.with_name(f"{newest.name.partition('.')[0]}.{os.getpid()}-1.pending"))
    if not made:
        (workspace.root / file).write_bytes(before + b"# as if it had not been written\n")
        with pytest.raises(ChangedOnDisk):
            workspace.undo.undo()
        assert len(kept(tmp_path)) == 1
        return
    workspace.undo.undo()
    assert b"/health" not in (workspace.root / file).read_bytes()
