"""What a result looks like: the stages, why they failed, the answer below, and the keys for what is in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import var

from integrator_tui.model.answer import REQUESTS
from integrator_tui.model.connection import Operation
from integrator_tui.model.entry import Draft
from integrator_tui.model.fields import AUTH_LABELS
from integrator_tui.model.hinted_field import REQUEST_PATH, hinted_field
from integrator_tui.model.probe import ProbeReport
from integrator_tui.model.stages import applicable
from integrator_tui.model.text import visible
from integrator_tui.tui.actions import Action, bar_keys, bindings
from integrator_tui.tui.dialogs.beside import PageBeside
from integrator_tui.tui.labels import label_of
from integrator_tui.tui.screens.answer_section import AnswerSection
from integrator_tui.tui.screens.report_text import explain, limits
from integrator_tui.tui.screens.result_actions import (
    ACTIONS,
    BODY_KEYS,
    COMPARE_KEYS,
    FILTER_KEYS,
    OF_ANSWER,
    OF_REQUEST,
    OFFERED,
    STAGE_KEYS,
)
from integrator_tui.tui.screens.result_outcome import NO_WAYS, ResultWays, Tested
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.sheet import Sheet
from integrator_tui.tui.widgets.stage_table import StageTable
from integrator_tui.tui.widgets.title_bar import TitleBar
from integrator_tui.tui.widgets.viewer import Viewer

if TYPE_CHECKING:
    from integrator_tui.model.parameters import Purpose
    from integrator_tui.tui.services import WorkspaceServices


class ResultPage(PageBeside[Tested]):
    """Shows `report` and the answer of `section`, each time that one of them is another."""

    CSS_PATH = "result.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    AUTO_FOCUS = "#explanation"

    report: var[ProbeReport | None] = var(None)

    def __init__(
        self,
        workspace: WorkspaceServices,
        draft: Draft,
        parameters: dict[str, str],
        purpose: Purpose = "test",
        *,
        ways: ResultWays = NO_WAYS,
    ) -> None:
        """`purpose` is the test, or an operation that is sent in its place."""
        super().__init__()
        self._ways = ways
        self._purpose = purpose
        self.ACTIONS: tuple[Action, ...] = ACTIONS if purpose == "test" else OF_REQUEST
        self._workspace, self._draft, self._parameters = workspace, draft, parameters
        self._finished: ProbeReport | None = None
        self._tested = draft
        """What the finished report is about."""
        self._worked = ""
        """When the file that is tested worked last, where its test failed."""
        self._to = REQUESTS if isinstance(purpose, Operation) else ""
        self.section = AnswerSection(workspace, draft, self._report_text, to=self._to)
        """The answer, below the stages."""

    def compose(self) -> ComposeResult:
        connection = self._draft.connection
        yield TitleBar(f"{self._word}  {connection.name}", "running")
        yield TitleBar("")
        yield StageTable(applicable(connection, self._purpose), limits(connection))
        with Viewer(id="explanation"):
            yield Sheet(name_width=15, most_rows=8)
        yield self.section
        yield KeyBar(*bar_keys(action for action in self.ACTIONS if action.usable(self)))

    @property
    def _word(self) -> str:
        """What is done here."""
        return "Request" if isinstance(self._purpose, Operation) else "Test"

    @property
    def _method(self) -> str:
        return self._purpose.method if isinstance(self._purpose, Operation) else "GET"

    def watch_report(self, report: ProbeReport | None) -> None:
        titles = list(self.query(TitleBar))
        if report is None or not titles or not self.query(Sheet):
            # There is nothing to show, or the screen is on its way out.
            return
        title, address = titles
        outcome = report.outcome or "running"
        title.show(f"{self._word}  {report.title}", outcome, alarm=outcome in {"failed", "error"})
        address.show(f"{self._method} {report.url or ''}")
        self.query_one(StageTable).show(report)
        verified = self._draft.connection.options.verify
        section = self.section
        rows = section.preview() if report.outcome is not None else ()
        answer = section.answer if report.outcome is not None else None
        worked = self._worked if report.outcome is not None else ""
        offers = self._offers(report)
        groups = explain(report, verified=verified, offers=offers, answer=answer, rows=rows, worked=worked)
        self.query_one(Sheet).show(groups)
        self.show_keys()

    def _offers(self, report: ProbeReport) -> list[Action]:
        """What can be done about the failure, the field to mend it in named."""
        offers = [action for action in self.ACTIONS if action.id in OFFERED and action.usable(self)]
        if report.outcome is not None and report.failure is not None and "seal" not in {a.id for a in offers}:
            edit = next(action for action in self.ACTIONS if action.id == "edit")
            offers.append(edit._replace(tooltip=f"go to {self._hinted_words(report)}"))
        return offers

    def _hinted_words(self, report: ProbeReport) -> str:
        return "Request Path" if self._hinted(report) == REQUEST_PATH else label_of(self._hinted(report))

    def _hinted(self, report: ProbeReport | None) -> str:
        """The field that the failure hints at; empty where nothing failed."""
        if report is None or report.failure is None:
            return ""
        return hinted_field(report.failure, self._draft.connection, self._purpose)

    def show_keys(self) -> None:
        """Show the keys of what is in sight, those of the answer first where it is."""
        usable = [action for action in self.ACTIONS if action.usable(self)]
        first: tuple[str, ...] = BODY_KEYS if self.section.shown else STAGE_KEYS
        if self.section.is_filtering:
            first = FILTER_KEYS
        elif self.section.is_comparing:
            first = COMPARE_KEYS
        usable.sort(key=lambda action: first.index(action.id) if action.id in first else len(first))
        idle: tuple[str, ...] = () if self.section.answer else OF_ANSWER
        if not self.section.expression:
            idle = (*idle, "keep")
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
            return kind == "tls_untrusted" and self._purpose == "test"
        if action == "token":
            return self._draft.connection.auth.type in {"http_bearer_token", "oauth2"}
        if action == "seal":
            return kind == "seal_broken" and self._ways.seal is not None
        return True

    def why_not(self, action: str) -> str:
        """Say why an action cannot be done now."""
        return {
            "token": f"{AUTH_LABELS[self._draft.connection.auth.type]} fetches no token",
            "trust": "no authority was met that is not trusted",
            "seal": "the seal is not what this test failed at",
        }.get(action, "")

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
        report = self.report
        title = f"{report.name}  {self._method} {report.url}  {report.outcome}" if report else ""
        return visible("\n".join([title, *rows, "", *said]), keep="\n")
