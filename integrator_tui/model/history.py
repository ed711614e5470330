"""HistoryEntry: an earlier result or run of this machine, as it may be kept on a disk.

Rules: no secret, no body, and nothing that was typed to fill a template: an address is the file's own text, of a
bare URL the values of its query are left out, and of a stage only the facts of `_KEPT` stay. What is about one
connection is compared by pure functions over its entries, newest first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal
from urllib.parse import unquote, unquote_plus

from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.probe import Failure, Outcome, ProbeReport, StageResult
from integrator_tui.model.revision import fingerprint
from integrator_tui.model.secret import MASK
from integrator_tui.model.text import CUT

HistoryKind = Literal["check", "run", "request"]

LONGEST_NAME: Final = 300
LONGEST_ADDRESS: Final = 1000
LONGEST_MESSAGE: Final = 500
"""Characters of a name, an address, a message or a hint that are kept."""

_LONGEST_FACT: Final = 200
_MOST_ADDRESSES: Final = 8

_KEPT: Final = frozenset(
    """addresses address port version subject issuer not_after days_left sha256 method expires_in_s cached status
    bytes http_version first_byte_ms events vantage stages warned""".split()
)
"""What of a stage's detail is kept: nothing that repeats what was asked for or answered."""


class HistoryBounds(NamedTuple):
    """How much is kept: results, days, and megabytes (10^6 bytes) on the disk; what is exceeded first counts."""

    results: int = 100_000
    days: float = 90
    megabytes: float = 64


class HistorySubject(NamedTuple):
    """What a result is about, as its file says it; `file` is None for a bare URL.

    `address` holds the file's templates; `revision` is the digest of the file that was read.
    """

    name: str
    file: str | None
    address: str | None = None
    revision: str | None = None
    operation: str | None = None
    kind: HistoryKind = "check"


class HistoryEntry(NamedTuple):
    """One earlier result. `id` is None while it is not in the database yet; `pinned` entries outlive the bounds."""

    kind: HistoryKind
    name: str
    file: str | None
    operation: str | None
    outcome: Outcome
    started_at: datetime
    duration_ms: float
    failure: Failure | None = None
    vantage: str = "local"
    address: str | None = None
    revision: str | None = None
    stages: tuple[StageResult, ...] = ()
    id: int | None = None
    pinned: bool = False

    @property
    def is_warned(self) -> bool:
        """Whether something was warned of."""
        return any(stage.detail.get("warned") for stage in self.stages)

    @property
    def request_path(self) -> str:
        """The path that a request of one's own asked for; empty where this is none, or it is not known."""
        if self.kind != "request" or not self.address:
            return ""
        return f"/{self.address.partition('://')[2].partition('/')[2]}"

    def to_json(self) -> dict[str, Any]:
        """Return the entry as `history --json` gives it."""
        started = self.started_at.astimezone(UTC).replace(tzinfo=None)
        return {
            "name": self.name,
            "file": self.file,
            "operation": self.operation,
            "kind": self.kind,
            "outcome": self.outcome,
            "failure": self.failure.to_json() if self.failure else None,
            "started_at": f"{started.isoformat(timespec='milliseconds')}Z",
            "duration_ms": round(self.duration_ms, 3),
            "vantage": self.vantage,
            "url": self.address,
        }


def entry_of(report: ProbeReport, subject: HistorySubject, filled: Iterable[str] = ()) -> HistoryEntry:
    """Return a finished report as it may be kept; `filled` are the values that templates were filled with."""
    address = subject.address and _cut(subject.address, LONGEST_ADDRESS)
    words = _cleaner(report.url, address, filled, subject.file is None)
    failure = report.failure
    if failure is not None:
        failure = failure._replace(
            message=_cut(words(failure.message), LONGEST_MESSAGE), hint=_cut(words(failure.hint), LONGEST_MESSAGE)
        )
    return HistoryEntry(
        kind=subject.kind,
        name=_cut(subject.name, LONGEST_NAME),
        file=subject.file,
        operation=subject.operation and _cut(subject.operation, LONGEST_NAME),
        outcome=report.outcome or "error",
        started_at=report.started_at,
        duration_ms=report.duration_ms,
        failure=failure,
        vantage=_cut(report.vantage, LONGEST_NAME),
        address=address,
        revision=subject.revision and fingerprint(subject.revision),
        stages=_with_count(tuple(map(_kept, report.stages)), len(report.warnings)),
    )


def _kept(stage: StageResult) -> StageResult:
    return StageResult(stage.stage, stage.outcome, stage.ms, kept_detail(stage.detail))


def _with_count(stages: tuple[StageResult, ...], warnings: int) -> tuple[StageResult, ...]:
    """Return stages that say how often was warned: what the warnings say is foreign, and is not kept."""
    if not warnings or not stages:
        return stages
    *others, last = stages
    return (*others, last._replace(detail={**last.detail, "warned": warnings}))


