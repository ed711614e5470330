"""What every page with fields does with the text of the cursor: take it back, type it again, have it edited."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from integrator_tui.tui.actions import Action
from integrator_tui.tui.dialogs.base import Page
from integrator_tui.tui.flows.programs.field_editor import edit_field
from integrator_tui.tui.widgets.fields.text_block import TextBlock
from integrator_tui.tui.widgets.fields.text_field import TextField

if TYPE_CHECKING:
    _Base = Page[Any]
else:
    _Base = object

TYPING = (
    Action("edit_field", ("f4",), "This field in $EDITOR", "Change the text of the cursor in your editor"),
    Action("undo_typing", ("ctrl+z",), "Undo typing", "Take back what was typed last in this field"),
    Action("redo_typing", ("ctrl+y",), "Redo typing", "Type again what was taken back"),
)


class TypingKeys(_Base):
    """Mixin of a Page whose ACTIONS have those of TYPING; goes before the page in the bases."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in {"edit_field", "undo_typing", "redo_typing"}:
            return isinstance(self.focused, TextField | TextBlock)
        return super().check_action(action, parameters)

    def action_edit_field(self) -> None:
        """Change the text of the cursor in the user's editor."""
        field = self.focused
        if isinstance(field, TextField | TextBlock):
            workspace = getattr(self.app, "workspace")  # noqa: B009 - every app of ours has one
            self.flow("try", partial(edit_field, self.app, workspace, field))

    def action_undo_typing(self) -> None:
        """Take back what was typed last in this field."""
        field = self.focused
        if isinstance(field, TextField):
            field.action_undo_typing()
        elif isinstance(field, TextBlock):
            field.undo()

    def action_redo_typing(self) -> None:
        """Type again what was taken back."""
        field = self.focused
        if isinstance(field, TextField):
            field.action_redo_typing()
        elif isinstance(field, TextBlock):
            field.redo()
