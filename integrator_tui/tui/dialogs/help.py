"""F1: the keys of the screen below, read from the same bindings that make them work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import Screen

from integrator_tui.tui.actions import APP_ACTIONS, Action, spelt
from integrator_tui.tui.dialogs.base import Dialog
from integrator_tui.tui.textual_fixes.key_bindings import bindings_of
from integrator_tui.tui.widgets.fields.explained import explained, row_of
from integrator_tui.tui.widgets.sheet import Sheet, SheetGroup, SheetLine


class HelpScreen(Dialog[None]):
    """Explains the field that has the focus, and lists the actions of `screen`, the keys of the widget that has its
    focus, and those that work everywhere."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q,enter,question_mark", "leave", "Close", show=False)
    ]

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__()
        self._groups = tuple(group for group in _groups(screen) if group.lines)

    def compose(self) -> ComposeResult:
        dialog = Vertical(classes="dialog help")
        dialog.border_title = " Help "
        dialog.border_subtitle = " Esc closes "
        with dialog, VerticalScroll(classes="dialog-body"):
            yield Sheet(name_width=16)

    def on_mount(self) -> None:
        self.query_one(Sheet).show(self._groups)
        self.query_one(VerticalScroll).focus()

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)


def _groups(screen: Screen[Any]) -> Iterator[SheetGroup]:
    own: tuple[Action, ...] = getattr(screen, "ACTIONS", ())
    if (field := _explained(screen)) is not None:
        yield field
    yield SheetGroup("This screen", tuple(_line(action) for action in own if action.keys))
    yield SheetGroup("Here", tuple(_focused(screen, {key for action in own for key in action.keys})))
    legend: Mapping[str, str] = getattr(screen, "LEGEND", {})
    yield SheetGroup("Marks", tuple(SheetLine(mark, meaning) for mark, meaning in legend.items()))
    yield SheetGroup("Everywhere", tuple(_line(action) for action in APP_ACTIONS))


def _explained(screen: Screen[Any]) -> SheetGroup | None:
    """What there is to say of the row that has the focus: the screen's own words, else those of its label."""
    if hasattr(screen, "explained"):
        found: SheetGroup | None = screen.explained
        return found
    row = row_of(screen.focused)
    return explained(row) if row is not None else None


def _line(action: Action) -> SheetLine:
    keys = ", ".join(action.key_texts)
    return SheetLine(keys, f"{action.words}: {action.tooltip}" if action.tooltip else action.words)


def _focused(screen: Screen[Any], told: set[str]) -> Iterator[SheetLine]:
    """Keys with a tooltip of the focused widget and of what it stands in."""
    node: Any = screen.focused
    while node is not None and node is not screen:
        for binding in bindings_of(node):
            if binding.tooltip and binding.key not in told:
                told.add(binding.key)
                yield SheetLine(
                    binding.key_display or spelt(binding.key), f"{binding.description}: {binding.tooltip}"
                )
        node = node.parent
