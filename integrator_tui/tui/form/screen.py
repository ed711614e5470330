"""The form of one connection: its rows, what is wrong with them, and what can be done with the draft.

Saved against edited is `==`. Nothing typed is dropped without the user's word, whatever fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from integrator_tui.errors import IntegratorError
from integrator_tui.model import draft as editing
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.probe import ProbeReport
from integrator_tui.model.problem import Problem
from integrator_tui.model.secret import MASK, Secret
from integrator_tui.tui.actions import Action, bar_keys, bindings
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.notices import say_not_kept
from integrator_tui.tui.dialogs.question import unsaved_question
from integrator_tui.tui.flows.passphrase import unlocked
from integrator_tui.tui.flows.save import Saving
from integrator_tui.tui.flows.typing_keys import TYPING, TypingKeys
from integrator_tui.tui.form.expressions import try_expression
from integrator_tui.tui.form.form import ConnectionForm
from integrator_tui.tui.form.outcome import FormOutcome, Left, Refilled, Saved, TakenFromDisk
from integrator_tui.tui.form.page import FormPage
from integrator_tui.tui.labels import labelled_problem
from integrator_tui.tui.widgets.button import Button
from integrator_tui.tui.widgets.fields.operations_list import Deed, OperationsList
from integrator_tui.tui.widgets.fields.secret_field import SecretField
from integrator_tui.tui.widgets.fields.secrets_editor import SecretsEditor
from integrator_tui.tui.widgets.fields.text_field import TextField
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.note_line import NoteLine
from integrator_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices
    from integrator_tui.workspace import TypedDraft


def _actions(save: str) -> tuple[Action, ...]:
    return (
        Action("save", ("ctrl+s",), save, "Write the connection to its file", "Save"),
        Action("test", ("f5", "ctrl+t"), "Test", "Test the connection as it stands here, saved or not", "Test"),
        Action("stream", ("f6",), "Stream", "Stream its test request, saved or not", "Stream"),
        Action("preview", ("f3",), "Preview", "What its test would send, secrets masked; sends nothing", "Preview"),
        Action(
            "try_expression",
            ("f7",),
            "Try expression",
            "Try Token or Expiration on the last answer, or on one you paste; sends nothing",
        ),
        Action("reveal", ("f2",), "Reveal", "Show the secret of the cursor until the next key", "Reveal"),
        *TYPING,
        Action(
            "remove_row", ("f8",), "Remove row", "Remove the row of the cursor, or its stored secret", "Remove row"
        ),
        *OPERATIONS,
        Action("cancel", ("escape",), "Cancel", "Leave the form; asks where something is unsaved", "Cancel"),
    )


def _operation(what: str, words: str, tooltip: str) -> Action:
    return Action(f"{what}_operation", (), f"{words} operation", tooltip, call=f"operation('{what}')")


OPERATIONS = (
    _operation("new", "New", "Describe one more request of this connection"),
    _operation("edit", "Edit", "Change the operation of the cursor"),
    _operation("duplicate", "Duplicate", "Begin a new operation as a copy of it"),
    _operation("delete", "Delete", "Take it out of the connection, after a question"),
)
"""In the list of operations they have keys of their own."""

CREATE, UPDATE = _actions("Create Connection"), _actions("Update Connection")


class EditScreen(TypingKeys, FormPage[FormOutcome]):
    """Edits a draft."""

    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(UPDATE)]
    AUTO_FOCUS = "TextField"

    def __init__(
        self,
        workspace: WorkspaceServices,
        draft: Draft,
        edited: Draft | None = None,
        *,
        renamed: Mapping[str, str] = MappingProxyType({}),
        journal: TypedDraft | None = None,
        at: str = "",
    ) -> None:
        """`at` is the key of the row to begin at, where that is not the first.

        `edited` is what the form begins with, unsaved, where that is not what is stored, with the secrets in it
        that were `renamed`; `journal` is where that was journalled before."""
        super().__init__()
        self.workspace = workspace
        self.saved = draft
        self.ACTIONS = UPDATE if draft.file else CREATE
        self.form = ConnectionForm(edited or draft, draft)
        self.form.renamed = dict(renamed)
        self.journal = journal or workspace.drafts.begin()
        self._every_problem = draft.file is not None
        self._at = at
        self._parameters: dict[str, str] = {}
        self._tested: tuple[Draft, ProbeReport] | None = None

    @property
    def draft(self) -> Draft:
        """The draft as it stands."""
        return self.form.draft

    @property
    def unsaved(self) -> str:
        """The name of what is unsaved here; empty where nothing is."""
        form = self.form
        is_copy = self.saved.file is None and self.saved.source is not None
        if is_copy or form.draft != self.saved or form.renamed or form.wrong:
            return form.draft.connection.name or "The new connection"
        return ""

    # showing

    def compose(self) -> ComposeResult:
        yield TitleBar("")
        yield self.form
        yield NoteLine()
        with Horizontal(id="buttons"):
            yield Button(self.ACTIONS[0].words, "save", variant="primary")
            yield Button("Test", "test")
            yield Button("Stream", "stream")
            yield Button("Cancel", "cancel")
        yield KeyBar(*bar_keys(self.ACTIONS))

    def on_mount(self) -> None:
        # What was told on the screen before would cover this one.
        self.app.clear_notifications()
        self.show_state()
        if self._at:
            self.form.focus_row(self._at)
        if self.saved.file is None:
            for field in self.form.query(TextField):
                if field.label.path in ("name", "base_url"):
                    field.offered = self._curl_pasted

    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong with the draft."""
        return (*self.form.wrong.values(), *map(labelled_problem, self.workspace.editor.problems(self.draft)))

    @on(ConnectionForm.Edited)
    def show_state(self) -> None:
        """Show what the draft is like: its name, whether it is saved, its problems."""
        connection = self.draft.connection
        verb = "Edit" if self.saved.file else "New Connection"
        notes = ("" if connection.options.verify else "TLS NOT VERIFIED", "unsaved" if self.unsaved else "")
        state = " · ".join(note for note in notes if note)
        self.query_one(TitleBar).show(f"{verb}  {connection.name}", state, alarm=bool(state))
        problems = self.problems()
        self.form.show_problems(problems, every=self._every_problem)
        errors = sum(problem.stops_connection for problem in problems)
        text = f"{errors} problem{'s' if errors != 1 else ''} to mend" if errors else ""
        self.query_one(NoteLine).warn(text)
        self._show_inherited()
        self._keep_typed()

    def _show_inherited(self) -> None:
        inherited = None
        if self.draft.connection.extends is not None:
            # A base that stays closed is told where it is needed.
            with suppress(IntegratorError):
                inherited = self.workspace.extensions.inherited(self.draft)
        self.form.show_inherited(inherited)

    def _keep_typed(self) -> None:
        """Have what is typed journalled until it is saved or discarded."""
        if self.journal.is_over:
            return
        if not self.unsaved:
            self.journal.withdraw()
        elif reason := self.journal.note(self.saved, self.draft, self.form.renamed):
            say_not_kept(self, reason)

    @on(SecretField.RevealRequested)
    def _reveal_requested(self, event: SecretField.RevealRequested) -> None:
        editor = next((node for node in event.field.ancestors if isinstance(node, SecretsEditor)), None)
        name = editor.name_of(event.field) if editor else event.field.label.path.partition(".")[2]
        self.flow("reveal", partial(self._reveal, event.field, name))

    async def _reveal(self, field: SecretField, name: str) -> None:
        old = self.form.renamed.get(name)
        draft, name = (self.saved, old) if old is not None else (self.draft, name)
        field.reveal(await unlocked(self.app, self.workspace, self.workspace.secrets.reveal, draft, name))

    def on_screen_suspend(self) -> None:
        # The keys of help and palette never come to the field.
        for field in self.query(SecretField):
            field.mask()

    # acting

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "operation" and parameters != ("new",):
            return bool(self.draft.connection.operations)
        if action == "reveal":
            return isinstance(self.focused, SecretField)
        if action == "remove_row":
            return self.rows_editor is not None or self._own_secret is not None
        return super().check_action(action, parameters)

    @property
    def _own_secret(self) -> SecretField | None:
        """The field of the method's own secret, where it has the focus and holds something."""
        field = self.focused
        return field if isinstance(field, SecretField) and field.label.text and field.removable else None

    def action_reveal(self) -> None:
        """Show the secret of the cursor, or hide it again."""
        if isinstance(self.focused, SecretField):
            self.focused.toggle_reveal()

    def action_remove_row(self) -> None:
        """Remove the row of the cursor, or its stored secret."""
        if self.rows_editor is not None:
            self.rows_editor.remove_row()
        elif self._own_secret is not None:
            self.form.remove_secret(self._own_secret)

    def _curl_pasted(self, text: str) -> bool:
        """Offer a curl command or an export that is pasted into a field of a new connection; return whether it is
        one."""
        if self.workspace.imports.looks_like_curl(text):
            self.flow("curl", partial(self._offer_curl, text))
            return True
        if text.lstrip()[:1] in ("{", "[") and self.workspace.documents.looks_like_one(text):
            self.flow("curl", partial(self._offer_export, text))
            return True
        return False

    async def _offer_export(self, text: str) -> None:
        from integrator_tui.tui.flows.importing import ImportFlow

        taken = await ImportFlow(self.app, self.workspace, self.draft.folder or "").of_text(text, pasted=True)
        if taken is not None and taken.draft is not None:
            self.dismiss(Refilled(taken.draft))

    async def _offer_curl(self, text: str) -> None:
        from integrator_tui.tui.flows.curl_offer import offered

        draft = await offered(self.app, self.workspace, text, replaces=bool(self.unsaved))
        if draft is not None:
            self.dismiss(Refilled(draft))

    def action_save(self) -> None:
        """Write the connection to its file."""
        self.flow("save", self._save)

    def action_test(self) -> None:
        """Test the draft."""
        self.flow("try", partial(self._try, "test"))

    def action_stream(self) -> None:
        """Stream the draft."""
        self.flow("try", partial(self._try, "stream"))

    def action_preview(self) -> None:
        """Show what the draft would send."""
        self.flow("try", self._preview)

    def action_try_expression(self) -> None:
        """Try the expression of the cursor."""
        self.flow("try", partial(try_expression, self, self.workspace, self.draft))

    def action_cancel(self) -> None:
        """Leave, after asking where something is unsaved."""
        self.flow("cancel", self._cancel)

    async def _save(self) -> None:
        if self._has_errors(skip=()):
            return
        draft = await self._complete()
        renamed = tuple(self.form.renamed.values())
        saved = await Saving(self.app, self.workspace, self.saved.connection, renamed).save(draft)
        if isinstance(saved, Draft):
            self.dismiss(TakenFromDisk(saved))
        elif saved is not None:
            self.dismiss(Saved(saved, self._result_of(saved, draft)))

    def _has_errors(self, *, skip: tuple[str, ...]) -> bool:
        """Show every problem, and go to the first that stands in the way."""
        if not any(problem.stops_connection and problem.field not in skip for problem in self.problems()):
            return False
        self._every_problem = True
        self.show_state()
        self.form.focus_problem()
        self.notify("Some fields need mending first", severity="warning", markup=False)
        return True

    async def _complete(self) -> Draft:
        """Return the draft with the values of renamed secrets, which their new names do not have yet."""
        draft = self.draft
        for new, old in self.form.renamed.items():
            if new in draft.typed or new not in draft.connection.secrets:
                # The method that was chosen since has a field of its own for it, and that was used.
                continue
            value = await unlocked(self.app, self.workspace, self.workspace.secrets.reveal, self.saved, old)
            draft = replace(draft, typed={**draft.typed, new: value})
        return draft

    async def _try(self, what: str) -> None:
        from integrator_tui.tui.screens.result import ResultScreen
        from integrator_tui.tui.screens.result_outcome import ResultWays
        from integrator_tui.tui.screens.stream import StreamScreen

        # A draft may be tried before it has a name.
        if self._has_errors(skip=("name",)):
            return
        draft = await self._complete()
        if what == "test":
            from integrator_tui.tui.form.operation_steps import OperationSteps

            ways = ResultWays(keep=OperationSteps(self).keep_output)
            tested = await ask(self.app, ResultScreen(self.workspace, draft, self._parameters, ways=ways))
            if tested is None:
                return
            if tested.report is not None:
                self._tested = draft, tested.report
            if (trusted := tested.trusted) is not None:
                trusting = editing.trusting(self.draft, trusted.pem, of_token=trusted.of_token)
                await self.form.show_trusted(trusting)
            elif tested.edit_at:
                self.form.focus_row(tested.edit_at)
        else:
            await ask(self.app, StreamScreen(self.workspace, draft, self._parameters))

    @on(OperationsList.Asked)
    def _operation_asked(self, event: OperationsList.Asked) -> None:
        self.action_operation(event.what, event.at)

    def action_operation(self, what: Deed, at: int | None = None) -> None:
        """Do something with the operation at this place, or with that of the cursor."""
        from integrator_tui.tui.form.operation_steps import OperationSteps

        place = self.form.query_one(OperationsList).cursor if at is None else at
        self.flow("operation", partial(OperationSteps(self).take, what, place))

    async def _preview(self) -> None:
        from integrator_tui.tui.screens.preview import PreviewScreen

        if self._has_errors(skip=("name",)):
            return
        draft = self.draft
        # The values of renamed secrets stay where they are: nothing is opened to be masked.
        renamed = {new: Secret(MASK) for new in self.form.renamed if new in draft.connection.secrets}
        draft = replace(draft, typed={**renamed, **draft.typed})
        await ask(self.app, PreviewScreen(self.workspace, draft, self._parameters))

    def _result_of(self, entry: Entry, draft: Draft) -> ProbeReport | None:
        """Return the result of the draft that was saved as this entry, where it was tested as it was saved."""
        if self._tested is None or self._tested[0].connection != entry.connection:
            return None
        tested, report = self._tested
        return report._replace(file=entry.file) if tested.typed == draft.typed else None

    def _result_unsaved(self) -> ProbeReport | None:
        """Return the result of the file as it is, where that was tested here."""
        return self._tested[1] if self._tested is not None and self._tested[0] == self.saved else None

    async def _cancel(self) -> None:
        if not self.unsaved or await ask(self.app, unsaved_question(self.unsaved)) == "discard":
            self.dismiss(Left(self.saved, self._result_unsaved()))
