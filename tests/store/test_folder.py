"""Which files of a folder are connections."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from integrator_tui.errors import InvalidFile
from integrator_tui.store import folder


def place(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("name: x\n")


def test_the_files_of_a_workspace(tmp_path: Path) -> None:
    place(tmp_path, "b.yaml", "a.yml", "prod/eu/c.yaml", "prod/integrator.yaml", "integrator.yaml", ".sops.yaml")
    place(tmp_path, ".git/d.yaml", ".hidden.yaml", "notes.txt", "e.yaml.bak", "f.YAML")
    assert folder.scan(tmp_path) == ("a.yml", "b.yaml", "prod/eu/c.yaml")
    assert folder.scan(tmp_path / "missing") == ()


def test_links_to_folders_are_not_followed_and_odd_files_are_listed(tmp_path: Path) -> None:
    place(tmp_path / "w", "a.yaml", "sub/b.yaml")
    place(tmp_path / "outside", "c.yaml")
    root = tmp_path / "w"
    (root / "sub" / "up").symlink_to("..")
    (root / "outside").symlink_to(tmp_path / "outside")
    (root / "folder.yaml").symlink_to("sub")
    (root / "linked.yaml").symlink_to("a.yaml")
    (root / "loop.yaml").symlink_to("loop.yaml")
    (root / "inner.yaml").mkdir()
    place(root, "inner.yaml/d.yaml")
    os.mkfifo(root / "pipe.yaml")
    assert folder.scan(root) == (
        "a.yaml",
        "inner.yaml/d.yaml",
        "linked.yaml",
        "loop.yaml",
        "pipe.yaml",
        "sub/b.yaml",
    )


def test_folders_are_looked_into_however_deep_they_lie(tmp_path: Path) -> None:
    deep = "/".join(["d"] * 100) + "/a.yaml"
    place(tmp_path, deep)
    assert folder.scan(tmp_path) == (deep,)


def test_a_root_that_is_no_folder_is_told_from_an_empty_one(tmp_path: Path) -> None:
    place(tmp_path, "a.yaml")
    with pytest.raises(InvalidFile, match="not a directory"):
        folder.scan(tmp_path / "a.yaml")
