"""What every page with labelled rows does: lists of choices, buttons that are its actions, a page up and down."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from integrator_tui.tui.dialogs.base import ResultT
from integrator_tui.tui.dialogs.beside import PageBeside
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.widgets.button import Button
from integrator_tui.tui.widgets.fields.choice_field import ChoiceField
from integrator_tui.tui.widgets.menu_list import MenuItem


class RowsPage(PageBeside[ResultT]):
    """A page with rows; the answers of its buttons are its actions."""

    ROWS: ClassVar[str] = "#form"
    """What its rows scroll in, as a selector."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
    ]

    @property
    def rows(self) -> VerticalScroll:
        """What its rows scroll in."""
        return self.query_one(self.ROWS, VerticalScroll)

    @on(ChoiceField.Opened)
    def _open_choice(self, event: ChoiceField.Opened) -> None:
        field = event.field
        items = [MenuItem(value, words) for value, words in field.options]
        self.app.push_screen(MenuScreen(field.label.text, items, chosen=field.value), field.choose)

    @on(Button.Pressed)
    async def _pressed(self, event: Button.Pressed) -> None:
        await self.run_action(event.answer)

    def action_page(self, pages: int) -> None:
        """Scroll the rows by a page."""
        self.rows.scroll_relative(y=pages * max(1, self.rows.size.height - 2), animate=False)
