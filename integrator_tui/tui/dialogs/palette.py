"""The palette: actions, fields, connections and operations by their names. A whole name comes first, and one Enter
chooses it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from integrator_tui.tui.dialogs.base import Dialog
from integrator_tui.tui.dialogs.palette_items import PaletteItems
from integrator_tui.tui.widgets.fields.labelled import Label
from integrator_tui.tui.widgets.fields.text_field import TextField
from integrator_tui.tui.widgets.menu_list import MenuItem, MenuList


class _SearchField(TextField):
    """The line that is typed into; the arrows and Enter are the list's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.choose", "Run", show=False),
        Binding("down", "screen.move(1)", "Next", show=False),
        Binding("up", "screen.move(-1)", "Previous", show=False),
        Binding("pagedown", "screen.move(10)", "Next page", show=False),
        Binding("pageup", "screen.move(-10)", "Previous page", show=False),
    ]


class PaletteScreen(Dialog[str | None]):
    """Gives the id of the chosen item. `elsewhere` says where else there is what is typed, below what is here."""

    def __init__(
        self, items: PaletteItems, elsewhere: Callable[[str], Sequence[MenuItem]] = lambda text: ()
    ) -> None:
        super().__init__()
        self._items, self._elsewhere = items, elsewhere
        self._field = _SearchField(Label("", "search", placeholder="type the name of an action, a connection, …"))
        self._list = MenuList(self._hits(""))
        self._list.can_focus = False

    def compose(self) -> ComposeResult:
        dialog = Vertical(classes="dialog palette")
        dialog.border_title = " Palette "
        with dialog:
            yield self._field
            yield self._list

    def on_mount(self) -> None:
        self._field.focus()

    @on(TextField.Edited)
    def _typed(self, event: TextField.Edited) -> None:
        hits = self._hits(event.value)
        here = {hit.words for hit in hits}
        others = (item for item in self._elsewhere(event.value) if item.words not in here)
        self._list.show((*(hits or (_NOTHING,)), *others))

    @on(MenuList.Chosen)
    def _chosen(self, event: MenuList.Chosen) -> None:
        self.dismiss(event.id)

    def action_choose(self) -> None:
        """Choose the item under the cursor, as the text stands now."""
        hits = self._hits(self._field.value)
        current = self._list.current
        if current is not None and current in hits:
            # Enter can come before the list was told of the last letter.
            self.dismiss(current.id if hits == self._list.items[: len(hits)] else hits[0].id)
        elif hits:
            self.dismiss(hits[0].id)

    def action_move(self, step: int) -> None:
        """Move the cursor of the list."""
        self._list.action_move(step)

    def _hits(self, text: str) -> tuple[MenuItem, ...]:
        return tuple(item.menu_item for item in self._items.ranked(text))


_NOTHING = MenuItem("", "nothing here has this name", available=False)
