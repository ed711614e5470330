"""The palette's way into everything: what it offers over the screen on top, and what comes of a choice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from textual.app import App
from textual.widget import Widget

from integrator_tui.model.listed import operation_rows
from integrator_tui.model.text import visible
from integrator_tui.tui.actions import Action
from integrator_tui.tui.dialogs.palette_items import (
    ACTION,
    CONNECTION,
    FIELD,
    OPERATION,
    PaletteItem,
    PaletteItems,
)
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.widgets.fields.labelled import Labelled

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry

THEME: Final = "Theme: "
_LONGEST: Final = 300
"""Characters of a name that are compared and shown."""
_FIELD, _FILE, _OPERATION = "field ", "file ", "operation "


class FrontDoor:
    """What can be chosen over the screen that is on top of `app` now."""

    def __init__(
        self, app: App[int], actions: Sequence[Action], themes: Sequence[str], choose_theme: Callable[[str], None]
    ) -> None:
        self._app = app
        self._choose_theme = choose_theme
        self._screen = app.screen
        self._actions = actions
        self._themes = themes
        self._fields = [node for node in self._screen.query("*") if _is_field(node)]

    def items(self, recent: Sequence[str]) -> PaletteItems:
        """Return what the palette offers."""
        return PaletteItems(self._all(), recent)

    def _all(self) -> Iterator[PaletteItem]:
        for action in self._actions:
            yield PaletteItem(ACTION, action.run, action.words, action.key_text)
        for name in self._themes:
            yield PaletteItem(ACTION, f"{THEME}{name}", f"{THEME}{name}")
        for number, node in enumerate(self._fields):
            yield PaletteItem(FIELD, f"{_FIELD}{number}", node.label.text, "field")  # type: ignore[attr-defined]
        if isinstance(self._screen, MainScreen):
            for entry in self._screen.entries:
                yield from _of_entry(entry)

    def go(self, chosen: str) -> None:
        """Do what was chosen: run an action, go to a field, select a connection or what belongs to an operation."""
        screen = self._screen
        if chosen.startswith(THEME):
            self._choose_theme(chosen.removeprefix(THEME))
        elif chosen.startswith(_FIELD):
            self._fields[int(chosen.removeprefix(_FIELD))].focus()
        elif isinstance(screen, MainScreen) and chosen.startswith(_FILE):
            screen.go_to(chosen.removeprefix(_FILE))
        elif isinstance(screen, MainScreen) and chosen.startswith(_OPERATION):
            number, _, file = chosen.removeprefix(_OPERATION).partition(" ")
            screen.action_operation(file, int(number))
        else:
            own: tuple[Action, ...] = getattr(screen, "ACTIONS", ())
            owner: Any = screen if any(action.run == chosen for action in own) else self._app
            self._app.call_next(self._app.run_action, chosen, owner)


def _is_field(node: Widget) -> bool:
    return isinstance(node, Labelled) and bool(node.label.text) and node.focusable and node.region.width > 0


def _of_entry(entry: Entry) -> Iterator[PaletteItem]:
    if entry.is_folder:
        return
    folder = f"{visible(entry.group, limit=30)}/ " if entry.group else ""
    host = entry.base_url.partition("://")[2].partition("/")[0].rpartition("@")[2]
    beside = " ".join((host, *entry.tags, entry.file)).lower()
    name = (entry.name or entry.file)[:_LONGEST]
    yield PaletteItem(CONNECTION, f"{_FILE}{entry.file}", name, f"{folder}connection", beside)
    for number, operation in enumerate(operation_rows(entry)):
        note = f"{folder}operation of {visible(entry.name, limit=24)}"
        words = (operation.name or operation.path)[:_LONGEST]
        beside = f"operation: {words} {operation.path}".lower()
        yield PaletteItem(OPERATION, f"{_OPERATION}{number} {entry.file}", words, note, beside)
