"""Watching: what is told in which round, and what ends it. No test waits."""

from __future__ import annotations

import io
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import pytest

from integrator_tui.cli.checks.watch import Watch
from integrator_tui.cli.formats import table
from integrator_tui.cli.formats.human import Human
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.output.output_file import OutputFile
from integrator_tui.errors import UsageError
from integrator_tui.model.probe import ProbeReport
from integrator_tui.workspace import Finished
from tests.cli.formats.reports import failed, passed, warned

HUMAN = Human(lambda text, style: text, many=True)
Round = list[ProbeReport] | Exception


class Streams:
    """Standard output and standard error in memory."""

    def __init__(self) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()

    def console(self) -> Console:
        console = Console({})
        console.out, console.err = self.out, self.err
        return console

    def new(self) -> list[str]:
        """The lines written since this was last asked for."""
        lines = self.out.getvalue().splitlines()
        self.out.seek(0)
        self.out.truncate()
        return lines


@pytest.fixture
def streams() -> Streams:
    return Streams()


def watching(
    streams: Streams, rounds: list[Round], form: str = "human", file: OutputFile | None = None, **more: Any
) -> Watch:
    left = iter(rounds)

    async def begin() -> AsyncGenerator[Finished, None]:
        found = next(left)
        if isinstance(found, Exception):
            raise found
        for place, report in enumerate(found):
            yield Finished(place, report, True, False, None)

    chosen = more.pop("format", table.chosen(form, HUMAN))
    human = HUMAN if form == "human" else None
    return Watch(begin, chosen, human, streams.console(), file, quiet=more.pop("quiet", False))


async def test_the_first_round_tells_all_and_later_ones_what_changed(streams: Streams) -> None:
    first = [passed("A", "a"), failed("B", "b")]
    watch = watching(streams, [first, first, [failed("A", "a"), passed("B", "b")]])
    await watch.round()
    assert [line for line in streams.new() if not line.startswith(" ")] == [
        "✓ A  passed  41.7 ms  https://192.0.2.7/health",
        "✗ B  failed  4.5 ms  http://192.0.2.8/health",
    ]
    await watch.round()
    assert streams.new() == []
    await watch.round()
    assert [line[21:] for line in streams.new()] == [
        "✗ A (a)  failed  respond: server_error: the server answered 500",
        "✓ B (b)  passed",
    ]


async def test_a_change_as_ndjson_is_its_result(streams: Streams) -> None:
    watch = watching(streams, [[passed("A")], [passed("A")], [failed("A", "prod/orders.yaml")]], "ndjson")
    await watch.round()
    await watch.round()
    assert len(streams.new()) == 1
    await watch.round()
    (line,) = streams.new()
    assert line.startswith('{"schema":1,"name":"A"')


async def test_a_warning_and_its_end_are_changes(streams: Streams) -> None:
    watch = watching(streams, [[passed("A", "a.yaml")], [warned("A", "a.yaml")], [passed("A", "a.yaml")]])
    for expected in (1, 1, 1):
        await watch.round()
        assert len([line for line in streams.new() if not line.startswith("  ")]) == expected


async def test_connections_that_come_and_go(streams: Streams) -> None:
    watch = watching(
        streams, [[passed("A", "a.yaml")], [passed("A", "a.yaml"), passed("B", "b.yaml")], [passed("B", "b.yaml")]]
    )
    await watch.round()
    streams.new()
    await watch.round()
    assert [line[21:] for line in streams.new()] == ["✓ B (b.yaml)  passed"]
    await watch.round()
    assert [line[21:] for line in streams.new()] == ["– a.yaml  gone"]


async def test_quiet_tells_of_the_first_round_what_did_not_pass_and_then_every_change(streams: Streams) -> None:
    watch = watching(
        streams, [[passed("A", "a"), failed("B", "b")], [failed("A", "a"), passed("B", "b")]], quiet=True
    )
    await watch.round()
    assert [line for line in streams.new() if not line.startswith(" ")] == [
        "✗ B  failed  4.5 ms  http://192.0.2.8/health"
    ]
    await watch.round()
    assert len(streams.new()) == 2


async def test_what_cannot_be_selected_ends_the_first_round_and_no_other(streams: Streams) -> None:
    gone = UsageError("there is no folder", "make it")
    with pytest.raises(UsageError):
        await watching(streams, [gone]).round()
    watch = watching(streams, [[passed("A", "a")], gone, gone, [failed("A", "a")]])
    for _ in range(3):
        await watch.round()
    assert streams.err.getvalue() == "warning: there is no folder\n"
    streams.new()
    await watch.round()
    assert len(streams.new()) == 1


async def test_what_cannot_be_rendered_ends_no_watch(streams: Streams) -> None:
    def broken(report: ProbeReport, verified: bool) -> Iterator[str]:
        raise ValueError(report.name)

    human = table.chosen("ndjson", HUMAN)
    watch = watching(streams, [[passed("A")], [failed("A")]], "ndjson", format=human._replace(each=broken))
    await watch.round()
    await watch.round()
    assert streams.err.getvalue() == "warning: results cannot be told: ValueError\n"


@pytest.mark.parametrize(("form", "word"), [("prometheus", "# HELP"), ("junit", "<?xml"), ("json", "[")])
async def test_each_round_replaces_the_file_and_a_folder_that_goes_ends_no_watch(
    streams: Streams, tmp_path: Path, form: str, word: str
) -> None:
    folder = tmp_path / "metrics"
    folder.mkdir()
    file = OutputFile("checks", folder)
    watch = watching(streams, [[passed("A")], [failed("A")], [failed("A")], [passed("A")]], form, file)
    texts = []
    for number in range(4):
        if number == 2:
            (folder / "checks").unlink()
            folder.rmdir()
        if number == 3:
            folder.mkdir()
        await watch.round()
        texts.append((folder / "checks").read_text() if folder.exists() else "")
    assert texts[0].startswith(word)
    assert texts[1] != texts[0] != texts[2]
    assert texts[2] == ""
    assert texts[3] == texts[0]
    assert streams.new() == []
    assert streams.err.getvalue().count("warning: checks cannot be written") == 1


async def test_a_round_that_took_too_long_is_followed_at_once(streams: Streams) -> None:
    times = iter([0.0, 4.0, 10.0, 25.0])
    waits: list[float] = []

    class EnoughError(Exception):
        """Ends the test."""

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            raise EnoughError

    with pytest.raises(EnoughError):
        await watching(streams, [[passed()], [passed()]]).run(10.0, sleep, lambda: next(times))
    assert waits == [6.0, 0.0]


async def test_a_closed_pipe_ends_it(streams: Streams, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(self: Console, text: str = "") -> None:
        raise BrokenPipeError

    monkeypatch.setattr(Console, "line", closed)
    with pytest.raises(BrokenPipeError):
        await watching(streams, [[passed()]]).round()


async def test_nothing_is_kept_of_a_round_but_a_state_of_each(streams: Streams) -> None:
    watch = watching(streams, [[passed(str(number))] for number in range(50)])
    for _ in range(50):
        await watch.round()
    known = watch._known
    assert len(known) == 1
