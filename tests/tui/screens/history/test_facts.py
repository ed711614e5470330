"""What a row of the history says of what was tried."""

from __future__ import annotations

import pytest

from integrator_tui.model.history import HistoryEntry
from integrator_tui.tui.widgets.results.facts import what, what_in_short
from tests.history.entries import entry


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (entry(1), "test"),
        (entry(1, kind="run", operation="Open orders"), "Open orders"),
        (entry(1, kind="request", address="https://orders.example.com/v1/orders"), "request /v1/orders"),
        (entry(1, kind="request", address="https://orders.example.com"), "request /"),
        (entry(1, kind="request", address=None), "request"),
    ],
    ids=["test", "run", "request", "root", "unknown"],
)
def test_what_was_tried_is_said(made: HistoryEntry, said: str) -> None:
    assert what(made) == said
    assert what_in_short(made) == (said.removeprefix("request ") if "/" in said else said)
