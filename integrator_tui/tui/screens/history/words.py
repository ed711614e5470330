"""What the history screens say of earlier results: as lines of a sheet, as text to copy, as data to save."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from integrator_tui.errors import IntegratorError
from integrator_tui.model.answer import KeptAnswer
from integrator_tui.model.history import HistoryEntry, report_of, worked_last_text
from integrator_tui.model.moments import age, moment
from integrator_tui.model.stages import MARKS, summary
from integrator_tui.model.text import visible
from integrator_tui.tui.labels import labelled
from integrator_tui.tui.widgets.results.facts import milliseconds, what
from integrator_tui.tui.widgets.sheet import SheetLine

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices

_PLAIN: Final = "text/plain; charset=utf-8"


def head(entry: HistoryEntry, now: datetime) -> Iterator[SheetLine]:
    """What is said of a result besides its stages and its failure."""
    yield SheetLine("what", what(entry) if entry.operation is None else f"run of {entry.operation}")
    yield SheetLine("at", f"{moment(entry.started_at)} ({_ago(entry.started_at, now)})")
    if entry.vantage != "local":
        yield SheetLine("from", entry.vantage)
    if entry.revision is not None:
        yield SheetLine("file", f"{entry.file}, as it was then: {entry.revision}")
    if entry.pinned:
        yield SheetLine("pinned", "it stays, however old or many results there are", "accent")


def _ago(then: datetime, now: datetime) -> str:
    told = age(then, now)
    return told if told == "now" else f"{told} ago"


def report_text(entry: HistoryEntry) -> str:
    """Return a result as text, to copy or to save."""
    report = report_of(entry)
    lines = [
        f"{entry.name}  {what(entry)}  {moment(entry.started_at)}  {entry.outcome}",
        f"{entry.address or ''}".rstrip(),
    ]
    for stage in report.stages:
        ms = milliseconds(stage.ms) if stage.ms is not None else ""
        facts = summary(stage.stage, stage.detail)
        lines.append(f"{MARKS[stage.outcome]} {stage.stage:<14}{stage.outcome:<8}{ms:>12}  {facts}".rstrip())
    lines.append(f"{entry.outcome} in {milliseconds(entry.duration_ms)}")
    if entry.failure is not None:
        at = f" at {entry.failure.stage}" if entry.failure.stage else ""
        lines += [f"{entry.failure.kind}{at}: {entry.failure.message}", f"hint: {labelled(entry.failure.hint)}"]
    return visible("\n".join(line for line in lines if line), keep="\n")


def as_json(entries: Sequence[HistoryEntry]) -> bytes:
    """Return results as `history --json` gives them."""
    return json.dumps([entry.to_json() for entry in entries], indent=2, ensure_ascii=True).encode() + b"\n"


def as_answer(data: bytes) -> KeptAnswer:
    """Return what was made here as something that is saved like an answer."""
    return KeptAnswer(0, datetime.now(UTC), 0, "", (), _PLAIN, data, len(data), "", False, False, "")


def pinned_as_answer(
    entry: HistoryEntry, headers: Sequence[tuple[str, str]], body: str | None
) -> KeptAnswer | None:
    """Return what was pinned with a result as an answer to be shown; None where nothing was."""
    if not headers and body is None:
        return None
    status = next((s.detail.get("status") for s in entry.stages if s.stage == "respond"), None)
    named = next((value for name, value in headers if name.lower() == "content-type"), "text/plain")
    content_type = f"{named.partition(';')[0]}; charset=utf-8"
    data = (body or "").encode("utf-8", "replace")
    return KeptAnswer(
        *(0, entry.started_at, status if isinstance(status, int) else 0, "", tuple(headers), content_type, data),
        *(len(data), "", False, False, entry.address or ""),
    )


def file_name(name: str, kind: str, ending: str) -> str:
    """Return the name of a file that is offered to save something of a connection to."""
    safe = "".join(c if c.isalnum() or c in "-_." else "-" for c in name.lower())
    return f"{safe or 'connection'}-{kind}-{datetime.now():%Y%m%d-%H%M%S}.{ending}"


def worked_last_words(workspace: WorkspaceServices, file: str, operation: str | None = None) -> str:
    """Say when a file, or one of its operations, worked last and what changed since; nothing where the history
    cannot tell."""
    try:
        return worked_last_text(workspace.history.worked_last(file, operation=operation), datetime.now(UTC))
    except IntegratorError:
        return ""


# two results side by side

Fact = tuple[str, str, str]
"""A name, and what it was in the older and in the newer result."""


def facts_of(entry: HistoryEntry) -> dict[str, str]:
    """Return everything that is known of a result, by its name."""
    found: dict[str, Any] = {
        "outcome": f"{MARKS[entry.outcome]} {entry.outcome}",
        "started at": moment(entry.started_at),
        "took": milliseconds(entry.duration_ms),
        "what": what(entry),
        "seen from": entry.vantage,
        "address": entry.address or "",
        "file": entry.revision or "",
    }
    if entry.failure is not None:
        found["failure"] = entry.failure.kind + (f" at {entry.failure.stage}" if entry.failure.stage else "")
        found["message"] = entry.failure.message
        found["hint"] = labelled(entry.failure.hint)
    for stage in entry.stages:
        ms = f" {milliseconds(stage.ms)}" if stage.ms is not None else ""
        found[stage.stage] = f"{MARKS[stage.outcome]}{ms}"
        for key, value in stage.detail.items():
            if key not in ("stages", "warnings") and value not in (None, "", [], ()):
                text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
                found[f"  {key}"] = text
    return {name: str(value) for name, value in found.items()}


def side_by_side(older: HistoryEntry, newer: HistoryEntry) -> list[Fact]:
    """Return what is known of two results, each thing once."""
    before, after = facts_of(older), facts_of(newer)
    names = [*before, *(name for name in after if name not in before)]
    order = {name: place for place, name in enumerate(after)}
    # A thing that only one of them has keeps its place behind what it follows there.
    places = {name: order.get(name, -1) for name in names}
    last = 0
    for name in names:
        if places[name] < 0:
            places[name] = last
        last = places[name]
    return [
        (name, before.get(name, ""), after.get(name, ""))
        for name in sorted(names, key=lambda name: (places[name], names.index(name)))
    ]


ALWAYS_DIFFERENT: Final = frozenset(
    {"started at", "took", *("resolve", "connect", "tls", "authenticate", "respond")}
)
"""What two results differ in, however alike they are."""


def differs(fact: Fact) -> bool:
    """Whether a fact is worth a mark: the times of stages differ always, their outcomes are looked at."""
    name, before, after = fact
    if name in ("started at", "took", "  days_left", "  first_byte_ms", "  expires_in_s"):
        return False
    if name in ALWAYS_DIFFERENT:
        return before[:1] != after[:1]
    return before != after
