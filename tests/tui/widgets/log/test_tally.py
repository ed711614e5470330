"""The numbers above a log: counted, aged, and shortened to the width there is."""

from __future__ import annotations

from integrator_tui.tui.widgets.log.stream_tally import StreamTally, tally_line


def opened(now: float = 100.0) -> StreamTally:
    tally = StreamTally()
    tally.open(now, "events")
    return tally


def test_the_rate_is_that_of_the_last_five_seconds() -> None:
    tally = opened()
    assert tally.rate(100.0) == 0
    for tick in range(100):
        tally.add(100 + tick / 10, 20, 1_000)
    assert 180 <= tally.rate(109.9) <= 210
    assert tally.rate(120.0) == 0
    assert (tally.items, tally.bytes) == (2_000, 100_000)
    assert len(tally._slots) <= 11


def test_after_the_end_the_rate_is_that_of_the_whole_stream() -> None:
    tally = opened()
    tally.add(101, 30, 1)
    assert tally.since_last(103.5) == 2.5
    tally.close(110, failed=False)
    assert tally.rate(500) == 3
    assert tally.since_last(500) is None


def test_another_stream_begins_at_zero() -> None:
    tally = opened()
    tally.add(101, 30, 1, cut=5)
    tally.close(102, failed=True)
    tally.open(200, "lines")
    assert (tally.state, tally.items, tally.bytes, tally.cut, tally.rate(201)) == ("streaming", 0, 0, 0, 0)


def test_one_is_told_as_one() -> None:
    tally = opened()
    tally.add(101, 1, 20, cut=1)
    line = tally_line(tally, 102.0, dropped=0, following=True, width=200)
    assert "· 1 event ·" in line and line.endswith("· 1 character cut")


def test_what_matters_least_is_left_out_first() -> None:
    tally = opened()
    tally.add(101, 1_234_567, 98_765_432, cut=7)

    def line(width: int) -> str:
        return tally_line(tally, 102.0, dropped=1_000, following=False, width=width)

    assert line(200) == (
        "streaming · 1,234,567 events · 98.8 MB · 617,284/s · last 1.0 s ago · 1,000 dropped"
        " · 7 characters cut · scrolled"
    )
    assert line(80) == "streaming · 1,234,567 events · last 1.0 s ago · 1,000 dropped · scrolled"
    assert line(60) == "streaming · 1,234,567 events · 1,000 dropped · scrolled"
    assert line(30) == "streaming · 1,234,567 events"
    assert line(5) == "streaming"
