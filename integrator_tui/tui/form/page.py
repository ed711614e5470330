"""What every page with the rows of a draft does: hints of the field of the cursor, lists of choices, buttons."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from integrator_tui.tui.dialogs.beside import PageBeside
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.form.places import explained, hint_of, row_of
from integrator_tui.tui.widgets.button import Button
from integrator_tui.tui.widgets.fields.choice_field import ChoiceField
from integrator_tui.tui.widgets.fields.pairs_editor import PairsEditor
from integrator_tui.tui.widgets.fields.secrets_editor import SecretsEditor
from integrator_tui.tui.widgets.menu_list import MenuItem
from integrator_tui.tui.widgets.note_line import NoteLine
from integrator_tui.tui.widgets.sheet import SheetGroup

ResultT = TypeVar("ResultT")


class FormPage(PageBeside[ResultT]):
    """A page with rows that are labelled, a NoteLine, and buttons whose answers are its actions."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
    ]

    @property
    def rows(self) -> VerticalScroll:
        """What its rows scroll in."""
        return self.query_one("#form", VerticalScroll)

    @property
    def rows_editor(self) -> PairsEditor | SecretsEditor | None:
        """The editor of names and values that has the focus."""
        nodes = self.focused.ancestors if self.focused is not None else []
        return next((node for node in nodes if isinstance(node, PairsEditor | SecretsEditor)), None)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        row = row_of(event.widget)
        self.query_one(NoteLine).note(hint_of(self.rows, row) if row is not None else "")

    @property
    def explained(self) -> SheetGroup | None:
        """What help says of the field that has the focus."""
        row = row_of(self.focused)
        return explained(self.rows, row) if row is not None else None

    def why_not(self, action: str) -> str:
        """Say why an action cannot be done now."""
        return {
            "reveal": "the cursor is in no secret",
            "remove_row": "the cursor is in no row of names and values, and in no stored secret",
            "operation": "there is no operation yet",
        }.get(action, "")

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
