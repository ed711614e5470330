"""Transform: outputs are changed over an answer that was had before, and what they give is seen while one types.

Nothing is sent. What is typed is journalled as a part of its connection, and kept when one says so.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll

from integrator_tui.errors import IntegratorError
from integrator_tui.model.connection import Operation
from integrator_tui.model.entry import Draft
from integrator_tui.model.fields import field
from integrator_tui.model.operation_edits import replaced
from integrator_tui.tui.actions import Action, bar_keys, bindings
from integrator_tui.tui.dialogs.base import Page, ask
from integrator_tui.tui.dialogs.notices import say_not_kept
from integrator_tui.tui.dialogs.question import unsaved_question
from integrator_tui.tui.flows.typing_keys import TYPING, TypingKeys
from integrator_tui.tui.labels import labelled_problem
from integrator_tui.tui.screens.operations.outcome import Keeping, Ran
from integrator_tui.tui.widgets.button import Button
from integrator_tui.tui.widgets.fields.explained import explained, row_of
from integrator_tui.tui.widgets.fields.labelled import Label
from integrator_tui.tui.widgets.fields.outputs_editor import OutputsEditor
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.note_line import NoteLine
from integrator_tui.tui.widgets.outputs.tree import OutputTree
from integrator_tui.tui.widgets.sheet import SheetGroup
from integrator_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices

ACTIONS = (
    Action("save", ("ctrl+s",), "Update Operation", "Keep these outputs in the operation", "Save"),
    Action("child", ("f9",), "Child of the row above", "Make the output a child, or one of its own", "Child"),
    Action("remove_row", ("f8",), "Remove row", "Remove the row of the cursor", "Remove row"),
    *TYPING,
    Action("back", ("escape",), "Back", "Leave; asks where something is unsaved", "Back"),
)

_TYPING = 0.1
"""Seconds without a key after which what is typed is tried."""


class TransformScreen(TypingKeys, Page[Ran]):
    """Gives the operation as it was kept, None where it was not."""

    CSS_PATH = "run.tcss"
    ACTIONS: ClassVar[tuple[Action, ...]] = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    AUTO_FOCUS = "TextField"

    def __init__(
        self,
        workspace: WorkspaceServices,
        draft: Draft,
        operation: Operation,
        keeping: Keeping | None,
        begun: Operation | None = None,
    ) -> None:
        """`begun` is what the screen begins with, unsaved, where that is not the operation as it is."""
        super().__init__()
        self._workspace, self._draft, self._before, self._keeping = workspace, draft, operation, keeping
        self._operation = begun or operation
        self._journal = workspace.drafts.begin()

    def compose(self) -> ComposeResult:
        of = field("operations[].outputs")
        yield TitleBar(self._title, "nothing is sent")
        with VerticalScroll(id="form", can_focus=False):
            yield OutputsEditor(Label(of.label, "outputs", hint=of.hint), self._operation.outputs)
        yield OutputTree(empty="no outputs yet")
        yield NoteLine()
        with Horizontal(id="buttons"):
            yield Button("Update Operation", "save", variant="primary")
            yield Button("Cancel", "back")
        yield KeyBar(*bar_keys(ACTIONS))

    @property
    def _title(self) -> str:
        return f"Transform  {self._before.name} of {self._draft.connection.name}"

    def on_mount(self) -> None:
        # What was told on the screen before would cover this one.
        self.app.clear_notifications()
        self.query_one(NoteLine).note("Expressions over body, statusCode and headers; F9 makes a child of the row")
        self._show_state()
        self._try()

    @property
    def explained(self) -> SheetGroup | None:
        """What help says of the field that has the focus."""
        row = row_of(self.focused)
        return explained(row, "operations[].outputs") if row is not None else None

    @property
    def unsaved(self) -> str:
        """The name of what is unsaved here; empty where nothing is."""
        return self._before.name or "The operation" if self._operation != self._before else ""

    @on(OutputsEditor.Changed)
    def _changed(self, event: OutputsEditor.Changed) -> None:
        self._operation = self._before.model_copy(update={"outputs": event.value})
        self._show_state()
        self._keep_typed()
        self._try()

    def _keep_typed(self) -> None:
        """Have what is typed journalled until it is saved or discarded."""
        if self._journal.is_over:
            return
        if not self.unsaved:
            self._journal.withdraw()
        elif reason := self._journal.note(self._draft, self._edited, {}):
            say_not_kept(self, reason)

    def _show_state(self) -> None:
        state = "unsaved · nothing is sent" if self.unsaved else "nothing is sent"
        self.query_one(TitleBar).show(self._title, state)
        self._tell_problems()

    @property
    def _edited(self) -> Draft:
        return replaced(self._draft, self._before, self._operation) or self._draft

    def _tell_problems(self) -> bool:
        """Show what is wrong with the outputs; return whether something is."""
        operations = self._edited.connection.operations
        found = [
            labelled_problem(problem)
            for problem in self._workspace.editor.problems(self._edited)
            if problem.operation is not None
            and operations[problem.operation] == self._operation
            and problem.field.startswith(f"operations.{problem.operation}.outputs")
        ]
        self.query_one(OutputsEditor).show_problems(found)
        return any(problem.is_error for problem in found)

    def _try(self) -> None:
        self.run_worker(self._evaluate(), group="evaluate", exclusive=True)

    async def _evaluate(self) -> None:
        await asyncio.sleep(_TYPING)
        try:
            made = await self._workspace.runs.transform(self._draft, self._operation)
        except IntegratorError as error:
            self.query_one(NoteLine).warn(f"{error.message}: {error.hint}")
            return
        self.query_one(OutputTree).show(made.outputs or {}, made.problems)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("child", "remove_row"):
            focused = self.focused
            return focused is not None and any(isinstance(node, OutputsEditor) for node in focused.ancestors)
        return super().check_action(action, parameters)

    def action_child(self) -> None:
        """Make the output of the cursor a child of the one above, or one of its own again."""
        if reason := self.query_one(OutputsEditor).toggle_child():
            self.notify(reason, severity="warning", markup=False)

    def action_remove_row(self) -> None:
        """Remove the row of the cursor."""
        self.query_one(OutputsEditor).remove_row()

    @on(Button.Pressed)
    async def _pressed(self, event: Button.Pressed) -> None:
        await self.run_action(event.answer)

    def action_save(self) -> None:
        """Keep the outputs in the operation."""
        self.flow("save", self._save)

    async def _save(self) -> None:
        if self._tell_problems():
            self.notify("Some outputs need mending first", severity="warning", markup=False)
            return
        draft: Draft | None = self._draft
        if self.unsaved and self._keeping is not None:
            draft = await self._keeping(self._operation)
        if draft is not None:
            self._journal.drop()
            self.dismiss(Ran(draft, self._operation))

    def action_back(self) -> None:
        """Leave, after asking where something is unsaved."""
        self.flow("cancel", self._leave)

    async def _leave(self) -> None:
        if not self.unsaved or await ask(self.app, unsaved_question(self.unsaved)) == "discard":
            self._journal.drop()
            self.dismiss(None)
