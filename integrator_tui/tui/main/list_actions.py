"""What the keys of the list do: filter, marks, order, width, the table, and tests of many."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from textual import on, work

from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.notices import reporting
from integrator_tui.tui.main.connections_page import ConnectionsPage
from integrator_tui.tui.widgets.connections.facts import ORDERS
from integrator_tui.tui.widgets.connections.list import ConnectionList

if TYPE_CHECKING:
    from integrator_tui.tui.main.many import ManyTests
    from integrator_tui.tui.widgets.fields.text_field import TextField

FAILED: Final = "is:failed"
WATCH_SECONDS: Final = 30.0

_MOVED: Final = {"g": "g goes to the first row; Seal is L.", "k": "k goes one row up; Token is K."}
"""Said for one release: keys that were another's."""


class ListActions(ConnectionsPage):
    """The main screen's keys for what is listed. `is_fleet` says that the list is shown as a table."""

    is_fleet = False
    _tests: ManyTests | None = None
    _watch_every: float | None = None
    _told_moved: frozenset[str] = frozenset()

    @property
    def busy(self) -> str:
        progress = (self._tests.progress if self._tests is not None else "") or super().busy
        if not progress and self._watch_every is not None:
            progress = f"watching every {self._watch_every:g} s"
        via = self.workspace.via
        return " · ".join(filter(None, (progress, f"from {visible(via, limit=40)}" if via else "")))

    def say(self, why: str) -> None:
        """Say why a key does nothing."""
        self.app.notify(why, timeout=4, markup=False)

    @property
    def can_clear(self) -> bool:
        """Whether Esc has something to stop, to clear or to leave."""
        is_running = self._tests is not None and self._tests.is_running
        return is_running or self.sidebar.is_filtered or bool(self.list.marked) or self.is_fleet

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return True
        if action == "unfilter":
            return self.can_clear or None
        if action == "leave_fleet":
            return self.is_fleet
        return super().check_action(action, parameters)

    @on(ConnectionList.LetterMoved)
    def _tell_moved(self, event: ConnectionList.LetterMoved) -> None:
        """Say once where a key went that this letter was."""
        if event.letter not in self._told_moved:
            self._told_moved = self._told_moved | {event.letter}
            self.say(_MOVED[event.letter])

    def action_from_host(self) -> None:
        """Choose the host that is looked from."""
        self.flow("from", self._choose_host)

    async def _choose_host(self) -> None:
        from integrator_tui.tui.flows.vantage import vantage_chosen

        choice = await vantage_chosen(self.app, self.workspace, several=True)
        if choice.is_other:
            self.show_header()
        if choice.hosts:
            await self._test_from(choice.hosts)

    async def _test_from(self, hosts: tuple[str, ...]) -> None:
        """Test what is marked, else what is selected, from these hosts."""
        from integrator_tui.tui.screens.vantages import VantagesScreen

        one = (self.selected.file,) if self.selected is not None else ()
        files = self.testable(tuple(self.list.marked) or one)
        if not files:
            self.say("Nothing is selected that can be tested.")
        elif await self._many.agreed(files):
            await ask(self.app, VantagesScreen(self.workspace, files, dict(self.parameters), hosts))

    # the filter

    def action_filter(self) -> None:
        """Open the filter."""
        self.sidebar.open_filter()

    def on_text_field_edited(self, event: TextField.Edited) -> None:
        self.list.set_filter(event.value)
        self.show_header()

    def action_to_list(self, step: int) -> None:
        """Go from the filter to the list, one row on."""
        self.list.focus()
        if step:
            self.list.action_move(step)

    def action_unfilter(self) -> None:
        """Stop the tests, else clear the filter, else the marks, else leave the table."""
        if self._tests is not None and self._tests.is_running:
            self._stop()
        elif self.sidebar.is_filtered:
            self.sidebar.close_filter()
        elif self.list.marked:
            self.list.clear_marks()
        elif self.is_fleet:
            self.action_fleet()
        self.show_header()

    # marks, order, width

    def action_mark(self) -> None:
        """Mark the selected connection, or no longer."""
        if not self.list.mark_selected():
            self.say("There is nothing to mark.")

    def action_mark_all(self) -> None:
        """Mark all that the list shows, or no longer."""
        if not self.list.mark_shown():
            self.say("There is nothing to mark.")

    def action_order(self) -> None:
        """Order the list by the next of its orders."""
        self.sidebar.next_order()
        self.show_header()

    def action_expiry(self) -> None:
        """Show first what ends soonest; by name again where that is so."""
        self.list.set_order(ORDERS[0] if self.list.order == "expiry" else "expiry")
        self.list.action_end(False)
        self.show_header()

    def action_widen(self, steps: int) -> None:
        """Make the sidebar wider or narrower."""
        if self.is_fleet:
            self.say("The table has the whole width; V leaves it.")
        elif not self.sidebar.widen(steps):
            self.say("The list cannot be wider." if steps > 0 else "The list cannot be narrower.")

    # the table

    def action_fleet(self) -> None:
        """Show the list as a table, or as a list again."""
        self.is_fleet = not self.is_fleet
        self.set_class(self.is_fleet, "fleet")
        self.sidebar.as_table(self.is_fleet)
        self.list.focus()
        if not self.is_fleet:
            self._stop_watch()
        self.fleet_shown()

    def action_leave_fleet(self) -> None:
        """Show the list as a list again."""
        if self.is_fleet:
            self.action_fleet()

    def fleet_shown(self) -> None:
        """Show the keys of the table, or of the list; for the screen."""

    # tests of many

    def action_test_all(self) -> None:
        """Test all that the list shows."""
        self.test_many(self.testable(self.list.shown_files), "The list shows nothing that can be tested.")

    def action_test_failed(self) -> None:
        """Show what failed last, and test it again."""
        failed = tuple(entry.file for entry in self.entries if self.standing.facts(entry).is_failed)
        if failed:
            self.sidebar.show_filter(FAILED)
            self.show_header()
        self.test_many(self.testable(failed), "No test has failed.")

    def testable(self, files: tuple[str, ...]) -> tuple[str, ...]:
        """Return those of these files that can be tested: of another type none can."""
        found = ((file, self.entry_of(file)) for file in files)
        return tuple(file for file, entry in found if entry is not None and entry.state != "unsupported")

    def test_many(self, files: tuple[str, ...], why_none: str) -> None:
        """Test these files, after a question where they are many."""
        if not files:
            self.say(why_none)
            return
        if self._tests is not None and self._tests.is_running:
            self.say("Tests are running; Esc stops them.")
            return

        async def steps() -> None:
            if await self._many.agreed(files):
                self._run_tests(files)

        self.flow("many", steps)

    @property
    def _many(self) -> ManyTests:
        if self._tests is None:
            from integrator_tui.tui.main.many import ManyTests

            self._tests = ManyTests(self)
        return self._tests

    @work(exclusive=True, group="tests")
    async def _run_tests(self, files: tuple[str, ...]) -> None:
        with reporting(self):
            await self.reading.listed.wait()
            if await self._many.run(files):
                self.say(self._many.summary)

    def tests_over(self) -> None:
        """Show what there is now that no test runs any more."""
        self.show_header()

    def _stop(self) -> None:
        self.workers.cancel_group(self, "tests")
        if self._tests is not None:
            self._tests.stop()
        if self._watch_every is not None:
            self._stop_watch()

    # again and again

    def action_watch(self) -> None:
        """Test all again and again, or no longer."""
        if self._watch_every is not None:
            self._stop_watch()
            return
        self.flow("watch", self._begin_watch)

    def _stop_watch(self) -> None:
        if self._watch_every is None:
            return
        self._watch_every = None
        self.workers.cancel_group(self, "watch tests")
        if self._tests is not None:
            self._tests.stop()
        self.show_header()

    async def _begin_watch(self) -> None:
        from integrator_tui.tui.dialogs.prompt import number_prompt

        every, note = WATCH_SECONDS, ""
        while True:
            answer = await ask(self.app, number_prompt("Watch", "Seconds", f"{every:g}", "Watch", note))
            if answer is None:
                return
            try:
                every = float(answer["number"].replace(",", "."))
            except ValueError:
                every = 0.0
            if 1 <= every < 1e6:
                break
            every, note = WATCH_SECONDS, "✗ a number of seconds of 1 or more is wanted here"
        files = self.testable(self.list.shown_files)
        if not files:
            self.say("The list shows nothing that can be tested.")
            return
        if not await self._many.agreed(files):
            return
        if not self.is_fleet:
            self.action_fleet()
        self._watch_every = every
        self._watch(every)

    @work(exclusive=True, group="watch tests")
    async def _watch(self, every: float) -> None:
        """Make a round every so many seconds; what takes longer is followed by the next at once."""
        known: dict[str, str] = {}
        loop = asyncio.get_running_loop()
        with reporting(self):
            await self.reading.listed.wait()
            while True:
                started = loop.time()
                await self._many.run(self.testable(self.list.shown_files))
                known = self._ring(known, dict(self._many.outcomes))
                self.show_header()
                await asyncio.sleep(max(0.0, started + every - loop.time()))

    def _ring(self, before: dict[str, str], now: dict[str, str]) -> dict[str, str]:
        """Ring once where something ended otherwise than before, if that is wanted; return what is known now."""
        changed = [file for file, outcome in now.items() if before.get(file, outcome) != outcome]
        if changed and self.workspace.settings.bell():
            self.app.bell()
        return {**before, **now}
