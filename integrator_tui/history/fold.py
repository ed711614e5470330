"""Folding: what lies in the spool is taken into the database, each file once, and what is over the bounds goes."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from integrator_tui.history import codec, spool
from integrator_tui.history.codec import Line
from integrator_tui.history.database import Database
from integrator_tui.history.database_file import as_bytes, telling
from integrator_tui.model.history import HistoryBounds

if TYPE_CHECKING:
    from integrator_tui.model.moved import Moved

_DAY_MS: Final = 86_400_000
_AHEAD_MS: Final = 300_000
"""So far ahead of the clock a result may lie: a clock is set back by a little now and then."""

_FEWEST_AT_ONCE: Final = 100
"""Results that are dropped at once where the file is too large, so that its size is not asked after each."""


class Folding:
    """Takes what was added into a database that is open to be written."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._db = database.db

    def fold(self, taken: Callable[[], Sequence[Path]], bounds: HistoryBounds, now: int) -> Sequence[Path]:
        """Take in what lies in files of the spool, each once, and drop what is over the bounds; `now` in ms.

        Returns the files, which are not needed any more. `taken` tells which there are.
        """
        with telling(self._database.path):
            with self._database.writing():
                # Only now, while nobody else takes one in or forgets that it was: none is taken in twice.
                files = taken()
                self._forget_but({file.name for file in files})
                # A clock that went back: what was newest then is not newest for ever.
                self._db.execute(
                    "UPDATE result SET at = ifnull((SELECT max(at) FROM result WHERE at <= ?1), ?1) WHERE at > ?2",
                    (now, now + _AHEAD_MS),
                )
                for file in files:
                    if not self._database.is_folded(file.name):
                        self._take_in(codec.lines_of(spool.read(file)), now)
                        self._db.execute("INSERT INTO folded VALUES (?)", (file.name,))
                self._drop(bounds, now)
            # Of a statement that gives rows without columns, execute would make the first step alone.
            self._db.executescript("PRAGMA incremental_vacuum")
            return files

    def _forget_but(self, names: Container[str]) -> None:
        """Forget which files were taken in that are gone."""
        known = self._db.execute("SELECT name FROM folded").fetchall()
        self._db.executemany("DELETE FROM folded WHERE name = ?", [row for row in known if row[0] not in names])

    def _take_in(self, lines: Iterable[Line], now: int) -> None:
        subjects: dict[tuple[str, str, str], int] = {}
        for line in lines:
            if line.moved is not None:
                self._move(line.workspace, line.moved)
                subjects.clear()
            if (entry := line.entry) is None:
                continue
            of_file = entry.file is not None
            place = (line.workspace if of_file else "", entry.file or "", "" if of_file else entry.name)
            number = subjects.get(place)
            if number is None:
                number = subjects[place] = self._subject(*place, entry.name)
            started = codec.milliseconds(entry.started_at)
            operation = None if entry.operation is None else as_bytes(entry.operation)
            self._db.execute(
                "INSERT INTO result (subject, at, kind, operation, started, outcome, data)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(number, min(started, now), entry.kind, operation, started),
                    *(entry.outcome, codec.data_text(entry)),
                ),
            )

    def _subject(self, workspace: str, file: str, key: str, name: str) -> int:
        values = (as_bytes(workspace), as_bytes(file), as_bytes(key), as_bytes(name))
        row = self._db.execute(
            "INSERT INTO subject (workspace, file, key, name) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (workspace, file, key) DO UPDATE SET name = excluded.name RETURNING id",
            values,
        ).fetchone()
        return int(row[0])

    def _move(self, workspace: str, moved: Moved) -> None:
        """Have what is known of one file be known of another; where both have a past, they share it."""
        old, new, name, was, now = moved
        found = self._db.execute(
            "SELECT id FROM subject WHERE workspace = ? AND file = ?", (as_bytes(workspace), as_bytes(old))
        ).fetchone()
        if found is None:
            return
        if was is not None and now is not None and was != now:
            before, after = codec.revision_text(was), codec.revision_text(now)
            self._db.execute(
                "UPDATE result SET data = replace(data, ?, ?) WHERE subject = ? AND instr(data, ?)",
                (before, after, found[0], before),
            )
        if old == new:
            self._db.execute("UPDATE subject SET name = ? WHERE id = ?", (as_bytes(name), found[0]))
            return
        there = self._subject(workspace, new, "", name)
        self._db.execute("UPDATE result SET subject = ? WHERE subject = ?", (there, found[0]))
        self._db.execute("DELETE FROM subject WHERE id = ?", found)

    def _drop(self, bounds: HistoryBounds, now: int) -> None:
        dropped = 0
        if self._clock_is_plausible(bounds, now):
            too_old = now - int(bounds.days * _DAY_MS)
            dropped = self._db.execute("DELETE FROM result WHERE at < ? AND NOT pinned", (too_old,)).rowcount
        count = self._db.execute("SELECT count(*) FROM result").fetchone()[0]
        dropped += self._drop_oldest(count - bounds.results)
        most = bounds.megabytes * 1_000_000
        while self._used() > most and (more := self._drop_oldest(max(_FEWEST_AT_ONCE, count // 50))):
            dropped += more
        if dropped:
            self._db.execute(
                "DELETE FROM subject WHERE NOT EXISTS (SELECT 1 FROM result WHERE result.subject = subject.id)"
            )

    def _drop_oldest(self, count: int) -> int:
        """Drop that many, or as many as are not pinned, and return how many went."""
        if count <= 0:
            return 0
        return self._db.execute(
            "DELETE FROM result WHERE id IN (SELECT id FROM result WHERE NOT pinned ORDER BY at, id LIMIT ?)",
            (count,),
        ).rowcount

    def _clock_is_plausible(self, bounds: HistoryBounds, now: int) -> bool:
        """Whether the clock can be believed that so much is too old: where it jumped by all that is kept, from a
        day after on."""
        seen, doubted = self._database.note("clock"), self._database.note("doubted")
        jumped = seen is not None and now - seen > bounds.days * _DAY_MS
        if not jumped:
            self._database.set_note("clock", now)
            self._database.set_note("doubted", None)
            return True
        if doubted is None or not 0 <= now - doubted <= bounds.days * _DAY_MS:
            self._database.set_note("doubted", now)
        elif now - doubted >= _DAY_MS:
            self._database.set_note("clock", now)
            return True
        return False

    def _used(self) -> int:
        pages, unused, size = (
            self._database.pragma(name) for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - unused) * size