def kept_detail(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a stage's detail is kept."""
    return {key: _fact(key, value) for key, value in detail.items() if key in _KEPT and value is not None}


def _fact(key: str, value: Any) -> Any:
    if isinstance(value, str):
        return fingerprint(value) if key == "sha256" else _cut(value, _LONGEST_FACT)
    if key == "stages" and isinstance(value, list):
        nested = (stage for stage in value if isinstance(stage, dict))
        return [{**stage, "detail": kept_detail(stage.get("detail") or {})} for stage in nested]
    if isinstance(value, list | tuple):
        return [_cut(str(item), _LONGEST_FACT) for item in value[:_MOST_ADDRESSES]]
    return value if isinstance(value, int | float) else _cut(str(value), _LONGEST_FACT)


def template_address(base_url: str, path: str) -> str:
    """Return base URL and path as a file has them, joined with one slash, templates as they stand."""
    from integrator_tui.model.url import without_user_info

    base, _, base_query = without_user_info(base_url.strip()).partition("?")
    own, _, own_query = path.partition("?")
    if own:
        base = f"{base.rstrip('/')}/{own.lstrip('/')}"
    query = "&".join(part for part in (base_query, own_query) if part)
    return base + (f"?{query}" if query else "")


_TEMPLATE: Final = r"\{\{\{?[^{}]*\}?\}\}"


def typed_address(text: str) -> str:
    """Return an address that was typed and stands in no file: the values of its query are left out."""
    address, mark, query = text.partition("#")[0].partition("?")
    if not mark:
        return address
    return f"{address}?{'&'.join(_typed_pair(part) for part in query.split('&'))}"


def _typed_pair(pair: str) -> str:
    name, equals, value = pair.partition("=")
    if not equals:
        return MASK if pair and not re.fullmatch(_TEMPLATE, pair) else pair
    return f"{name}={value if not value or re.fullmatch(_TEMPLATE, value) else MASK}"


def _query_values(url: str) -> Iterable[str]:
    for pair in url.partition("#")[0].partition("?")[2].split("&"):
        _, equals, value = pair.partition("=")
        value = value if equals else pair
        yield from (value, unquote(value), unquote_plus(value))


def _cleaner(url: str | None, address: str | None, filled: Iterable[str], typed: bool) -> Callable[[str], str]:
    """Return what takes out of a message the address that was asked for, and what had been filled into it."""
    values = {value for value in filled if value}
    if typed and url:
        values.update(value for value in _query_values(url) if value)
    if not values and (url is None or url == address):
        return str
    from integrator_tui.model.redact import SHORTEST, Redactor

    redactor = Redactor(sorted(values))
    short = [re.escape(value) for value in values if len(value) < SHORTEST]
    pattern = re.compile(rf"(?<![^\W_])(?:{'|'.join(short)})(?![^\W_])") if short else None

    def clean(text: str) -> str:
        if url and address is not None:
            text = text.replace(url, address)
        text = redactor.cut_text(text)
        # A short value would be found everywhere; in an address it is what was filled in.
        return re.sub(r"\S*/\S*", lambda found: pattern.sub(MASK, found[0]), text) if pattern else text

    return clean


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + CUT


def report_of(entry: HistoryEntry) -> ProbeReport:
    """Return what is kept of a result as a report; of its stages the one that failed has the failure again."""
    stages = tuple(
        stage._replace(failure=entry.failure)
        if stage.outcome == "failed" and entry.failure is not None and entry.failure.stage == stage.stage
        else stage
        for stage in entry.stages
    )
    return ProbeReport(
        entry.name,
        entry.file,
        entry.address,
        entry.started_at,
        entry.vantage,
        entry.outcome,
        entry.duration_ms,
        stages,
        entry.failure,
    )


# what changed since it worked


class WorkedLast(NamedTuple):
    """The last entry that passed, None where none did, and what differs since: certificate, address, status,
    file."""

    entry: HistoryEntry | None
    changed: tuple[str, ...] = ()
    failing: bool = False


def worked_last(entries: Sequence[HistoryEntry]) -> WorkedLast:
    """Return when it worked last and what changed since, of entries of one connection or operation, newest
    first."""
    place = next((place for place, entry in enumerate(entries) if entry.outcome == "passed"), None)
    if place is None:
        return WorkedLast(None, failing=bool(entries))
    worked, since = entries[place], entries[:place]
    changed = (name for name, seen in _ASPECTS.items() if _differs(seen, worked, since))
    return WorkedLast(worked, tuple(changed), failing=bool(since))


def _differs(seen: Callable[[HistoryEntry], Any], worked: HistoryEntry, since: Sequence[HistoryEntry]) -> bool:
    """Whether what was seen last, where anything was, is something else than when it worked."""
    then = seen(worked)
    now = next((found for entry in since if (found := seen(entry)) is not None), None)
    if then is None or now is None:
        return False
    if isinstance(then, frozenset):
        # A name with many addresses gives another selection each time.
        return then.isdisjoint(now)
    return bool(then != now)


def _detail(entry: HistoryEntry, stage: str, key: str) -> Any:
    return next((found.detail.get(key) for found in entry.stages if found.stage == stage), None)


def _addresses(entry: HistoryEntry) -> frozenset[str] | None:
    found = _detail(entry, "resolve", "addresses") or [_detail(entry, "connect", "address")]
    return frozenset(map(str, found)) if found != [None] else None


def status_of(entry: HistoryEntry) -> Any:
    """Return the HTTP status that a result ended with, None where none came."""
    status = _detail(entry, "respond", "status")
    return _detail(entry, "authenticate", "status") if status is None else status


_ASPECTS: Final[Mapping[str, Callable[[HistoryEntry], Any]]] = {
    "certificate": lambda entry: _detail(entry, "tls", "sha256"),
    "address": _addresses,
    "status": status_of,
    "file": lambda entry: entry.revision,
}


def worked_last_text(found: WorkedLast, now: datetime) -> str:
    """Return 'worked last: …', and where it does not work now, what changed since then."""
    from integrator_tui.model.moments import age, moment

    if found.entry is None:
        return "worked last: never, as far as the history goes back"
    text = f"worked last: {moment(found.entry.started_at)} ({age(found.entry.started_at, now)})"
    if not found.failing:
        return text
    return f"{text}; since then changed: {', '.join(found.changed) or 'nothing that was seen'}"
