"""Codec: entries as data and back. What comes back is checked: it lay on a disk."""

from __future__ import annotations

import json
from collections.abc import Container
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, get_args

from integrator_tui.model.history import HistoryEntry, HistoryKind
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.probe import Failure, Outcome, Stage, StageOutcome, StageResult

if TYPE_CHECKING:
    from integrator_tui.model.moved import Moved

VERSION: Final = 1
"""Of the lines of the spool and of the database."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS: Final = frozenset(get_args(HistoryKind))
_OUTCOMES: Final = frozenset(get_args(Outcome))
_STAGES: Final = frozenset(get_args(Stage))
_STAGE_OUTCOMES: Final = frozenset(get_args(StageOutcome))
_encode: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode

MALFORMED: Final = (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, RecursionError)
"""What reading something raises that is not what was written."""


class Line(NamedTuple):
    """One line of the spool: an entry, or a file that got another place or name."""

    workspace: str
    entry: HistoryEntry | None = None
    moved: Moved | None = None


def line_of(line: Line) -> bytes:
    """Return a line as bytes, ASCII throughout, without its line end."""
    if line.moved is not None:
        return _encode({"v": VERSION, "w": line.workspace, "moved": line.moved}).encode("ascii")
    entry = line.entry
    assert entry is not None, "a line holds one of both"
    return _encode(
        {
            "v": VERSION,
            "w": line.workspace,
            "k": entry.kind,
            "n": entry.name,
            "f": entry.file,
            "o": entry.operation,
            "t": milliseconds(entry.started_at),
            "r": entry.outcome,
            "d": _data(entry),
        }
    ).encode("ascii")


def lines_of(data: bytes) -> list[Line]:
    """Return the lines of a spool; what a killed writer left unfinished, or somebody spoiled, is no line."""
    found = []
    for text in data.split(b"\n"):
        if text:
            try:
                found.append(_line(json.loads(text)))
            except MALFORMED:
                continue
    return found


def _line(found: Any) -> Line:
    if found["v"] != VERSION:
        raise ValueError("a line of another version")
    workspace = _text(found["w"])
    if "moved" in found:
        from integrator_tui.model.moved import Moved

        # Those written before files had their digests beside them have three words.
        old, new, name, *digests = found["moved"]
        was, now = digests or (None, None)
        prints = (None if each is None else _text(each) for each in (was, now))
        return Line(workspace, moved=Moved(_text(old), _text(new), _text(name), *prints))
    return Line(
        workspace,
        entry_from(found["k"], found["n"], found["f"], found["o"], found["t"], found["r"], found["d"]),
    )


def _data(entry: HistoryEntry) -> dict[str, Any]:
    """What is only read together: the columns of the database are for looking entries up."""
    data: dict[str, Any] = {"ms": round(entry.duration_ms, 1)}
    if entry.address is not None:
        data["a"] = entry.address
    if entry.revision is not None:
        data["rev"] = entry.revision
    if entry.vantage != "local":
        data["v"] = entry.vantage
    if entry.failure is not None:
        data["why"] = entry.failure
    if entry.stages:
        data["s"] = [
            (stage.stage, stage.outcome, stage.ms if stage.ms is None else round(stage.ms, 2), dict(stage.detail))
            for stage in entry.stages
        ]
    return data


def revision_text(revision: str) -> str:
    """Return how the text of an entry names the revision of its file."""
    return f'"rev":{_encode(revision)}'


def data_text(entry: HistoryEntry) -> str:
    """Return the part of an entry that the database keeps as one text."""
    return _encode(_data(entry))


def entry_from(
    kind: Any,
    name: Any,
    file: Any,
    operation: Any,
    started: Any,
    outcome: Any,
    data: Any,
    number: int | None = None,
    pinned: bool = False,
) -> HistoryEntry:
    """Return an entry of its parts, `data` as a JSON value; raises one of MALFORMED where they are none."""
    why = data.get("why")
    failure = None
    if why is not None:
        stage, word, message, hint = why
        failure = Failure(
            None if stage is None else _word(_STAGES, stage), _text(word), _text(message), _text(hint)
        )
    return HistoryEntry(
        kind=_word(_KINDS, kind),
        name=_text(name),
        file=None if file is None else _text(file),
        operation=None if operation is None else _text(operation),
        outcome=_word(_OUTCOMES, outcome),
        started_at=moment(started),
        duration_ms=float(data["ms"]),
        failure=failure,
        vantage=_text(data.get("v", "local")),
        address=None if "a" not in data else _text(data["a"]),
        revision=None if "rev" not in data else _text(data["rev"]),
        stages=tuple(_stage(*found) for found in data.get("s", ())),
        id=number,
        pinned=pinned,
    )


def _stage(stage: Any, outcome: Any, ms: Any, detail: Any) -> StageResult:
    if not isinstance(detail, dict):
        raise TypeError("a detail is a mapping")
    return StageResult(
        _word(_STAGES, stage), _word(_STAGE_OUTCOMES, outcome), None if ms is None else float(ms), detail
    )


def milliseconds(then: datetime) -> int:
    """Return milliseconds since 1970."""
    return (then - _EPOCH) // timedelta(milliseconds=1)


def moment(milliseconds: Any) -> datetime:
    """Return the time so many milliseconds after the beginning of 1970."""
    return _EPOCH + timedelta(milliseconds=int(milliseconds))


def _word(words: Container[str], found: Any) -> Any:
    if found not in words:
        raise ValueError("no such word")
    return found


def _text(found: Any) -> str:
    if not isinstance(found, str):
        raise TypeError("text is wanted")
    return found
