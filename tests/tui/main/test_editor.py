"""The user's editor from the main screen: the file as it lies, and its text with the checks of a save."""

from __future__ import annotations

from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.main.screen import MainScreen
from tests.tui.driver import running
from tests.tui.main.editing import PLAIN, Desk
from tests.tui.main.editing import desk as desk


async def test_o_opens_the_file_as_it_lies_and_its_problems_are_shown_afterwards(desk: Desk) -> None:
    desk.seal("o.yaml")
    desk.edits('echo "$1" > "$D/seen"; cp "$1" "$D/text"; echo "tgas: [a]" >> "$1"')
    async with running(desk.workspace) as user:
        await user.shows("Orders")
        await user.press("o")
        await user.shows("unknown key tgas")
    assert desk.seen() == f"{desk.workspace.root}/o.yaml\n"
    assert "ENC[" in desk.seen("text") and "hunter2" not in desk.seen("text")


async def test_an_editor_that_fails_is_told_and_the_keys_live(desk: Desk) -> None:
    path = desk.write("o.yaml")
    desk.edits("exit 4")
    async with running(desk.workspace) as user:
        await user.shows("Orders")
        await user.press("o")
        await user.until(lambda: "failed with exit code 4" in user.notices, "the notice")
        desk.edits("exit 5")
        await user.palette("Edit as text")
        await user.until(lambda: "failed with exit code 5" in user.notices, "the other notice")
        await user.press("r")
        await user.shows("Rename Orders")
    assert path.read_text() == PLAIN


async def test_edit_as_text_shows_secrets_in_plain_and_seals_what_was_typed(desk: Desk) -> None:
    desk.seal("o.yaml")
    desk.edits('cp "$1" "$D/seen"; sed -i "s/hunter2/hunter3/; s/svc/other/" "$1"')
    async with running(desk.workspace) as user:
        await user.shows("Orders")
        await user.palette("Edit as text")
        await user.shows("other")
    assert "password: hunter2\n" in desk.seen() and "sops" not in desk.seen()
    assert "hunter3" not in (desk.workspace.root / "o.yaml").read_text()
    entry = desk.workspace.catalog.entry("o.yaml")
    assert desk.workspace.secrets.of(entry)["password"].reveal() == "hunter3"


async def test_a_mistake_is_shown_and_the_editor_opens_again_with_what_was_typed(desk: Desk) -> None:
    path = desk.write("o.yaml")
    desk.edits(
        'if [ -e "$D/seen" ]; then cp "$1" "$D/seen"; sed -i "s/ftp:/https:/" "$1"\n'
        'else touch "$D/seen"; sed -i "s/https:/ftp:/; s/orders.ex/typed.ex/" "$1"; fi'
    )
    async with running(desk.workspace) as user:
        await user.shows("Orders")
        await user.palette("Edit as text")
        await user.on(QuestionScreen)
        await user.shows("Edit again")
        assert path.read_text() == PLAIN
        # Esc goes back to what was typed.
        await user.press("escape")
        await user.on(MainScreen)
        await user.shows("typed.example.com")
    assert desk.seen().startswith("#~ Not saved: 1 to mend.\n#~ line 4: base_url: ")
    assert path.read_text() == PLAIN.replace("orders.ex", "typed.ex")


async def test_what_was_typed_can_be_discarded(desk: Desk) -> None:
    path = desk.write("o.yaml")
    desk.edits('sed -i "s/https:/ftp:/" "$1"')
    async with running(desk.workspace) as user:
        await user.shows("Orders")
        await user.palette("Edit as text")
        await user.on(QuestionScreen)
        await user.press("tab", "enter")
        await user.on(MainScreen)
        await user.press("r")
        await user.shows("Rename Orders")
    assert path.read_text() == PLAIN


async def test_an_editor_that_fails_behind_a_mistake_loses_nothing(desk: Desk) -> None:
    desk.write("o.yaml")
    desk.edits(
        'if [ ! -e "$D/seen" ]; then touch "$D/seen"; sed -i "s/https:/ftp:/; s/orders.ex/typed.ex/" "$1"\n'
        'elif [ ! -e "$D/failed" ]; then touch "$D/failed"; exit 1\n'
        'else cp "$1" "$D/seen"; sed -i "s/ftp:/https:/" "$1"; fi'
    )
    async with running(desk.workspace) as user:
        await user.shows("Orders")
        await user.palette("Edit as text")
        await user.on(QuestionScreen)
        await user.press("enter")
        await user.shows("failed with exit code 1")
        await user.press("enter")
        await user.on(MainScreen)
        await user.shows("typed.example.com")
    assert "ftp://typed.example.com" in desk.seen()


async def test_a_file_that_changed_meanwhile_is_shown_beside_what_was_typed(desk: Desk) -> None:
    path = desk.write("o.yaml")
    change = f'echo "test_path: /theirs" >> "{path}"; echo "test_path: /mine" >> "$1"'
    desk.edits(change)
    async with running(desk.workspace) as user:
        await user.shows("Orders")
        await user.palette("Edit as text")
        await user.on(QuestionScreen)
        await user.shows("on disk: /theirs")
        await user.shows("yours:   /mine")
        await user.press("tab", "tab", "enter")
        await user.on(MainScreen)
        await user.until(lambda: path.read_text() == f"{PLAIN}test_path: /theirs\n", "the file's version")
        path.write_text(PLAIN)
        await user.palette("Edit as text")
        await user.on(QuestionScreen)
        await user.press("tab", "enter")
        await user.on(MainScreen)
        await user.until(lambda: path.read_text() == f"{PLAIN}test_path: /mine\n", "the version typed")


async def test_a_stored_secret_that_was_taken_out_is_asked_about(desk: Desk) -> None:
    desk.seal("o.yaml")
    before = (desk.workspace.root / "o.yaml").read_bytes()
    desk.edits('cp "$1" "$D/seen"; sed -i "/hunter2/ d; s/^secrets:/secrets: {other: x}/" "$1"')
    async with running(desk.workspace) as user:
        await user.shows("Orders")
        await user.palette("Edit as text")
        await user.on(QuestionScreen)
        await user.shows("password")
        assert (desk.workspace.root / "o.yaml").read_bytes() == before
        await user.press("enter")
        await user.on(MainScreen)
        await user.until(lambda: b"password" not in (desk.workspace.root / "o.yaml").read_bytes(), "the save")


async def test_locked_secrets_may_be_left_unsealed(desk: Desk) -> None:
    desk.seal("o.yaml")
    (desk.folder / "keys.txt").unlink()
    from tests.tui.main.editing import Desk as Again

    later = Again(desk.folder)
    later.edits('cp "$1" "$D/seen"; sed -i "s/svc/other/" "$1"')
    async with running(later.workspace) as user:
        await user.shows("Orders")
        await user.palette("Edit as text")
        await user.on(QuestionScreen)
        await user.shows("Save without sealing")
        await user.press("tab", "enter")
        await user.on(MainScreen)
        await user.until(lambda: "other" in (desk.workspace.root / "o.yaml").read_text(), "the save")
    assert "password: •••" in later.seen()
