"""Results of checks as JUnit XML, as Jenkins, GitLab and GitHub's actions read it (Jenkins' junit-10.xsd).

Rules: one testsuite, one testcase for each connection, its file the class. What failed is a failure, what could not
be made an error, what was not started skipped. Characters that XML 1.0 forbids are made visible, and what is not
ASCII is written as references, so that the text means the same in every locale.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from integrator_tui.cli.formats.answer import answer_lines
from integrator_tui.cli.formats.exit_code import exit_code
from integrator_tui.model.probe import Failure, ProbeReport, StageResult
from integrator_tui.model.stages import summary
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["exit_code", "render"]

SUITE: Final = "integrator-tui check"

# What Char of XML 1.0 lacks besides what is made visible anyway.
_NO_CHARACTERS: Final = {0xFFFE: "\N{REPLACEMENT CHARACTER}", 0xFFFF: "\N{REPLACEMENT CHARACTER}"}


def render(reports: Sequence[ProbeReport]) -> Iterator[str]:
    """Give the document: its head, a piece for each testcase, its end."""
    from xml.etree.ElementTree import Element, tostring

    kinds = [_element(report) for report in reports]
    suite = Element("testsuite", name=SUITE, tests=str(len(reports)))
    for name, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(kinds.count(element)))
    suite.set("time", _seconds(sum(report.duration_ms for report in reports)))
    if reports:
        suite.set("timestamp", _timestamp(reports))
    suite.text = "\n"
    head, _, end = tostring(suite, "us-ascii").decode("ascii").rpartition("\n")
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield head
    for report in reports:
        yield tostring(_case(report), "us-ascii").decode("ascii")
    yield end


def _timestamp(reports: Sequence[ProbeReport]) -> str:
    """When the first began, in the form without a zone that readers take."""
    first = min(report.started_at for report in reports).astimezone(UTC)
    return first.strftime("%Y-%m-%dT%H:%M:%S")


def _case(report: ProbeReport) -> Element:
    from xml.etree.ElementTree import Element, SubElement

    time = _seconds(report.duration_ms)
    case = Element("testcase", classname=_class(report.file), name=_text(report.title), time=time)
    if report.failure is not None and (element := _element(report)) is not None:
        found = SubElement(case, element, message=_text(_message(report.failure)))
        if element != "skipped":
            found.set("type", _text(report.failure.kind))
            found.text = "\n".join(_text(line) for line in _told(report, report.failure))
    if notes := [_text(line) for line in _notes(report)]:
        SubElement(case, "system-out").text = "\n".join(notes)
    return case


def _element(report: ProbeReport) -> str | None:
    if report.outcome == "passed" or report.failure is None:
        return None
    if report.failure.kind == "not_run":
        return "skipped"
    return "failure" if report.outcome == "failed" else "error"


def _class(file: str | None) -> str:
    """The file as readers take a class: its folders are the package."""
    return _text(".".join(PurePosixPath(file).with_suffix("").parts)) if file else "url"


def _message(failure: Failure) -> str:
    where = f"{failure.stage}: " if failure.stage else ""
    return f"{where}{failure.kind}: {failure.message}"


def _told(report: ProbeReport, failure: Failure) -> Iterator[str]:
    yield _message(failure)
    if failure.hint:
        yield f"hint: {failure.hint}"
    if report.url:
        yield f"url: {report.url}"
    yield from map(_row, report.stages)


def _row(result: StageResult) -> str:
    took = "" if result.ms is None else f" {result.ms:.1f} ms"
    return f"{result.stage}: {result.outcome}{took} {summary(result.stage, result.detail)}".rstrip()


def _notes(report: ProbeReport) -> Iterator[str]:
    for warning in report.warnings:
        yield f"WARNING {f'{warning.stage}: ' if warning.stage else ''}{warning.message}"
    for number, attempt in enumerate(report.attempts or (), 1):
        yield f"try {number}: {_message(attempt.failure) if attempt.failure else ''}"
    yield from answer_lines(report)


def _seconds(ms: float) -> str:
    return f"{ms / 1000:.3f}"


def _text(text: str) -> str:
    return visible(text).translate(_NO_CHARACTERS)
