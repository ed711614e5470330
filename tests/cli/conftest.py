"""A shell for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shell import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    home = tmp_path / "home"
    home.mkdir()
    return Shell(home)


@pytest.fixture
def stranger(tmp_path: Path) -> str:
    """The recipient of somebody else."""
    from integrator_tui.vault.age.x25519 import X25519Identity

    return X25519Identity.generate().recipient()
