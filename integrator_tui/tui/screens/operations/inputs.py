"""The inputs of an operation: what it needs and what may be left out, each with where it goes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from integrator_tui.model.connection import Operation, RawBody
from integrator_tui.model.entry import Draft
from integrator_tui.model.parameters import Input
from integrator_tui.model.problem import Problem
from integrator_tui.model.secret import Secret
from integrator_tui.model.secret_names import reads_like_a_secret
from integrator_tui.model.text import visible
from integrator_tui.tui.actions import Action, bar_keys, bindings
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.rows_page import RowsPage
from integrator_tui.tui.flows.typing_keys import TYPING, TypingKeys
from integrator_tui.tui.labels import label_of
from integrator_tui.tui.screens.operations.carry_out import carry_out
from integrator_tui.tui.screens.operations.outcome import Ran
from integrator_tui.tui.widgets.button import Button
from integrator_tui.tui.widgets.fields.labelled import Label
from integrator_tui.tui.widgets.fields.secret_field import SecretField
from integrator_tui.tui.widgets.fields.text_block import TextBlock
from integrator_tui.tui.widgets.fields.text_field import TextField
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.note_line import NoteLine
from integrator_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from integrator_tui.tui.screens.operations.outcome import Keeping
    from integrator_tui.tui.services import WorkspaceServices

ACTIONS = (
    Action("run", ("f5", "ctrl+t"), "Run", "Carry out the operation with these values", "Run"),
    Action("preview", ("f3",), "Preview", "What it would send, secrets masked; sends nothing", "Preview"),
    Action("blank", (), "Run, the rest left empty", "Run it with nothing for what has no value, as --blank does"),
    Action("reveal", ("f2",), "Reveal", "Show what is masked until the next key", "Reveal"),
    *TYPING,
    Action("back", ("escape",), "Back", "Leave; the values stay for the next time", "Back"),
)
_NEEDED, _OPTIONAL = "Required", "Optional: left out where empty"
_LONGEST_NAME = 28

InputField = TextField | TextBlock


class InputsScreen(TypingKeys, RowsPage[Ran]):
    """Asks for inputs and runs, as often as the user wants; `values` are kept for the session."""

    CSS_PATH = "run.tcss"
    ACTIONS: ClassVar[tuple[Action, ...]] = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]

    def __init__(
        self,
        workspace: WorkspaceServices,
        draft: Draft,
        operation: Operation,
        values: dict[str, str],
        *,
        keeping: Keeping | None = None,
    ) -> None:
        super().__init__()
        self._workspace, self._draft, self._operation, self._values = workspace, draft, operation, values
        self._keeping = keeping
        before = {**workspace.runs.remembered(draft, operation), **values}
        inputs = workspace.runs.inputs(draft, operation)
        self._fields = {asked.name: self._field(asked, before.get(asked.name, "")) for asked in inputs}
        self._inputs = inputs

    def _field(self, asked: Input, value: str) -> InputField:
        where = ", ".join(dict.fromkeys(map(_place, asked.fields)))
        label = Label(
            visible(asked.name, limit=_LONGEST_NAME),
            asked.name,
            asked.required,
            f"{asked.name} goes into {where}{'' if asked.required else '; left out where empty'}",
            f"{'' if asked.required else 'optional, '}{where}",
        )
        if reads_like_a_secret(asked.name):
            return SecretField(label, value)
        is_raw = isinstance(self._operation.body, RawBody) and "body" in asked.where
        return TextBlock(label, value) if is_raw else TextField(label, value)

    def compose(self) -> ComposeResult:
        yield TitleBar(f"Run  {self._operation.name} of {self._draft.connection.name}", "inputs")
        with VerticalScroll(id="form", can_focus=False):
            yield from self._group(_NEEDED, required=True)
            yield from self._group(_OPTIONAL, required=False)
        yield NoteLine()
        with Horizontal(id="buttons"):
            yield Button("Run", "run", variant="primary")
            yield Button("Preview", "preview")
            yield Button("Cancel", "back")
        yield KeyBar(*bar_keys(ACTIONS))

    def _group(self, heading: str, *, required: bool) -> Iterator[Widget]:
        asked = [each for each in self._inputs if each.required == required]
        if asked:
            second = "" if required or len(asked) == len(self._inputs) else " -second"
            yield Static(Content(heading), classes=f"heading{second}")
            yield from (self._fields[each.name] for each in asked)

    def on_mount(self) -> None:
        # What was told on the screen before would cover this one.
        self.app.clear_notifications()
        first = next(iter(self.query("TextField, TextBlock").results(Widget)), None)
        if first is not None:
            first.focus()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        field = event.widget
        self.query_one(NoteLine).note(field.label.hint if isinstance(field, TextField | TextBlock) else "")
        self.query_one(KeyBar).show(bar_keys(action for action in ACTIONS if action.usable(self))[0])

    @on(TextField.Edited)
    @on(TextBlock.Edited)
    def _edited(self, event: TextField.Edited | TextBlock.Edited) -> None:
        event.field.show_problems(())
        self._values.update(self._typed())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "reveal":
            return isinstance(self.focused, SecretField)
        return super().check_action(action, parameters)

    def _typed(self) -> dict[str, str]:
        return {
            name: field.text if isinstance(field, TextBlock) else field.value
            for name, field in self._fields.items()
        }

    def action_reveal(self) -> None:
        """Show what is masked, or mask it again."""
        if isinstance(self.focused, SecretField):
            self.focused.toggle_reveal()

    @on(SecretField.RevealRequested)
    def _reveal(self, event: SecretField.RevealRequested) -> None:
        event.field.reveal(Secret(event.field.value))

    def on_screen_suspend(self) -> None:
        # The keys of help and palette never come to the field.
        for field in self.query(SecretField):
            field.mask()

    def action_run(self) -> None:
        """Carry out the operation with these values."""
        if not self._lacks():
            self.flow("run", partial(self._run, self._given()))

    def action_blank(self) -> None:
        """Carry it out with nothing for what has no value."""
        self.flow("run", partial(self._run, self._typed()))

    def action_preview(self) -> None:
        """Show what would be sent."""
        if not self._lacks():
            self.flow("run", self._preview)

    def action_back(self) -> None:
        """Leave."""
        self.dismiss(None)

    def _given(self) -> dict[str, str]:
        """The values that are sent: an optional input without one is left out."""
        typed = self._typed()
        return {each.name: typed[each.name] for each in self._inputs if each.required or typed[each.name]}

    def _lacks(self) -> bool:
        """Show which required inputs have no value, and go to the first of them; False where none lacks one."""
        typed = self._typed()
        lacking = [each.name for each in self._inputs if each.required and not typed[each.name]]
        for name, field in self._fields.items():
            wanted = Problem(name, "a value is required", "ctrl+p Run, the rest left empty sends nothing for it")
            field.show_problems((wanted,) if name in lacking else ())
        if lacking:
            self._fields[lacking[0]].focus()
        return bool(lacking)

    async def _run(self, given: dict[str, str]) -> None:
        self._values.update(self._typed())
        ran = await carry_out(self.app, self._workspace, self._draft, self._operation, given, keeping=self._keeping)
        self._draft, self._operation = ran.draft, ran.operation
        if ran.next:
            self.dismiss(ran)

    async def _preview(self) -> None:
        from integrator_tui.tui.screens.preview import PreviewScreen

        screen = PreviewScreen(self._workspace, self._draft, self._given(), self._operation, asked=True)
        await ask(self.app, screen)


def _place(path: str) -> str:
    """Return where a template stands, in the words of the form: `URL Parameters limit`."""
    head, _, rest = path.partition(".")
    if head == "operations":
        rest = rest.partition(".")[2]
    elif head != "operation":
        own = label_of(path)
        return f"{label_of(head)} {rest}" if own == path and label_of(head) != head else own
    key, _, name = rest.partition(".")
    label = label_of(f"operations.0.{key}")
    if key == "body":
        name = name.partition(".")[2]
    return f"{label} {name}".rstrip()
