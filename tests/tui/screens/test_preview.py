"""Preview on real parts: what would be sent, from the palette and from the form, and nothing is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.connection import BasicAuth, Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.screens.preview import PreviewScreen
from integrator_tui.workspace import Workspace
from tests.identities import protected_identity
from tests.tui.driver import LARGE, SMALL, running


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    surroundings = Surroundings(
        tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_keys_file=tmp_path / "keys.txt"
    )
    return Workspace(tmp_path / "connections", surroundings)


def saved(workspace: Workspace, base_url: str = "http://127.0.0.1:9", test_path: str = "/h?k={{key}}") -> None:
    workspace.keys.create_identity()
    connection = Connection(
        name="Orders",
        base_url=base_url,
        test_path=test_path,
        auth=BasicAuth(username="me"),
        secrets=("password", "key"),
    )
    typed = {"password": Secret("canary-password"), "key": Secret("canary-key")}
    workspace.editor.save(Draft(connection, typed=typed))


async def test_the_selected_connection_is_previewed_by_the_word_in_the_palette(
    workspace: Workspace, demo: ThreadedDemoServer, room: Room
) -> None:
    saved(workspace, f"{demo.addresses.http}{room.prefix}", "/echo?k={{key}}")
    async with running(workspace, SMALL) as user:
        await user.palette("Preview")
        await user.on(PreviewScreen)
        await user.shows("Authorization: Basic •••")
        assert f"GET {room.prefix}/echo?k=••• HTTP/1.1" in user.text
        assert "← Test Path, secret key" in user.text
        assert "canary" not in user.text and "nothing is sent" in user.lines[0]
        assert not room.requests
        await user.press("y")
        assert user.app.clipboard.startswith(f"GET {room.prefix}/echo?k=••• HTTP/1.1\nHost: ")
        assert user.app.clipboard.endswith("Authorization: Basic •••")
        await user.press("q")
        await user.on(MainScreen)


async def test_the_form_previews_the_draft_as_it_stands(workspace: Workspace) -> None:
    saved(workspace)
    async with running(workspace, LARGE) as user:
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Test Path", "/changed/{{Id}}")
        await user.fill("Password", "canary-typed")
        await user.press("f3")
        await user.on(PromptScreen)
        await user.write("17")
        await user.press("enter")
        await user.on(PreviewScreen)
        await user.shows("GET /changed/17 HTTP/1.1")
        assert "← Test Path, parameter Id" in user.text
        assert "canary" not in user.text and "Authorization: Basic •••" in user.text
        await user.press("escape")
        await user.on(EditScreen)


async def test_no_passphrase_is_asked_for(workspace: Workspace, tmp_path: Path) -> None:
    saved(workspace)
    (tmp_path / "keys.txt").unlink()
    workspace = Workspace(
        tmp_path / "connections",
        Surroundings(tmp_path / "c", tmp_path / "s", tmp_path / "a", age_keys_file=tmp_path / "keys.txt"),
    )
    protected_identity(workspace, tmp_path / "keys.txt", "a passphrase")
    async with running(workspace, SMALL) as user:
        await user.palette("Preview")
        await user.on(PreviewScreen)
        await user.shows("Authorization: Basic •••")


async def test_what_keeps_it_from_being_sent_is_told(workspace: Workspace) -> None:
    saved(workspace)
    path = workspace.root / "orders.yaml"
    path.write_text(path.read_text().replace("127.0.0.1:9", "127.0.0.1:10"))
    async with running(workspace, SMALL) as user:
        await user.palette("Preview")
        await user.on(PreviewScreen)
        await user.shows("The seal of this file is broken")
        await user.shows("Host: 127.0.0.1:10")


async def test_a_token_that_nobody_gave_is_told(workspace: Workspace) -> None:
    workspace.root.mkdir()
    (workspace.root / "o.yaml").write_text("name: O\nbase_url: http://h.invalid\nauth: {type: raw_bearer_token}\n")
    async with running(workspace, SMALL) as user:
        await user.palette("Preview")
        await user.on(PreviewScreen)
        await user.shows("Nothing can be sent")
        assert "missing parameter: token" in user.text.replace("\n", " ")
