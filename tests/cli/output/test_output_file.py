"""The file of `check --output`: whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from integrator_tui.cli.output.output_file import PRIVATE, OutputFile
from integrator_tui.errors import SaveError


@pytest.fixture(autouse=True)
def umask() -> object:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_has_the_modes_of_the_umask_and_a_private_one_its_own(tmp_path: Path) -> None:
    OutputFile("a.prom", tmp_path).replace(["one", "zwei ä"])
    OutputFile("b.json", tmp_path, PRIVATE).replace([])
    assert (tmp_path / "a.prom").read_bytes() == "one\nzwei ä\n".encode()
    assert (mode(tmp_path / "a.prom"), mode(tmp_path / "b.json")) == (0o644, 0o600)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.prom", "b.json"]


def test_lines_that_end_midway_leave_what_was_there(tmp_path: Path) -> None:
    def lines() -> object:
        yield "half"
        raise ValueError

    file = OutputFile("a.prom", tmp_path)
    file.replace(["before"])
    with pytest.raises(ValueError):
        file.replace(lines())  # type: ignore[arg-type]
    assert (tmp_path / "a.prom").read_text() == "before\n"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there/a").write_text("old")
    (tmp_path / "link").symlink_to("there/a")
    OutputFile("link", tmp_path).replace(["new"])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there/a").read_text() == "new\n"


def test_what_is_no_regular_file_is_written_as_it_is(tmp_path: Path) -> None:
    OutputFile("/dev/null", tmp_path).replace(["new"])
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize("name", ["", "folder", "folder/", "missing/a.prom"])
def test_what_cannot_be_written_is_refused_before_anything_is_checked(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(SaveError):
        OutputFile(name, tmp_path)


def test_a_name_that_is_refused_by_the_system_is_two_lines(tmp_path: Path) -> None:
    with pytest.raises(SaveError):
        OutputFile("x" * 300, tmp_path).replace([])
