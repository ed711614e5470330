"""The main screen: rows and detail, and what the actions do to the selected connection."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.tui.dialogs.help import HelpScreen
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.dialogs.palette import PaletteScreen
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from tests.tui.driver import LARGE, SMALL, running
from tests.tui.fake_workspace import FakeWorkspace
from tests.tui.samples import STOCK, workspace

BOTH = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])


@BOTH
async def test_the_first_row_is_selected_and_its_detail_shown(size: tuple[int, int]) -> None:
    async with running(workspace(), size) as user:
        assert user.app.focused is user.sidebar
        assert user.sidebar.selected == "broken.yaml"
        await user.shows("unknown key base_ur")
        assert "line 4" in user.row("unknown key")
        assert "did you mean base_url?" in user.row("hint")


@BOTH
async def test_the_detail_follows_the_selection_without_enter(size: tuple[int, int]) -> None:
    async with running(workspace(), size) as user:
        await user.press("down")
        await user.shows("HTTP Bearer Token")
        assert "•••" in user.row("client_secret")
        await user.press("down")
        await user.shows("TLS CERTIFICATES ARE NOT VERIFIED")


async def test_an_empty_workspace_says_what_to_do() -> None:
    async with running(FakeWorkspace()) as user:
        await user.shows("No connections yet")
        await user.shows("New Connection")
        assert "Edit" not in user.lines[-1] and "Actions" not in user.lines[-1]


async def test_a_name_full_of_escapes_and_markup_is_only_text() -> None:
    made = FakeWorkspace()
    name = "[/oops] \x1b]2;PWNED\x07 [link=http://x]\u202e"
    made.add("evil.yaml", STOCK.model_copy(update={"name": name, "description": "[@click=app.quit]quit[/]"}))
    async with running(made, LARGE) as user:
        await user.shows("[@click=app.quit]quit[/]")
        assert "\x1b" not in user.text and "\u202e" not in user.text
        await user.press("a")
        await user.on(MenuScreen)
        await user.press("escape", "r")
        await user.on(PromptScreen)
        assert "\x1b" not in user.text
        await user.press("escape", "delete")
        await user.on(QuestionScreen)
        assert "\x1b" not in user.text


async def test_the_filter_narrows_the_list_and_escape_gives_it_back() -> None:
    async with running(workspace()) as user:
        await user.press("slash")
        await user.write("bill")
        assert user.sidebar.selected == "prod/billing.yaml"
        assert "Stock" not in user.text
        await user.press("enter")
        assert user.app.focused is user.sidebar
        await user.press("escape")
        await user.shows("Stock")


async def test_the_actions_menu_opens_the_form_by_enter() -> None:
    async with running(workspace()) as user:
        await user.select("orders.yaml")
        await user.press("enter")
        await user.on(MenuScreen)
        await user.shows("Copy as curl")
        await user.press("enter")
        await user.on(EditScreen)
        assert "Orders API" in user.row("Connection Name")


async def test_a_broken_file_is_refused_with_its_line_and_stays() -> None:
    async with running(workspace()) as user:
        await user.press("e")
        await user.until(lambda: "line 4" in user.notices, "the notice")
        assert "did you mean base_url?" in user.notices
        await user.on(MainScreen)


async def test_delete_asks_first_and_enter_keeps() -> None:
    made = workspace()
    async with running(made) as user:
        await user.select("prod/stock.yaml")
        await user.press("delete")
        await user.on(QuestionScreen)
        await user.press("enter")
        await user.on(MainScreen)
        assert "prod/stock.yaml" in made.files
        await user.press("delete")
        await user.on(QuestionScreen)
        await user.press("right", "enter")
        await user.until(lambda: "prod/stock.yaml" not in made.files, "the file to go")
        await user.until(lambda: "Stock" not in user.text, "the row to go")


async def test_rename_keeps_the_selection() -> None:
    made = workspace()
    async with running(made) as user:
        await user.select("prod/stock.yaml")
        await user.press("r")
        await user.on(PromptScreen)
        await user.press("end", "ctrl+u")
        await user.write("Store")
        await user.press("enter")
        await user.shows("Store")
        assert user.sidebar.selected == "prod/stock.yaml"


async def test_rename_to_a_taken_name_is_refused_and_asks_again() -> None:
    made = workspace()
    async with running(made) as user:
        await user.select("prod/stock.yaml")
        await user.press("r")
        await user.on(PromptScreen)
        await user.press("end", "ctrl+u")
        await user.write("Billing")
        await user.press("enter")
        await user.shows("another connection has this name")
        assert made.files["prod/stock.yaml"].name == "Stock"
        await user.press("end")
        await user.write(" 2")
        await user.press("enter")
        await user.until(lambda: made.files["prod/stock.yaml"].name == "Billing 2", "the new name")


async def test_what_was_saved_is_selected_though_the_filter_hid_it() -> None:
    made = workspace()
    async with running(made) as user:
        await user.press("slash", *"billing", "enter", "n", "enter")
        await user.on(EditScreen)
        await user.fill("Connection Name", "Warehouse")
        await user.fill("Base URL", "https://warehouse.example.com")
        await user.press("ctrl+s")
        await user.on(MainScreen)
        await user.until(lambda: user.sidebar.selected == "warehouse.yaml", "the saved row")
        await user.shows("https://warehouse.example.com")


async def test_duplicate_opens_an_unsaved_copy() -> None:
    made = workspace()
    async with running(made) as user:
        await user.select("prod/stock.yaml")
        await user.press("d")
        await user.on(EditScreen)
        await user.shows("Stock copy")
        await user.press("escape")
        await user.on(QuestionScreen)
        assert "unsaved" in user.text
        await user.press("escape")
        await user.on(EditScreen)
        await user.press("ctrl+s")
        await user.on(MainScreen)
        await user.until(lambda: user.sidebar.selected == "stock-copy.yaml", "the copy to be selected")


async def test_copy_as_curl_shows_the_command() -> None:
    async with running(workspace()) as user:
        await user.select("prod/stock.yaml")
        await user.palette("Copy as curl")
        await user.on(QuestionScreen)
        await user.shows("curl http://stock.example.com")


async def test_a_broken_seal_is_marked_shown_and_sealed_on_request() -> None:
    made = FakeWorkspace()
    made.add("stock.yaml", STOCK, state="seal_broken")
    async with running(made) as user:
        await user.shows("This file was changed since")
        await user.press("L")
        await user.on(QuestionScreen)
        assert "http://stock.example.com" in user.row("Base URL")
        await user.press("right", "enter")
        await user.until(lambda: made.files["stock.yaml"].state == "ok", "the seal")


async def test_help_lists_the_keys_of_the_screen() -> None:
    async with running(workspace(), LARGE) as user:
        await user.press("f1")
        await user.on(HelpScreen)
        assert "Filter" in user.row("Show only what holds")
        assert "Quit" in user.row("ctrl+q")
        await user.press("escape")
        await user.on(MainScreen)


async def test_the_palette_offers_every_action_under_its_words() -> None:
    async with running(workspace(), LARGE) as user:
        await user.select("orders.yaml")
        await user.press("ctrl+p")
        await user.on(PaletteScreen)
        for words in ("New Connection", "Edit", "Test", "Stream", "Duplicate", "Rename", "Delete", "Copy as curl"):
            assert words in user.text
        await user.press("escape")
        await user.on(MainScreen)


async def test_a_whole_name_comes_first_and_one_enter_runs_it() -> None:
    async with running(workspace()) as user:
        await user.select("prod/stock.yaml")
        await user.palette("edit")
        await user.on(EditScreen)


async def test_the_palette_takes_the_place_of_the_menu_it_is_opened_over() -> None:
    async with running(workspace()) as user:
        await user.select("prod/stock.yaml")
        await user.press("a", "ctrl+p", *"edit", "enter")
        await user.on(EditScreen)
        await user.press("escape")
        await user.on(MainScreen)


async def test_the_palette_says_where_nothing_has_the_name() -> None:
    async with running(workspace()) as user:
        await user.press("ctrl+p", *"zzz", "enter")
        await user.on(PaletteScreen)
        assert "nothing here has this name" in user.text
        await user.press("down", "enter", "escape")
        await user.on(MainScreen)


@pytest.mark.parametrize("name", ["dark", "light", "high-contrast", "ansi"])
async def test_a_theme_is_chosen_in_the_palette_and_remembered(name: str) -> None:
    made = workspace()
    async with running(made) as user:
        await user.palette(f"Theme: {name}")
        await user.until(lambda: made.chosen_theme == name, "the choice to be remembered")
        assert user.app.theme == name
        await user.shows("Problems")


async def test_a_broken_theme_of_the_user_is_a_notice(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('name = "bad"\nprimary = "no colour"\n')
    (tmp_path / "own.toml").write_text('name = "own"\nprimary = "#123456"\n')
    async with running(workspace(), themes=(tmp_path,)) as user:
        await user.until(lambda: "bad.toml" in user.notices, "the notice")
        await user.press("ctrl+p")
        await user.write("own")
        await user.shows("Theme: own")


async def test_quit_leaves_at_once_where_nothing_is_unsaved() -> None:
    async with running(workspace()) as user:
        await user.press("ctrl+q")
        await user.until(lambda: user.app.return_value == 0, "the end")
