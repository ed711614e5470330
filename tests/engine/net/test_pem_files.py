"""Certificate files: read again when they change, refused with a reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.net.pem_files import MAX_BYTES, MOST_KEPT, CaFiles, read_pem


def test_a_file_is_read_again_where_it_changed(tmp_path: Path) -> None:
    files, path = CaFiles(), tmp_path / "ca.pem"
    path.write_text("one")
    assert files.read(str(tmp_path), "ca.pem") == "one"
    path.write_text("two, longer")
    assert files.read(str(tmp_path), "ca.pem") == "two, longer"
    path.unlink()
    with pytest.raises(StageFailed, match="no such file"):
        files.read(str(tmp_path), "ca.pem")


def test_a_file_that_stays_is_read_once(tmp_path: Path) -> None:
    files, path = CaFiles(), tmp_path / "ca.pem"
    path.write_text("one")
    first = files.read(str(tmp_path), "ca.pem")
    assert files.read(str(tmp_path), "ca.pem") is first


def test_only_so_many_are_kept(tmp_path: Path) -> None:
    files = CaFiles()
    (tmp_path / "ca.pem").write_text("one")
    first = files.read(str(tmp_path), "ca.pem")
    for number in range(MOST_KEPT):
        (tmp_path / f"{number}.pem").write_text("other")
        files.read(str(tmp_path), f"{number}.pem")
    assert files.read(str(tmp_path), "ca.pem") is not first


def test_a_relative_name_needs_a_file_that_names_it(tmp_path: Path) -> None:
    files, path = CaFiles(), tmp_path / "ca.pem"
    path.write_text("one")
    assert files.read(None, str(path)) == "one"
    with pytest.raises(StageFailed, match="not saved yet"):
        files.read(None, str(path).lstrip("/"))


def test_nothing_but_a_small_regular_file_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.pem")
    with pytest.raises(StageFailed, match="no regular file"):
        read_pem(str(tmp_path), "fifo.pem", "the trusted CA")
    (tmp_path / "large.pem").touch()
    os.truncate(tmp_path / "large.pem", MAX_BYTES + 1)
    with pytest.raises(StageFailed, match="larger than 4 MiB"):
        read_pem(str(tmp_path), "large.pem", "the trusted CA")
