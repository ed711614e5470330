"""The palette as the way into everything: actions, fields, connections and operations, by name."""

from __future__ import annotations

import pytest

from integrator_tui.tui.dialogs.palette import PaletteScreen
from integrator_tui.tui.dialogs.palette_items import (
    ACTION,
    CONNECTION,
    FIELD,
    MOST,
    OPERATION,
    PaletteItem,
    PaletteItems,
)
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from tests.tui.driver import LARGE, running
from tests.tui.samples import workspace

ITEMS = (
    PaletteItem(OPERATION, "o", "Stock", "operation of Store"),
    PaletteItem(CONNECTION, "c", "Stock", "connection", "stock.example.com prod"),
    PaletteItem(CONNECTION, "d", "Billing", "connection", "billing.example.com prod"),
    PaletteItem(FIELD, "f", "Stock", "field"),
    PaletteItem(ACTION, "a", "Stock"),
    PaletteItem(ACTION, "b", "Take stock"),
    PaletteItem(ACTION, "e", "Stop Trucks of Clock Knocking"),
)


def order(text: str, *recent: str) -> str:
    return "".join(item.id for item in PaletteItems(ITEMS, recent).ranked(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stock", "afcobe"),
        ("STOCK ", "afcobe"),
        ("stoc", "afcobe"),
        ("prod", "cd"),
        ("billing prod", "d"),
        ("take", "b"),
        ("example.com", "cd"),
        ("zzz", ""),
        ("", "abefcdo"),
    ],
)
def test_a_whole_name_comes_first_and_among_equals_the_kinds_in_their_order(text: str, expected: str) -> None:
    assert order(text) == expected


def test_what_was_used_last_comes_first_among_its_kind_and_of_all_where_nothing_is_typed() -> None:
    assert order("", "d", "o") == "doabefc"
    assert order("prod", "d") == "dc"
    assert order("stock", "o", "b") == "afcobe"


def test_of_thousands_the_first_are_shown() -> None:
    many = PaletteItems(PaletteItem(CONNECTION, str(n), f"Connection {n}") for n in range(3000))
    assert len(many.ranked("")) == len(many.ranked("conn")) == MOST
    assert [item.id for item in many.ranked("connection 2999")] == ["2999"]


async def test_enter_on_a_connection_selects_it_and_sends_nothing() -> None:
    made = workspace()
    async with running(made, LARGE) as user:
        await user.press("slash", *"zzz", "ctrl+p")
        await user.write("stock.example")
        await user.on(PaletteScreen)
        assert "prod/ connection" in user.row(" Stock ")
        await user.press("enter")
        await user.on(MainScreen)
        await user.until(lambda: user.sidebar.selected == "prod/stock.yaml", "the row")
        assert user.app.focused is user.sidebar
        await user.press("ctrl+p")
        await user.on(PaletteScreen)
        assert "Stock" in user.lines[user.lines.index(user.row("Palette")) + 2]
    assert made.probed == []


async def test_enter_on_an_operation_without_inputs_selects_its_row() -> None:
    async with running(workspace(), LARGE) as user:
        await user.until(lambda: user.sidebar.entries and user.sidebar.entries[1].operations, "the operations")
        await user.palette("operation: open orders")
        await user.on(MainScreen)
        await user.until(lambda: user.sidebar.selected_operation == 0, "the row of the operation")
        assert user.sidebar.selected == "orders.yaml"
        assert "GET" in user.row("   Open orders  ")


async def test_a_field_of_an_open_form_is_gone_to_by_its_label() -> None:
    async with running(workspace(), LARGE) as user:
        await user.select("prod/stock.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.palette("test path")
        await user.on(EditScreen)
        await user.until(lambda: user.focused_label == "Test Path", "the field")
