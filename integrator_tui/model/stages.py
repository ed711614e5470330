"""The stages of a probe: which a connection goes through, and the one fact of each that a person wants to see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from integrator_tui.model.probe import Stage

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection
    from integrator_tui.model.parameters import Purpose

MARKS: Final[Mapping[str, str]] = {"passed": "✓", "failed": "✗", "error": "!", "skipped": "–"}
"""What stands before an outcome wherever one is shown."""


def applicable(connection: Connection, purpose: Purpose = "test") -> tuple[Stage, ...]:
    """Return the stages that a test of this connection, or one of its operations, goes through, in their order."""
    stages: list[Stage] = ["resolve", "connect"]
    if connection.base_url.partition(":")[0].strip().lower() == "https":
        stages.append("tls")
    if connection.auth.type != "none":
        stages.append("authenticate")
    stages.append("respond")
    if (connection.options if isinstance(purpose, str) else purpose).stream_response:
        stages.append("stream")
    return tuple(stages)


def summary(stage: str, detail: Mapping[str, Any]) -> str:
    """Return the fact of a stage's detail that fits beside its time; the caller makes it visible."""
    match stage:
        case "resolve":
            return _joined(*detail.get("addresses", ()), "as given" if detail.get("given") else "")
        case "connect":
            return _connect(detail)
        case "tls":
            return _joined(detail.get("version"), _validity(detail.get("days_left")))
        case "authenticate":
            return _authenticate(detail)
        case "respond":
            size = detail.get("bytes")
            return _joined(
                detail.get("status"), None if size is None else f"{size} bytes", detail.get("http_version")
            )
        case _:
            plain = ((key, value) for key, value in detail.items() if not isinstance(value, dict | list))
            return ", ".join(f"{key} {value}" for key, value in plain)


def _connect(detail: Mapping[str, Any]) -> str:
    if detail.get("vantage"):
        return f"from {detail['vantage']}"
    address = str(detail.get("address") or detail.get("unix_socket") or "")
    if not address or "port" not in detail:
        return address
    return f"[{address}]:{detail['port']}" if ":" in address else f"{address}:{detail['port']}"


def _validity(days: int | None) -> str | None:
    if days is None:
        return None
    return "certificate has expired" if days < 0 else f"certificate ends in {days} day{'' if days == 1 else 's'}"


def _authenticate(detail: Mapping[str, Any]) -> str:
    status = detail.get("status")
    return _joined(detail.get("method"), f"status {status}" if status else None, *_token(detail))


def _token(detail: Mapping[str, Any]) -> tuple[str, ...]:
    """What is known of the token, in words that leave room for the longest method's name in 80 columns."""
    expires = detail.get("expires_in_s")
    seconds = "" if expires is None else f"{float(expires):.15g} s"
    if detail.get("cached"):
        return ("cached", f"{seconds} left" if seconds else "")
    return (f"expires in {seconds}" if seconds else "",)


def _joined(*facts: object) -> str:
    return ", ".join(str(fact) for fact in facts if fact not in (None, ""))
