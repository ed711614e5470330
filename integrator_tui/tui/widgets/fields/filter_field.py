"""The line above the list that narrows it while it is typed into."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from integrator_tui.tui.widgets.fields.labelled import Label
from integrator_tui.tui.widgets.fields.text_field import TextField


class FilterField(TextField):
    """Its screen does what the keys say: Enter and the arrows go to the list, Esc closes the filter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.to_list(0)", "To the list", show=False),
        Binding("down", "screen.to_list(1)", "Next", show=False),
        Binding("up", "screen.to_list(-1)", "Previous", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(Label("", "filter", placeholder="/ filter by name, file, tag"))
