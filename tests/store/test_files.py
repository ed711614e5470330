"""Files: read whole, written whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from integrator_tui.errors import ChangedOnDisk, InvalidFile, SaveError
from integrator_tui.model.entry import Revision
from integrator_tui.store import files

NEW = Revision(None)


def fine(_: bytes) -> None:
    """Verify nothing."""


def write(path: Path, data: bytes, expected: Revision = NEW) -> Revision:
    return files.write(path, data, expected, verify=fine)


def leftovers(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if name.endswith(".tmp")]


def test_what_is_written_is_read_with_the_same_revision(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.yaml"
    revision = write(path, b"one")
    assert files.read(path) == (b"one", revision)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (tmp_path / "a", tmp_path / "a" / "b")} == {0o700}
    again = write(path, b"two", revision)
    assert files.read(path) == (b"two", again)
    assert leftovers(path.parent) == []


def test_the_mode_is_ours_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o777)
    try:
        os.makedirs(tmp_path / "x", exist_ok=True)
        (tmp_path / "x").chmod(0o700)
        write(tmp_path / "x" / "a.yaml", b"one")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x" / "a.yaml").stat().st_mode) == 0o600


def test_a_file_that_others_can_read_is_closed_by_a_save(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"one")
    path.chmod(0o644)
    write(path, b"two", files.read(path)[1])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_owner_of_a_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"one")
    # Only root can give a file away; anybody else keeps their own.
    owner = (12345, 12345) if os.geteuid() == 0 else (os.geteuid(), path.stat().st_gid)
    os.chown(path, *owner)
    write(path, b"two", files.read(path)[1])
    assert (path.stat().st_uid, path.stat().st_gid) == owner


def test_a_file_that_changed_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    revision = write(path, b"one")
    path.write_bytes(b"by somebody else")
    with pytest.raises(ChangedOnDisk, match="changed"):
        write(path, b"two", revision)
    with pytest.raises(ChangedOnDisk, match="appeared"):
        write(path, b"two")
    with pytest.raises(ChangedOnDisk):
        files.remove(path, revision)
    assert path.read_bytes() == b"by somebody else"
    path.unlink()
    with pytest.raises(ChangedOnDisk, match="was removed"):
        write(path, b"two", revision)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_appears_while_it_is_saved_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"

    def appear(_: bytes) -> None:
        path.write_bytes(b"by somebody else")

    with pytest.raises(ChangedOnDisk):
        files.write(path, b"mine", NEW, verify=appear)
    assert path.read_bytes() == b"by somebody else"
    assert leftovers(tmp_path) == []


def test_a_new_file_never_replaces_one_that_slips_in_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.yaml"
    link = os.link

    def late(*given: Any, **more: Any) -> None:
        path.write_bytes(b"by somebody else")
        link(*given, **more)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(ChangedOnDisk, match="appeared while"):
        write(path, b"mine")
    assert path.read_bytes() == b"by somebody else"
    assert leftovers(tmp_path) == []


def test_a_file_system_without_links_still_gets_new_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **more: Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    write(tmp_path / "a.yaml", b"one")
    assert os.listdir(tmp_path) == ["a.yaml"]


def test_what_does_not_verify_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    revision = write(path, b"one")
    seen: list[bytes] = []

    def refuse(written: bytes) -> None:
        seen.append(written)
        raise SaveError("it does not read back", "nothing was changed")

    with pytest.raises(SaveError, match="read back"):
        files.write(path, b"two", revision, verify=refuse)
    assert seen == [b"two"]
    assert path.read_bytes() == b"one"
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    path = tmp_path / "a.yaml"
    revision = write(path, b"one")

    def fail(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(SaveError, match="no space left") as raised:
        write(path, b"two", revision)
    assert raised.value.hint
    assert path.read_bytes() == b"one"
    assert leftovers(tmp_path) == []


def fifo(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def folder(path: Path) -> None:
    path.mkdir()


def loop(path: Path) -> None:
    path.symlink_to(path)


def dangling(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


def socket(path: Path) -> None:
    os.mknod(path, stat.S_IFSOCK | 0o600)


def large(path: Path) -> None:
    path.write_bytes(b"x" * (files.MAX_SIZE + 1))


ODD: list[Callable[[Path], None]] = [fifo, device, folder, loop, dangling, socket, large]


@pytest.mark.parametrize("make", ODD)
def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "odd.yaml"
    make(path)
    with pytest.raises(InvalidFile) as raised:
        files.read(path)
    assert raised.value.hint
    with pytest.raises(SaveError):
        write(path, b"mine")
    assert leftovers(tmp_path) == []


def test_a_link_that_leads_nowhere_is_told_as_one(tmp_path: Path) -> None:
    dangling(tmp_path / "odd.yaml")
    with pytest.raises(InvalidFile) as raised:
        files.read(tmp_path / "odd.yaml")
    assert raised.value.hint.startswith("a link to a file that is not there")


def test_a_name_no_file_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile):
        files.read(tmp_path / "a\0b")
    with pytest.raises(SaveError):
        write(tmp_path / "a\0b", b"x")
    with pytest.raises(SaveError):
        write(tmp_path / ("x" * 300), b"x")


def test_a_link_is_written_through_and_removed_alone(tmp_path: Path) -> None:
    target, path = tmp_path / "there" / "a.yaml", tmp_path / "a.yaml"
    revision = write(target, b"one")
    path.symlink_to("there/a.yaml")
    assert files.read(path)[1] == revision
    revision = write(path, b"two", revision)
    assert path.is_symlink()
    assert target.read_bytes() == b"two"
    files.remove(path, revision)
    assert not path.is_symlink()
    assert target.read_bytes() == b"two"


def test_a_removed_file_is_gone(tmp_path: Path) -> None:
    revision = write(tmp_path / "a.yaml", b"one")
    files.remove(tmp_path / "a.yaml", revision)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ChangedOnDisk):
        files.remove(tmp_path / "a.yaml", revision)


def test_a_save_waits_for_another_one(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    saved = threading.Thread(target=write, args=(tmp_path / "a.yaml", b"one"))
    saved.start()
    saved.join(0.1)
    assert saved.is_alive()
    assert not (tmp_path / "a.yaml").exists()
    os.close(descriptor)
    saved.join()
    assert (tmp_path / "a.yaml").exists()


def test_a_folder_that_stays_held_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_LOCK_SECONDS", 0.0)
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(SaveError, match="held by another program"):
            write(tmp_path / "a.yaml", b"one")
    finally:
        os.close(descriptor)


SAVING = """
import sys
from pathlib import Path
from integrator_tui.store import files
path = Path(sys.argv[1])
print("ready", flush=True)
for number in range(10**6):
    _, revision = files.read(path)
    files.write(path, b"%d " % number * 2000, revision, verify=lambda written: None)
    print(number, flush=True)
"""


def test_a_killed_save_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    write(path, b"0 " * 2000)
    for saves in range(12):
        process = subprocess.Popen([sys.executable, "-c", SAVING, str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        for _ in range(saves + 1):
            assert process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        words = path.read_bytes().split()
        assert len(words) == 2000
        assert len(set(words)) == 1
        for name in os.listdir(tmp_path):
            assert name == "a.yaml" or (name.startswith(".") and name.endswith(".tmp"))
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "o.yaml"
    revision = write(path, b"x" * files.MAX_SIZE)
    with pytest.raises(SaveError, match="would be larger than"):
        write(path, b"y" * (files.MAX_SIZE + 1), revision)
    assert files.read(path)[1] == revision
