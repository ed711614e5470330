"""The pictures of the README, drawn by the running application on the demo's workspace.

    python docs/screenshots.py

Writes docs/images/connections.svg and docs/images/test.svg.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from textual.pilot import Pilot

from integrator_tui import bundled
from integrator_tui.demo.server import running_server
from integrator_tui.demo.workspace import DEMO_SECRETS, fill
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.app import IntegratorApp
from integrator_tui.workspace import Workspace

IMAGES = Path(__file__).parent / "images"
SIZE = (100, 26)


async def shown(app: IntegratorApp, pilot: Pilot[int], text: str) -> None:
    """Wait until the screen shows `text`."""
    while text not in app.export_screenshot(simplify=True).replace("&#160;", " "):
        await pilot.pause(0.05)


async def draw(app: IntegratorApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await shown(app, pilot, "Secrets")
        await pilot.press("down")
        await shown(app, pilot, "Token Request")
        app.save_screenshot("connections.svg", str(IMAGES))
        await pilot.press("t")
        await shown(app, pilot, "passed in")
        app.save_screenshot("test.svg", str(IMAGES))


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, running_server(Path(scratch)) as addresses:
        folder = Path(scratch) / "connections"
        fill(folder, addresses)
        home = Path(scratch) / "home"
        surroundings = Surroundings(home, home, home, age_keys_file=home / "keys.txt")
        workspace = Workspace(folder, surroundings)
        workspace.keys.create_identity()
        for file, secrets in DEMO_SECRETS.items():
            typed = {name: Secret(value) for name, value in secrets.items()}
            workspace.editor.store_secrets(workspace.catalog.entry(file), typed)
        asyncio.run(draw(IntegratorApp(workspace, themes=(bundled.themes(),))))


if __name__ == "__main__":
    main()
