"""The palette: every action by its name. A whole name comes first, and one Enter runs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from integrator_tui.tui.actions import Action
from integrator_tui.tui.dialogs.base import Dialog
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
    """Gives the action string of the chosen action or place, or the words of a theme's line."""

    def __init__(self, actions: Sequence[Action], themes: Sequence[str], places: Sequence[MenuItem] = ()) -> None:
        super().__init__()
        self._items = [MenuItem(action.run, action.words, action.key_text) for action in actions]
        self._items += places
        self._items += [MenuItem(f"Theme: {name}", f"Theme: {name}") for name in themes]
        self._field = _SearchField(Label("", "search", placeholder="type the name of an action"))
        self._list = MenuList(self._items)
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
        self._list.show(ranked(self._items, event.value) or (_NOTHING,))

    @on(MenuList.Chosen)
    def _chosen(self, event: MenuList.Chosen) -> None:
        self.dismiss(event.id)

    def action_choose(self) -> None:
        """Run the action under the cursor, as the text stands now."""
        hits = ranked(self._items, self._field.value)
        current = self._list.current
        if current is not None and current in hits:
            self.dismiss(current.id if self._is_current(hits) else hits[0].id)
        elif hits:
            self.dismiss(hits[0].id)

    def _is_current(self, hits: Sequence[MenuItem]) -> bool:
        """Whether the list shows these hits already: Enter can come before the list was told of the last letter."""
        return tuple(hits) == self._list.items

    def action_move(self, step: int) -> None:
        """Move the cursor of the list."""
        self._list.action_move(step)


def ranked(items: Sequence[MenuItem], text: str) -> tuple[MenuItem, ...]:
    """Return the items that hold every letter of `text` in its order; a whole name first, then a beginning, then
    the beginning of a word, then any place, then scattered letters."""
    wanted = " ".join(text.lower().split())
    scored = ((_score(item.words.lower(), wanted), at, item) for at, item in enumerate(items))
    return tuple(item for score, _, item in sorted(scored, key=lambda hit: hit[:2]) if score < _MISS)


_NOTHING = MenuItem("", "nothing here has this name", available=False)

_MISS = 9


def _score(words: str, wanted: str) -> int:
    if not wanted:
        return 0
    if words == wanted:
        return 0
    if words.startswith(wanted):
        return 1
    if f" {wanted}" in words:
        return 2
    if wanted in words:
        return 3
    rest = iter(words)
    return 4 if all(letter in rest for letter in wanted.replace(" ", "")) else _MISS
