"""What every page with the rows of a draft does: hints of the field of the cursor, lists of choices, buttons."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from integrator_tui.tui.dialogs.base import Page
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.widgets.button import Button
from integrator_tui.tui.widgets.fields.choice_field import ChoiceField
from integrator_tui.tui.widgets.fields.labelled import Labelled
from integrator_tui.tui.widgets.fields.pairs_editor import PairsEditor
from integrator_tui.tui.widgets.fields.secrets_editor import SecretsEditor
from integrator_tui.tui.widgets.menu_list import MenuItem
from integrator_tui.tui.widgets.note_line import NoteLine

ResultT = TypeVar("ResultT")


class FormPage(Page[ResultT]):
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
        row = next((n for n in event.widget.ancestors_with_self if isinstance(n, Labelled) and n.label.text), None)
        self.query_one(NoteLine).note(row.label.hint if row is not None else "")

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
