"""Sanitizer: the last hand through which a result goes, so that nothing leaves unredacted or able to act.

Rules: redacted first, made visible second: half a secret is not found. Keys stay. Where a certificate or a
token looks expired or not yet valid, a clock that is wrong is told.
"""

from __future__ import annotations

from typing import Any, Final

from integrator_tui.engine.clock_skew import ClockSkew
from integrator_tui.engine.failure import StageFailed
from integrator_tui.errors import (
    IntegratorError,
    InvalidFile,
    LockedError,
    MissingParameter,
    RequestFailed,
    SealBroken,
)
from integrator_tui.model.probe import ERROR_KINDS, Failure, Stage, StageResult
from integrator_tui.model.redact import Redactor
from integrator_tui.model.text import visible

_NUMBERS: Final = frozenset({int, float, bool})
_ABOUT_TIME: Final = frozenset({"tls_expired", "tls_not_yet_valid"})


class Sanitizer:
    """Cleans the results of one probe with what its redactor knows at that moment."""

    def __init__(self, redactor: Redactor, clock: ClockSkew) -> None:
        self._redactor = redactor
        self._clock = clock

    def clean(self, result: StageResult) -> StageResult:
        """Return `result` as it may be shown and stored."""
        failure = self.failure(result.failure) if result.failure is not None else None
        return StageResult(result.stage, result.outcome, result.ms, self.value(dict(result.detail)), failure)

    def failure(self, failure: Failure) -> Failure:
        """Return `failure` as it may be shown and stored."""
        hint = failure.hint
        if failure.kind in _ABOUT_TIME and (word := self._clock.word()):
            hint = f"{hint}; {word}" if hint else word
        return failure._replace(message=self.text(failure.message), hint=self.text(hint))

    def text(self, text: str) -> str:
        """Return foreign text as it may be shown. Where it was cut, a beginning of a known value goes too."""
        if self._redactor.is_empty and text.isascii() and text.isprintable():
            return text
        return visible(self._redactor.cut_text(text))

    def value(self, value: Any) -> Any:
        """Return a JSON value as it may be shown, its keys left alone."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: item if type(item) in _NUMBERS else self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        return value

    def foreign(self, value: Any) -> Any:
        """Return a JSON value that a stranger made as it may be shown: its keys too can say what was sent."""
        if isinstance(value, dict):
            return {self.text(key): self.foreign(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.foreign(item) for item in value]
        return self.value(value)


def failure_of(error: IntegratorError | StageFailed) -> Failure:
    """Return the failure of a probe that could not be made."""
    if isinstance(error, StageFailed):
        return Failure(None, error.kind, error.message, error.hint)
    match error:
        case MissingParameter():
            kind = "missing_parameter"
        case SealBroken():
            kind = "seal_broken"
        case LockedError():
            kind = "locked"
        case _:
            kind = "invalid_file"
    return Failure(None, kind, visible(error.message), visible(error.hint))


def raised(sanitizer: Sanitizer, failed: StageFailed, stage: Stage = "respond") -> IntegratorError:
    """Return the exception that says a request failed at `stage`, for who asked for data and not for a report."""
    told = sanitizer.failure(failed.failure(stage))
    if told.kind in ERROR_KINDS:
        return InvalidFile(told.message, told.hint, kind=told.kind)
    return RequestFailed(told.message, told.hint, stage=stage, kind=told.kind)
