"""An expression tried on the last answer of its connection, or on one that is pasted: what it gives, of which type,
and which keys `body` has. Nothing is sent.

It is evaluated while it is typed, in the bounds that every expression has. Enter takes it back to its field.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from integrator_tui.model.entry import Draft
from integrator_tui.model.tried import TriedExpression
from integrator_tui.tui.actions import Action, bar_keys, bindings
from integrator_tui.tui.dialogs.base import Page
from integrator_tui.tui.dialogs.notices import reporting
from integrator_tui.tui.widgets.fields.labelled import Label, Labelled
from integrator_tui.tui.widgets.fields.text_block import TextBlock
from integrator_tui.tui.widgets.fields.text_field import TextField
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.note_line import NoteLine
from integrator_tui.tui.widgets.sheet import Sheet, SheetGroup, SheetLine
from integrator_tui.tui.widgets.title_bar import TitleBar
from integrator_tui.tui.widgets.viewer import Viewer

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices
    from integrator_tui.workspace import ExpressionPlace

ACTIONS = (
    Action("take", ("ctrl+s",), "Use expression", "Take the expression back to its field", "Use it"),
    Action("back", ("escape",), "Back", "Leave; the field keeps what it had", "Back"),
)
EXPRESSION: Final = Label(
    "Expression", "expression", hint="JavaScript on body, statusCode and headers; Enter takes it to its field"
)
ANSWER: Final = Label(
    "Answer", "answer", hint="Paste a body here to try it on that; empty, the last answer counts. Nothing is sent"
)
_TYPING: Final = 0.05
"""Seconds without a key after which an expression that is being typed is tried."""


class _ExpressionField(TextField):
    """Its Enter takes the expression."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "screen.take", "Use it", show=False)]


class TryExpressionScreen(Page[str | None]):
    """Gives the expression as it is to be, None where the field keeps what it had.

    `label` is that of the field it came from, `place` what the expression is for.
    """

    CSS_PATH = "screen.tcss"
    ACTIONS: ClassVar[tuple[Action, ...]] = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    AUTO_FOCUS = "TextField"

    unsaved = ""
    """Nothing here has to be saved; what is pasted belongs to this screen all the same."""

    def __init__(
        self, workspace: WorkspaceServices, draft: Draft, label: str, expression: str, place: ExpressionPlace
    ) -> None:
        super().__init__()
        self._workspace, self._draft, self._label, self._place = workspace, draft, label, place
        self._expression = _ExpressionField(EXPRESSION, expression)
        # It is gone on with: the first key must not replace all of it.
        self._expression.select_on_focus = False
        self._answer = TextBlock(ANSWER)

    def compose(self) -> ComposeResult:
        yield TitleBar(f"Try expression  {self._label} of {self._draft.connection.name}", "nothing is sent")
        yield self._expression
        yield self._answer
        with Viewer(id="tried"):
            yield Sheet(name_width=15, most_rows=8)
        yield NoteLine()
        yield KeyBar(*bar_keys(ACTIONS))

    def on_mount(self) -> None:
        self.app.clear_notifications()
        self._try()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        row = event.widget if isinstance(event.widget, Labelled) else None
        self.query_one(NoteLine).note(row.label.hint if row is not None else "")

    @on(TextField.Edited)
    @on(TextBlock.Edited)
    def _edited(self) -> None:
        self._try()

    def _try(self) -> None:
        self.run_worker(self._tried(), group="try", exclusive=True)

    async def _tried(self) -> None:
        with reporting(self):
            await asyncio.sleep(_TYPING)
            tried = await self._workspace.expressions.tried(
                self._draft, self._expression.value, self._answer.text, self._place
            )
            self.query_one(Sheet).show((SheetGroup("", tuple(told(tried))),))

    def action_take(self) -> None:
        """Leave with the expression."""
        self.dismiss(self._expression.value.strip())

    def action_back(self) -> None:
        """Leave without it."""
        self.dismiss(None)


def told(tried: TriedExpression) -> Iterator[SheetLine]:
    """Give the lines that say what came of it."""
    if tried.failure:
        yield SheetLine("", f"✗ {tried.failure}", "bad")
        if tried.hint:
            yield SheetLine("hint", tried.hint, "accent")
    elif tried.type:
        yield SheetLine("Result", tried.result, "strong")
        yield SheetLine("Type", tried.type)
    if tried.keys:
        yield SheetLine("", "")
        yield SheetLine("body", tried.keys.removeprefix("body is "))
        yield SheetLine("tried on", tried.answer, "muted")
