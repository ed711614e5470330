"""The first paint pays for nothing it does not show."""

from __future__ import annotations

import subprocess
import sys

LATER = {
    "pydantic",
    "httpx",
    "h11",
    "ruamel",
    "cryptography",
    "_quickjs",
    "integrator_tui.tui.screens.edit",
    "integrator_tui.tui.screens.result",
    "integrator_tui.tui.screens.stream",
    "textual.widgets._text_area",
}


def test_the_main_screen_needs_neither_model_nor_network_nor_keys() -> None:
    script = "import sys, integrator_tui.tui.app; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "integrator_tui.tui.screens.main" in loaded
    assert LATER & loaded == set()
