"""What the result view says below its stages: the failure with its hint, and the details of each stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from integrator_tui.model.answer import KeptAnswer
from integrator_tui.model.encoding import media_type
from integrator_tui.model.probe import Failure, ProbeReport, Stage
from integrator_tui.tui.actions import Action
from integrator_tui.tui.labels import labelled
from integrator_tui.tui.widgets.sheet import SheetGroup, SheetLine

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection


def explain(
    report: ProbeReport,
    *,
    verified: bool,
    offers: Sequence[Action] = (),
    answer: KeptAnswer | None = None,
    rows: Sequence[str] = (),
    worked: str = "",
) -> tuple[SheetGroup, ...]:
    """Return the groups to show below the stage rows.

    `offers` are what can be done about the failure, `rows` the first ones of the answer's body, `worked` says when
    it worked last and what changed since.
    """
    offered = (
        SheetLine(f"key {action.key_text}", f"{action.words}: {action.tooltip}", "accent") for action in offers
    )
    past = (SheetLine("", worked, "warn"),) if worked else ()
    groups = [SheetGroup("", (*_outcome(report, verified), *offered, *past, *answer_lines(answer, rows)))]
    for result in report.stages:
        lines = tuple(_details(result.detail))
        if lines:
            groups.append(SheetGroup(result.stage, lines))
    return tuple(group for group in groups if group.lines)


def limits(connection: Connection) -> dict[Stage, float]:
    """Return the seconds that each stage may take; a token request has stages of its own, each with its limit."""
    timeout = connection.options.timeout
    found: dict[Stage, float] = dict.fromkeys(("resolve", "connect", "tls"), timeout.connect)
    found["respond"] = found["stream"] = timeout.read
    if connection.auth.type in {"http_bearer_token", "oauth2"}:
        found["authenticate"] = 3 * timeout.connect + timeout.read
    return found


def _outcome(report: ProbeReport, verified: bool) -> Iterator[SheetLine]:
    if not verified:
        yield SheetLine("", "! TLS certificates are not verified (Verify TLS Certificates is off)", "bad")
    if report.outcome is None:
        return
    if report.failure is None:
        yield SheetLine("", f"✓ passed in {report.duration_ms:.1f} ms", "good")
    else:
        yield from _failure(report, report.failure)
    for warning in report.warnings:
        if warning.kind != "not_verified":
            where = f"{warning.stage}: " if warning.stage else ""
            yield SheetLine("warning", f"{where}{warning.message}", "warn")


def _failure(report: ProbeReport, failure: Failure) -> Iterator[SheetLine]:
    at = f" at {failure.stage}" if failure.stage else ""
    yield SheetLine(report.outcome or "", f"{failure.kind}{at}", "bad")
    yield SheetLine("message", failure.message)
    if failure.hint:
        yield SheetLine("hint", labelled(failure.hint), "accent")


def answer_words(answer: KeptAnswer) -> str:
    """Return in a line what an answer is: status, content type, size, and why it is not whole."""
    size = f"{answer.size:,} byte{'' if answer.size == 1 else 's'}"
    parts = (answer.status_line, media_type(answer.content_type), size, answer.cut and f"not whole: {answer.cut}")
    return ", ".join(part for part in parts if part)


def answer_lines(answer: KeptAnswer | None, rows: Sequence[str]) -> Iterator[SheetLine]:
    """Return what is said of an answer below its outcome, and the first `rows` of its body."""
    if answer is None:
        return
    yield SheetLine("token answer" if answer.of_token else "answer", f"{answer_words(answer)}  (key b: Body)")
    yield from (SheetLine("", row, "muted") for row in rows)


def _details(detail: Mapping[str, Any], prefix: str = "") -> Iterator[SheetLine]:
    for key, value in detail.items():
        if key == "stages":
            yield from _nested(value)
        elif key == "warnings":
            continue  # they stand at the top
        elif isinstance(value, Mapping):
            yield from _details(value, f"{prefix}{key}.")
        elif value not in (None, "", [], ()):
            yield SheetLine(f"{prefix}{key}", _text(value))


def _nested(stages: Sequence[Mapping[str, Any]]) -> Iterator[SheetLine]:
    """The stages of the token request, in words of their own: each row of the table above is one of the test's."""
    for stage in stages:
        ms = f", {stage['ms']:.1f} ms" if stage.get("ms") is not None else ""
        tone = {"passed": "good", "failed": "bad"}.get(str(stage.get("outcome")), "muted")
        yield SheetLine(f"token {stage.get('stage')}", f"{stage.get('outcome')}{ms}", tone)  # type: ignore[arg-type]


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_text(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_text(item)}" for key, item in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
