"""Problems of files, as lines for people."""

from __future__ import annotations

from integrator_tui.model.problem import Problem
from integrator_tui.model.text import visible


def problem_text(problem: Problem) -> str:
    """Return a problem as one visible line."""
    field = f"{problem.field}: " if problem.field else ""
    hint = f" ({problem.hint})" if problem.hint else ""
    return visible(f"{field}{problem.message}{hint}")
