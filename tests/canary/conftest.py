"""A home, a server and a search for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.canary.canaries import Search
from tests.canary.mirror import Mirror
from tests.cli.shell import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    home = tmp_path / "home"
    home.mkdir()
    shell = Shell(home)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    shell.environment["TMPDIR"] = str(scratch)
    return shell


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with Mirror() as mirror:
        yield mirror


@pytest.fixture
def search() -> Search:
    return Search()
