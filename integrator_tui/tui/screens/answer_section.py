"""The Answer below the stages of a result: its body or its headers, searched, filtered, compared, copied, saved."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textual import on
from textual.app import ComposeResult
from textual.widget import Widget

from integrator_tui.errors import ExpressionError, IntegratorError
from integrator_tui.model.answer import KeptAnswer
from integrator_tui.model.difference import as_far_as_both, differences
from integrator_tui.model.entry import Draft
from integrator_tui.model.moments import clock
from integrator_tui.model.text import counted, visible
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.notices import notify_error
from integrator_tui.tui.dialogs.question import QuestionAnswer, QuestionScreen, question
from integrator_tui.tui.flows.programs.pager import show_in_pager
from integrator_tui.tui.screens.report_text import answer_words
from integrator_tui.tui.widgets.answer.bars import BodySaveBar
from integrator_tui.tui.widgets.answer.document import AnswerDocument
from integrator_tui.tui.widgets.answer.pane import AnswerPane
from integrator_tui.tui.widgets.answer.window import WindowPosition
from integrator_tui.tui.widgets.copied import copied
from integrator_tui.tui.widgets.log.prompt import WAITING

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices

_PLAIN: Final = "text/plain; charset=utf-8"
_TYPING: Final = 0.05
"""Seconds without a key after which an expression that is being typed is tried."""
_ENDINGS: Final = {"json": "json", "xml": "xml", "html": "html", "text": "txt", "hex": "bin"}
_PREVIEW_ROWS, _PREVIEW_CELLS = 6, 76


class AnswerSection(Widget):
    """Out of sight until it is asked for. `report` gives the report as text, for who saves that."""

    DEFAULT_CSS = """
    AnswerSection { layout: vertical; width: 1fr; height: auto; overflow: hidden; }
    AnswerSection.open { height: 1fr; }
    """

    def __init__(
        self,
        workspace: WorkspaceServices,
        draft: Draft,
        report: Callable[[], str],
        *,
        to: str = "",
        called: str = "",
        report_as: tuple[str, str] = ("report", "txt"),
    ) -> None:
        """`to` is the request that is answered, the test where it is empty. Files are named after `called`, the
        connection where it is empty, and a report by `report_as`: its name and its ending."""
        super().__init__()
        self._to, self._called, self._report_as = to, called, report_as
        self.answer: KeptAnswer | None = None
        self.shown = ""
        """What is in sight: `body`, `headers` or nothing."""
        self._workspace, self._draft, self._report = workspace, draft, report
        self._pane: AnswerPane | None = None
        self._document: AnswerDocument | None = None
        self._wanted: str | None = None
        self._wraps = {"body": False, "headers": True}
        self._place: tuple[AnswerDocument, WindowPosition] | None = None
        """Where one was in the body before something else was shown in its place."""
        self._compared_from = ""
        """What was in sight when a comparison was asked for."""
        self._save_bar = BodySaveBar(None)

    def compose(self) -> ComposeResult:
        self._save_bar = BodySaveBar(getattr(self.app, "home", None))
        yield self._save_bar

    def take(self, draft: Draft, answer: KeptAnswer | None) -> None:
        """Take the answer of the test that ended, and show it where one was shown."""
        self._draft, self.answer = draft, answer
        self._document = AnswerDocument(answer.body, answer.content_type) if answer else None
        if self._pane is not None:
            if answer is None:
                self.close()
            elif self.shown:
                expression = self._pane.typed_filter
                self._show(self.shown)
                if expression:
                    self.run_worker(self._try(expression), group="filter", exclusive=True)

    @property
    def is_comparing(self) -> bool:
        """Whether what is in sight is a comparison."""
        return bool(self.shown) and self._pane is not None and self._pane.is_made and not self._pane.typed_filter

    @property
    def is_searching(self) -> bool:
        """Whether a search is open."""
        return self._pane is not None and self._pane.is_searching

    @property
    def is_filtering(self) -> bool:
        """Whether an expression is being typed."""
        return self._pane is not None and bool(self.shown) and self._pane.filter_bar.is_open

    @property
    def expression(self) -> str:
        """The expression of the filter, empty where there is none or it gives nothing."""
        pane = self._pane
        if pane is None or self.shown != "body" or (pane.filter_bar.is_open and pane.filter_bar.is_refused):
            return ""
        return pane.typed_filter

    def preview(self) -> tuple[str, ...]:
        """Return the first rows of the body."""
        if self._document is None or not self._document.body:
            return ()
        view = self._document.view
        view.advance(0)
        texts = ["".join(piece.text for piece in view.pieces(row)) for row in range(min(_PREVIEW_ROWS, len(view)))]
        rows = [text if len(text) <= _PREVIEW_CELLS else f"{text[: _PREVIEW_CELLS - 1]}…" for text in texts]
        return (*rows, "…") if len(view) > len(rows) else tuple(rows)

    # what the keys do

    async def run(self, name: str) -> None:
        """Do what a key of the answer asks for; say why where it can do nothing."""
        if name in ("report", "copy_report"):
            if self.shown:
                self.close()
            name = "save" if name == "report" else "copy"
        if name in ("copy", "save") and not self.shown:
            await (self._copy_report() if name == "copy" else self._ask_where())
            return
        if self.answer is None:
            self.notify(_NO_ANSWER, markup=False)
            return
        if self._pane is None:
            # Before it is there it could not take the focus.
            self._pane = AnswerPane(AnswerDocument(b"", ""), "")
            await self.mount(self._pane, before=self._save_bar)
        if name in ("body", "headers"):
            self.close() if self.shown == name else self._show(name)
            return
        self._compared_from = self.shown if not self.is_comparing else self._compared_from
        if not self.shown:
            self._show("body")
        assert self._pane is not None
        does: dict[str, Callable[[], Any]] = {
            "search": self._pane.search,
            "next": lambda: self._step(True),
            "previous": lambda: self._step(False),
            "wrap": self._wrap,
            "mode": self._pane.next_mode,
            "filter": self._filter,
            "copy": self._pane.view.copy_line,
            "path": self._pane.view.copy_path,
            "save": self._ask_where,
            "compare": self._compare,
            "pin": self._pin,
            "pager": self._page,
        }
        done = does[name]()
        if isinstance(done, Awaitable):
            await done

    def close_one(self) -> bool:
        """Close what is open, the innermost first; False where nothing is."""
        if self._save_bar.is_open:
            self._save_bar.close()
            self._focus()
            return True
        if self._pane is not None and self.shown and self._pane.close_one():
            return True
        if self.shown:
            self.close()
            return True
        return False

    def close(self) -> None:
        """Go back to what the stages say."""
        self.shown = ""
        if self._pane is not None:
            self._pane.close_bars()
            self._pane.display = False
        self.remove_class("open")
        self.screen.query_one("#explanation").display = True
        self.screen.query_one("#explanation").focus()
        self.screen.refresh_bindings()

    def _show(self, name: str) -> None:
        assert self.answer is not None and self._document is not None
        self.shown = name
        if name == "headers":
            document = AnswerDocument(self._headers(self.answer).encode("utf-8", "replace"), "")
        else:
            document = self._document
        assert self._pane is not None
        self._note_place()
        self._pane.show(document, self._words(name))
        window = self._pane.view.window
        if window.wrap != self._wraps[name]:
            window.set_wrap(self._wraps[name])
        if self._place is not None and self._place[0] is document:
            window.go_back(self._place[1])
        self._pane.display = True
        self.add_class("open")
        self.screen.query_one("#explanation").display = False
        self._pane.view.focus()
        self.screen.refresh_bindings()

    def _note_place(self) -> None:
        """Note where one is in the body, to come back there."""
        if self._pane is not None and self._document is not None and self._pane.document is self._document:
            self._place = self._document, self._pane.view.window.place

    def _wrap(self) -> None:
        assert self._pane is not None
        self._pane.wrap()
        self._wraps[self.shown] = self._pane.view.window.wrap

    def _words(self, name: str) -> str:
        assert self.answer is not None
        which = "Token answer " if self.answer.of_token else ""
        size = f"{self.answer.size:,} bytes"
        parts = [f"{which}{name.capitalize()}", self.answer.status_line if name == "headers" else size]
        parts += ["not whole"] if self.answer.cut and name == "body" else []
        return " · ".join(parts)

    @staticmethod
    def _headers(answer: KeptAnswer) -> str:
        return "\n".join([answer.status_line, *(f"{name}: {value}" for name, value in answer.headers)])

    def _focus(self) -> None:
        if self.shown and self._pane is not None:
            self._pane.view.focus()
        else:
            self.screen.query_one("#explanation").focus()

    def _step(self, forward: bool) -> None:
        if self._pane is not None and self.is_searching:
            self._pane.search_bar.step(forward)
        else:
            self.notify("nothing is searched for yet: / searches", markup=False)

    def on_descendant_focus(self) -> None:
        # Other keys count while something is typed.
        self.screen.refresh_bindings()

    # filter

    def _filter(self) -> None:
        if self.shown != "body":
            self._show("body")
        assert self._pane is not None
        # The line that is typed into takes a row, and may move what is above it.
        self._note_place()
        self._pane.filter()

    @on(AnswerPane.FilterChanged)
    def _filter_changed(self, message: AnswerPane.FilterChanged) -> None:
        message.stop()
        self._wanted = message.expression
        if message.expression is None:
            self.workers.cancel_group(self, "filter")
            if self._pane is not None and self._pane.is_made and self.shown:
                self.close() if self.is_comparing and not self._compared_from else self._show(self.shown)
            return
        self.run_worker(self._try(message.expression), group="filter", exclusive=True)

    async def _try(self, expression: str) -> None:
        pane, answer = self._pane, self.answer
        if pane is None or answer is None or not expression:
            return
        await asyncio.sleep(_TYPING)
        pane.filter_bar.remark(WAITING)
        try:
            made = await self._workspace.answers.filtered(answer, expression)
        except ExpressionError as error:
            pane.filter_bar.tried(visible(error.message, limit=300) or "✗")
            self.screen.refresh_bindings()
            return
        pane.filter_bar.tried()
        pane.show(
            AnswerDocument(made, "application/json"), f"Body · {expression}", is_made=True, expression=expression
        )
        self.screen.refresh_bindings()

    def say_what_to_keep(self) -> None:
        """Say why there is no expression to keep as an output."""
        is_refused = self._pane is not None and self._pane.filter_bar.is_open and self._pane.filter_bar.is_refused
        words = "this expression gives nothing on this answer: mend it first" if is_refused else _NO_FILTER
        self.notify(words, markup=False)

    # compare and pin

    async def _compare(self) -> None:
        other = await self._workspace.answers.other(self._draft, to=self._to)
        if other is None:
            self.notify("there is no answer before this one: t tests again, p pins this one", markup=False)
            return
        assert self.answer is not None and self._pane is not None
        old, new = as_far_as_both(other, self.answer)
        lines = await asyncio.to_thread(differences, old, new)
        words = f"Compare with the answer of {clock(other.at)}"
        if len(new.body) < max(len(other.body), len(self.answer.body)):
            words = f"{words} as far as both were kept"
        if other.url != self.answer.url:
            words = f"{words} of {other.url}"
        text = "\n".join(lines) if lines else "no difference"
        count = counted(len(lines), "difference")
        self._note_place()
        self._pane.show(AnswerDocument(text.encode("utf-8", "replace"), ""), f"{words} · {count}", is_made=True)
        self._pane.view.focus()
        self.screen.refresh_bindings()

    def _pin(self) -> None:
        assert self.answer is not None
        is_pinned = self._workspace.answers.pin(self._draft, self.answer, to=self._to)
        self.notify("pinned: D compares later answers with it" if is_pinned else "no longer pinned", markup=False)

    # pager, copy, save

    def _page(self) -> None:
        try:
            show_in_pager(self.app, getattr(self.app, "pager", ""), self._lines())
        except IntegratorError as error:
            notify_error(self, error.message, error.hint)

    def _lines(self) -> Iterator[str]:
        """Every row of what is shown, as it is shown."""
        assert self._pane is not None
        view = self._pane.document.view
        while not view.is_complete:
            view.advance(1)
        return ("".join(piece.text for piece in view.pieces(row)) for row in range(len(view)))

    async def _copy_report(self) -> None:
        self.app.copy_to_clipboard(self._report())
        self.notify(copied("report"), markup=False)

    async def _ask_where(self) -> None:
        what = {"body": "answer", "headers": "headers"}.get(self.shown, self._report_as[0])
        ending = "txt" if self.shown else self._report_as[1]
        if self.shown == "body" and self._pane is not None:
            ending = _ENDINGS[self._pane.document.kind]
        about = self._called or self._draft.connection.name
        name = "".join(c if c.isalnum() or c in "-_." else "-" for c in about.lower())
        self._save_bar.open(f"{name or 'connection'}-{what}-{datetime.now():%Y%m%d-%H%M%S}.{ending}")

    @on(BodySaveBar.Chosen)
    def _place_chosen(self, message: BodySaveBar.Chosen) -> None:
        message.stop()
        self.run_worker(self._save(message.path), group="save", exclusive=True)

    async def _save(self, path: Path) -> None:
        answer, pane = self.answer, self._pane
        if self.shown == "body" and answer is not None and pane is not None and not pane.is_made:
            masked = answer.of_token
            if answer.holds_secret:
                chosen = await ask(self.app, _secret_question())
                if chosen not in ("masked", "came"):
                    return
                masked = chosen == "masked"
        else:
            text = (
                pane.document.body if self.shown and pane is not None else self._report().encode("utf-8", "replace")
            )
            answer = _made(text)
            masked = True
        try:
            size = await self._workspace.answers.write(answer, path, masked=masked)
        except IntegratorError as error:
            why = error.message.removeprefix(str(path)).strip(" :")
            self._save_bar.remark(visible(f"{why}; {error.hint}", limit=300))
            return
        self._save_bar.close()
        self._focus()
        self.notify(f"{size:,} bytes saved to {visible(str(path))}", markup=False)


_NO_FILTER: Final = "there is no filter to keep yet: F filters"
_NO_ANSWER: Final = "no answer came, so there is none to show"


def _made(body: bytes) -> KeptAnswer:
    """What was made here, to be written like an answer."""
    return KeptAnswer(0, datetime.now(), 0, "", (), _PLAIN, body, len(body), "", False, False, "")


def _secret_question() -> QuestionScreen:
    return question(
        "A secret stands in this answer",
        "The server sent back a value that this connection keeps secret. Masked writes ••• in its place.",
        (
            QuestionAnswer("Masked", "masked", "primary"),
            QuestionAnswer("As it came", "came"),
            QuestionAnswer("Cancel", "cancel"),
        ),
    )


__all__ = ["AnswerSection", "answer_words"]
