"""Frames: values come out as they went in, however their bytes are cut."""

from __future__ import annotations

import pytest

from integrator_tui.workspace.batch.frames import END, Frames, frame

VALUES = [None, "", "text", ("a", {"b": [1, 2.5]}), b"x" * 70_000]


@pytest.mark.parametrize("piece", [1, 3, 4096, 1 << 20])
def test_values_survive_any_cut(piece: int) -> None:
    data = b"".join(map(frame, VALUES)) + END + frame("after the end")
    frames = Frames()
    found: list[object] = []
    for at in range(0, len(data), piece):
        frames.feed(data[at : at + piece])
        found += frames.complete()
    assert found == VALUES
    assert frames.ended


def test_what_has_not_come_as_a_whole_is_kept_back() -> None:
    frames = Frames()
    frames.feed(frame("whole") + frame("broken off")[:-1])
    assert list(frames.complete()) == ["whole"]
    assert not frames.ended
