"""What is kept of a result, and what changed since it worked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from integrator_tui.model.history import (
    HistoryEntry,
    HistorySubject,
    WorkedLast,
    entry_of,
    kept_detail,
    template_address,
    typed_address,
    worked_last,
    worked_last_text,
)
from integrator_tui.model.moments import age
from integrator_tui.model.probe import Failure, ProbeReport, StageResult
from tests.history.entries import BEGUN, STAGES, entry


@pytest.mark.parametrize(
    ("base", "path", "address"),
    [
        ("https://a.example", "", "https://a.example"),
        ("https://a.example/", "/health", "https://a.example/health"),
        ("https://a.example/v1?key=1", "x/{{Id}}?q={{Q}}", "https://a.example/v1/x/{{Id}}?key=1&q={{Q}}"),
        ("https://me:pw@a.example", "{{#Only}}/{{Only}}{{/Only}}", "https://a.example/{{#Only}}/{{Only}}{{/Only}}"),
    ],
)
def test_an_address_is_the_files_own(base: str, path: str, address: str) -> None:
    assert template_address(base, path) == address


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("https://a.example/x?a=1&b=&c#frag", "https://a.example/x?a=•••&b=&•••"),
        ("/x?a={{Id}}&b={{Id}}7&{{c}}", "/x?a={{Id}}&b=•••&{{c}}"),
        ("/x?", "/x?"),
    ],
)
def test_of_a_typed_query_only_the_names_are_kept(typed: str, kept: str) -> None:
    assert typed_address(typed) == kept


def test_only_known_facts_are_kept_and_none_is_long() -> None:
    detail = {
        "addresses": [f"192.0.2.{n}" for n in range(20)],
        "sha256": "ab" * 32,
        "subject": "CN=" + "x" * 5000,
        "redirects": [{"status": 302, "url": "https://a.example/secret"}],
        "status": 200,
        "cached": False,
        "expires_in_s": None,
        "stages": [
            {"stage": "tls", "outcome": "passed", "ms": 1, "detail": {"san": ["x"], "version": "TLSv1.3"}},
            7,
        ],
    }
    kept = kept_detail(detail)
    assert set(kept) == {"addresses", "sha256", "subject", "status", "cached", "stages"}
    assert len(kept["addresses"]) == 8 and len(kept["sha256"]) == 16 and len(kept["subject"]) == 200
    assert kept["stages"] == [{"stage": "tls", "outcome": "passed", "ms": 1, "detail": {"version": "TLSv1.3"}}]


def test_what_was_filled_in_is_taken_out_of_messages() -> None:
    url = "https://a.example/customers/c%2F17?q=7"
    message = f"it was answered 302: {url} → https://b.example/c%2f17/7 c/17, 7 times"
    report = ProbeReport("A", "a.yaml", url, BEGUN, failure=Failure("respond", "redirected", message, "see c/17"))
    subject = HistorySubject("A", "a.yaml", "https://a.example/customers/{{Id}}?q={{Q}}")
    found = entry_of(report.finished(1.0), subject, ["c/17", "7", ""]).failure
    assert found is not None
    assert found.message.startswith("it was answered 302: https://a.example/customers/{{Id}}?q={{Q}} → ")
    assert "c/17" not in found.message + found.hint and "c%2f17" not in found.message
    assert found.message.endswith("/••• •••, 7 times")


def test_long_names_and_messages_are_cut() -> None:
    failure = Failure("respond", "server_error", "m" * 10_000, "h" * 10_000)
    report = ProbeReport("n" * 1_000_000, "a.yaml", None, BEGUN, failure=failure).finished(1.0)
    found = entry_of(report, HistorySubject("n" * 1_000_000, "a.yaml", "https://a/" + "p" * 1_000_000, "ab" * 32))
    assert (len(found.name), len(found.address or ""), len(found.revision or "")) == (300, 1000, 16)
    assert found.failure is not None and len(found.failure.message) == len(found.failure.hint) == 500


def test_json_has_the_keys_of_the_documentation() -> None:
    found = entry(failed=True, operation="Open").to_json()
    assert list(found)[:3] == ["name", "file", "operation"]
    assert found["started_at"] == "2026-11-23T23:40:44.123Z" and found["duration_ms"] == 41.7
    assert found["failure"]["kind"] == "server_error"


# what changed since it worked


def changed(**details: Any) -> HistoryEntry:
    """A failed entry with other details in some stages, all of them left out where a stage is None."""
    stages = [
        stage if stage.stage not in details else StageResult(stage.stage, "failed", 1.0, details[stage.stage])
        for stage in STAGES
        if details.get(stage.stage, {}) is not None
    ]
    return entry(5, failed=True, stages=tuple(stages))


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (changed(), ()),
        (changed(tls={"sha256": "ffff"}), ("certificate",)),
        (changed(resolve={"addresses": ["192.0.2.8"]}), ("address",)),
        (changed(resolve={"addresses": ["192.0.2.8", "192.0.2.7"]}), ()),
        (changed(resolve={}, connect={"address": "192.0.2.9"}), ("address",)),
        (changed(resolve={}, connect={}, tls={}, respond={}), ()),
        (changed(respond={"status": 500}), ("status",)),
        (changed(respond=None, authenticate={"status": 401}), ("status",)),
        (changed(respond={"status": 500})._replace(revision="other"), ("status", "file")),
        (changed(tls={"sha256": "f"}, resolve={"addresses": ["::1"]}), ("certificate", "address")),
    ],
)
def test_what_changed_since_it_worked(since: HistoryEntry, words: tuple[str, ...]) -> None:
    worked = entry(0)
    # What one of them did not get to see, another one may have seen.
    unreached = entry(6, failed=True, stages=(), revision=None)
    for entries in ((since, worked), (unreached, since, worked, entry(-1, failed=True))):
        assert worked_last(entries) == WorkedLast(worked, words, failing=True)


def test_when_it_worked_last_in_words() -> None:
    now = BEGUN + timedelta(hours=3)
    assert worked_last(()) == WorkedLast(None)
    assert worked_last_text(worked_last([entry(failed=True)]), now) == (
        "worked last: never, as far as the history goes back"
    )
    assert worked_last_text(worked_last([entry()]), now) == "worked last: 2026-11-23 23:40:44Z (3h)"
    failing = [changed(respond={"status": 500}, tls={"sha256": "f"}), entry()]
    assert worked_last_text(worked_last(failing), now) == (
        "worked last: 2026-11-23 23:40:44Z (3h); since then changed: certificate, status"
    )
    assert worked_last_text(worked_last([changed(), entry()]), now).endswith("changed: nothing that was seen")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "now"),
        (0.9, "now"),
        (1, "1s"),
        (59, "59s"),
        (60, "1m"),
        (3599, "59m"),
        (3600, "1h"),
        (86_400 * 400, "400d"),
    ],
)
def test_ages(seconds: float, said: str) -> None:
    assert age(BEGUN, BEGUN + timedelta(seconds=seconds)) == said
