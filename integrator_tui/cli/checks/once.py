"""A check that is made once: results told as they come, or whole at the end."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from itertools import chain
from typing import TYPE_CHECKING

from integrator_tui.cli.formats.table import Format
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.output.sink import while_read
from integrator_tui.errors import SaveError
from integrator_tui.model.warning_limits import WarningLimits

if TYPE_CHECKING:
    from integrator_tui.cli.output.output_file import OutputFile
    from integrator_tui.model.probe import ProbeReport
    from integrator_tui.workspace import CheckRun, Finished


async def results(checking: CheckRun, limits: WarningLimits) -> AsyncGenerator[Finished, None]:
    """Give each result with what is to be warned of; what was left out has none."""
    async with aclosing(checking.results()) as found:
        async for finished in found:
            yield finished._replace(report=limits.applied(finished.report))


def lines(form: Format, done: Sequence[Finished], *, quiet: bool) -> Iterator[str]:
    """Give all that is told of results, in their order."""
    ordered = sorted(done, key=lambda finished: finished.place)
    told = [finished for finished in ordered if not quiet or is_told(finished.report)]
    each = chain.from_iterable(form.each(finished.report, finished.verified) for finished in told)
    return chain(each, form.ending(_at_end(form, ordered, quiet=quiet)))


def is_told(report: ProbeReport) -> bool:
    """Tell whether `--quiet` tells a result."""
    return report.outcome != "passed"


def _at_end(form: Format, ordered: Sequence[Finished], *, quiet: bool) -> list[ProbeReport]:
    reports = [finished.report for finished in ordered]
    return [report for report in reports if is_told(report)] if quiet and not form.sums_up else reports


async def once(
    found: AsyncGenerator[Finished, None],
    count: int,
    form: Format,
    output: Console,
    file: OutputFile | None,
    *,
    quiet: bool,
) -> int:
    """Tell the results of `count` checks and return the exit code."""
    done: list[Finished] = []
    left_out = 0
    try:
        # A result may be long in coming: who waits for none any more is noticed before it is written.
        with while_read(output.descriptor):
            async with aclosing(found):
                async for finished in found:
                    if finished.left_out:
                        left_out += 1
                        continue
                    done.append(finished)
                    if file is None and not (quiet and not is_told(finished.report)):
                        _write(output, form.each(finished.report, finished.verified))
                        output.flush()
                    output.progress(len(done), count)
    finally:
        output.progress_done()
    if left_out and output.err.isatty():
        output.note(f"left out, being of another type than http: {left_out}")
    ordered = sorted(done, key=lambda finished: finished.place)
    code = form.exit_code([finished.report for finished in ordered])
    if file is None:
        _write(output, form.ending(_at_end(form, ordered, quiet=quiet)))
        return code
    try:
        file.replace(lines(form, ordered, quiet=quiet))
    except SaveError as error:
        return max(code, output.error(error))
    return code


def _write(output: Console, told: Iterator[str]) -> None:
    for line in told:
        output.line(line)
