"""The expressions of the form, tried without leaving it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from textual.screen import Screen
from textual.widget import Widget

from integrator_tui.model.entry import Draft
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.widgets.fields.outputs_editor import OutputsEditor
from integrator_tui.tui.widgets.fields.text_field import TextField

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices
    from integrator_tui.workspace import ExpressionPlace

_PLACES: Final[dict[str, ExpressionPlace]] = {
    "auth.token_output": "token",
    "auth.expiration_output": "expiration",
}
"""Which rows of the form hold an expression, and what for."""


def expression_field(screen: Screen[Any]) -> tuple[TextField, str, ExpressionPlace] | None:
    """Return the field of the expression that has the focus, else the first one of the form, with what it is called
    and what it is for; None for none."""
    focused: Widget | None = screen.focused
    if isinstance(focused, TextField) and focused.label.path in _PLACES:
        return focused, focused.label.text, _PLACES[focused.label.path]
    for editor in screen.query(OutputsEditor):
        if focused is not None and editor in focused.ancestors:
            field = editor.expression_of(focused)
            return None if field is None else (field, "an output", "output")
    first = next((field for field in screen.query(TextField) if field.label.path in _PLACES), None)
    return None if first is None else (first, first.label.text, _PLACES[first.label.path])


async def try_expression(screen: Screen[Any], workspace: WorkspaceServices, draft: Draft) -> None:
    """Try the expression of the cursor, and put into its field what was made of it."""
    from integrator_tui.tui.screens.expressions.screen import TryExpressionScreen

    found = expression_field(screen)
    if found is None:
        screen.notify(_NONE, markup=False)
        return
    field, label, place = found
    tried = await ask(screen.app, TryExpressionScreen(workspace, draft, label, field.value, place))
    if tried is not None:
        field.value = tried
    field.focus()


_NONE: Final = (
    "there is no expression here: Token, Expiration and outputs have one; "
    "a child is tried with its output, by Transform on the answer of a run"
)
