"""Problems of files, as lines for people."""

from __future__ import annotations

from integrator_tui.model.problem import Problem
from integrator_tui.model.text import visible


def problem_text(problem: Problem, path: str = "") -> str:
    """Return a problem as one visible line; `path` stands before it already, and is not said twice."""
    field = f"{problem.field}: " if problem.field else ""
    hint = f" ({problem.hint})" if problem.hint else ""
    message = problem.message
    if path:
        for place in (path, path.rstrip("/")):
            message = message.removeprefix(f"{place}: ")
    return visible(f"{field}{message}{hint}")
