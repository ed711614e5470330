"""Database: the results that were taken out of the spool, in SQLite, as they are asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from integrator_tui.history import codec
from integrator_tui.history.codec import Line
from integrator_tui.history.database_file import Damaged, DatabaseFile, as_bytes, as_text, telling
from integrator_tui.model.history import HistoryEntry, HistoryKind
from integrator_tui.model.last_result import TrackRecord
from integrator_tui.model.named_tuple import NamedTuple

_COLUMNS: Final = (
    "result.kind, subject.name, subject.file, result.operation, result.started, result.outcome, result.data,"
    " result.id, result.pinned"
)


class Wanted(NamedTuple):
    """Which entries: those of a workspace and of bare URLs, of one file (empty: of a bare URL), of one
    operation, of one kind, those that passed alone."""

    workspace: str
    file: str | None = None
    name: str | None = None
    operation: str | None = None
    kind: HistoryKind | None = None
    passed: bool = False

    def holds(self, line: Line) -> bool:
        """Whether an entry of the spool is among them."""
        entry = line.entry
        if entry is None or (entry.file is not None and line.workspace != self.workspace):
            return False
        if self.file is not None and (entry.file or "") != self.file:
            return False
        if self.name is not None and entry.name != self.name:
            return False
        if (self.passed and entry.outcome != "passed") or (self.kind is not None and entry.kind != self.kind):
            return False
        return self.operation is None or entry.operation == self.operation


class Database(DatabaseFile):
    """The results in an open database."""

    def entries(self, wanted: Wanted, limit: int, since: int) -> list[HistoryEntry]:
        """Return entries, newest first; `since` leaves older ones out that are not pinned, in ms since 1970."""
        with telling(self.path):
            where, values = self._where(wanted)
            rows = self.db.execute(
                f"SELECT {_COLUMNS} FROM result JOIN subject ON subject.id = result.subject"
                f" WHERE {where} AND (result.at >= ? OR result.pinned)"
                " ORDER BY result.at DESC, result.id DESC LIMIT ?",
                (*values, since, limit),
            )
            return [_entry(*row) for row in rows]

    def latest(self, workspace: str) -> list[HistoryEntry]:
        """Return the last check of each file of a workspace."""
        with telling(self.path):
            rows = self.db.execute(
                f"SELECT {_COLUMNS} FROM subject JOIN result ON result.id = (SELECT id FROM result"
                " WHERE result.subject = subject.id AND kind = 'check' ORDER BY at DESC, id DESC LIMIT 1)"
                " WHERE subject.workspace = ? AND subject.file != ''",
                (as_bytes(workspace),),
            )
            return [_entry(*row) for row in rows]

    def track_records(self, workspace: str) -> dict[str, TrackRecord]:
        """Return of each file of a workspace when its checks passed last, and since when they fail."""
        with telling(self.path):
            rows = self.db.execute(
                "SELECT subject.file, worked.at, worked.started, (SELECT min(started) FROM result"
                " WHERE result.subject = subject.id AND kind = 'check' AND outcome = 'failed'"
                " AND at > ifnull(worked.at, -1)) FROM subject LEFT JOIN result AS worked ON worked.id ="
                " (SELECT id FROM result WHERE result.subject = subject.id AND kind = 'check'"
                " AND outcome = 'passed' ORDER BY at DESC, id DESC LIMIT 1)"
                " WHERE subject.workspace = ? AND subject.file != ''",
                (as_bytes(workspace),),
            )
            return {as_text(file): TrackRecord(_moment(worked), _moment(since)) for file, _, worked, since in rows}

    def body(self, number: int) -> str | None:
        """Return the text that was pinned with an entry."""
        with telling(self.path):
            row = self.db.execute("SELECT body FROM result WHERE id = ?", (number,)).fetchone()
            return None if row is None else row[0]

    def is_folded(self, name: str) -> bool:
        """Whether a file of the spool is in the database already."""
        with telling(self.path):
            return self.db.execute("SELECT 1 FROM folded WHERE name = ?", (name,)).fetchone() is not None

    def pin(self, number: int, *, pinned: bool, body: str | None) -> None:
        """Pin an entry, with a text where one is given, or let it go again, and its text with it."""
        with telling(self.path):
            self.db.execute(
                "UPDATE result SET pinned = ?, body = ? WHERE id = ?",
                (int(pinned), body if pinned else None, number),
            )

    def remove(self, numbers: Iterable[int]) -> None:
        """Remove entries, pinned ones too."""
        with telling(self.path), self.writing():
            self.db.executemany("DELETE FROM result WHERE id = ?", [(number,) for number in numbers])

    def _where(self, wanted: Wanted) -> tuple[str, list[Any]]:
        values: list[Any]
        where, values = ["(subject.workspace = ? OR subject.file = x'')"], [as_bytes(wanted.workspace)]
        if wanted.file is not None:
            # As constants they let SQLite go to the entries of one connection at once.
            found = self.db.execute(
                "SELECT id, name FROM subject WHERE workspace = ? AND file = ?",
                (as_bytes(wanted.workspace) if wanted.file else b"", as_bytes(wanted.file)),
            ).fetchall()
            numbers = [str(int(n)) for n, name in found if wanted.file or as_text(name) == wanted.name]
            where, values = [f"result.subject IN ({','.join(numbers)})"], []
        elif wanted.name is not None:
            where.append("subject.name = ?")
            values.append(as_bytes(wanted.name))
        if wanted.operation is not None:
            where.append("result.operation = ?")
            values.append(as_bytes(wanted.operation))
        if wanted.kind is not None:
            where.append("result.kind = ?")
            values.append(wanted.kind)
        if wanted.passed:
            where.append("result.outcome = 'passed'")
        return " AND ".join(where), values


def _entry(
    kind: Any, name: Any, file: Any, operation: Any, started: Any, outcome: Any, data: Any, number: Any, pinned: Any
) -> HistoryEntry:
    try:
        return codec.entry_from(
            kind,
            as_text(name),
            as_text(file) or None,
            None if operation is None else as_text(operation),
            started,
            outcome,
            json.loads(data),
            number,
            bool(pinned),
        )
    except OverflowError as error:
        # A time that no clock shows was read from the file.
        raise Damaged(str(error)) from None


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else codec.moment(milliseconds)
