"""What came of an operation: its outputs as a tree, and the answer that they were evaluated on.

Leaving the screen cancels what still runs and closes its socket. Transform evaluates other outputs on the same
answer: nothing is sent for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.timer import Timer

from integrator_tui.model import exact_json
from integrator_tui.model.connection import Operation
from integrator_tui.model.entry import Draft
from integrator_tui.model.fields import AUTH_LABELS
from integrator_tui.model.hinted_field import REQUEST_PATH, hinted_field
from integrator_tui.model.operation_edits import with_output
from integrator_tui.model.operation_result import OperationResult, answered_to
from integrator_tui.model.text import counted
from integrator_tui.tui.actions import Action, bar_keys, bindings
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.beside import PageBeside
from integrator_tui.tui.dialogs.notices import reporting
from integrator_tui.tui.flows.passphrase import opened
from integrator_tui.tui.flows.unsafe import confirm_unsafe
from integrator_tui.tui.labels import labelled
from integrator_tui.tui.screens.answer_section import AnswerSection
from integrator_tui.tui.screens.history.words import worked_last_words
from integrator_tui.tui.screens.operations.outcome import Keeping, Next, Ran
from integrator_tui.tui.screens.operations.run_actions import (
    ABOUT_THE_REQUEST,
    ACTIONS,
    BODY_KEYS,
    KEYS,
    OF_ANSWER,
    OF_SEARCH,
)
from integrator_tui.tui.screens.report_text import answer_lines, limits
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.outputs.tree import OutputTree
from integrator_tui.tui.widgets.sheet import Sheet, SheetGroup, SheetLine
from integrator_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices


class RunScreen(PageBeside[Ran]):
    """Runs the operation when it opens."""

    CSS_PATH = "run.tcss"
    ACTIONS: ClassVar[tuple[Action, ...]] = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    AUTO_FOCUS = "OutputTree"

    def __init__(
        self,
        workspace: WorkspaceServices,
        draft: Draft,
        operation: Operation,
        given: dict[str, str],
        *,
        keeping: Keeping | None = None,
    ) -> None:
        super().__init__()
        self._workspace, self._draft, self._operation, self._given = workspace, draft, operation, given
        self._keeping = keeping
        self._result: OperationResult | None = None
        self._worked = ""
        """When this operation worked last, where its run failed."""
        self._clock: Timer | None = None
        self._seconds = 0
        self.section = AnswerSection(
            workspace,
            draft,
            self._outputs_text,
            to=answered_to(operation),
            called=f"{draft.connection.name} {operation.name}",
            report_as=("outputs", "json"),
        )
        """The answer, in the place of the outputs."""

    def compose(self) -> ComposeResult:
        yield TitleBar(self._title, "running")
        yield TitleBar("")
        with VerticalScroll(id="said", can_focus=False):
            yield Sheet(name_width=10, most_rows=4)
        yield OutputTree(id="explanation", empty="…")
        yield self.section
        yield KeyBar(*bar_keys(action for action in ACTIONS if action.usable(self)))

    @property
    def _title(self) -> str:
        return f"Run  {self._operation.name} of {self._draft.connection.name}"

    def on_mount(self) -> None:
        # What was told on the screen before would cover this one.
        self.app.clear_notifications()
        self.action_again()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        answer = self._result.answer if self._result is not None else None
        if action == "transform":
            return answer is not None and not answer.of_token
        if action == "token":
            return self._draft.connection.auth.type in {"http_bearer_token", "oauth2"}
        return True

    def why_not(self, action: str) -> str:
        """Say why an action cannot be done now."""
        return {
            "token": f"{AUTH_LABELS[self._draft.connection.auth.type]} fetches no token",
            "transform": "there is no answer that outputs could be evaluated on",
        }.get(action, "")

    # running

    def action_again(self) -> None:
        """Run the operation; what still runs is stopped."""
        self._run()

    @work(exclusive=True, group="run")
    async def _run(self) -> None:
        with reporting(self):
            if not await confirm_unsafe(self.app, self._draft.connection, self._operation.method):
                if self._result is None:
                    self.dismiss(Ran(self._draft, self._operation))
                return
            self._begin_clock()
            try:
                await opened(self.app, self._workspace, self._draft, self._given)
                result = await self._workspace.runs.run(self._draft, self._operation, self._given)
            finally:
                self._end_clock()
            self._worked = ""
            self._show(result)
            await self._tell_past(result)

    async def _tell_past(self, result: OperationResult) -> None:
        """Say of a run that failed when the operation of this file worked last."""
        file, is_stored = self._draft.file, self._operation in self._draft.connection.operations
        if result.outcome == "passed" or file is None or not (is_stored and self._operation.name):
            return
        words = await asyncio.to_thread(worked_last_words, self._workspace, file, self._operation.name)
        if words and self._result is result:
            self._worked = words
            self._show(result)

    def _begin_clock(self) -> None:
        self._end_clock()
        self._seconds = 0
        self._tick()
        self._clock = self.set_interval(1, self._tick)

    def _tick(self) -> None:
        limit = limits(self._draft.connection)["respond"]
        waited = f"running · {self._seconds} s, at most {limit:g} s for the answer" if self._seconds else "running"
        self._seconds += 1
        for bar in list(self.query(TitleBar))[:1]:  # none where the screen is on its way out
            bar.show(self._title, waited)

    def _end_clock(self) -> None:
        if self._clock is not None:
            self._clock.stop()
            self._clock = None

    # showing

    def _show(self, result: OperationResult) -> None:
        if not self.query(OutputTree):
            return
        self._result = result
        title, address = list(self.query(TitleBar))
        title.show(self._title, result.outcome, alarm=result.outcome != "passed")
        address.show(f"{result.method} {result.url}")
        self.section.take(self._draft, result.answer)
        self.query_one(Sheet).show((SheetGroup("", tuple(self._said(result))),))
        if result.outputs is None:
            empty = "no answer that outputs could be evaluated on"
        else:
            empty = "this operation has no outputs: m Transform makes some, b shows the body"
        self.query_one(OutputTree).show(result.outputs or {}, result.problems, empty=empty)
        self.refresh_bindings()

    def _said(self, result: OperationResult) -> Iterator[SheetLine]:
        if not self._draft.connection.options.verify:
            yield SheetLine("", "! TLS certificates are not verified (Verify TLS Certificates is off)", "bad")
        failure = result.failure
        if failure is not None:
            at = f" at {failure.stage}" if failure.stage else ""
            yield SheetLine(result.outcome, f"{failure.kind}{at}", "bad")
            yield SheetLine("message", failure.message)
            if failure.hint:
                yield SheetLine("hint", labelled(failure.hint), "accent")
        elif result.problems:
            count = len({problem.name.partition(".")[0] for problem in result.problems})
            yield SheetLine("", f"✗ {counted(count, 'output')} failed, in {result.duration_ms:.1f} ms", "bad")
        else:
            yield SheetLine("", f"✓ passed in {result.duration_ms:.1f} ms", "good")
        if self._worked:
            yield SheetLine("", self._worked, "warn")
        for warning in result.warnings:
            yield SheetLine("warning", warning.message, "warn")
        yield from answer_lines(result.answer, self.section.preview() if failure is not None else ())

    def show_keys(self) -> None:
        """Show the keys of what is in sight."""
        first = BODY_KEYS if self.section.shown else KEYS
        idle: set[str] = set() if self.section.is_searching else {*OF_SEARCH}
        if not self.section.expression:
            idle.add("keep")
        if self.section.answer is None:
            idle |= OF_ANSWER
        usable = {action.id: action for action in ACTIONS if action.usable(self)}
        shown = [usable[name] for name in first if name in usable and name not in idle]
        for bar in self.query(KeyBar):  # none where the screen is on its way in or out
            bar.show(bar_keys(shown)[0])

    def refresh_bindings(self) -> None:
        super().refresh_bindings()
        if self.is_mounted:
            self.show_keys()

    # what the keys do

    async def action_answer(self, name: str) -> None:
        """Do what a key of outputs or answer does."""
        tree = self.query_one(OutputTree)
        if name == "save" and not self.section.shown and not tree.values:
            self.notify("there are no outputs to save: b shows the body", markup=False)
        elif self.section.shown or name not in ("copy", "path"):
            await self.section.run(name)
        elif name == "copy":
            tree.copy_value()
        else:
            tree.copy_path()

    def _outputs_text(self) -> str:
        """The outputs as JSON, for who saves them."""
        values = self._result.outputs if self._result is not None else None
        return exact_json.dumps(dict(values or {}), indent=2, ensure_ascii=False) + "\n"

    def action_transform(self) -> None:
        """Change the outputs over the answer that is here."""
        self.flow("transform", self._transform)

    def action_keep(self) -> None:
        """Keep the expression of the filter as one more output, or say why there is none."""
        if not self.section.expression:
            self.section.say_what_to_keep()
            return
        self.flow("transform", partial(self._transform, with_output(self._operation, self.section.expression)))

    async def _transform(self, begun: Operation | None = None) -> None:
        from integrator_tui.tui.screens.operations.transform import TransformScreen

        screen = TransformScreen(self._workspace, self._draft, self._operation, self._keeping, begun)
        kept = await ask(self.app, screen)
        if kept is None or self._result is None:
            return
        self._draft, self._operation = kept.draft, kept.operation
        again = await self._workspace.runs.transform(self._draft, self._operation)
        outcome = again.outcome if self._result.failure is None else self._result.outcome
        self._show(self._result._replace(outputs=again.outputs, problems=again.problems, outcome=outcome))

    # from failure to fix

    @property
    def _hinted(self) -> str:
        """The field that the failure hints at; empty where nothing failed."""
        failure = self._result.failure if self._result is not None else None
        if failure is None:
            return ""
        if failure.kind in ABOUT_THE_REQUEST:
            return REQUEST_PATH
        return hinted_field(failure, self._draft.connection, self._operation)

    async def action_edit(self) -> None:
        """Leave for the form, at the field that the failure hints at."""
        await self._leave("edit")

    async def action_request(self) -> None:
        """Leave for the request line of this connection."""
        await self._leave("request")

    def action_open_file(self) -> None:
        """Open the file in the user's editor, at the line of that field."""
        self.flow("editor", self._open_file)

    async def _open_file(self) -> None:
        from integrator_tui.tui.flows.programs.open_file import opened_in_editor

        own = self._operation
        places = (at for at, each in enumerate(self._draft.connection.operations) if each == own)
        field = self._hinted
        if (at := next(places, None)) is not None and field in ("", REQUEST_PATH):
            field = f"operations.{at}.path" if field else f"operations.{at}"
        now = await opened_in_editor(self.app, self._workspace, self._draft, field)
        if now is None or now.connection is None or now.revision == self._draft.revision:
            return
        same = [each for each in now.connection.operations if each.name == own.name]
        self._draft = replace(self._draft, connection=now.connection, revision=now.revision)
        self._operation = same[0] if len(same) == 1 else own
        self.notify("the file was read again: t runs what it says now", markup=False)

    def action_history(self) -> None:
        """Show the earlier results of the file."""
        if self._draft.file is None:
            self.notify("a connection that is not saved has no history yet", markup=False)
        else:
            self.flow("history", partial(self._history, self._draft.file))

    async def _history(self, file: str) -> None:
        from integrator_tui.tui.screens.history.screen import HistoryScreen

        await ask(self.app, HistoryScreen(self._workspace, file, self._draft.connection.name))

    def action_token(self) -> None:
        """Show the token of the connection."""
        from integrator_tui.tui.screens.token import TokenScreen

        self.app.push_screen(TokenScreen(self._workspace, self._draft, self._given))

    async def action_back(self) -> None:
        """Close what is open, then leave."""
        if self.section.close_one():
            return
        await self._leave()

    async def _leave(self, then: Next = "") -> None:
        self.workers.cancel_node(self)
        await asyncio.sleep(0)
        self.dismiss(Ran(self._draft, self._operation, then, self._hinted))
