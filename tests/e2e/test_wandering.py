"""Whatever is pressed, resized, stopped and answered: the terminal shows what the program means to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.demo.server import ThreadedDemoServer
from tests.e2e.wandering import wander


@pytest.mark.parametrize("seed", [11, 21])
def test_wherever_one_wanders_the_terminal_shows_the_screen(
    seed: int, tmp_path: Path, demo: ThreadedDemoServer
) -> None:
    seen = wander(seed, 10, tmp_path, demo.addresses)
    assert seen.differences == []
    assert seen.screens
