"""The test of one connection, saved or not: its stages as they end, and why it failed.

Leaving the screen cancels the probe and closes its socket. What the server answered can be looked at below the
stages, the very answer of the test: nothing is sent to show it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import var

from integrator_tui.errors import IntegratorError
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.fields import AUTH_LABELS
from integrator_tui.model.history import worked_last_text
from integrator_tui.model.probe import ProbeReport
from integrator_tui.model.stages import applicable
from integrator_tui.model.text import visible
from integrator_tui.tui.actions import Action, bar_keys, bindings
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.beside import PageBeside
from integrator_tui.tui.dialogs.notices import reporting
from integrator_tui.tui.flows.parameters import parameters_given
from integrator_tui.tui.flows.passphrase import opened
from integrator_tui.tui.screens.answer_actions import ANSWER
from integrator_tui.tui.screens.answer_section import AnswerSection
from integrator_tui.tui.screens.report_text import explain, limits
from integrator_tui.tui.widgets.explanation import Explanation
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.sheet import Sheet
from integrator_tui.tui.widgets.stage_table import StageTable
from integrator_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices


ACTIONS = (
    Action("again", ("t", "f5"), "Test", "Run the test again", "Test again"),
    Action("stream", ("s", "f6"), "Stream", "Watch the answer as it comes", "Stream"),
    Action(
        "trust",
        ("a",),
        "Trust this authority",
        "Show what an untrusted server presented, and put it into the form",
        "Trust",
    ),
    Action("seal", ("L",), "Seal", "Show what a changed file says now, and seal its secrets to it again", "Seal"),
    Action("token", ("K",), "Token", "Where its token came from, how long it lives, what it claims; forget it"),
    Action("history", ("H",), "History", "Earlier results and runs of this connection", "History"),
    *ANSWER,
    Action(
        "back", ("escape", "q"), "Back", "Close what is open; leave, and stop the test where it still runs", "Back"
    ),
)


@dataclass(frozen=True, slots=True)
class Trusted:
    """A certificate that the user wants to trust, for the token's server or the connection's own."""

    pem: str
    of_token: bool


_STAGE_KEYS = (
    *("back", "again", "trust", "seal", "body", "headers", "filter", "history", "compare", "copy", "stream"),
    "save",
)
_BODY_KEYS = (
    *("back", "next", "previous", "search", "filter", "mode", "wrap", "copy", "path", "save", "compare", "headers"),
    *("body", "again"),
)
_COMPARE_KEYS = ("back", "next", "previous", "search", "wrap", "copy", "save", "body", "headers", "again")
"""What the bar at the foot shows, what matters most first."""

_OF_ANSWER = ("body", "headers", "filter", "compare")

_OFFERED = frozenset({"trust", "seal"})
"""Actions that only some failures offer."""


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of a test: the last finished report with the draft that it is about, which is another one where the
    file was sealed meanwhile; and what the user wants to trust."""

    report: ProbeReport | None
    draft: Draft
    trusted: Trusted | None = None


