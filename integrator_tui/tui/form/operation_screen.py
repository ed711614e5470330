"""The form of one operation, and what can be done with it as it stands: keep it, run it, see what it would send.

Inside the form of a connection it gives the edited draft, which that form saves; opened from elsewhere it saves the
connection itself. What is typed is journalled as a part of its connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from integrator_tui.model.connection import Operation
from integrator_tui.model.entry import Draft
from integrator_tui.model.problem import Problem
from integrator_tui.tui.actions import Action, bar_keys, bindings
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.notices import say_not_kept
from integrator_tui.tui.dialogs.question import unsaved_question
from integrator_tui.tui.flows.save import Saving
from integrator_tui.tui.flows.typing_keys import TYPING, TypingKeys
from integrator_tui.tui.form.draft_form import DraftForm
from integrator_tui.tui.form.expressions import try_expression
from integrator_tui.tui.form.operation_form import OperationForm
from integrator_tui.tui.form.outcome import OperationEdited, OperationOutcome, Saved, TakenFromDisk
from integrator_tui.tui.form.page import FormPage
from integrator_tui.tui.labels import labelled_problem
from integrator_tui.tui.widgets.button import Button
from integrator_tui.tui.widgets.fields.outputs_editor import OutputsEditor
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.note_line import NoteLine
from integrator_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices
    from integrator_tui.workspace import TypedDraft


def _actions(save: str, tooltip: str) -> tuple[Action, ...]:
    return (
        Action("save", ("ctrl+s",), save, tooltip, "Save"),
        Action("run", ("f5", "ctrl+t"), "Run", "Run the operation as it stands here, saved or not", "Run"),
        Action("child", ("f9",), "Child of the row above", "Make the output a child, or one of its own", "Child"),
        Action(
            "try_expression",
            ("f7",),
            "Try expression",
            "Try the output of the cursor on the last answer, or on one you paste; sends nothing",
            "Try",
        ),
        Action("remove_row", ("f8",), "Remove row", "Remove the row of the cursor", "Remove row"),
        *TYPING,
        Action("preview", ("f3",), "Preview", "What it would send, secrets masked; sends nothing", "Preview"),
        Action("cancel", ("escape",), "Cancel", "Leave the form; asks where something is unsaved", "Cancel"),
    )


CREATE = _actions("Create Operation", "Add the operation to its connection")
UPDATE = _actions("Update Operation", "Take what stands here into its connection")


class OperationScreen(TypingKeys, FormPage[OperationOutcome]):
    """Edits the operation at place `at` of a draft."""

    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(UPDATE)]
    AUTO_FOCUS = "TextField"

    def __init__(
        self,
        workspace: WorkspaceServices,
        saved: Draft,
        edited: Draft,
        at: int,
        *,
        is_new: bool = False,
        saves: bool = False,
        renamed: Mapping[str, str] = MappingProxyType({}),
        journal: TypedDraft | None = None,
    ) -> None:
        """`saved` is what is stored, `edited` what this form begins with. `saves` has it save the connection;
        `renamed` and `journal` are those of the form that this one is opened from."""
        super().__init__()
        self.workspace = workspace
        self.saved = saved
        self.journal = journal or workspace.drafts.begin()
        self.ACTIONS: tuple[Action, ...] = CREATE if is_new else UPDATE
        self.form = OperationForm(edited, saved, at)
        self._at, self._is_new, self._saves, self._renamed = at, is_new, saves, renamed
        self._begun = edited
        self._every_problem = not is_new
        self._values: dict[str, str] = {}

    @property
    def draft(self) -> Draft:
        """The draft of the connection as it stands."""
        return self.form.draft

    @property
    def operation(self) -> Operation:
        """The operation as it stands."""
        return self.form.operation

    @property
    def unsaved(self) -> str:
        """The name of what is unsaved here; empty where nothing is."""
        is_copy = self._is_new and self._begun.connection.operations[self._at] != Operation()
        if is_copy or self.draft != self._begun:
            return self.operation.name or "The new operation"
        return ""

    def compose(self) -> ComposeResult:
        yield TitleBar("")
        yield self.form
        yield NoteLine()
        with Horizontal(id="buttons"):
            yield Button(self.ACTIONS[0].words, "save", variant="primary")
            yield Button("Run", "run")
            yield Button("Preview", "preview")
            yield Button("Cancel", "cancel")
        yield KeyBar(*bar_keys(self.ACTIONS))

    def on_mount(self) -> None:
        # What was told on the screen before would cover this one.
        self.app.clear_notifications()
        self.show_state()

    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong with the operation."""
        found = self.workspace.editor.problems(self.draft)
        return tuple(labelled_problem(problem) for problem in found if problem.operation == self._at)

    @on(DraftForm.Edited)
    def show_state(self) -> None:
        """Show what the operation is like: its name, whether it is saved, its problems."""
        verb = "New operation" if self._is_new else "Edit operation"
        of = f"of {self.draft.connection.name}" if self.draft.connection.name else ""
        unsaved = "unsaved" if self.unsaved else ""
        self.query_one(TitleBar).show(f"{verb}  {self.operation.name} {of}", unsaved, alarm=bool(unsaved))
        problems = self.problems()
        self.form.show_problems(problems, every=self._every_problem)
        errors = sum(problem.is_error for problem in problems)
        self.query_one(NoteLine).warn(f"{errors} problem{'s' if errors != 1 else ''} to mend" if errors else "")
        self._keep_typed()

    def _keep_typed(self) -> None:
        """Have what is typed journalled until it is saved or discarded."""
        if self.journal.is_over or not self.unsaved:
            return
        if reason := self.journal.note(self.saved, self.draft, self._renamed):
            say_not_kept(self, reason)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        super().on_descendant_focus(event)
        usable = (action for action in self.ACTIONS if action.usable(self))
        self.query_one(KeyBar).show(bar_keys(usable)[0])

    # acting

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "remove_row":
            return self.rows_editor is not None
        if action == "child":
            return isinstance(self.rows_editor, OutputsEditor)
        return super().check_action(action, parameters)

    def action_remove_row(self) -> None:
        """Remove the row of the cursor."""
        if self.rows_editor is not None:
            self.rows_editor.remove_row()

    def action_try_expression(self) -> None:
        """Try the output of the cursor."""
        self.flow("try", partial(try_expression, self, self.workspace, self.draft))

    def action_child(self) -> None:
        """Make the output of the cursor a child of the one above, or one of its own again."""
        editor = self.rows_editor
        if isinstance(editor, OutputsEditor) and (reason := editor.toggle_child()):
            self.notify(reason, severity="warning", markup=False)

    def action_save(self) -> None:
        """Take the operation into its connection."""
        self.flow("save", self._save)

    def action_run(self) -> None:
        """Run the operation as it stands."""
        self.flow("try", self._run)

    def action_preview(self) -> None:
        """Show what the operation would send."""
        self.flow("try", self._preview)

    def action_cancel(self) -> None:
        """Leave, after asking where something is unsaved."""
        self.flow("cancel", self._cancel)

    async def _save(self) -> None:
        if self._has_errors():
            return
        if not self._saves:
            self.dismiss(OperationEdited(self.draft))
            return
        done = await Saving(self.app, self.workspace, self.saved.connection).save(self.draft)
        if isinstance(done, Draft):
            self.dismiss(TakenFromDisk(done))
        elif done is not None:
            self.dismiss(Saved(done))

    def _has_errors(self) -> bool:
        """Show every problem, and go to the first that stands in the way."""
        if not any(problem.is_error for problem in self.problems()):
            return False
        self._every_problem = True
        self.show_state()
        self.form.focus_problem()
        self.notify("Some fields need mending first", severity="warning", markup=False)
        return True

    async def _run(self) -> None:
        from integrator_tui.tui.screens.operations.begin import run_operation

        if self._has_errors():
            return
        ran = await run_operation(
            self.app, self.workspace, self.draft, self.operation, self._values, keeping=self._take_outputs
        )
        if ran is not None and ran.next == "request":
            self.notify("save the connection first: requests are sent with what its file says", markup=False)

    async def _take_outputs(self, operation: Operation) -> Draft | None:
        self.form.take_outputs(operation.outputs)
        return self.draft

    async def _preview(self) -> None:
        from integrator_tui.tui.screens.preview import PreviewScreen

        if not self._has_errors():
            screen = PreviewScreen(self.workspace, self.draft, self._values, self.operation)
            await ask(self.app, screen)

    async def _cancel(self) -> None:
        if not self.unsaved or await ask(self.app, unsaved_question(self.unsaved)) == "discard":
            self.dismiss(None)
