"""The first paint pays for nothing it does not show."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace

LATER = {
    "pydantic",
    "httpx",
    "httptools",
    "ruamel",
    "cryptography",
    "_quickjs",
    "integrator_tui.tui.form.screen",
    "integrator_tui.tui.screens.result",
    "integrator_tui.tui.screens.stream",
    "textual.widgets._text_area",
    # What the first paint was rid of: the part at the right, the options of commands, what guards the memory.
    "integrator_tui.tui.main.detail",
    "integrator_tui.tui.widgets.sheet",
    "integrator_tui.tui.screens.connection_text",
    "argparse",
    "ctypes",
}


def test_the_main_screen_needs_neither_model_nor_network_nor_keys() -> None:
    script = "import sys, integrator_tui.tui.app; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "integrator_tui.tui.main.screen" in loaded
    assert LATER & loaded == set()


PAINT = """
import sys
from pathlib import Path
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.app import IntegratorApp
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.workspace import Workspace

def painted(screen):
    shown = [row.name for row in screen.list.entries]
    screen.app.exit(message=" ".join([*shown, *sys.modules]))

MainScreen.take_others = painted
root = Path(sys.argv[1])
workspace = Workspace(root / "connections", Surroundings(root / "config", root / "state", root / "cache"))
IntegratorApp(workspace).run(headless=True)
"""


def test_the_first_paint_of_a_workspace_needs_neither_model_nor_network_nor_keys(tmp_path: Path) -> None:
    folder = tmp_path / "connections"
    folder.mkdir()
    (folder / "orders.yaml").write_text("name: The Orders\nbase_url: http://127.0.0.1:9/\n")
    # No index knows it yet: its row begins with the name of its file.
    assert "orders" in painted(tmp_path)
    surroundings = Surroundings(tmp_path / "config", tmp_path / "state", tmp_path / "cache")
    Workspace(folder, surroundings).catalog.listed()
    assert "Orders" in painted(tmp_path)


AT_REST = PAINT.replace(
    "MainScreen.take_others = painted",
    "async def rest(pilot):\n"
    "    screen = pilot.app.screen\n"
    "    await screen.reading.listed.wait()\n"
    "    await screen.read_selected()\n"
    "    await pilot.pause()\n"
    "    painted(screen)",
).replace("headless=True", "headless=True, auto_pilot=rest")


def test_what_is_looked_at_holds_nothing_of_the_network_or_of_keys(tmp_path: Path) -> None:
    # The engine and what it imports are 4 MiB.
    folder = tmp_path / "connections"
    folder.mkdir()
    (folder / "orders.yaml").write_text("name: The Orders\nbase_url: http://127.0.0.1:9/\n")
    done = subprocess.run(
        [sys.executable, "-c", AT_REST, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(done.stdout.split()) | set(done.stderr.split())
    assert {"Orders", "pydantic", "integrator_tui.tui.main.detail"} <= loaded
    assert {"httpx", "httptools", "cryptography", "integrator_tui.engine"} & loaded == set()


def painted(folder: Path) -> set[str]:
    """Paint a workspace once, and return the words of its rows; see that nothing was imported for more."""
    done = subprocess.run(
        [sys.executable, "-c", PAINT, str(folder)], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(done.stdout.split()) | set(done.stderr.split())
    assert LATER & loaded == set()
    return loaded
