"""Statuses that are expected: codes (`204`) and classes (`2xx`), as a file or a command line lists them.

Source: RFC 9110 section 15, which has codes from 100 to 599 in five classes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from integrator_tui.model.fields import PASSING
from integrator_tui.model.pattern import pattern
from integrator_tui.model.problem import Problem
from integrator_tui.model.text import visible

_STATUS: Final = pattern(r"[1-5](?:[0-9]{2}|xx)\Z", re.ASCII)


def accepts(statuses: Iterable[str], status: int) -> bool:
    """Return whether a list of codes and classes names this status."""
    return any(wanted == str(status) or wanted == f"{status // 100}xx" for wanted in statuses)


def status_problems(statuses: Sequence[str], field: str) -> Iterator[Problem]:
    """Yield what is wrong with a list of codes and classes; `field` is what it is called."""
    if not statuses:
        yield Problem(field, "no status is named", f"name codes or classes, for example {', '.join(PASSING)}")
    for place, wanted in enumerate(statuses):
        if _STATUS.match(wanted):
            continue
        lower = wanted.strip().lower()
        hint = f"write {lower}" if _STATUS.match(lower) else "a code is 100 to 599, a class 1xx to 5xx"
        yield Problem(f"{field}.{place}", f"{visible(wanted, limit=40) or 'nothing'} is no status", hint)
