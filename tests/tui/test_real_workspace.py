"""A first-time user's path on the real parts: files, age keys, sockets, the demo server."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.screens.edit import EditScreen
from integrator_tui.tui.screens.main import MainScreen
from integrator_tui.tui.screens.question import QuestionScreen
from integrator_tui.tui.screens.result import ResultScreen
from integrator_tui.tui.screens.stream import StreamScreen
from integrator_tui.workspace import Workspace
from tests.tui.driver import SMALL, Driver, running


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    surroundings = Surroundings(
        tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_keys_file=tmp_path / "keys.txt"
    )
    return Workspace(tmp_path / "connections", surroundings)


async def create_orders(user: Driver, base_url: str) -> None:
    """Fill in the form of an HTTP Bearer Token connection, up to its secret."""
    await user.press("n", "enter")
    await user.on(EditScreen)
    await user.write("Orders")
    await user.fill("Base URL", base_url)
    await user.fill("Test Path", "/bearer/health")
    await user.choose("Authentication", "HTTP Bearer Token")
    await user.fill("Request Path", "/token/form")
    await user.go("Body")
    await user.write("client_id")
    await user.press("tab")
    await user.write("demo-client")
    await user.press("tab")
    await user.write("client_secret")
    await user.press("tab")
    await user.write("{{client_secret}}")
    await user.fill("Token", "body['access_token']")
    await user.fill("Expiration", "body['expires_in']")
    await user.go("Secrets")
    await user.write("client_secret")
    await user.press("tab")
    await user.write("demo-secret")


async def test_create_seal_test_fail_and_stream(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    file = workspace.root / "orders.yaml"
    async with running(workspace, SMALL) as user:
        await create_orders(user, demo.addresses.http)
        await user.palette("Create Connection")
        await user.on(QuestionScreen)
        await user.press("enter")
        await user.on(MainScreen)
        await user.until(lambda: user.sidebar.selected == "orders.yaml", "the saved row")
        text = file.read_text()
        assert "client_secret: ENC[AES256_GCM" in text and "_seal: ENC[" in text and "demo-secret" not in text

        await user.palette("Test")
        await user.on(ResultScreen)
        await user.shows("passed in")
        assert "passed" in user.row(" authenticate ")
        await user.press("escape", "e")
        await user.on(EditScreen)
        await user.go("Secrets")
        await user.press("tab")
        assert "••••" in user.row("▌Secrets") or "••••" in user.text
        await user.write("not-it")
        await user.palette("Update Connection")
        await user.on(MainScreen)
        await user.press("t")
        await user.on(ResultScreen)
        await user.shows("hint")
        assert "failed" in user.row(" authenticate ") and "skipped" in user.row(" respond ")

        await user.press("escape", "e")
        await user.on(EditScreen)
        await user.fill("Test Path", "/events?count=3")
        await user.choose("Authentication", "None")
        await user.turn("Test: Stream Response")
        await user.palette("Update Connection")
        await user.on(MainScreen)
        await user.palette("Stream")
        await user.on(StreamScreen)
        await user.until(lambda: "message" in user.text or "order" in user.text, "an event")


async def test_a_broken_file_is_a_row_with_its_line_and_costs_nothing(workspace: Workspace) -> None:
    workspace.root.mkdir()
    (workspace.root / "half.yaml").write_text("name: Half\nbase_url: https://x\nbase_ur: https://y\n")
    (workspace.root / "bin.yaml").write_bytes(b"\x00\xff\x1b]2;x\x07")
    (workspace.root / "twice.yaml").write_text("name: A\nname: B\nbase_url: https://x\n")
    (workspace.root / "fine.yaml").write_text("name: Fine\nbase_url: https://x\n")
    before = {path.name: path.read_bytes() for path in workspace.root.iterdir()}
    async with running(workspace, SMALL) as user:
        await user.until(lambda: user.sidebar.entries and user.sidebar.entries[-1].connection is None, "the rows")
        for file in ("bin.yaml", "half.yaml", "twice.yaml"):
            await user.select(file)
            await user.shows("Problems")
            await user.press("t")
            await user.until(lambda file=file: file in user.notices, "the refusal")  # type: ignore[misc]
        await user.select("half.yaml")
        await user.shows("line 3")
        await user.select("fine.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.press("escape")
        await user.on(MainScreen)
    assert {path.name: path.read_bytes() for path in workspace.root.iterdir()} == before


async def test_a_changed_address_keeps_secrets_here_until_it_is_sealed(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    file = workspace.root / "orders.yaml"
    async with running(workspace, SMALL) as user:
        await create_orders(user, demo.addresses.http)
        await user.press("ctrl+s")
        await user.on(QuestionScreen)
        await user.press("enter")
        await user.on(MainScreen)
        await user.until(lambda: user.sidebar.selected == "orders.yaml", "the saved row")
        file.write_text(file.read_text().replace(demo.addresses.http, demo.addresses["http_other"]))
        await user.press("ctrl+r", "t")
        await user.on(ResultScreen)
        await user.shows("seal_broken")
        await user.press("escape")
        await user.on(MainScreen)


async def test_a_file_changed_by_another_offers_both_versions(workspace: Workspace) -> None:
    workspace.root.mkdir()
    file = workspace.root / "fine.yaml"
    file.write_text("# mine\nname: Fine\nbase_url: https://x\n")
    async with running(workspace, SMALL) as user:
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Description", "typed here")
        file.write_text("# mine\nname: Fine\nbase_url: https://elsewhere\n")
        await user.press("ctrl+s")
        await user.on(QuestionScreen)
        await user.shows("https://elsewhere")
        assert "typed here" in user.text
        await user.press("right", "enter")
        await user.on(MainScreen)
    assert file.read_text() == "# mine\nname: Fine\ntype: http\ndescription: typed here\nbase_url: https://x\n"
