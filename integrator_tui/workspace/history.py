"""History: earlier results and runs of this machine, as one workspace sees them.

Rules: nothing about it changes a result or how a command ends: what cannot be kept is not kept, and `lost` says why
to whoever looks at the history. What is added waits in memory for `flush`, which is called after the result was
told. Secrets were taken out of a result before it comes here; what parameters filled in is taken out here.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from integrator_tui.errors import (
    ChangedOnDisk,
    HistoryUnavailable,
    IntegratorError,
    NotFound,
    RequestFailed,
    UsageError,
)
from integrator_tui.history.history_file import HistoryFile
from integrator_tui.model.history import (
    HistoryBounds,
    HistoryEntry,
    HistoryKind,
    HistorySubject,
    WorkedLast,
    entry_of,
    template_address,
    typed_address,
    worked_last,
)
from integrator_tui.model.probe import LOCAL, Failure, ProbeReport, Stage, StageOutcome, StageResult
from integrator_tui.model.secret_names import masked_form, masked_headers, masked_json

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection, Operation
    from integrator_tui.model.entry import Draft, Entry
    from integrator_tui.model.last_result import TrackRecord
    from integrator_tui.model.moved import Moved
    from integrator_tui.workspace.settings import UserSettings

FOLDER: Final = "history"

_MOST_WAITING: Final = 1000
_LOOKED_AT: Final = 200
_MOST_BODY: Final = 1 << 20


class RunAttempt:
    """A request or run under way: what became of it so far."""

    def __init__(self) -> None:
        self.failure: Failure | None = None
        self.status: int | None = None
        self.ended = False
        self.vantage = LOCAL
        """The host that it is sent from."""

    def answered(self, status: int, failure: Failure | None) -> None:
        """Note the answer, and what its status means where that is a failure."""
        self.status, self.failure, self.ended = status, failure, True


class History:
    """What is kept for the workspace at `root` in the state folder; `settings` may switch it off."""

    def __init__(self, root: Path, state: Path, settings: Callable[[], UserSettings]) -> None:
        self._root = root
        self._folder = state / FOLDER
        self._settings = settings
        self._waiting: list[tuple[ProbeReport, HistorySubject, tuple[str, ...]]] = []
        self.lost = ""
        """Why what was added last is not kept, empty where it is."""

    # adding

    def record(
        self, report: ProbeReport, subject: HistorySubject, parameters: Mapping[str, str] | None = None
    ) -> None:
        """Keep a finished report at the next `flush`; `parameters` filled templates, and are not kept."""
        self._waiting.append((report, subject, tuple((parameters or {}).values())))
        if len(self._waiting) >= _MOST_WAITING:
            self.flush()

    def tested(self, draft: Draft, report: ProbeReport, parameters: Mapping[str, str]) -> None:
        """Keep the finished report of a draft's test, where the draft is one of a file."""
        if draft.file is not None:
            self.record(report, subject_of_draft(draft), parameters)
            self.flush()

    def requested(
        self, draft: Draft, operation: Operation, report: ProbeReport, parameters: Mapping[str, str]
    ) -> None:
        """Keep the finished report of an operation of a draft, or of a request whose path was typed, where the
        draft is one of a file."""
        if draft.file is not None:
            subject = _subject_of_run(draft.file, draft.revision.digest, draft.connection, operation)
            self.record(report, subject, parameters)
            self.flush()

    @contextmanager
    def carrying_out(
        self, entry: Entry, operation: Operation, parameters: Mapping[str, str]
    ) -> Iterator[RunAttempt]:
        """Keep what becomes of one request or run inside; one that was interrupted before its answer is none."""
        attempt, started, begun = RunAttempt(), datetime.now(UTC), time.perf_counter()
        try:
            yield attempt
        except IntegratorError as error:
            if isinstance(error, UsageError | ChangedOnDisk) or getattr(error, "kind", None) == "":
                # It was not tried, or will be once more.
                raise
            attempt.failure, attempt.ended = _failure(error), True
            raise
        finally:
            if attempt.ended and entry.connection is not None:
                report = _report(entry, attempt, started, (time.perf_counter() - begun) * 1000)
                self.record(report, subject_of_run(entry, entry.connection, operation), parameters)

    def moved(self, moved: Moved) -> None:
        """Follow a file that has another place, or a connection that has another name."""
        self.flush()
        if (history := self._open()) is not None:
            with suppress(OSError, HistoryUnavailable):
                history.moved(moved)

    def flush(self) -> None:
        """Write what waits. Where that is not possible, it is lost, and `lost` says why."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        history = self._open()
        if history is None:
            return
        try:
            history.add([entry_of(*each) for each in waiting])
            self.lost = ""
        except OSError as error:
            self.lost = (error.strerror or str(error)).lower()
        except HistoryUnavailable:
            # It is kept, and waits to be moved into the database.
            self.lost = ""

    # looking

    def entries(
        self,
        file: str | None = None,
        *,
        name: str | None = None,
        operation: str | None = None,
        last: int | None = None,
    ) -> tuple[HistoryEntry, ...]:
        """Return what is kept, newest first: all of the workspace and of bare URLs, or of one file, name,
        operation.

        An empty `file` stands for the bare URL `name`. Raises UsageError where the history is switched off,
        HistoryUnavailable where it cannot be read.
        """
        self.flush()
        return self._opened().entries(file, name=name, operation=operation, last=last)

    def latest(self) -> dict[str, HistoryEntry]:
        """Return the last check of each file, by file; raises as `entries` does."""
        self.flush()
        return self._opened().latest()

    def track_records(self) -> dict[str, TrackRecord]:
        """Return when the checks of each file passed last, and since when they fail; raises as `entries` does."""
        self.flush()
        return self._opened().track_records()

    def worked_last(self, file: str, *, name: str | None = None, operation: str | None = None) -> WorkedLast:
        """Return when checks of a file, or runs of one of its operations, passed last, and what changed since;
        raises as `entries` does. An empty `file` stands for the bare URL `name`."""
        self.flush()
        kind: HistoryKind = "check" if operation is None else "run"
        of = partial(self._opened().entries, file, name=name, operation=operation, kind=kind)
        newest = of(last=_LOOKED_AT)
        if any(entry.outcome == "passed" for entry in newest) or len(newest) < _LOOKED_AT:
            return worked_last(newest)
        # What was seen last is among the newest, however long ago it passed.
        return worked_last([*newest, *of(passed=True, last=1)])

    def find(self, name: str, last: int | None = None) -> tuple[HistoryEntry, ...]:
        """Return what is kept of a name that no connection has now: a bare URL, a file that is gone, an old name.

        Raises NotFound where there is nothing, and as `entries` does.
        """
        found: tuple[HistoryEntry, ...] = ()
        if "://" in name:
            return self.entries("", name=typed_address(name), last=last)
        for file, called in ((name.removeprefix("./"), None), (None, name)):
            found = found or self.entries(file, name=called, last=last)
        if not found:
            raise NotFound(
                f"no connection is named {name} in {self._root}, and none was", "see integrator-tui list"
            )
        return found

    def notice(self) -> str | None:
        """Return, once, that the history was damaged and where it was put; never raises."""
        with suppress(OSError, IntegratorError):
            history = self._open()
            if history is not None and (aside := history.set_aside()) is not None:
                return f"the history was damaged; it was set aside as {aside}, and begun anew"
        return None

    # what a user does with an entry

    def pin(self, entry: HistoryEntry, headers: Sequence[tuple[str, str]] = (), body: str | None = None) -> None:
        """Keep an entry beyond the bounds, with headers and body of its answer where they are given.

        Known secrets have to be masked in them already; what headers and JSON keys say to be credentials is masked
        here. Raises HistoryUnavailable.
        """
        if entry.id is None:
            raise HistoryUnavailable("this result is not in the history yet", "try again in a moment")
        kept = None
        if headers or body is not None:
            kept = json.dumps({"headers": masked_headers(headers), "body": body and _masked_body(body)})
        self._opened().pin(entry.id, kept)

    def unpin(self, entry: HistoryEntry) -> None:
        """Let an entry go with the others, and its body at once; raises HistoryUnavailable."""
        if entry.id is not None:
            self._opened().unpin(entry.id)

    def pinned_answer(self, entry: HistoryEntry) -> tuple[list[tuple[str, str]], str | None]:
        """Return headers and body that were pinned with an entry; raises HistoryUnavailable."""
        text = self._opened().pinned_body(entry.id) if entry.id is not None else None
        found = json.loads(text) if text else {}
        return [(str(name), str(value)) for name, value in found.get("headers", ())], found.get("body")

    def remove(self, entries: Sequence[HistoryEntry]) -> None:
        """Remove entries; raises HistoryUnavailable."""
        self._opened().remove([entry.id for entry in entries if entry.id is not None])

    def _opened(self) -> HistoryFile:
        history = self._open()
        if history is None:
            raise UsageError(
                "the history is switched off", "take history: false and remember: false out of settings.yaml"
            )
        return history

    def _open(self) -> HistoryFile | None:
        bounds: HistoryBounds | None = self._settings().history()
        return None if bounds is None else HistoryFile(self._folder, self._workspace, bounds)

    @cached_property
    def _workspace(self) -> str:
        return os.path.realpath(self._root)


def subject_of_draft(draft: Draft) -> HistorySubject:
    """Return what the test of a draft is about."""
    connection = draft.connection
    address = template_address(connection.base_url, connection.test_path)
    return HistorySubject(connection.name, draft.file, address, draft.revision.digest)


def subject_of_run(entry: Entry, connection: Connection, operation: Operation) -> HistorySubject:
    """Return what an operation is about, or a request whose path was typed and stands in no file."""
    return _subject_of_run(entry.file, entry.revision.digest, connection, operation)._replace(name=entry.name)


def _subject_of_run(
    file: str, revision: str | None, connection: Connection, operation: Operation
) -> HistorySubject:
    known = operation.name and operation in connection.operations
    typed = not known and operation.path != connection.test_path
    path = typed_address(operation.path) if typed else operation.path
    return HistorySubject(
        connection.name,
        file,
        template_address(connection.base_url, path),
        revision,
        operation.name if known else None,
        "run" if known else "request",
    )


def _report(entry: Entry, attempt: RunAttempt, started: datetime, duration_ms: float) -> ProbeReport:
    report = ProbeReport(entry.name, entry.file, None, started, attempt.vantage, failure=attempt.failure)
    if attempt.status is not None:
        outcome: StageOutcome = "failed" if attempt.failure else "passed"
        report = report.plus(StageResult("respond", outcome, duration_ms, {"status": attempt.status}))
    return report.finished(duration_ms)


def _failure(error: IntegratorError) -> Failure:
    from integrator_tui.engine.sanitize import failure_of

    if isinstance(error, RequestFailed):
        stage = cast("Stage", error.stage) if error.stage else None
        return Failure(stage, error.kind, error.message, error.hint)
    return failure_of(error)._replace(kind=getattr(error, "kind", failure_of(error).kind))


def _masked_body(body: str) -> str:
    body = body[:_MOST_BODY]
    with suppress(ValueError, RecursionError):
        return json.dumps(masked_json(json.loads(body)), ensure_ascii=False)
    return masked_form(body)
