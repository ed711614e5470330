"""A file that sops encrypted whole, in the interface: asked for once, then a connection like any other."""

from __future__ import annotations

from pathlib import Path

from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.workspace import Workspace
from tests.identities import protected_identity
from tests.tui.driver import running
from tests.vault.sops_file import Sops

PLAIN = (
    "name: Orders\ndescription: Order service\nbase_url: https://orders.example.com\nsecrets:\n    token: hunter2\n"
)


async def test_a_passphrase_opens_it_and_an_edit_keeps_it_encrypted(tmp_path: Path) -> None:
    keys = tmp_path / "keys.txt"
    given = Surroundings(tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_keys_file=keys)
    root = tmp_path / "connections"
    root.mkdir()
    made = Workspace(root, given)
    recipient = protected_identity(made, keys, "open")
    file = root / "orders.yaml"
    file.write_text(Sops(tmp_path, keys).encrypt(PLAIN, recipient))
    made.seals.reseal(made.catalog.entry("orders.yaml"))
    async with running(Workspace(root, given)) as user:
        await user.shows("(encrypted)")
        assert "ENC[" not in user.text
        await user.press("e")
        await user.on(PromptScreen)
        await user.write("open")
        await user.press("enter")
        await user.on(EditScreen)
        await user.shows("Order service")
        await user.fill("Description", "Changed here")
        await user.palette("Update Connection")
        await user.on(MainScreen)
        await user.until(lambda: user.sidebar.entries[0].name == "Orders", "the open row")
        await user.shows("Changed here")
    again = Workspace(root, given)
    again.keys.unlock(Secret("open"))
    entry = again.catalog.entry("orders.yaml")
    assert entry.connection is not None and entry.connection.description == "Changed here"
    assert again.seals.verify(entry.file) == ()
    assert "Changed" not in file.read_text() and "Orders" not in file.read_text()
