"""The rows of a request in the order of an operation's page: method, path, query, headers, body, how it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from integrator_tui.model.connection import Operation
from integrator_tui.model.fields import METHODS, field
from integrator_tui.model.problem import Problem
from integrator_tui.tui.widgets.fields.body_editor import BodyEditor
from integrator_tui.tui.widgets.fields.choice_field import ChoiceField
from integrator_tui.tui.widgets.fields.labelled import Label, Labelled
from integrator_tui.tui.widgets.fields.pairs_editor import PairsEditor
from integrator_tui.tui.widgets.fields.text_field import TextField
from integrator_tui.tui.widgets.fields.toggle_field import ToggleField
from integrator_tui.tui.widgets.section import Section

if TYPE_CHECKING:
    from integrator_tui.model.connection import Body

_TOGGLES: Final = ("include_empty_params", "follow_redirect", "stream_response")
_HINTS: Final = {
    "method": "GET, HEAD and OPTIONS change nothing; Enter opens the list",
    "path": "Below Base URL; {{name}}: a secret, else asked for. Takes a curl command",
    "params": "Names and values of the query; {{name}}: a secret, else it is asked for",
    "headers": "Names and values; {{name}}: a secret, else it is asked for",
    "follow_redirect": "Follow 3xx answers",
    "stream_response": "Show the answer as it comes, in the log",
}


class RequestForm(VerticalScroll, can_focus=False):
    """Shows one frozen request, and each edit makes the next one."""

    @dataclass
    class Edited(Message):
        """The request is another one."""

    def __init__(self, operation: Operation) -> None:
        super().__init__(id="line")
        self.operation = operation
        self._bodies: dict[str, Body | None] = {}

    def compose(self) -> ComposeResult:
        yield Section(self._rows)

    def _rows(self) -> Iterator[Widget]:
        request = self.operation
        yield ChoiceField(_label("method"), tuple((word, word) for word in METHODS), request.method)
        yield TextField(_label("path"), request.path)
        yield PairsEditor(_label("params"), request.params)
        yield PairsEditor(_label("headers"), request.headers)
        yield BodyEditor("body", request.body, self._bodies)
        yield Static(Content("Advanced"), classes="heading")
        for key in _TOGGLES:
            yield ToggleField(_label(key), getattr(request, key))

    async def fill(self, operation: Operation) -> None:
        """Show another request, and go to its path."""
        self.operation = operation
        self._bodies = {}
        await self.query_one(Section).recompose()
        self.focus_row("path")

    def show_problems(self, problems: Iterable[Problem]) -> None:
        """Show each problem at the row of its field, a key of an operation."""
        shown: dict[str, list[Problem]] = {row.label.path: [] for row in self._labelled()}
        for problem in problems:
            path = problem.field
            while path and path not in shown:
                path = path.rpartition(".")[0]
            if path:
                shown[path].append(problem)
        for row in self._labelled():
            row.show_problems(shown[row.label.path])

    def focus_row(self, key: str) -> None:
        """Go to the row of a key."""
        for row in self._labelled():
            if row.label.path == key:
                target = row if row.can_focus else next((one for one in row.query("*") if one.can_focus), row)
                target.focus()
                return

    def _labelled(self) -> Iterator[Labelled]:
        yield from (node for node in self.walk_children(Widget) if isinstance(node, Labelled) and node.label.text)

    # edits: each makes a new request

    def _take(self, key: str, value: object) -> None:
        self.operation = self.operation.model_copy(update={key: value})
        self.post_message(self.Edited())

    @on(TextField.Edited)
    def _text_edited(self, event: TextField.Edited) -> None:
        self._take(event.field.label.path, event.value.strip())

    @on(ChoiceField.Edited)
    def _chosen(self, event: ChoiceField.Edited) -> None:
        self._take(event.field.label.path, event.value)

    @on(PairsEditor.Edited)
    def _pairs_edited(self, event: PairsEditor.Edited) -> None:
        self._take(event.field.label.path, event.value)

    @on(BodyEditor.Edited)
    def _body_edited(self, event: BodyEditor.Edited) -> None:
        self._take("body", event.value)

    @on(ToggleField.Edited)
    def _toggled(self, event: ToggleField.Edited) -> None:
        self._take(event.field.label.path, event.value)


def _label(key: str) -> Label:
    """Return what the row of a key of a request says of itself."""
    of = field(f"operations[].{key}")
    return Label(of.label, key, key == "method", _HINTS.get(key, of.hint), of.placeholder)
