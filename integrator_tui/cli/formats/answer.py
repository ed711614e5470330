"""What a check was answered (`check --answer`), as lines of text; it is masked and visible already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from integrator_tui.model.probe import ProbeReport


def answer_lines(report: ProbeReport) -> Iterator[str]:
    """Give status, headers and body of an answer, of a refused token request too; nothing where none is told."""
    if not report.tells_answer:
        return
    for result in report.stages:
        if (refused := result.detail.get("answer")) is not None:
            yield from _lines("answer to the token request", refused)
    if report.answer is not None:
        yield from _lines("answer", report.answer)


def _lines(title: str, answer: Mapping[str, Any]) -> Iterator[str]:
    yield f"{title}: {answer['status']} {answer['reason']}".rstrip()
    for name, value in answer["headers"]:
        yield f"  {name}: {value}"
    body = answer.get("body")
    if body is None:
        yield "  (a body that is no text)"
    elif body:
        yield ""
        yield from (f"  {line}" for line in body.removesuffix("\n").split("\n"))
    if answer["cut"]:
        yield "  (cut here)"
