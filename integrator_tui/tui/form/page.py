"""What every page with the rows of a draft does: hints of the field of the cursor, lists of choices, buttons."""

from __future__ import annotations

from typing import TypeVar

from textual import events

from integrator_tui.tui.dialogs.rows_page import RowsPage
from integrator_tui.tui.form.places import explained, hint_of
from integrator_tui.tui.widgets.fields.explained import row_of
from integrator_tui.tui.widgets.fields.pairs_editor import PairsEditor
from integrator_tui.tui.widgets.fields.secrets_editor import SecretsEditor
from integrator_tui.tui.widgets.note_line import NoteLine
from integrator_tui.tui.widgets.sheet import SheetGroup

ResultT = TypeVar("ResultT")


class FormPage(RowsPage[ResultT]):
    """A page with rows of a draft that are labelled, and a NoteLine."""

    @property
    def rows_editor(self) -> PairsEditor | SecretsEditor | None:
        """The editor of names and values that has the focus."""
        nodes = self.focused.ancestors if self.focused is not None else []
        return next((node for node in nodes if isinstance(node, PairsEditor | SecretsEditor)), None)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        row = row_of(event.widget)
        self.query_one(NoteLine).note(hint_of(self.rows, row) if row is not None else "")

    @property
    def explained(self) -> SheetGroup | None:
        """What help says of the field that has the focus."""
        row = row_of(self.focused)
        return explained(self.rows, row) if row is not None else None

    def why_not(self, action: str) -> str:
        """Say why an action cannot be done now."""
        return {
            "reveal": "the cursor is in no secret",
            "remove_row": "the cursor is in no row of names and values, and in no stored secret",
            "operation": "there is no operation yet",
        }.get(action, "")
