"""How each connection stands in this session: the one owner of what list, detail and actions say of it.

What was found belongs to the version of the file it was found on: of another version nothing is known yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from integrator_tui.model.entry import Entry, EntryState, Revision
from integrator_tui.model.probe import ProbeReport
from integrator_tui.tui.widgets.connections.marks import Mark

_OF_SECRETS: dict[str, EntryState] = {"locked": "locked", "seal_broken": "seal_broken"}
"""Kinds of failures that say how the secrets of a file stand."""


_MOST_REPORTS = 5000
"""Results that are remembered of all versions of all files."""


class _Found(NamedTuple):
    revision: Revision
    report: ProbeReport | None = None
    seal_is_broken: bool | None = None


class Standing:
    """What was found of the entries' files, by file."""

    def __init__(self) -> None:
        self._found: dict[str, _Found] = {}
        self._reports: dict[tuple[str, Revision], ProbeReport] = {}
        """Results by the version they are of: one that comes back, as by an undo, has its result again."""

    def note_report(self, file: str, revision: Revision, report: ProbeReport) -> None:
        """Take the finished report of a test of this version of a file."""
        self._found[file] = self._of(file, revision)._replace(report=report, seal_is_broken=None)
        self._reports[file, revision] = report
        if len(self._reports) > _MOST_REPORTS:
            del self._reports[next(iter(self._reports))]

    def note_seal(self, file: str, revision: Revision, is_broken: bool) -> None:
        """Take whether the seal of this version of a file was found broken."""
        self._found[file] = self._of(file, revision)._replace(seal_is_broken=is_broken)

    def follow(self, before: Entry, after: Entry) -> None:
        """Take over what was found of an entry that has another file or version now, and says the same."""
        report = self.report(before)
        self._found.pop(before.file, None)
        if report is not None:
            self.note_report(after.file, after.revision, report)

    def keep(self, entries: Iterable[Entry]) -> None:
        """Forget what was found of files, and of versions of them, that are not there any more."""
        revisions = {entry.file: entry.revision for entry in entries}
        self._found = {file: found for file, found in self._found.items() if revisions.get(file) == found.revision}
        for (file, revision), report in self._reports.items():
            if file not in self._found and revisions.get(file) == revision:
                self._found[file] = _Found(revision, report)

    def report(self, entry: Entry) -> ProbeReport | None:
        """Return the last test of this version of the entry's file."""
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

    def mark(self, entry: Entry) -> Mark:
        """Return the mark of an entry: what stands in its way, else how its last test ended."""
        state, report = self.state(entry), self.report(entry)
        if state != "ok" or report is None or report.outcome is None:
            return state
        return "passed" if report.outcome == "passed" else "failed"

    def marks(self, entries: Iterable[Entry]) -> dict[str, Mark]:
        """Return the marks of those entries of which something was found."""
        return {entry.file: self.mark(entry) for entry in entries if entry.file in self._found}

    def _of(self, file: str, revision: Revision) -> _Found:
        found = self._found.get(file)
        return found if found is not None and found.revision == revision else _Found(revision)
