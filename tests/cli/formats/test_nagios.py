"""Nagios' format: states, exit codes, sizes, figures."""

from __future__ import annotations

import re

import pytest

from integrator_tui.cli.formats.nagios import exit_code, render, unknown
from integrator_tui.model.probe import ProbeReport
from tests.cli.formats.reports import HOSTILE, failed, passed, unusable, warned

FIGURE = re.compile(r"'[^'=|]+'=\d+(\.\d+)?(ms)?;;;0(;\d+)?")


@pytest.mark.parametrize(
    ("reports", "word", "code"),
    [
        ([], "OK", 0),
        ([passed()], "OK", 0),
        ([passed(), warned()], "WARNING", 1),
        ([passed(), warned(), unusable()], "UNKNOWN", 3),
        ([passed(), warned(), unusable(), failed()], "CRITICAL", 2),
        ([unusable(kind="locked")], "UNKNOWN", 3),
    ],
)
def test_the_worst_state_counts(reports: list[ProbeReport], word: str, code: int) -> None:
    assert exit_code(reports) == code
    assert next(render(reports)).startswith(f"{word} - ")


def test_one_connection_word_by_word() -> None:
    assert list(render([failed()])) == [
        "CRITICAL - Billing: respond: server_error: the server answered 500 | 'time'=4.500ms;;;0 "
        "'resolve'=0.400ms;;;0 'connect'=1.100ms;;;0 'respond'=3.000ms;;;0",
        "hint: look at its log",
        "url: http://192.0.2.8/health",
    ]


def test_several_word_by_word() -> None:
    assert list(render([passed(), warned(), failed()])) == [
        "CRITICAL - 2 of 3 passed: Billing respond server_error; Stock certificate_days | "
        "'ok'=1;;;0;3 'warning'=1;;;0;3 'critical'=1;;;0;3 'unknown'=0;;;0;3 "
        "'Orders API'=41.700ms;;;0 'Stock'=41.700ms;;;0 'Billing'=4.500ms;;;0",
        "CRITICAL - Billing: respond: server_error: the server answered 500",
        "WARNING - Stock: passed in 41.7 ms, the certificate ends in 3 days",
    ]


def test_what_means_something_to_nagios_is_written_otherwise() -> None:
    lines = list(render([failed("n=1 'x'|y", message=HOSTILE), passed(HOSTILE)]))
    assert [line.count("|") for line in lines] == [1, 0]
    assert not any(character in line for line in lines for character in "\n\x00\x1b\ud800")
    figures = lines[0].partition(" | ")[2]
    assert FIGURE.sub("", figures).strip() == ""


def test_a_thousand_failures_stay_within_what_nrpe_carries() -> None:
    reports = [failed(f"Verbindung Nr. {number} mit Umlauten äöü", message="x" * 500) for number in range(1000)]
    text = "".join(f"{line}\n" for line in render(reports))
    first, *_, last = text.splitlines()
    assert len(first.encode()) <= 1000
    assert len(text.encode()) <= 60_000
    assert re.fullmatch(r"and \d+ more", last)
    assert int(last.split()[1]) + text.count("\n") - 2 == 1000


def test_one_answer_that_is_all_words_stays_within_the_first_line() -> None:
    first, *_ = render([failed(message="é" * 5000)])
    assert len(first.encode()) <= 1000
    assert "… | 'time'=" in first


def test_two_of_one_name_have_labels_of_their_own() -> None:
    figures = next(render([passed("A", "x/a.yaml"), passed("A", "y/a.yaml"), passed("ok", None)]))
    labels = re.findall(r"'([^']+)'=", figures)
    assert len(labels) == len(set(labels)) == 7


def test_two_of_one_name_are_told_by_their_files() -> None:
    first, *others = render([failed("A", "x/a.yaml"), failed("A", "y/a.yaml")])
    assert "A (x/a.yaml) respond server_error; A (y/a.yaml) respond server_error | " in first
    assert [line[11:25] for line in others] == ["A (x/a.yaml): ", "A (y/a.yaml): "]


def test_what_kept_the_check_from_being_made() -> None:
    assert list(unknown("no | such\nthing", "look")) == ["UNKNOWN - no ¦ such␊thing", "hint: look"]
