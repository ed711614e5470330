"""OperationResult: what came of a run of an operation, for who looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from integrator_tui.model.answer import KeptAnswer
from integrator_tui.model.connection import Operation
from integrator_tui.model.probe import Failure, Outcome, ProbeWarning


class OutputProblem(NamedTuple):
    """An output, or with `Name.Child` one of its children, that gave no value, and why. Text may be shown."""

    name: str
    message: str
    hint: str = ""


class OperationResult(NamedTuple):
    """One finished run, or its outputs evaluated again.

    `outputs` are JSON values by name, known secrets masked; make them visible where they are shown. They are None
    where no answer came that could be read. `started_at` is an aware UTC time, `duration_ms` milliseconds.
    """

    method: str
    url: str
    started_at: datetime
    duration_ms: float
    outcome: Outcome
    failure: Failure | None = None
    warnings: tuple[ProbeWarning, ...] = ()
    outputs: Mapping[str, Any] | None = None
    problems: tuple[OutputProblem, ...] = ()
    answer: KeptAnswer | None = None


def answered_to(operation: Operation) -> str:
    """Return what the answers of an operation are kept under: another request of the same name has others."""
    return f"{operation.name}\n{operation.method} {operation.path}"
