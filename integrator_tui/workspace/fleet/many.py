"""ManyProbes: tests of many connections for who looks at them, in two processes where there are enough of them.

Rules: files are read when their turn comes, in a thread, since a disk may be slow. What may hold a secret or fetch
a token stays in this process; of the rest a helper makes as many as it can. The bounds hold for both together.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Final

from integrator_tui.engine.exchange.answer_keeper import SAMPLE, AnswerKeeper
from integrator_tui.engine.exchange.refusals import Refusals
from integrator_tui.engine.net import descriptors
from integrator_tui.model.entry import Entry
from integrator_tui.model.history import HistorySubject
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.probe import ProbeReport
from integrator_tui.workspace.batch.check import Check
from integrator_tui.workspace.batch.pool import CONCURRENCY, Job, many
from integrator_tui.workspace.batch.run import WORTH_IT
from integrator_tui.workspace.batch.runner import host_of
from integrator_tui.workspace.waiting import beside

if TYPE_CHECKING:
    from integrator_tui.workspace.answers import Answers
    from integrator_tui.workspace.catalog.catalog import Catalog
    from integrator_tui.workspace.fleet.check_helper import CheckHelper
    from integrator_tui.workspace.probes import Probes

_PROBES: Final = "integrator_tui.workspace.probes"
"""What tests import."""

_AT_ONCE: Final = 16
"""Files that are read one after the other before the first of them is begun with."""


class FleetResult(NamedTuple):
    """An entry, as its file was when it was tested, its report, and what the history is told that it is about."""

    entry: Entry
    report: ProbeReport
    subject: HistorySubject


class ManyProbes:
    """Tests many connections of a workspace. `helper` begins a second process, None where there can be none."""

    def __init__(
        self,
        catalog: Catalog,
        probes: Callable[[], Probes],
        answers: Callable[[], Answers],
        helper: Callable[[], CheckHelper | None],
        via: Callable[[], str],
    ) -> None:
        self._catalog = catalog
        self._probes = probes
        self._answers = answers
        self._begin_helper = helper
        self._via = via
        self._helper: CheckHelper | None = None

    def prepare(self, count: int) -> None:
        """Make ready for tests of so many connections, while somebody is still asked whether to make them; they,
        or `put_off`, have to follow."""
        # Nothing of it is held while nothing is tested, and importing it takes a moment.
        threading.Thread(target=import_module, args=(_PROBES,), daemon=True).start()
        self._prepare_helper(count)

    def _prepare_helper(self, count: int) -> None:
        if self._helper is None and count >= WORTH_IT and not self._via():
            self._helper = self._begin_helper()

    async def put_off(self) -> None:
        """Be ready no longer."""
        helper, self._helper = self._helper, None
        if helper is not None:
            await helper.stop()

    async def tested(
        self, entries: Sequence[Entry], parameters: Mapping[str, Mapping[str, str]], hosts: Sequence[str] = ()
    ) -> AsyncGenerator[FleetResult, None]:
        """Test each entry as its file is when its turn comes, and give what came of it as it is complete.

        `entries` may be those of a list. As many run at a time as in a check of many. `parameters` are those of
        each file; with `hosts` each entry is looked at once from each of them. Of each answer a bounded part is
        kept, to be looked at. Use it inside `aclosing`: closing it ends what runs, and closes its sockets.
        """
        via = self._via()
        if not hosts:
            self._prepare_helper(len(entries))
        helper, self._helper = self._helper, None
        # A helper looks from here, and has no values that were typed.
        run = _Run(self._probes(), self._catalog, self._answers, None if hosts or via else helper)
        jobs = (
            Job(
                host_of(Check.of(entry)._replace(via=seen_from)),
                partial(run.tested, entry, parameters.get(entry.file) or {}, seen_from),
            )
            for entry in entries
            for seen_from in hosts or (via,)
        )
        try:
            async with aclosing(many(jobs, concurrency=descriptors.room(CONCURRENCY))) as results:
                async for _, tested in results:
                    yield tested
        finally:
            if helper is not None:
                await helper.stop()


class _Run:
    """One run over many: what is shared by its tests."""

    def __init__(
        self, probes: Probes, catalog: Catalog, answers: Callable[[], Answers], helper: CheckHelper | None
    ) -> None:
        self._probes = probes
        self._answers = answers
        self._helper = helper
        self._reading = _Reading(catalog.entry)
        self._refusals = Refusals()
        self._here = 0

    async def tested(self, listed: Entry, given: Mapping[str, str], via: str) -> FleetResult:
        helper = self._helper
        # Whoever has less to do is asked.
        if helper is not None and listed.auth == "none" and not given and helper.asked <= self._here:
            made = await helper.check(listed.file)
            if made is not None:
                if made.answer is not None:
                    self._answers().keep_of_file(listed.file, made.answer, made.redactor)
                return FleetResult(listed._replace(revision=made.revision), made.report, made.subject)
        self._here += 1
        try:
            return await self._tested_here(listed.file, given, via)
        finally:
            self._here -= 1

    async def _tested_here(self, file: str, given: Mapping[str, str], via: str) -> FleetResult:
        entry = await self._reading.entry(file)
        check, keeper = Check.of(entry)._replace(via=via), AnswerKeeper(SAMPLE)
        try:
            report = await self._probes.check(check, given, refusals=self._refusals, keeper=keeper)
        finally:
            if keeper.answer is not None:
                self._answers().keep_of_file(file, keeper.answer, keeper.redactor)
        return FleetResult(entry, report, check.subject)


class _Reading:
    """Files, read one after the other beside the loop."""

    def __init__(self, read: Callable[[str], Entry]) -> None:
        self._read = read
        self._wanted: deque[tuple[str, asyncio.Future[Entry]]] = deque()
        self._work: asyncio.Task[None] | None = None

    async def entry(self, file: str) -> Entry:
        found: asyncio.Future[Entry] = asyncio.get_running_loop().create_future()
        self._wanted.append((file, found))
        if self._work is None:
            self._work = asyncio.create_task(self._until_all_are_read())
        return await found

    async def _until_all_are_read(self) -> None:
        try:
            while self._wanted:
                wanted = [self._wanted.popleft() for _ in range(min(_AT_ONCE, len(self._wanted)))]
                try:
                    entries = await beside(partial(self._read_all, [file for file, _ in wanted]))
                except BaseException as error:
                    self._tell(wanted, error)
                    raise
                self._tell(wanted, entries)
        finally:
            self._work = None

    @staticmethod
    def _tell(wanted: Sequence[tuple[str, asyncio.Future[Entry]]], found: Sequence[Entry] | BaseException) -> None:
        for place, (_, answer) in enumerate(wanted):
            if answer.done():
                continue
            if isinstance(found, BaseException):
                answer.set_exception(found)
            else:
                answer.set_result(found[place])

    def _read_all(self, files: Sequence[str]) -> list[Entry]:
        return [self._read(file) for file in files]
