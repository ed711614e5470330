"""The form of one operation: its rows in a draft of its connection."""

from __future__ import annotations

from textual.app import ComposeResult

from integrator_tui.model.connection import Operation
from integrator_tui.model.draft import edited
from integrator_tui.model.entry import Draft
from integrator_tui.tui.form import widgets
from integrator_tui.tui.form.draft_form import DraftForm
from integrator_tui.tui.form.rows import operation_rows
from integrator_tui.tui.widgets.fields.outputs_editor import Outputs, OutputsEditor


class OperationForm(DraftForm):
    """All rows of the operation at place `at`."""

    def __init__(self, draft: Draft, saved: Draft, at: int) -> None:
        super().__init__(draft, saved)
        self._at = at
        self._bodies: widgets.Bodies = {}

    def compose(self) -> ComposeResult:
        yield from widgets.build(operation_rows(self._at), self.draft, self.saved, self._bodies)

    @property
    def operation(self) -> Operation:
        """The operation as it stands."""
        return self.draft.connection.operations[self._at]

    def take_outputs(self, outputs: Outputs) -> None:
        """Take outputs that were edited elsewhere."""
        path = f"operations.{self._at}.outputs"
        self._change(edited(self.draft, path, outputs), path)
        self.query_one(OutputsEditor).show_outputs(outputs)
