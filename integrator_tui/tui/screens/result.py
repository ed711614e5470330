"""The test of one connection, saved or not: its stages as they end, and why it failed.

Leaving the screen cancels the probe and closes its socket. What the server answered can be looked at below the
stages, the very answer of the test: nothing is sent to show it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import work

from integrator_tui.model.connection import Operation
from integrator_tui.model.entry import Draft
from integrator_tui.model.probe import ProbeReport
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.notices import reporting
from integrator_tui.tui.flows.parameters import parameters_given
from integrator_tui.tui.flows.passphrase import opened
from integrator_tui.tui.flows.unsafe import confirm_unsafe
from integrator_tui.tui.screens.history.words import worked_last_words
from integrator_tui.tui.screens.result_outcome import Tested, Trusted
from integrator_tui.tui.screens.result_page import ResultPage

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry


class ResultScreen(ResultPage):
    """Runs the test, or sends the request, when it opens."""

    def on_mount(self) -> None:
        # What was told on the screen before would cover this one.
        self.app.clear_notifications()
        self.action_again()

    def action_again(self) -> None:
        """Run the test, or send the request again; one that still runs is stopped."""
        self._probe()

    @work(exclusive=True, group="probe")
    async def _probe(self) -> None:
        with reporting(self):
            names = self._workspace.probes.parameters(self._draft, self._purpose)
            button = "Send" if self._word == "Request" else "Run"
            is_wanted = await parameters_given(self.app, names, self._parameters, button=button)
            if not is_wanted or not await confirm_unsafe(self.app, self._draft.connection, self._method):
                if self._finished is None:
                    self._leave()
                return
            await opened(self.app, self._workspace, self._draft, self._parameters)
            await self._run()

    async def _run(self) -> None:
        draft, purpose = self._draft, self._purpose
        given = dict(self._parameters)
        before = await self._workspace.answers.last(draft, to=self._to)
        report = self.report = self._workspace.probes.report(draft, given, purpose)
        # The time counts only from here: with the first report, what the network needs was imported.
        started = time.perf_counter()
        async with aclosing(self._workspace.probes.probe(draft, given, purpose)) as results:
            async for result in results:
                self.report = report = report.plus(result)
        finished = report.finished((time.perf_counter() - started) * 1000)
        answer = await self._workspace.answers.last(draft, to=self._to)
        is_new = answer is not None and (before is None or answer.number != before.number)
        self.section.take(draft, answer if is_new else None)
        self._worked = ""
        self._finished = self.report = finished
        self._tested = draft
        await asyncio.to_thread(self._keep, draft, finished, given)
        await self._tell_past(finished)
        if finished.outcome == "passed" and purpose == "test" and draft.connection.options.stream_response:
            self.action_stream()

    async def _tell_past(self, finished: ProbeReport) -> None:
        """Say of a test that failed when the file worked last."""
        file = self._draft.file
        if finished.outcome == "passed" or file is None or self._purpose != "test" or self.report is not finished:
            return
        self._worked = await asyncio.to_thread(worked_last_words, self._workspace, file)
        self.watch_report(finished)

    def _keep(self, draft: Draft, finished: ProbeReport, given: dict[str, str]) -> None:
        if isinstance(self._purpose, Operation):
            self._workspace.recent_requests.add(draft, self._purpose)
            self._workspace.history.requested(draft, self._purpose, finished, given)
        else:
            self._workspace.history.tested(draft, finished, given)

    def action_stream(self) -> None:
        """Open the stream of the same request."""
        from integrator_tui.tui.screens.stream import StreamScreen

        operation = self._purpose if isinstance(self._purpose, Operation) else None
        screen = StreamScreen(self._workspace, self._draft, self._parameters, asked=True, operation=operation)
        self.app.push_screen(screen)

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

    def action_from_host(self) -> None:
        """Choose the host that is looked from, and test from there; a request is sent by who says so."""
        self.flow("from", self._choose_host)

    async def _choose_host(self) -> None:
        from integrator_tui.tui.flows.vantage import vantage_chosen

        if (await vantage_chosen(self.app, self._workspace)).is_other and self._purpose == "test":
            self.action_again()

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
        sealed = await self._ways.seal() if self._ways.seal is not None else None
        if sealed is not None and sealed.connection is not None:
            self._draft = replace(self._draft, connection=sealed.connection, revision=sealed.revision)
            self.action_again()

    async def action_answer(self, name: str) -> None:
        """Do what a key of the answer does."""
        await self.section.run(name)

    async def action_edit(self) -> None:
        """Leave for the form, at the field that the failure hints at."""
        await self._stop()
        self._leave(edit_at=self._hinted(self.report))

    def action_open_file(self) -> None:
        """Open the file in the user's editor, at the line of that field."""
        self.flow("editor", self._open_file)

    async def _open_file(self) -> None:
        from integrator_tui.tui.flows.programs.open_file import opened_in_editor

        now = await opened_in_editor(self.app, self._workspace, self._draft, self._hinted(self.report))
        if now is not None and self._take_stored(now):
            self.notify("the file was read again: t tests what it says now", markup=False)

    def _take_stored(self, now: Entry) -> bool:
        """Go on with the file as it is now; tell whether that is another one."""
        if now.connection is None or now.revision == self._draft.revision:
            return False
        self._draft = replace(self._draft, connection=now.connection, revision=now.revision)
        return True

    async def action_request(self) -> None:
        """Open the request line of this connection, or go back to it."""
        if isinstance(self._purpose, Operation):
            await self._stop()
            self._leave()
        elif self._ways.request is None:
            self.notify("save the connection first: requests are sent with what its file says", markup=False)
        else:
            self.flow("request", partial(self._request, self._ways.request))

    async def _request(self, begin: Callable[[], Coroutine[Any, Any, None]]) -> None:
        await begin()
        if self._draft.file is not None:
            # Something may have been kept there.
            self._take_stored(await asyncio.to_thread(self._workspace.catalog.entry, self._draft.file))

    def action_keep(self) -> None:
        """Keep the expression of the filter as an output, or say why there is none."""
        if self.section.expression:
            self.flow("keep", partial(self._keep_output, self.section.expression))
        else:
            self.section.say_what_to_keep()

    async def _keep_output(self, expression: str) -> None:
        if self._ways.keep is None:
            self.notify("save the connection first: an output is part of an operation of its file", markup=False)
            return
        kept = await self._ways.keep(self._sent(), expression)
        if kept is not None:
            # Nothing of it touches what was tested: the result is that of the file as it is now.
            self._draft = self._tested = kept[0]
            if isinstance(self._purpose, Operation):
                self._purpose = kept[1]

    def _sent(self) -> Operation:
        """What was sent, as an operation."""
        if isinstance(self._purpose, Operation):
            return self._purpose
        options = self._draft.connection.options
        return Operation(
            method="GET",
            path=self._draft.connection.test_path,
            follow_redirect=options.follow_redirect,
            stream_response=options.stream_response,
        )

    async def action_back(self) -> None:
        """Close what is open, then leave."""
        if self.section.close_one():
            return
        await self._stop()
        self._leave()

    async def _stop(self) -> None:
        self.workers.cancel_node(self)
        await asyncio.sleep(0)

    def _leave(self, trusted: Trusted | None = None, *, edit_at: str | None = None) -> None:
        self.dismiss(Tested(self._finished, self._tested, trusted, edit_at))
