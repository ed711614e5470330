"""The rows of a form. They show one frozen Draft, and each edit makes the next one.

What every form of a draft does: it takes what is typed, shows problems at their rows, and keeps the field of the
cursor in sight.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from textual import events, on
from textual.containers import VerticalScroll
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from integrator_tui.model import draft as editing
from integrator_tui.model.entry import Draft
from integrator_tui.model.problem import Problem
from integrator_tui.tui.form import rows, widgets
from integrator_tui.tui.widgets.fields.body_editor import BodyEditor
from integrator_tui.tui.widgets.fields.choice_field import ChoiceField
from integrator_tui.tui.widgets.fields.labelled import Labelled
from integrator_tui.tui.widgets.fields.outputs_editor import OutputsEditor
from integrator_tui.tui.widgets.fields.pairs_editor import PairsEditor
from integrator_tui.tui.widgets.fields.text_block import TextBlock
from integrator_tui.tui.widgets.fields.text_field import TextField
from integrator_tui.tui.widgets.fields.toggle_field import ToggleField


class DraftForm(VerticalScroll, can_focus=False):
    """Rows of a draft; `saved` is what it began as."""

    draft: var[Draft] = var[Draft](None)  # type: ignore[arg-type]

    @dataclass
    class Edited(Message):
        """The draft is another one."""

        draft: Draft

    def __init__(self, draft: Draft, saved: Draft) -> None:
        super().__init__(id="form")
        self.saved = saved
        self.set_reactive(DraftForm.draft, draft)
        self.wrong: dict[str, Problem] = {}
        """Fields whose text is not a value yet, so that the draft still has the last one that was."""
        self._touched: set[str] = set()

    # problems

    def _rows(self) -> Iterator[Labelled]:
        """The labelled rows in the order of the page."""
        yield from (node for node in self.walk_children(Widget) if isinstance(node, Labelled) and node.label.text)

    def show_problems(self, problems: Iterable[Problem], *, every: bool) -> None:
        """Show each problem at its row: those of rows the user has been in, or all of them."""
        shown: dict[Labelled, list[Problem]] = {row: [] for row in self._rows()}
        by_path = {row.label.path: row for row in shown}
        for problem in problems:
            path = problem.field
            while path and path not in by_path:
                path = path.rpartition(".")[0]
            if path and (every or path in self._touched):
                shown[by_path[path]].append(problem)
        changed = [row for row, found in shown.items() if row.show_problems(found)]
        if changed:
            # What is told above the field of the cursor pushes it down.
            self.call_after_refresh(self._keep_focus_in_sight)

    def watch_virtual_size(self) -> None:
        # The refresh after a problem is told may come before the layout that makes room for it.
        self.call_after_refresh(self._keep_focus_in_sight)

    def _keep_focus_in_sight(self) -> None:
        focused = self.screen.focused
        if focused is None or self not in focused.ancestors:
            return
        here, sight = focused.region, self.scrollable_content_region
        below, above = here.bottom - sight.bottom, sight.y - here.y
        if above > 0 or below > 0:
            self.scroll_relative(y=-above if above > 0 else min(below, -above), animate=False, immediate=True)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.call_after_refresh(self._keep_focus_in_sight)

    def show_section(self, section: Widget) -> None:
        """Scroll so that the rows that appeared are in sight, as far as the focus stays there."""

        def scroll() -> None:
            sight, focused = self.scrollable_content_region, self.screen.focused
            hidden = section.region.bottom - sight.bottom
            room = focused.region.y - sight.y if focused is not None and self in focused.ancestors else hidden
            if (rows := min(hidden, room)) > 0:
                self.scroll_relative(y=rows, animate=False, immediate=True)

        self.call_after_refresh(scroll)

    def focus_row(self, path: str) -> None:
        """Go to the row of a key, or of the nearest one that has a row."""
        by_path = {row.label.path: row for row in self._rows()}
        if path == "ca_cert" and path not in by_path:
            path = rows.SET_CA
        while path and path not in by_path:
            path = path.rpartition(".")[0]
        if path:
            row = by_path[path]
            target = row if row.can_focus else next((one for one in row.query("*") if one.can_focus), row)
            target.focus()

    def focus_problem(self) -> None:
        """Go to the first row that has an error."""
        for row in self._rows():
            if any(problem.is_error for problem in row.problems):
                target = row if row.can_focus else next((one for one in row.query("*") if one.can_focus), row)
                target.focus()
                return

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        for node in event.widget.ancestors_with_self:
            if isinstance(node, Labelled) and node.label.path not in self._touched:
                self._touched.add(node.label.path)
                self.post_message(self.Edited(self.draft))

    # edits: each makes a new draft

    def _change(self, draft: Draft, *paths: str) -> None:
        self._touched.update(paths)
        self.draft = draft
        self.post_message(self.Edited(draft))

    def _take(self, path: str, value: object) -> None:
        self._change(editing.edited(self.draft, path, value), path)

    @on(TextField.Edited)
    def _text_edited(self, event: TextField.Edited) -> None:
        self._take_text(event.field, event.value)

    def _take_text(self, field: TextField, text: str) -> None:
        path = field.label.path
        self.wrong.pop(path, None)
        try:
            value = widgets.parsed(path, text)
        except ValueError:
            self.wrong[path] = Problem(path, "not a number", "seconds, such as 5 or 0.5")
            self._change(self.draft, path)
        else:
            self._take(path, value)

    @on(TextBlock.Edited)
    def _block_edited(self, event: TextBlock.Edited) -> None:
        self._take(event.field.label.path, event.value or None)

    @on(PairsEditor.Edited)
    def _pairs_edited(self, event: PairsEditor.Edited) -> None:
        self._take(event.field.label.path, event.value)

    @on(OutputsEditor.Changed)
    def _outputs_edited(self, event: OutputsEditor.Changed) -> None:
        self._take(event.field.label.path, event.value)

    @on(BodyEditor.Edited)
    def _body_edited(self, event: BodyEditor.Edited) -> None:
        self._take(event.path, event.value)

    @on(ToggleField.Edited)
    async def _box_turned(self, event: ToggleField.Edited) -> None:
        await self._turned(event.field.label.path, event.value)

    async def _turned(self, path: str, value: bool) -> None:
        self._take(path, value)

    @on(ChoiceField.Edited)
    async def _option_chosen(self, event: ChoiceField.Edited) -> None:
        await self._chosen(event.field.label.path, event.value)

    async def _chosen(self, path: str, value: str) -> None:
        self._take(path, value)
