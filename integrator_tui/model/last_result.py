"""LastResult: what a list says of the last test of a file, of this session or of an earlier one of this machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.revision import fingerprint

if TYPE_CHECKING:
    from integrator_tui.model.history import HistoryEntry
    from integrator_tui.model.probe import Failure, Outcome, ProbeReport, StageResult

_CAUSES: Final[Mapping[str, str]] = {
    "locked": "locked",
    "seal_broken": "seal",
    "missing_parameter": "parameter",
    "invalid_file": "file",
    "ca_invalid": "certificate",
    "not_run": "not run",
}
"""What is said of a test that could not be made: no stage of it ran."""


class LastResult(NamedTuple):
    """How the last test of a file ended.

    `at` is when it began (aware, UTC), `stage` the one that failed, empty where none did, `cause` a word for
    that: the stage, else what kept the test from being made. `status` is the HTTP status of the answer.
    `certificate_until` is when the first of the certificates ends that were shown, `token_until` when the token
    ends. `revision` is the beginning of the digest of the file that was tested, None where nobody kept it.
    """

    outcome: Outcome
    at: datetime
    duration_ms: float
    stage: str = ""
    cause: str = ""
    status: int | None = None
    certificate_until: datetime | None = None
    token_until: datetime | None = None
    warned: bool = False
    revision: str | None = None

    def is_of(self, digest: str | None) -> bool:
        """Whether the file that was tested is the one of this digest."""
        return self.revision is not None and digest is not None and digest.startswith(self.revision)

    def certificate_days(self, now: datetime) -> int | None:
        """Return the whole days until the first certificate ends, below 0 after that; None where none is known."""
        return None if self.certificate_until is None else (self.certificate_until - now) // timedelta(days=1)

    def token_minutes(self, now: datetime) -> int | None:
        """Return the whole minutes that the token still lives, 0 where it does not; None where none is known."""
        return None if self.token_until is None else max(0, (self.token_until - now) // timedelta(minutes=1))

    @property
    def text(self) -> str:
        """What its row says: the time of a test that passed, else where it failed."""
        return duration_text(self.duration_ms) if self.outcome == "passed" else self.cause


def of_report(report: ProbeReport, digest: str | None) -> LastResult | None:
    """Return what a finished report says of the file of this digest; None of one that is not finished."""
    if report.outcome is None:
        return None
    warned = bool(report.about_the_whole) or any("warnings" in stage.detail for stage in report.stages)
    return _result(report, report.outcome, digest and fingerprint(digest))._replace(warned=warned)


def of_history(entry: HistoryEntry) -> LastResult:
    """Return what an entry of the history says."""
    return _result(entry, entry.outcome, entry.revision)


def _result(found: ProbeReport | HistoryEntry, outcome: Outcome, revision: str | None) -> LastResult:
    failure = found.failure
    stages = {stage.stage: stage.detail for stage in found.stages}
    answered = stages.get("respond", {}).get("status")
    status = stages.get("authenticate", {}).get("status") if answered is None else answered
    seconds = stages.get("authenticate", {}).get("expires_in_s")
    token_until = None
    if isinstance(seconds, int | float) and 0 <= seconds < 1e9:
        token_until = found.started_at + timedelta(milliseconds=found.duration_ms, seconds=seconds)
    return LastResult(
        outcome,
        found.started_at,
        found.duration_ms,
        failure.stage or "" if failure is not None else "",
        _cause(failure),
        status if isinstance(status, int) else None,
        min(_ends(found.stages), default=None),
        token_until,
        revision=revision,
    )


def _cause(failure: Failure | None) -> str:
    if failure is None:
        return ""
    return failure.stage or _CAUSES.get(failure.kind, "error")


def _ends(stages: Iterable[StageResult]) -> Iterator[datetime]:
    """Give when each certificate ends that was shown, those of the token's server too."""
    for stage in stages:
        details = [stage.detail, *(_detail(nested) for nested in stage.detail.get("stages", ()))]
        for detail in details:
            if (text := detail.get("not_after")) and (moment := _moment(text)) is not None:
                yield moment


def _detail(nested: Any) -> Mapping[str, Any]:
    detail = nested.get("detail") if isinstance(nested, Mapping) else None
    return detail if isinstance(detail, Mapping) else {}


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def duration_text(milliseconds: float) -> str:
    """Return a duration in few characters: whole milliseconds, from a second on seconds."""
    if milliseconds < 999.5:
        return f"{milliseconds:.0f}ms"
    seconds = milliseconds / 1000
    return f"{seconds:.1f}s" if seconds < 9.95 else f"{seconds:.0f}s"


class TrackRecord(NamedTuple):
    """What the history says of all tests of a file: when it worked last, and since when it has been failing; None
    where it never worked, and where it does not fail."""

    worked: datetime | None = None
    failing_since: datetime | None = None

    def after(self, result: LastResult) -> TrackRecord:
        """Return the record with one more test at its end."""
        if result.outcome == "passed":
            return TrackRecord(result.at)
        if result.outcome == "failed" and self.failing_since is None:
            return self._replace(failing_since=result.at)
        return self
