"""What a probe finds: a StageResult for each stage, together a ProbeReport.

Rules: what is odd and no failure is a ProbeWarning. One of a stage stands in that stage's `detail.warnings` and
nowhere else; `ProbeReport.warnings` gathers them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal

from integrator_tui.model.named_tuple import NamedTuple

Stage = Literal["resolve", "connect", "tls", "authenticate", "respond", "stream"]
StageOutcome = Literal["passed", "failed", "skipped"]
Outcome = Literal["passed", "failed", "error"]

FAILURE_KINDS = frozenset(
    """dns_not_found dns_failed refused unreachable connect_timeout tls_timeout tls_untrusted tls_expired
    tls_not_yet_valid tls_hostname_mismatch tls_protocol ca_invalid token_request_failed token_output_failed
    expiration_output_failed credentials_rejected forbidden not_found redirected server_error unexpected_status
    unexpected_answer read_timeout response_too_large protocol_error locked seal_broken missing_parameter
    vantage_failed invalid_file not_run""".split()
)

ERROR_KINDS = frozenset({"invalid_file", "locked", "seal_broken", "missing_parameter", "ca_invalid", "not_run"})
"""Kinds that say the probe could not be made, as opposed to made and failed."""

WARNING_KINDS = frozenset("certificate_days slow not_verified odd_answer body_not_json template".split())

SCHEMA: Final = 1
"""The version of a result's JSON; keys may be added to it, and none changes its meaning."""

_NO_DETAIL: Final[Mapping[str, Any]] = {}


class Failure(NamedTuple):
    """Why a probe did not pass; `stage` is None where none ran. Text is redacted and made visible already."""

    stage: Stage | None
    kind: str
    message: str
    hint: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"stage": self.stage, "kind": self.kind, "message": self.message, "hint": self.hint}


class ProbeWarning(NamedTuple):
    """What somebody should know of a probe whatever its outcome; `stage` is None where it is about the whole.

    `kind` is one of `WARNING_KINDS`. Text is redacted and made visible like that of a Failure.
    """

    stage: Stage | None
    kind: str
    message: str

    def to_json(self) -> dict[str, Any]:
        return {"stage": self.stage, "kind": self.kind, "message": self.message}


class StageResult(NamedTuple):
    """One stage's outcome; `ms` is its own time in milliseconds, None where it never ran.

    `detail` holds JSON values only; a nested probe (a token request) stands in it under `stages`, a list
    of `StageResult.to_json()` dictionaries.
    """

    stage: Stage
    outcome: StageOutcome
    ms: float | None = None
    detail: Mapping[str, Any] = _NO_DETAIL
    failure: Failure | None = None

    @property
    def warnings(self) -> tuple[ProbeWarning, ...]:
        """What this stage warns of."""
        return tuple(ProbeWarning(**told) for told in self.detail.get("warnings", ()))

    def warned(self, *warnings: ProbeWarning) -> StageResult:
        """Return this result with more warnings in its detail, each of them as one of this stage and once."""
        told = [warning._replace(stage=self.stage).to_json() for warning in (*self.warnings, *warnings)]
        once = [warning for place, warning in enumerate(told) if warning not in told[:place]]
        return self._replace(detail={**self.detail, "warnings": once}) if once else self

    def to_json(self) -> dict[str, Any]:
        ms = None if self.ms is None else round(self.ms, 3)
        return {"stage": self.stage, "outcome": self.outcome, "ms": ms, "detail": dict(self.detail)}


class Attempt(NamedTuple):
    """An earlier try of a probe that was made again: when it began (aware, UTC), how long it took, why it
    failed."""

    started_at: datetime
    duration_ms: float
    failure: Failure | None

    def to_json(self) -> dict[str, Any]:
        failure = self.failure.to_json() if self.failure else None
        return {"started_at": _iso(self.started_at), "duration_ms": round(self.duration_ms, 3), "failure": failure}


LOCAL: Final = "local"
"""The vantage of what was looked at from here."""


class ProbeReport(NamedTuple):
    """All stages of one probe of one connection.

    `started_at` is an aware UTC time, `duration_ms` milliseconds from the first stage to the last.
    While a probe runs, `outcome` is None and `stages` holds those that ended. `attempts` are the earlier tries,
    oldest first, None where there were to be none. Where it `tells_answer`, `answer` is what was answered, as JSON
    values that may be shown, None where nothing was.
    """

    name: str
    file: str | None
    url: str | None
    started_at: datetime
    vantage: str = LOCAL
    outcome: Outcome | None = None
    duration_ms: float = 0.0
    stages: tuple[StageResult, ...] = ()
    failure: Failure | None = None
    about_the_whole: tuple[ProbeWarning, ...] = ()
    attempts: tuple[Attempt, ...] | None = None
    tells_answer: bool = False
    answer: Mapping[str, Any] | None = None

    @property
    def title(self) -> str:
        """The name, with the host that it was looked at from where that is not this one."""
        return self.name if self.vantage == LOCAL else f"{self.name} from {self.vantage}"

    @property
    def warnings(self) -> tuple[ProbeWarning, ...]:
        """All warnings: those of the stages in their order, then those about the whole."""
        return (*(warning for result in self.stages for warning in result.warnings), *self.about_the_whole)

    def warned(self, *warnings: ProbeWarning) -> ProbeReport:
        """Return this report with more warnings, each at the stage it names where that ran, else at the whole."""
        ran = {result.stage for result in self.stages if result.outcome != "skipped"}
        stages = tuple(
            result.warned(*(warning for warning in warnings if warning.stage == result.stage))
            if result.stage in ran
            else result
            for result in self.stages
        )
        rest = tuple(warning._replace(stage=None) for warning in warnings if warning.stage not in ran)
        return self._replace(stages=stages, about_the_whole=self.about_the_whole + rest)

    def plus(self, *results: StageResult) -> ProbeReport:
        """Return this report with more stages; the first failure stays the report's."""
        failure = self.failure or next((result.failure for result in results if result.failure), None)
        return self._replace(stages=(*self.stages, *results), failure=failure)

    def finished(self, duration_ms: float) -> ProbeReport:
        """Return this report closed: the outcome follows from its stages and its failure."""
        outcome: Outcome = "passed"
        if self.failure is not None:
            outcome = "error" if self.failure.kind in ERROR_KINDS and self.failure.stage is None else "failed"
        return self._replace(outcome=outcome, duration_ms=duration_ms)

    def to_json(self) -> dict[str, Any]:
        """Return the result of a check as the documentation gives it."""
        told: dict[str, Any] = {
            "schema": SCHEMA,
            "name": self.name,
            "file": self.file,
            "outcome": self.outcome,
            "vantage": self.vantage,
            "url": self.url,
            "started_at": _iso(self.started_at),
            "duration_ms": round(self.duration_ms, 3),
            "stages": [stage.to_json() for stage in self.stages],
            "warnings": [warning.to_json() for warning in self.warnings],
            "failure": self.failure.to_json() if self.failure else None,
        }
        if self.attempts is not None:
            told["attempts"] = [attempt.to_json() for attempt in self.attempts]
        if self.tells_answer:
            told["answer"] = self.answer
        return told


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
