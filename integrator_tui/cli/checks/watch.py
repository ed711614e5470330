"""A check that is made again and again: a round every so many seconds, a line for each change.

Rules: a round that took longer than that is followed by the next at once. The first tells every result, later ones
what changed: the outcome, where and how it failed, what is warned of. With a file each round replaces it whole, and
nothing else is told. What cannot be told, read or selected is warned of, once, and ends no watch; a closed pipe
does. Nothing is kept of a round but the state of each connection.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Never

from integrator_tui.cli.checks.once import is_told, lines
from integrator_tui.cli.formats.human import Human
from integrator_tui.cli.formats.table import Format
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.output.output_file import OutputFile
from integrator_tui.cli.output.sink import while_read
from integrator_tui.errors import IntegratorError

if TYPE_CHECKING:
    from integrator_tui.model.probe import ProbeReport
    from integrator_tui.workspace import Finished

Key = tuple[str, str | None, str]
State = tuple[object, ...]


class Watch:
    """Rounds of results, told as a `form`; `human` is the one for people, None for a line of the form a change.

    `begin` begins a round and gives its results, each time with what the workspace holds then.
    """

    def __init__(
        self,
        begin: Callable[[], AsyncGenerator[Finished, None]],
        form: Format,
        human: Human | None,
        output: Console,
        file: OutputFile | None,
        *,
        quiet: bool,
    ) -> None:
        self._begin = begin
        self._form = form
        self._human = human
        self._output = output
        self._file = file
        self._quiet = quiet
        self._known: dict[Key, State] = {}
        self._first = True
        self._complaint = ""

    async def run(
        self,
        every: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> Never:
        """Begin a round every so many seconds, for ever."""
        with while_read(self._output.descriptor):
            while True:
                started = clock()
                await self.round()
                await sleep(max(0.0, started + every - clock()))

    async def round(self) -> None:
        """Check everything once, and tell it. Raises BrokenPipeError, and in the first round what cannot be
        selected."""
        seen: dict[Key, State] = {}
        done: list[Finished] = []
        complaint = ""
        try:
            async with aclosing(self._begin()) as found:
                async for finished in found:
                    if finished.left_out:
                        continue
                    seen[_key(finished.report)] = _state(finished.report)
                    if self._file is not None:
                        done.append(finished)
                    else:
                        complaint = self._told(lambda f=finished: self._lines(f)) or complaint  # type: ignore[misc]
            if self._file is not None:
                complaint = self._replaced(self._file, done)
            else:
                complaint = self._told(lambda: self._gone(seen)) or complaint
        except BrokenPipeError:
            raise
        except IntegratorError as error:
            # A workspace that is moved away for a moment has not lost its connections.
            if self._first:
                raise
            complaint = error.message
        else:
            self._known = seen
        self._first = False
        if complaint and complaint != self._complaint:
            self._output.warning(complaint)
        self._complaint = complaint

    def _lines(self, finished: Finished) -> Iterator[str]:
        """What is told of a result: all in the first round, later a change."""
        report = finished.report
        if self._first:
            return iter(()) if self._quiet and not is_told(report) else self._form.each(report, finished.verified)
        if self._known.get(_key(report)) == _state(report):
            return iter(())
        if self._human is not None:
            return iter([self._human.change(report, datetime.now(UTC))])
        return self._form.each(report, finished.verified)

    def _gone(self, seen: dict[Key, State]) -> Iterator[str]:
        if self._human is not None:
            for name, file, _ in self._known.keys() - seen.keys():
                yield self._human.gone(file or name, datetime.now(UTC))

    def _told(self, told: Callable[[], Iterator[str]]) -> str:
        """Write lines at once; return what kept them from being written."""
        try:
            for line in told():
                self._output.line(line)
            self._output.flush()
        except BrokenPipeError:
            raise
        except Exception as error:
            return _why(error)
        return ""

    def _replaced(self, file: OutputFile, done: list[Finished]) -> str:
        try:
            file.replace(lines(self._form, done, quiet=self._quiet))
        except Exception as error:
            return _why(error)
        return ""


def _why(error: Exception) -> str:
    # Whatever a result made a format stumble over, the next round may be told again.
    return (
        error.message if isinstance(error, IntegratorError) else f"results cannot be told: {type(error).__name__}"
    )


def _key(report: ProbeReport) -> Key:
    return report.name, report.file, report.vantage


def _state(report: ProbeReport) -> State:
    failure = (report.failure.stage, report.failure.kind) if report.failure else None
    return report.outcome, failure, tuple((warning.stage, warning.kind) for warning in report.warnings)
