"""The pictures of the README and its recording, drawn by the running application on the demo's server.

    python docs/screenshots.py

Writes connections.svg, test.svg, fleet.svg and recording.svg to docs/images.
"""

from __future__ import annotations

import asyncio
import html
import tempfile
from pathlib import Path

from film import film, without_fonts
from textual.events import Paste
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
SMALL = (80, 24)
_PATIENCE = 10.0
"""Seconds that something may take to be seen: then a key leads elsewhere by now."""


class Camera:
    """Presses keys, and takes pictures once the screen shows what is waited for."""

    def __init__(self, app: IntegratorApp, pilot: Pilot[int]) -> None:
        self._app, self._pilot = app, pilot
        self.frames: list[str] = []

    async def shows(self, text: str, times: int = 1) -> None:
        """Wait until the screen shows `text`, and so often."""
        async with asyncio.timeout(_PATIENCE):
            while self._text().count(text) < times:
                await self._pilot.pause(0.05)

    def _text(self) -> str:
        return html.unescape(self._app.export_screenshot(simplify=True)).replace("\xa0", " ")

    async def press(self, *keys: str, then: str) -> None:
        """Press keys, wait for a text, and take a frame of the recording."""
        await self._pilot.press(*keys)
        await self.shows(then)
        self.frames.append(self._app.export_screenshot())

    def save(self, name: str) -> None:
        """Write what the screen shows as a picture."""
        (IMAGES / name).write_text(without_fonts(self._app.export_screenshot()), encoding="utf-8")


async def draw(app: IntegratorApp) -> None:
    """Take the pictures of a workspace that holds connections."""
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        camera = Camera(app, pilot)
        await camera.shows("Secrets")
        await camera.press("down", "down", "down", then="Token Request")
        camera.save("connections.svg")
        await camera.press("t", then="passed in")
        camera.save("test.svg")
        await camera.press("escape", then="Last test")
        await camera.press("T", "V", then="latency")
        await camera.shows("✓ passed", 7)
        camera.save("fleet.svg")


async def record(app: IntegratorApp, address: str) -> None:
    """Record how a curl command becomes a connection, and its answer an operation."""
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        camera = Camera(app, pilot)
        await camera.press(then="No connections yet")
        app.key_order.put(Paste(f"curl -H 'X-Api-Key: demo-api-key' '{address}/key/echo/orders?status=open'"))
        await camera.press(then="Use it")
        await camera.press("enter", then="Create Connection")
        await pilot.press("ctrl+u", *"Orders API")
        await camera.press("ctrl+s", then="orders-api.yaml")
        await camera.press("t", then="passed in")
        await camera.press("b", then="Body ·")
        await camera.press("F", then="Filter")
        await pilot.press(*"body.target")
        await camera.press(then="1/1")
        await camera.press("ctrl+s", then="Output Name")
        await pilot.press("ctrl+u", *"Target", "tab", "ctrl+u", *"Open orders")
        await camera.press("enter", then="is an output of the operation")
        await pilot.press("enter", "escape", "escape", "escape", "right", "down")
        await camera.press(then="an operation of")
        await camera.press("enter", then="passed in")
        (IMAGES / "recording.svg").write_text(film(camera.frames), encoding="utf-8")


def workspace_at(folder: Path, home: Path) -> Workspace:
    """Return a workspace with an identity of its own."""
    workspace = Workspace(folder, Surroundings(home, home, home, age_keys_file=home / "keys.txt"))
    workspace.keys.create_identity()
    return workspace


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, running_server(Path(scratch)) as addresses:
        folder = Path(scratch) / "connections"
        fill(folder, addresses)
        workspace = workspace_at(folder, Path(scratch) / "home")
        for file, secrets in DEMO_SECRETS.items():
            typed = {name: Secret(value) for name, value in secrets.items()}
            workspace.editor.store_secrets(workspace.catalog.entry(file), typed)
        asyncio.run(draw(IntegratorApp(workspace, themes=(bundled.themes(),))))
        (Path(scratch) / "empty").mkdir()
        workspace = workspace_at(Path(scratch) / "empty", Path(scratch) / "other")
        asyncio.run(record(IntegratorApp(workspace, themes=(bundled.themes(),)), addresses.http))


if __name__ == "__main__":
    main()
