"""What comes of running an operation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from integrator_tui.model.connection import Operation
from integrator_tui.model.entry import Draft

Keeping = Callable[[Operation], Awaitable[Draft | None]]
"""Takes an operation whose outputs were changed, and returns the draft with it; None where it was not taken."""


class Ran(NamedTuple):
    """The operation that was run, with the outputs that were changed meanwhile, and the draft that holds it."""

    draft: Draft
    operation: Operation
