"""The folder of a text that is edited: in memory, for its owner alone, and gone with all that was left in it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from integrator_tui.errors import SaveError, UsageError
from integrator_tui.workspace.editing import scratch as module
from integrator_tui.workspace.editing.scratch import is_in_memory, scratch


def test_it_lies_in_memory_where_there_is_a_place_and_is_the_owners_alone() -> None:
    before = os.umask(0)
    try:
        with scratch(None) as folder:
            path = folder.write("o.yaml", "text")
            assert folder.path.stat().st_mode & 0o777 == 0o700 and path.stat().st_mode & 0o777 == 0o600
            kind = subprocess.check_output(["stat", "-f", "-c", "%T", folder.path], text=True).strip()
            assert folder.in_memory == (kind in {"tmpfs", "ramfs"})
    finally:
        os.umask(before)
    assert not folder.path.exists()


def test_the_folder_of_the_login_comes_first_where_it_is_in_memory() -> None:
    if not is_in_memory(Path("/dev/shm")):
        pytest.skip("this machine keeps no folder in memory")
    runtime = Path("/dev/shm") / f"run-{os.getpid()}"
    runtime.mkdir()
    try:
        with scratch(runtime) as folder:
            assert folder.path.parent == runtime
    finally:
        runtime.rmdir()


def test_without_memory_it_lies_on_disk_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SHARED", tmp_path / "none")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with scratch(tmp_path / "nowhere") as folder:
        assert folder.path.parent == tmp_path and not folder.in_memory
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(SaveError, match="there is no place for a text to be edited"), scratch(None):
        pass


def test_all_that_was_left_goes_overwritten_and_a_link_out_of_it_is_left_alone(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("stays")
    kept = tmp_path / "kept"
    with scratch(None) as folder:
        (folder.path / "sub").mkdir()
        left = folder.path / "sub/.o.yaml.swp"
        left.write_text("secret")
        (folder.path / "link").symlink_to(outside)
        os.mkfifo(folder.path / "fifo")
        # Whoever had it open reads zeros afterwards.
        descriptor = os.open(left, os.O_RDONLY)
        kept.write_text("")
    assert os.read(descriptor, 100) == bytes(6)
    os.close(descriptor)
    assert not folder.path.exists() and outside.read_text() == "stays"


def test_what_an_editor_leaves_is_read_as_text_or_told() -> None:
    with scratch(None) as folder:
        path = folder.write("o.yaml", "one")
        other = folder.path / "new"
        other.write_text("two")
        other.replace(path)
        assert folder.read(path) == "two"
        path.write_bytes(b"x" * (module.MAX_BYTES + 1))
        with pytest.raises(UsageError, match="more than 16 MiB"):
            folder.read(path)
        path.unlink()
        path.mkdir()
        with pytest.raises(UsageError):
            folder.read(path)
