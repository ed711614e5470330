"""When a connection worked last is found however long ago that was, and without reading all that failed since."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from integrator_tui.history.history_file import HistoryFile
from integrator_tui.model.history import HistoryBounds, HistoryEntry
from integrator_tui.model.probe import StageResult
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace
from tests.history.entries import entry

SINCE = (StageResult("respond", "failed", 1.0, {"status": 503}),)


def test_it_is_found_below_many_that_failed(tmp_path: Path) -> None:
    folders = Surroundings(tmp_path / "config", tmp_path / "state", tmp_path / "cache")
    workspace = Workspace(tmp_path / "connections", folders)
    workspace.root.mkdir()
    begun = datetime.now(UTC) - timedelta(days=1)

    def at(minute: int, **more: object) -> HistoryEntry:
        return entry(minute, started_at=begun + timedelta(minutes=minute), **more)  # type: ignore[arg-type]

    kept = HistoryFile(tmp_path / "state/history", str(workspace.root), HistoryBounds())
    kept.add([at(0), at(1, kind="run", operation="Open orders")])
    kept.add([at(minute, failed=True, stages=SINCE) for minute in range(2, 700)])
    found = workspace.history.worked_last("orders.yaml")
    assert found.entry is not None and found.entry.kind == "check"
    assert (found.changed, found.failing) == (("status",), True)
    run = workspace.history.worked_last("orders.yaml", operation="Open orders")
    assert run.entry is not None and (run.entry.kind, run.failing) == ("run", False)