class ResultScreen(PageBeside[Tested]):
    """Runs the test when it opens."""

    CSS_PATH = "result.tcss"
    ACTIONS: ClassVar[tuple[Action, ...]] = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    AUTO_FOCUS = "#explanation"

    report: var[ProbeReport | None] = var(None)

    def __init__(
        self,
        workspace: WorkspaceServices,
        draft: Draft,
        parameters: dict[str, str],
        *,
        sealing: Callable[[], Awaitable[Entry | None]] | None = None,
    ) -> None:
        """`sealing` asks and seals the file that is tested, where it is one and not an edited draft."""
        super().__init__()
        self._tested = draft
        self._sealing = sealing
        self._workspace, self._draft, self._parameters = workspace, draft, parameters
        self._finished: ProbeReport | None = None
        self._worked = ""
        """When the file that is tested worked last, where its test failed."""
        self.section = AnswerSection(workspace, draft, self._report_text)
        """The answer, below the stages."""

    def compose(self) -> ComposeResult:
        yield TitleBar(f"Test  {self._draft.connection.name}", "running")
        yield TitleBar("")
        yield StageTable(applicable(self._draft.connection), limits(self._draft.connection))
        with Explanation(id="explanation"):
            yield Sheet(name_width=15, most_rows=8)
        yield self.section
        yield KeyBar(*bar_keys(action for action in ACTIONS if action.usable(self)))

    def on_mount(self) -> None:
        # What was told on the screen before would cover this one.
        self.app.clear_notifications()
        self.action_again()

    def watch_report(self, report: ProbeReport | None) -> None:
        titles = list(self.query(TitleBar))
        if report is None or not titles or not self.query(Sheet):
            # There is nothing to show, or the screen is on its way out.
            return
        title, address = titles
        outcome = report.outcome or "running"
        title.show(f"Test  {report.name}", outcome, alarm=outcome in {"failed", "error"})
        address.show(f"GET {report.url or ''}")
        self.query_one(StageTable).show(report)
        verified = self._draft.connection.options.verify
        offers = [action for action in ACTIONS if action.id in _OFFERED and action.usable(self)]
        section = self.section
        rows = section.preview() if report.outcome is not None else ()
        answer = section.answer if report.outcome is not None else None
        worked = self._worked if report.outcome is not None else ""
        groups = explain(report, verified=verified, offers=offers, answer=answer, rows=rows, worked=worked)
        self.query_one(Sheet).show(groups)
        self.show_keys()

    def show_keys(self) -> None:
        """Show the keys of what is in sight, those of the answer first where it is."""
        usable = [action for action in ACTIONS if action.usable(self)]
        first: tuple[str, ...] = _STAGE_KEYS
        if self.section.shown:
            first = _COMPARE_KEYS if self.section.is_comparing else _BODY_KEYS
        usable.sort(key=lambda action: first.index(action.id) if action.id in first else len(first))
        idle = () if self.section.answer else _OF_ANSWER
        if not self.section.is_searching:
            idle = (*idle, "next", "previous")
        shown = [action for action in usable if action.id in first and action.id not in idle]
        for bar in self.query(KeyBar):  # none where the screen is on its way in or out
            bar.show(bar_keys(shown)[0])

    def refresh_bindings(self) -> None:
        super().refresh_bindings()
        if self.is_mounted:
            self.show_keys()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        kind = self.report.failure.kind if self.report and self.report.outcome and self.report.failure else ""
        if action == "trust":
            return kind == "tls_untrusted"
        if action == "token":
            return self._draft.connection.auth.type in {"http_bearer_token", "oauth2"}
        if action == "seal":
            return kind == "seal_broken" and self._sealing is not None
        return True

    def why_not(self, action: str) -> str:
        """Say why an action cannot be done now."""
        return {
            "token": f"{AUTH_LABELS[self._draft.connection.auth.type]} fetches no token",
            "trust": "no authority was met that is not trusted",
            "seal": "the seal is not what this test failed at",
        }.get(action, "")

    def action_again(self) -> None:
        """Run the test; one that still runs is stopped."""
        self._probe()

    @work(exclusive=True, group="probe")
    async def _probe(self) -> None:
        with reporting(self):
            names = self._workspace.probes.parameters(self._draft)
            if not await parameters_given(self.app, names, self._parameters):
                if self._finished is None:
                    self._leave()
                return
            await opened(self.app, self._workspace, self._draft, self._parameters)
            await self._run()

    async def _run(self) -> None:
        draft = self._draft
        before = await self._workspace.answers.last(draft)
        report = self.report = self._workspace.probes.report(draft, self._parameters)
        # Only now: what the network needs is imported with the first report.
        started = time.perf_counter()
        async with aclosing(self._workspace.probes.probe(draft, self._parameters)) as results:
            async for result in results:
                self.report = report = report.plus(result)
        finished = report.finished((time.perf_counter() - started) * 1000)
        answer = await self._workspace.answers.last(draft)
        is_new = answer is not None and (before is None or answer.number != before.number)
        self.section.take(draft, answer if is_new else None)
        self._worked = ""
        self._finished = self.report = finished
        self._tested = draft
        keep = partial(self._workspace.history.tested, draft, finished, dict(self._parameters))
        await asyncio.to_thread(keep)
        if finished.outcome != "passed" and draft.file is not None and self.report is finished:
            self._worked = await asyncio.to_thread(self._worked_last, draft.file)
            self.watch_report(finished)
        if self._finished.outcome == "passed" and self._draft.connection.options.stream_response:
            self.action_stream()

    def _worked_last(self, file: str) -> str:
        """Say when a file worked last and what changed since; nothing where the history cannot tell."""
        try:
            return worked_last_text(self._workspace.history.worked_last(file), datetime.now(UTC))
        except IntegratorError:
            return ""

    def action_token(self) -> None:
        """Show the token of what is tested."""
        from integrator_tui.tui.screens.token import TokenScreen

        self.app.push_screen(TokenScreen(self._workspace, self._draft, self._parameters))

    def action_history(self) -> None:
        """Show the earlier results of the file that is tested."""
        if self._draft.file is None:
            self.notify("a connection that is not saved has no history yet", markup=False)
        else:
            self.flow("history", partial(self._history, self._draft.file))

    async def _history(self, file: str) -> None:
        from integrator_tui.tui.screens.history.screen import HistoryScreen

        if await ask(self.app, HistoryScreen(self._workspace, file, self._draft.connection.name)) == "test":
            self.action_again()

    def action_stream(self) -> None:
        """Open the stream of the same connection."""
        from integrator_tui.tui.screens.stream import StreamScreen

        self.app.push_screen(StreamScreen(self._workspace, self._draft, self._parameters, asked=True))

    def action_trust(self) -> None:
        """Show what was presented, and leave with it where the user trusts it."""
        self.flow("offer", self._trust)

    async def _trust(self) -> None:
        from integrator_tui.tui.flows.trust import trusted_authority

        failure = self.report.failure if self.report else None
        of_token = failure is not None and failure.stage == "authenticate"
        pem = await trusted_authority(self.app, self._workspace, self._draft, self._parameters, of_token=of_token)
        if pem is not None:
            self._leave(Trusted(pem, of_token))

    def action_seal(self) -> None:
        """Show what the file says now, seal it where the user says so, and test again."""
        self.flow("offer", self._seal)

    async def _seal(self) -> None:
        sealed = await self._sealing() if self._sealing is not None else None
        if sealed is not None and sealed.connection is not None:
            self._draft = Draft(sealed.connection, sealed.file, sealed.revision)
            self.action_again()

    async def action_answer(self, name: str) -> None:
        """Do what a key of the answer does."""
        await self.section.run(name)

    def _report_text(self) -> str:
        """The report as text: its stages, and what is said below them."""
        rows = [
            str(self.query_one(StageTable).row_text(y)).rstrip()
            for y in range(len(self.report.stages if self.report else ()))
        ]
        said = [
            f"{line.name:<15}{line.value}".rstrip()
            for group in self.query_one(Sheet).groups
            for line in group.lines
        ]
        title = f"{self.report.name}  GET {self.report.url}  {self.report.outcome}" if self.report else ""
        return visible("\n".join([title, *rows, "", *said]), keep="\n")

    async def action_back(self) -> None:
        """Close what is open, then leave."""
        if self.section.close_one():
            return
        self.workers.cancel_node(self)
        await asyncio.sleep(0)
        self._leave()

    def _leave(self, trusted: Trusted | None = None) -> None:
        self.dismiss(Tested(self._finished, self._tested, trusted))
