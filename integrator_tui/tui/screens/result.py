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
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.reactive import var

from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.probe import ProbeReport
from integrator_tui.model.stages import applicable
from integrator_tui.model.text import visible
from integrator_tui.tui.actions import Action, bar_keys, bindings
from integrator_tui.tui.dialogs.base import Page
from integrator_tui.tui.dialogs.notices import reporting
from integrator_tui.tui.flows.parameters import parameters_given
from integrator_tui.tui.flows.passphrase import opened
from integrator_tui.tui.screens.answer_section import AnswerSection
from integrator_tui.tui.screens.report_text import explain, limits
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.sheet import Sheet
from integrator_tui.tui.widgets.stage_table import StageTable
from integrator_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices


def _answer(id: str, keys: tuple[str, ...], words: str, tooltip: str, short: str = "") -> Action:  # noqa: A002
    return Action(id, keys, words, tooltip, short, call=f"answer('{id}')")


ANSWER = (
    _answer("body", ("b",), "Body", "Show the body of the answer, or the stages again", "Body"),
    _answer("headers", ("h",), "Headers", "Show the headers of the answer, or the stages again", "Headers"),
    _answer("search", ("slash",), "Search", "Search in the body", "Search"),
    _answer("filter", ("F",), "Filter answer", "Show what a JavaScript expression gives of the body", "Filter"),
    _answer("mode", ("x",), "Laid out, text, hex", "Change how the body is shown", "Text/hex"),
    _answer("wrap", ("w",), "Wrap", "Wrap long lines, or cut them", "Wrap"),
    _answer("copy", ("y",), "Copy", "Copy the line, again its value; of the stages the report", "Copy"),
    _answer("path", ("P",), "Copy JSON path", "Copy the path of the line, as expressions write it", "Path"),
    _answer("save", ("S", "Y"), "Save body", "Save what is shown to a file only you can read", "Save"),
    _answer("report", (), "Save report", "Save what the stages say to a file only you can read"),
    _answer("compare", ("D",), "Compare", "Compare with the pinned answer, or the one before", "Compare"),
    _answer("pin", ("p",), "Pin", "Keep this answer to compare later ones with, or no longer"),
    _answer("pager", ("vertical_line",), "Open in $PAGER", "Read it in your pager"),
    _answer("next", ("n",), "Next match", "Go to the next match of the search"),
    _answer("previous", ("N",), "Previous match", "Go to the match before"),
)
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
    *ANSWER,
    Action(
        "keep",
        ("ctrl+s",),
        "Keep as output",
        "Keep the expression of the filter as an output of an operation",
        "Keep as output",
    ),
    Action(
        "back", ("escape", "q"), "Back", "Close what is open; leave, and stop the test where it still runs", "Back"
    ),
)


@dataclass(frozen=True, slots=True)
class Trusted:
    """A certificate that the user wants to trust, for the token's server or the connection's own."""

    pem: str
    of_token: bool


_STAGE_KEYS = ("back", "again", "trust", "seal", "body", "headers", "filter", "compare", "copy", "stream", "save")
_BODY_KEYS = (
    *(
        "back",
        "keep",
        "next",
        "previous",
        "search",
        "filter",
        "mode",
        "wrap",
        "copy",
        "path",
        "save",
        "compare",
        "headers",
    ),
    *("body", "again"),
)
"""What the bar at the foot shows, what matters most first."""

_OF_ANSWER = ("body", "headers", "filter", "compare")

_OFFERED = frozenset({"trust", "seal"})
"""Actions that only some failures offer."""


class _Explanation(VerticalScroll, can_focus=True):
    """What is said below the stages, with the motions of a viewer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "scroll_up", "Line up", show=False, tooltip="Go one line up"),
        Binding("j", "scroll_down", "Line down", show=False, tooltip="Go one line down"),
        Binding("ctrl+u", "half(-1)", "Half up", show=False, tooltip="Go half a page up"),
        Binding("ctrl+d", "half(1)", "Half down", show=False, tooltip="Go half a page down"),
        Binding("g", "scroll_home", "Beginning", show=False, tooltip="Go to the beginning"),
        Binding("G", "scroll_end", "End", show=False, tooltip="Go to the end"),
    ]

    def action_half(self, direction: int) -> None:
        """Scroll by half a page."""
        self.scroll_relative(y=direction * max(1, self.size.height // 2), animate=False)


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of a test: the last finished report with the draft that it is about, which is another one where the
    file was sealed meanwhile; and what the user wants to trust."""

    report: ProbeReport | None
    draft: Draft
    trusted: Trusted | None = None


class ResultScreen(Page[Tested]):
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
        keeping: Callable[[str], Awaitable[Draft | None]] | None = None,
    ) -> None:
        """`sealing` asks and seals the file that is tested, where it is one and not an edited draft.

        `keeping` makes an operation of an expression and gives the draft that has it.
        """
        super().__init__()
        self._tested = draft
        self._sealing = sealing
        self._keeping = keeping
        self._workspace, self._draft, self._parameters = workspace, draft, parameters
        self._finished: ProbeReport | None = None
        self.section = AnswerSection(workspace, draft, self._report_text)
        """The answer, below the stages."""

    def compose(self) -> ComposeResult:
        yield TitleBar(f"Test  {self._draft.connection.name}", "running")
        yield TitleBar("")
        yield StageTable(applicable(self._draft.connection), limits(self._draft.connection))
        with _Explanation(id="explanation"):
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
        groups = explain(report, verified=verified, offers=offers, answer=answer, rows=rows)
        self.query_one(Sheet).show(groups)
        self.show_keys()

    def show_keys(self) -> None:
        """Show the keys of what is in sight, those of the answer first where it is."""
        usable = [action for action in ACTIONS if action.usable(self)]
        first = _BODY_KEYS if self.section.shown else _STAGE_KEYS
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
        if action == "keep":
            return self._keeping is not None and bool(self.section.expression)
        if action == "seal":
            return kind == "seal_broken" and self._sealing is not None
        return True

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
        self._finished = self.report = finished
        self._tested = draft
        keep = partial(self._workspace.history.tested, draft, finished, dict(self._parameters))
        await asyncio.to_thread(keep)
        if self._finished.outcome == "passed" and self._draft.connection.options.stream_response:
            self.action_stream()

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

    def action_keep(self) -> None:
        """Keep the expression of the filter as an output."""
        self.flow("keep", self._keep)

    async def _keep(self) -> None:
        kept = await self._keeping(self.section.expression) if self._keeping is not None else None
        if kept is not None:
            self._draft = kept
            self.notify("kept as an output of an operation", markup=False)

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
