"""A workspace with the connection of a space, and the space."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.shell import Shell
from tests.cli.spaces.space_server import SpaceServer
from tests.cli.spaces.workspaces import write_space


@pytest.fixture
def space() -> Iterator[SpaceServer]:
    with SpaceServer() as space:
        yield space


@pytest.fixture
def joined(shell: Shell, space: SpaceServer) -> Shell:
    """A workspace whose connection `Dev` leads to the space."""
    write_space(shell, space.url)
    return shell
