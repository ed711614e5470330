"""What a process of its own adds, in a module that loads no more than it needs."""

from __future__ import annotations

from pathlib import Path

from integrator_tui.history.history_file import HistoryFile
from integrator_tui.model.history import HistoryBounds
from tests.history.entries import WORKSPACE, Clock, entry


def add_many(folder: Path, number: int) -> None:
    """Add 200 entries of one file, and look at them now and then."""
    history = HistoryFile(folder, WORKSPACE, HistoryBounds(), Clock())
    for at in range(100):
        history.add([entry(at, f"{number}.yaml"), entry(at, f"{number}.yaml", failed=True)])
        if at % 25 == number:
            history.entries(last=1)
