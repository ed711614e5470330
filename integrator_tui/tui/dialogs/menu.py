"""A list to choose one thing from: the Actions menu, the options of a choice, the kind of a new connection."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import Dialog
from integrator_tui.tui.widgets.menu_list import MenuItem, MenuList


class MenuScreen(Dialog[str | None]):
    """Gives the id of the chosen item, or None where it is left."""

    def __init__(self, title: str, items: Sequence[MenuItem], *, chosen: str = "", note: str = "") -> None:
        super().__init__()
        self._heading, self._note = title, note
        self._list = MenuList(items, chosen)

    def compose(self) -> ComposeResult:
        dialog = Vertical(classes="dialog menu")
        dialog.border_title = Content(f" {visible(self._heading, limit=200)} ").markup
        with dialog:
            yield self._list
            if self._note:
                yield Static(Content(visible(self._note)), classes="note")

    def on_mount(self) -> None:
        self._list.focus()

    @on(MenuList.Chosen)
    def _chosen(self, event: MenuList.Chosen) -> None:
        self.dismiss(event.id)


KINDS = (
    MenuItem("http", "HTTP", "REST and other HTTP APIs"),
    MenuItem("curl", "From a curl command", "as browsers copy it"),
    MenuItem("document", "From a document (OpenAPI, Postman, .http)"),
    MenuItem("export", "From an Integrator export"),
    MenuItem("stage", "As a stage of the selected connection"),
)
"""HTTP and the other ways to a connection."""

OTHER_TYPES = "Other connection types, as PostgreSQL and Microsoft SQL Server, cannot be opened here yet."


def kind_menu() -> MenuScreen:
    """Return the chooser of how a new connection begins."""
    return MenuScreen("New Connection", KINDS, note=OTHER_TYPES)
