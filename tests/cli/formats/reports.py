"""Reports as checks give them, made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from integrator_tui.model.probe import Failure, ProbeReport, ProbeWarning, StageResult

STARTED = datetime(2026, 11, 23, 23, 40, 44, 123000, UTC)

HOSTILE = "a|b 'c' \"d\" <e> & ]]> \\f\nnext \x00\x1b[31m\u202e\ufffe\uffff\ud800 é"
"""What a server may say: characters that some format gives a meaning, or has not at all."""


def passed(name: str = "Orders API", file: str | None = "prod/orders.yaml", **more: Any) -> ProbeReport:
    """A report of a check that passed, through all stages."""
    tls = {"version": "TLSv1.3", "not_after": "2027-01-03T00:00:00Z", "days_left": 41}
    token = {"method": "http_bearer_token", "expires_in_s": 3600, "cached": False, "stages": []}
    stages = (
        StageResult("resolve", "passed", 0.4, {"addresses": ["192.0.2.7"]}),
        StageResult("connect", "passed", 1.1, {"address": "192.0.2.7", "port": 443}),
        StageResult("tls", "passed", 8.2, tls),
        StageResult("authenticate", "passed", 20.3, token),
        StageResult("respond", "passed", 11.7, {"status": 200, "bytes": 17, "http_version": "HTTP/1.1"}),
    )
    report = ProbeReport(name, file, "https://192.0.2.7/health", STARTED, stages=stages).finished(41.7)
    return report._replace(**more)


def failed(
    name: str = "Billing",
    file: str | None = "prod/billing.yaml",
    kind: str = "server_error",
    message: str = "the server answered 500",
) -> ProbeReport:
    """A report of a check that failed at respond."""
    failure = Failure("respond", kind, message, "look at its log")
    stages = (
        StageResult("resolve", "passed", 0.4, {"addresses": ["192.0.2.8"]}),
        StageResult("connect", "passed", 1.1, {"address": "192.0.2.8", "port": 80}),
        StageResult("respond", "failed", 3.0, {"status": 500}, failure),
    )
    return ProbeReport(name, file, "http://192.0.2.8/health", STARTED).plus(*stages).finished(4.5)


def unusable(name: str = "broken", file: str | None = "broken.yaml", kind: str = "invalid_file") -> ProbeReport:
    """A report of a check that could not be made."""
    failure = Failure(None, kind, "line 2: base_url: is missing", "add it")
    return ProbeReport(name, file, None, STARTED, outcome="error", failure=failure)


def warned(name: str = "Stock", file: str | None = "stock.yaml") -> ProbeReport:
    """A report of a check that passed with a warning."""
    return passed(name, file).warned(ProbeWarning("tls", "certificate_days", "the certificate ends in 3 days"))
