"""Probe in a test: a connection, its secrets and parameters, and the whole report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from integrator_tui.engine.engine import Engine
from integrator_tui.engine.target import Target
from integrator_tui.model.connection import AuthMethod, Connection, NoAuth, OAuth2Auth, Options, Timeout
from integrator_tui.model.probe import ProbeReport, StageResult
from integrator_tui.model.secret import Secret, SecretRef


def target(
    base_url: str,
    auth: AuthMethod | None = None,
    secrets: Mapping[str, str] | None = None,
    parameters: Mapping[str, str] | None = None,
    *,
    folder: Path | None = None,
    connect: float = 5.0,
    read: float = 5.0,
    **fields: Any,
) -> Target:
    """A target with these fields of its connection; `follow_redirect`, `stream_response`, `proxy`, `unix_socket`,
    `via`, `verify` and `client_cert_file` are its options."""
    known = dict(secrets or {})
    names = ("follow_redirect", "stream_response", "proxy", "unix_socket", "via", "verify", "client_cert_file")
    chosen = {name: fields.pop(name) for name in names if name in fields}
    connection = Connection(
        name="Test",
        base_url=base_url,
        auth=auth or NoAuth(),
        secrets=tuple(known),
        options=Options(timeout=Timeout(connect=connect, read=read), **chosen),
        **fields,
    )

    def reveal(name: SecretRef) -> Secret:
        return Secret(known[name])

    return Target(connection, reveal, dict(parameters or {}), str(folder) if folder else None)


def oauth(url: str, **fields: Any) -> OAuth2Auth:
    return OAuth2Auth(access_token_url=url, client_id="client", **fields)


async def check(engine: Engine, wanted: Target, *, timeout: float | None = None) -> ProbeReport:
    return await engine.check(wanted, "Test", None, timeout=timeout)


def outcomes(report: ProbeReport) -> dict[str, str]:
    """The outcome of each stage, in the order given."""
    return {stage.stage: stage.outcome for stage in report.stages}


def stage(report: ProbeReport, name: str) -> StageResult:
    return next(result for result in report.stages if result.stage == name)


def kind(report: ProbeReport) -> tuple[str | None, str]:
    """Where the probe failed and with what."""
    assert report.failure is not None, report
    assert "\n" not in report.failure.message
    assert report.failure.hint
    return report.failure.stage, report.failure.kind


def shown(report: ProbeReport) -> str:
    """Everything that could be seen of the report."""
    return json.dumps(report.to_json(), ensure_ascii=False) + repr(report)
