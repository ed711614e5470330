"""Where connections lie, on the screen: Move, New folder, Rename with file, and the Folder field."""

from __future__ import annotations

from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from tests.tui.driver import running
from tests.tui.main.editing import PLAIN, Desk
from tests.tui.main.editing import desk as desk


async def test_m_moves_the_file_to_a_folder_that_is_there_and_undo_takes_it_back(desk: Desk) -> None:
    path = desk.write("o.yaml")
    desk.write("team/eu/p.yaml", PLAIN.replace("Orders", "Purchases"))
    async with running(desk.workspace) as user:
        await user.select("o.yaml")
        await user.press("m")
        await user.on(MenuScreen)
        assert "it lies here" in user.row("top of the workspace")
        await user.press("down", "enter")
        await user.on(MainScreen)
        await user.until(lambda: user.sidebar.selected == "team/eu/o.yaml", "the moved row")
        assert not path.exists()
        await user.press("u")
        await user.until(lambda: "took back the move of Orders" in user.notices, "the notice")
        assert path.exists()


async def test_a_new_folder_is_made_on_the_way_and_a_wrong_name_is_told(desk: Desk) -> None:
    desk.write("o.yaml")
    async with running(desk.workspace) as user:
        await user.select("o.yaml")
        await user.press("m", "end", "enter")
        await user.on(PromptScreen)
        await user.write("../up")
        await user.press("enter")
        await user.shows("is no folder of the workspace")
        await user.press("end", "ctrl+u", *"prod/eu", "enter")
        await user.until(lambda: user.sidebar.selected == "prod/eu/o.yaml", "the moved row")
        await user.palette("New folder")
        await user.on(PromptScreen)
        await user.press("end", "ctrl+u", *"empty", "enter")
        await user.until(lambda: "Made the folder empty" in user.notices, "the notice")
    assert (desk.workspace.root / "empty").is_dir()


async def test_what_cannot_be_moved_is_told_and_stays(desk: Desk) -> None:
    path = desk.write("o.yaml")
    desk.write("team/p.yaml")
    async with running(desk.workspace) as user:
        await user.select("o.yaml")
        await user.press("m", "enter")
        await user.until(lambda: "there is a connection Orders already" in user.notices, "the notice")
    assert path.exists()


async def test_rename_offers_to_rename_the_file(desk: Desk) -> None:
    desk.write("o.yaml")
    async with running(desk.workspace) as user:
        await user.select("o.yaml")
        await user.press("r")
        await user.on(PromptScreen)
        await user.press("end", "ctrl+u", *"Second", "enter")
        await user.until(lambda: user.sidebar_row("Second"), "the new name")
        assert user.sidebar.selected == "o.yaml"
        await user.press("r")
        await user.shows("Rename with file")
        await user.press("end", "ctrl+u", *"Third", "tab", "tab", "enter")
        await user.until(lambda: user.sidebar.selected == "third.yaml", "the new file")


async def test_the_folder_field_begins_as_the_selected_rows_and_says_where_a_new_one_lies(desk: Desk) -> None:
    desk.write("team/o.yaml")
    async with running(desk.workspace) as user:
        await user.select("team/o.yaml")
        await user.press("n", "enter")
        await user.on(EditScreen)
        await user.write("New")
        await user.fill("Base URL", "https://a.example")
        await user.go("Folder")
        assert "team" in user.row("Folder")
        order = [line for line in user.lines if line.strip().startswith(("Options", "▌Folder", "Folder", "Tags"))]
        assert [line.split()[0] for line in order] == ["Options", "▌Folder", "Tags"]
        await user.press("ctrl+s")
        await user.until(lambda: user.sidebar.selected == "team/new.yaml", "the new row")


async def test_the_folder_field_moves_what_is_there_with_its_changes_as_one_change(desk: Desk) -> None:
    path = desk.write("o.yaml", f"{PLAIN}ca_cert_file: certs/ca.pem\n")
    async with running(desk.workspace) as user:
        await user.select("o.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.fill("Description", "moved")
        await user.fill("Folder", "../up")
        await user.press("ctrl+s")
        await user.shows("is no folder of the workspace")
        await user.fill("Folder", "team/")
        await user.press("ctrl+s")
        await user.until(lambda: user.sidebar.selected == "team/o.yaml", "the moved row")
        text = (desk.workspace.root / "team/o.yaml").read_text()
        assert "description: moved" in text and "ca_cert_file: ../certs/ca.pem" in text and not path.exists()
        await user.press("u")
        await user.until(lambda: "took back the save of Orders" in user.notices, "the notice")
        assert path.exists() and "moved" not in path.read_text()


async def test_the_folder_as_it_was_leaves_nothing_unsaved(desk: Desk) -> None:
    desk.write("team/o.yaml")
    async with running(desk.workspace) as user:
        await user.select("team/o.yaml")
        await user.press("e")
        screen = await user.on(EditScreen)
        await user.fill("Folder", "x")
        assert screen.unsaved
        await user.fill("Folder", "team")
        assert not screen.unsaved
        await user.press("escape")
        await user.on(MainScreen)


async def test_delete_names_the_files_that_cannot_be_used_without_it(desk: Desk) -> None:
    desk.write("o.yaml")
    for file in ("a.yaml", "team/b.yaml"):
        path = "../o.yaml" if "/" in file else "o.yaml"
        desk.write(file, f"name: {file[-6]}\nbase_url: https://x.example.com\nextends: {path}\n")
    async with running(desk.workspace) as user:
        await user.select("o.yaml")
        await user.press("x")
        await user.on(QuestionScreen)
        said = " ".join(user.text.replace("│", " ").split())
        assert "2 files extend it and cannot be used without it: a.yaml, team/b.yaml. Undo" in said
        await user.press("escape")
        await user.on(MainScreen)
        await user.press("space")
        await user.select("a.yaml")
        await user.press("space", "x")
        await user.on(QuestionScreen)
        said = " ".join(user.text.replace("│", " ").split())
        assert "1 file extends them and cannot be used without them: team/b.yaml." in said
        await user.press("escape")
