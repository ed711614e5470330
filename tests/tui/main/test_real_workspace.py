"""A first-time user's path on the real parts: files, age keys, sockets, the demo server."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.connection import BasicAuth, Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
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
        await user.until(lambda: user.sidebar.entries and user.sidebar.entries[-1].state == "problem", "the rows")
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
        await user.shows("no secret of it leaves this machine")
        await user.press("L")
        await user.on(QuestionScreen)
        assert "[ Seal ]" in user.text and "PgUp PgDn" in user.text
        await user.press("pagedown")
        await user.shows("Expiration")
        await user.press("pageup")
        assert user.text.index("Differs from what was sealed") < user.text.index(" Base URL ")
        assert user.text.index(" Base URL ") < user.text.index("What the file says besides")
        assert demo.addresses["http_other"] in user.row(" Base URL ") and demo.addresses.http in user.row(
            "was http"
        )
        await user.press("enter")
        await user.on(MainScreen)
        await user.press("t")
        await user.on(ResultScreen)
        await user.shows("key L")
        await user.press("L")
        await user.on(QuestionScreen)
        await user.press("right", "enter")
        await user.on(ResultScreen)
        await user.shows("passed in")
        await user.press("escape")
        await user.on(MainScreen)
        assert workspace.seals.verify("orders.yaml") == ()
        await user.until(lambda: "no secret of it" not in user.text, "the mark to go")


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
    assert file.read_text() == "# mine\nname: Fine\ndescription: typed here\nbase_url: https://x\n"


def stranger_at(folder: Path) -> str:
    """Return the recipient of an identity that somebody else has."""
    theirs = Surroundings(folder / "c", folder / "s", folder / "x", age_keys_file=folder / "theirs.txt")
    return Workspace(folder / "theirs", theirs).keys.create_identity().recipient


def sealed_workspace(workspace: Workspace, *others: str) -> str:
    """Save a connection with a secret for a recipient of our own, which is returned, and for others."""
    workspace.root.mkdir()
    recipient = workspace.keys.create_identity().recipient
    for one in (recipient, *others):
        workspace.keys.recipients.pin(one, ["basic.yaml"])
    connection = Connection(
        name="Basic", base_url="https://x.example.com", auth=BasicAuth(username="u"), secrets=("password",)
    )
    workspace.editor.save(Draft(connection, typed={"password": Secret("stored")}))
    return recipient


async def test_a_recipient_new_in_sops_yaml_is_shown_and_agreed_to_or_left(
    workspace: Workspace, tmp_path: Path
) -> None:
    recipient, stranger = sealed_workspace(workspace), stranger_at(tmp_path)
    pinned = workspace.root / ".sops.yaml"
    pinned.write_text(pinned.read_text().replace(recipient, f"{recipient},{stranger}"))
    file = workspace.root / "basic.yaml"
    before = file.read_bytes()
    async with running(workspace, SMALL) as user:
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Password", "changed")
        await user.press("ctrl+s")
        await user.on(QuestionScreen)
        assert stranger in user.text and recipient not in user.text
        await user.press("enter")
        await user.on(EditScreen)
        await user.until(lambda: stranger in user.notices, "the reason")
        assert file.read_bytes() == before
        await user.press("ctrl+s")
        await user.on(QuestionScreen)
        await user.press("right", "enter")
        await user.on(MainScreen)
    assert workspace.keys.recipients.new() == () and file.read_bytes() != before


async def test_rules_of_a_folder_above_are_named_where_a_secret_is_saved(
    workspace: Workspace, tmp_path: Path
) -> None:
    recipient = sealed_workspace(workspace)
    (workspace.root / ".sops.yaml").rename(tmp_path / ".sops.yaml")
    async with running(workspace, SMALL) as user:
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Password", "changed")
        await user.press("ctrl+s")
        await user.on(MainScreen)
        await user.until(lambda: f"recipients of {tmp_path / '.sops.yaml'}" in user.notices, "which rules count")
        (tmp_path / ".sops.yaml").write_text(f"creation_rules: [{{path_regex: ^elsewhere/, age: {recipient}}}]\n")
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Password", "again")
        await user.press("ctrl+s")
        await user.until(lambda: "no creation rule is for connections/basic.yaml" in user.notices, "the reason")
        await user.on(EditScreen)


async def test_a_recipient_that_only_the_file_names_is_shown_and_left(workspace: Workspace, tmp_path: Path) -> None:
    stranger = stranger_at(tmp_path)
    recipient = sealed_workspace(workspace, stranger)
    file = workspace.root / "basic.yaml"
    workspace.keys.recipients.unpin(stranger)
    assert stranger in file.read_text() and stranger not in workspace.keys.recipients.pinned()
    before = file.read_bytes()
    async with running(workspace, SMALL) as user:
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Password", "changed")
        await user.press("ctrl+s")
        await user.on(QuestionScreen)
        assert stranger in user.text and recipient not in user.text and "not in .sops.yaml" in user.text
        await user.press("escape")
        await user.on(EditScreen)
        assert file.read_bytes() == before
        await user.press("ctrl+s")
        await user.on(QuestionScreen)
        await user.press("right", "enter")
        await user.on(MainScreen)
    assert stranger in workspace.keys.recipients.pinned() and file.read_bytes() != before
