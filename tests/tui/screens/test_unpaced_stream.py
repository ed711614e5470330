"""A source that never lets anybody else have a turn: keys work all the same, nothing is drawn behind the help."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from itertools import count
from typing import Any

import pytest
from textual.events import Key
from textual.screen import Screen

from integrator_tui.model.entry import Draft
from integrator_tui.model.parameters import Purpose
from integrator_tui.model.stream import Opened, Received, StreamEvent, StreamLine
from integrator_tui.tui.dialogs.help import HelpScreen
from integrator_tui.tui.screens.stream import StreamScreen
from integrator_tui.tui.widgets.log.stream_lines import parts
from tests.tui.driver import LARGE, running
from tests.tui.fake_workspace import FakeWorkspace
from tests.tui.samples import STOCK


class Unpaced(FakeWorkspace):
    """Its stream is ready with the next read whenever it is asked."""

    async def stream(
        self, draft: Draft, values: Mapping[str, str], purpose: Purpose = "test"
    ) -> AsyncGenerator[StreamEvent]:
        yield Opened(200, "OK", (), "text/plain", False, draft.connection.base_url)
        for number in count():
            yield Received(tuple(StreamLine(f"read {number} line {line}") for line in range(700)), 64 << 10)


async def test_keys_have_their_effect_while_it_streams_and_nothing_is_drawn_behind_the_help() -> None:
    made = Unpaced()
    made.add("stock.yaml", STOCK)
    async with running(made, LARGE) as user:
        await user.press("s")
        stream = await user.on(StreamScreen)
        await user.press("space")
        assert stream.pane.paused
        assert "paused" in user.lines[1]
        await user.press("space")
        assert "streaming" in user.lines[1]

        await user.press("f1")
        await user.on(HelpScreen)
        drawn, lines = stream.pane.view._drawn, stream.pane.view.store.end
        counters = stream.pane._counters._text
        await user.until(lambda: stream.pane.view.store.end > lines + 50_000, "many more lines")
        assert stream.pane.view._drawn is drawn
        assert stream.pane._counters._text == counters

        await user.press("escape")
        await user.on(StreamScreen)
        await user.until(lambda: stream.pane.view._drawn is not drawn, "the newest lines")
        await user.until(lambda: stream.pane._counters._text != counters, "the numbers of now")
        await user.press("escape")
        await user.shows("stopped")


async def test_what_a_key_changes_is_painted_before_more_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a slow line the word for it would wait behind the lines of the same frame."""
    made = Unpaced()
    made.add("stock.yaml", STOCK)
    async with running(made, LARGE) as user:
        await user.press("s")
        stream = await user.on(StreamScreen)
        await user.press("space")
        # What was read is taken to its end.
        await user.until(lambda: stream.pane.feed._flowing._waiters, "the stream to wait")
        happened: list[str] = []
        take, display = stream.pane.take, user.app._display

        def taken(happening: StreamEvent) -> None:
            happened.append("taken")
            take(happening)

        def painted(screen: Screen[Any], renderable: object) -> None:
            if renderable is not None:
                happened.append("painted")
            display(screen, renderable)

        monkeypatch.setattr(stream.pane, "take", taken)
        monkeypatch.setattr(user.app, "_display", painted)
        user.app.key_order.put(Key("space", " "))
        await user.until(lambda: "taken" in happened, "the stream to go on")
        assert happened[0] == "painted"


def test_a_read_of_many_lines_is_taken_in_parts_and_nothing_is_lost() -> None:
    read = Received(tuple(StreamLine(str(number)) for number in range(1234)), 4000)
    taken = list(parts(read))
    assert len(taken) == 3
    reads = [part for part in taken if isinstance(part, Received)]
    assert tuple(item for part in reads for item in part.items) == read.items
    assert sum(part.bytes for part in reads) == 4000
