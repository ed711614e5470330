"""How each connection stands: the one owner of what list, detail and actions say of it.

What was found in this session belongs to the version of the file it was found on: of another version nothing is
known yet. The last result of a file, of this session or an earlier one of this machine, is shown beside it; it is
its mark only where it is of the file as it is now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from integrator_tui.model.entry import Entry, EntryState, Revision
from integrator_tui.model.last_result import LastResult, TrackRecord, of_report
from integrator_tui.tui.widgets.connections.facts import RowFacts
from integrator_tui.tui.widgets.connections.marks import Mark

if TYPE_CHECKING:
    from integrator_tui.model.probe import ProbeReport

_OF_SECRETS: dict[str, EntryState] = {"locked": "locked", "seal_broken": "seal_broken"}
"""Kinds of failures that say how the secrets of a file stand."""

_NO_RECORD = TrackRecord()


_MOST_REPORTS = 5000
"""Results that are remembered of all versions of all files."""


class _Found(NamedTuple):
    revision: Revision
    report: ProbeReport | None = None
    seal_is_broken: bool | None = None


class Standing:
    """What was found of the entries' files, by file. `testing` are those that are being tested, or wait for it."""

    def __init__(self) -> None:
        self._found: dict[str, _Found] = {}
        self._reports: dict[tuple[str, Revision], ProbeReport] = {}
        """Results by the version they are of: one that comes back, as by an undo, has its result again."""
        self._results: dict[str, LastResult] = {}
        self._records: dict[str, TrackRecord] = {}
        self.testing: set[str] = set()

    def note_report(self, file: str, revision: Revision, report: ProbeReport) -> None:
        """Take the finished report of a test of this version of a file."""
        self._found[file] = self._of(file, revision)._replace(report=report, seal_is_broken=None)
        self._reports[file, revision] = report
        if len(self._reports) > _MOST_REPORTS:
            del self._reports[next(iter(self._reports))]
        self.testing.discard(file)
        result = of_report(report, revision.digest)
        if result is not None:
            self._results[file] = result
            self._records[file] = self._records.get(file, _NO_RECORD).after(result)

    def remember(self, results: Mapping[str, LastResult], records: Mapping[str, TrackRecord]) -> None:
        """Take what the history says, of files that were not tested in this session."""
        for file, result in results.items():
            known = self._results.get(file)
            if known is None or known.at < result.at:
                self._results[file] = result
        for file, record in records.items():
            if file not in self._found or self._found[file].report is None:
                self._records[file] = record

    def note_seal(self, file: str, revision: Revision, is_broken: bool) -> None:
        """Take whether the seal of this version of a file was found broken."""
        self._found[file] = self._of(file, revision)._replace(seal_is_broken=is_broken)

    def follow(self, before: Entry, after: Entry) -> None:
        """Take over what was found of an entry that has another file or version now, and says the same."""
        report, result = self.report(before), self._results.pop(before.file, None)
        record = self._records.pop(before.file, None)
        self._found.pop(before.file, None)
        if result is not None:
            is_current = result.is_of(before.revision.digest)
            digest = (after.revision.digest or "")[:16] if is_current else result.revision
            self._results[after.file] = result._replace(revision=digest or None)
        if record is not None:
            self._records[after.file] = record
        if report is not None:
            self._found[after.file] = self._of(after.file, after.revision)._replace(report=report)

    def keep(self, entries: Iterable[Entry]) -> None:
        """Forget what was found of files, and of versions of them, that are not there any more."""
        revisions = {entry.file: entry.revision for entry in entries}
        self._found = {file: found for file, found in self._found.items() if revisions.get(file) == found.revision}
        for (file, revision), report in self._reports.items():
            if file not in self._found and revisions.get(file) == revision:
                self._found[file] = _Found(revision, report)
                if (result := of_report(report, revision.digest)) is not None:
                    self._results[file] = result

    def report(self, entry: Entry) -> ProbeReport | None:
        """Return the last test of this version of the entry's file in this session."""
        found = self._found.get(entry.file)
        return found.report if found is not None and found.revision == entry.revision else None

    def state(self, entry: Entry) -> EntryState:
        """Return the state of an entry with what was found of its secrets since it was read."""
        found = self._found.get(entry.file)
        if found is None or found.revision != entry.revision or entry.state in {"problem", "unsealed"}:
            return entry.state
        if found.seal_is_broken:
            return "seal_broken"
        if found.report is None or found.report.outcome is None:
            return entry.state
        if found.report.failure is not None:
            return _OF_SECRETS.get(found.report.failure.kind, entry.state)
        # It passed, so that its secrets were opened.
        return "ok"

    def facts(self, entry: Entry) -> RowFacts:
        """Return what the row of an entry says besides what its file says."""
        file, result = entry.file, self._results.get(entry.file)
        is_current = result is not None and result.is_of(entry.revision.digest)
        record = self._records.get(file, _NO_RECORD)
        return RowFacts(self.state(entry), result, is_current, record, file in self.testing)

    def mark(self, entry: Entry) -> Mark:
        """Return the mark of an entry: what stands in its way, else how its last test ended."""
        return self.facts(entry).mark

    def all_facts(self, entries: Iterable[Entry]) -> dict[str, RowFacts]:
        """Return the facts of those entries of which something is known."""
        known = self._found.keys() | self._results.keys() | self.testing
        return {entry.file: self.facts(entry) for entry in entries if entry.file in known}

    def _of(self, file: str, revision: Revision) -> _Found:
        found = self._found.get(file)
        return found if found is not None and found.revision == revision else _Found(revision)
