"""One field of a form in the user's editor, and back: what was typed stands in the field, or is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.widget import Widget

from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.question import QuestionAnswer, question
from integrator_tui.tui.flows.programs.editor import in_editor
from integrator_tui.tui.widgets.fields.labelled import Labelled
from integrator_tui.tui.widgets.fields.secret_field import SecretField
from integrator_tui.tui.widgets.fields.text_block import TextBlock
from integrator_tui.tui.widgets.fields.text_field import TextField
from integrator_tui.tui.widgets.pasted import LONGEST_LINE, refusal

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices


_AGAIN = QuestionAnswer("Edit again", "again", "primary")
_DISCARD = QuestionAnswer("Discard what was typed", "discard", "danger")


async def edit_field(app: App[Any], workspace: WorkspaceServices, field: TextField | TextBlock) -> None:
    """Have the text of a field edited. A field of one line takes no more: its user goes on, or discards that.

    Raises UsageError where the editor fails; the field is as it was.
    """
    from integrator_tui.workspace import NotedText

    before = field.text if isinstance(field, TextBlock) else field.value
    text = before
    while True:
        # A file ends with a line break, which is none of the field.
        given = text if text.endswith("\n") or not text else f"{text}\n"
        left = in_editor(app, workspace, NotedText(given, 1, ""), _name(field), suffix=".txt")
        if left == given and text == before:
            return
        text = left if before.endswith("\n") else left.removesuffix("\n")
        wrong = _wrong(field, text)
        if not wrong:
            break
        if await ask(app, question("It does not fit", wrong, (_AGAIN, _DISCARD))) == "discard":
            return
    if isinstance(field, TextBlock):
        field.replace(text, (0, 0), field.document.end)
    else:
        field.replace(text, 0, len(field.value))


def _wrong(field: TextField | TextBlock, text: str) -> str:
    """Why a field cannot take a text, empty where it can."""
    if isinstance(field, TextBlock):
        return ""
    if "\n" in text and not isinstance(field, SecretField):
        return f"{_name(field)} takes one line, and there are {text.count(chr(10)) + 1}."
    return refusal(len(text)) if len(text) > LONGEST_LINE else ""


def _name(field: Widget) -> str:
    """The label of a field, or of the editor that it is a row of."""
    nodes = (node for node in field.ancestors_with_self if isinstance(node, Labelled) and node.label.text)
    row = next(nodes, None)
    return row.label.text if row is not None else "field"
