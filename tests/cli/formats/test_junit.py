"""JUnit XML: what readers take, and what XML forbids."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from junitparser import Error, Failure, JUnitXml, Skipped

from integrator_tui.cli.formats.junit import exit_code, render
from integrator_tui.model.probe import Attempt, ProbeReport
from tests.cli.formats.reports import HOSTILE, STARTED, failed, passed, unusable, warned

ALLOWED = {
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
    "testcase": {"name", "classname", "time"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
    "system-out": set[str](),
}
"""Elements and attributes that every version of Jenkins' schema has, and that we write."""


def text(reports: list[ProbeReport]) -> str:
    return "".join(f"{line}\n" for line in render(reports))


def test_word_by_word() -> None:
    assert text([passed(), failed(), unusable(kind="not_run")]) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuite name="integrator-tui check" tests="3" failures="1" errors="0" skipped="1" time="0.046" '
        'timestamp="2026-11-23T23:40:44">\n'
        '<testcase classname="prod.orders" name="Orders API" time="0.042" />\n'
        '<testcase classname="prod.billing" name="Billing" time="0.004"><failure '
        'message="respond: server_error: the server answered 500" type="server_error">'
        "respond: server_error: the server answered 500\n"
        "hint: look at its log\n"
        "url: http://192.0.2.8/health\n"
        "resolve: passed 0.4 ms 192.0.2.8\n"
        "connect: passed 1.1 ms 192.0.2.8:80\n"
        "respond: failed 3.0 ms 500</failure></testcase>\n"
        '<testcase classname="broken" name="broken" time="0.000"><skipped '
        'message="not_run: line 2: base_url: is missing" /></testcase>\n'
        "</testsuite>\n"
    )


def test_another_program_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "checks.xml"
    retried = failed()._replace(attempts=(Attempt(STARTED, 3.0, failed().failure),))
    file.write_text(text([passed(), warned(), retried, unusable(), unusable(kind="not_run")]))
    (suite,) = JUnitXml.fromfile(str(file))
    cases = list(suite)
    assert [[type(result) for result in case.result] for case in cases] == [
        [], [], [Failure], [Error], [Skipped]
    ]  # fmt: skip
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (5, 1, 1, 1)
    assert cases[1].system_out == "WARNING tls: the certificate ends in 3 days"
    assert cases[2].system_out == "try 1: respond: server_error: the server answered 500"
    assert [case.classname for case in cases][:2] == ["prod.orders", "stock"]


def test_only_what_every_reader_knows_is_written() -> None:
    root = ElementTree.fromstring(text([passed(), warned(), failed(), unusable(), unusable(kind="not_run")]))
    for element in root.iter():
        assert set(element.attrib) <= ALLOWED[element.tag]
    assert all(re.fullmatch(r"\d+\.\d{3}", element.attrib.get("time", "0.000")) for element in root.iter())


def test_characters_that_xml_forbids_are_made_visible_and_the_text_is_ascii() -> None:
    written = text([failed(HOSTILE, "ä/b|c.yaml", message=HOSTILE), passed("n", None)])
    assert written.isascii()
    first, second = ElementTree.fromstring(written)
    assert first.attrib["classname"] == "ä.b|c"
    assert first.attrib["name"].startswith("a|b 'c' \"d\" <e> & ]]> \\f␊next ␀␛[31m\ufffd\ufffd\ufffd\ufffd é")
    assert second.attrib["classname"] == "url"


def test_nothing_checked_is_a_suite_without_cases() -> None:
    assert ElementTree.fromstring(text([])).attrib["tests"] == "0"


def test_the_exit_codes_are_those_of_all_formats() -> None:
    assert [exit_code(found) for found in ([passed()], [warned()], [failed()], [unusable()])] == [0, 0, 1, 2]
    assert exit_code([failed(), unusable(kind="locked"), unusable()]) == 3
    assert exit_code([failed(), unusable(kind="not_run")]) == 1
