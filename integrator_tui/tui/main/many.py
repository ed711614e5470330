"""Tests of many connections at a time, live in the list: of all that it shows, of those that failed, of the marked.

Rules: as `check` makes them, a bounded number at a time. Rows keep their places while tests run, and are filtered
and ordered anew when they are over. Leaving cancels what runs and closes its sockets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final, Protocol

from textual.app import App

from integrator_tui.errors import PassphraseNeeded
from integrator_tui.model.entry import Entry
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.question import QuestionAnswer, QuestionScreen, question
from integrator_tui.tui.flows.passphrase import unlocked
from integrator_tui.tui.textual_fixes.key_order import order_of
from integrator_tui.tui.textual_fixes.turns import screens_turn

if TYPE_CHECKING:
    from integrator_tui.model.history import HistorySubject
    from integrator_tui.model.probe import ProbeReport
    from integrator_tui.tui.main.standing import Standing
    from integrator_tui.tui.services import WorkspaceServices

ASKED_FROM: Final = 50
"""More connections than that are tested only after a question."""

_KEPT_SECONDS: Final = 2.0
"""Results wait at most so long until the history has them."""


class ManyHost(Protocol):
    """What tests of many ask of the screen that shows them, and what they tell it."""

    @property
    def app(self) -> App[Any]: ...
    @property
    def workspace(self) -> WorkspaceServices: ...
    @property
    def standing(self) -> Standing: ...
    @property
    def parameters(self) -> dict[str, dict[str, str]]: ...
    def entry_of(self, file: str) -> Entry | None: ...
    def show_facts(self, files: Sequence[str] | None = None) -> None: ...
    def show_progress(self) -> None: ...
    def tests_over(self) -> None: ...


class ManyTests:
    """The tests of many that run on a screen, one after the other. `progress` says how far they are."""

    def __init__(self, screen: ManyHost) -> None:
        self._screen = screen
        self._done = self._total = self._failed = self._passed = 0
        self.is_running = False
        self._turn = asyncio.Lock()
        self.outcomes: dict[str, str] = {}
        """How each of them ended, by file: an outcome and a cause."""
        self._unkept: list[tuple[ProbeReport, HistorySubject, Mapping[str, str] | None]] = []

    @property
    def progress(self) -> str:
        """`testing 120 of 2,009`, empty where nothing runs."""
        if not self.is_running:
            return ""
        failed = f", {self._failed:,} failed" if self._failed else ""
        return f"testing {self._done:,} of {self._total:,}{failed}, Esc stops"

    @property
    def summary(self) -> str:
        """`120 tested: 108 passed, 9 failed, 3 could not be tried.`"""
        other = self._done - self._failed - self._passed
        parts = [f"{self._passed:,} passed", f"{self._failed:,} failed"]
        if other:
            parts.append(f"{other:,} could not be tried")
        return f"{self._done:,} tested: {', '.join(parts)}."

    async def agreed(self, files: Sequence[str]) -> bool:
        """Ask where there are many."""
        if len(files) <= ASKED_FROM:
            return True
        many = self._screen.workspace.many
        # A second process takes half a second to be there, and whoever is asked takes longer.
        many.prepare(len(files))
        is_agreed = False
        try:
            is_agreed = await ask(self._screen.app, self._question(files)) == "test"
        finally:
            if not is_agreed:
                await many.put_off()
        return is_agreed

    @staticmethod
    def _question(files: Sequence[str]) -> QuestionScreen:
        return question(
            f"Test {len(files):,} connections",
            "Each of them is sent its test request, and its token request where it has one.",
            (QuestionAnswer("Cancel", "cancel"), QuestionAnswer("Test all", "test", "primary")),
        )

    def stop(self) -> None:
        """Say that what runs is being stopped: more can be asked for, and begins once that has ended."""
        self.is_running = False

    async def run(self, files: Sequence[str]) -> bool:
        """Test these files; return whether it came to the end."""
        async with self._turn:
            return await self._run(files)

    async def _run(self, files: Sequence[str]) -> bool:
        screen, workspace = self._screen, self._screen.workspace
        self._done, self._total, self._failed, self._passed = 0, len(files), 0, 0
        self.is_running, self.outcomes = True, {}
        screen.standing.testing.update(files)
        screen.show_facts(files)
        screen.show_progress()
        keeping = asyncio.create_task(self._keep())
        try:
            entries = [screen.entry_of(file) or Entry(file, file) for file in files]
            await unlocked(screen.app, workspace, workspace.secrets.require_unlocked, entries)
            await self._test(entries)
            return True
        except PassphraseNeeded:
            # Who gives no passphrase wants no test.
            return False
        finally:
            keeping.cancel()
            try:
                # Before anything says that it is over: who sees that may leave.
                await self._keep_now()
            finally:
                self._end(files)
                await workspace.many.put_off()

    def _end(self, files: Sequence[str]) -> None:
        self.is_running = False
        self._screen.standing.testing.difference_update(files)
        self._screen.show_facts()
        self._screen.tests_over()

    async def _test(self, entries: Sequence[Entry]) -> None:
        screen, workspace = self._screen, self._screen.workspace
        parameters = {file: dict(given) for file, given in screen.parameters.items()}
        async with aclosing(workspace.many.tested(entries, parameters)) as results:
            async for entry, report, subject in results:
                screen.standing.note_report(entry.file, entry.revision, report)
                self._unkept.append((report, subject, parameters.get(entry.file)))
                self._done += 1
                self._failed += report.outcome == "failed"
                self._passed += report.outcome == "passed"
                cause = report.failure.stage or report.failure.kind if report.failure else ""
                self.outcomes[entry.file] = f"{report.outcome} {cause}"
                screen.show_facts((entry.file,))
                screen.show_progress()
                if order_of(screen.app).busy:
                    await screens_turn(screen.app)

    async def _keep(self) -> None:
        """Have the history take what came so far, so that a killed program loses little."""
        while True:
            await asyncio.sleep(_KEPT_SECONDS)
            await self._keep_now()

    async def _keep_now(self) -> None:
        unkept, self._unkept = self._unkept, []
        history = self._screen.workspace.history

        def keep() -> None:
            for report, subject, given in unkept:
                history.record(report, subject, given)
            history.flush()

        if unkept:
            await asyncio.to_thread(keep)
