"""What comes of running an operation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal, NamedTuple

from integrator_tui.model.connection import Operation
from integrator_tui.model.entry import Draft

Keeping = Callable[[Operation], Awaitable[Draft | None]]
"""Takes an operation whose outputs were changed, and returns the draft with it; None where it was not taken."""


Next = Literal["", "edit", "request"]


class Ran(NamedTuple):
    """The operation that was run, with the outputs that were changed meanwhile, and the draft that holds it.

    `next` is where the user wants to go from there: to the form, at the dotted key `field`, or to the request line.
    """

    draft: Draft
    operation: Operation
    next: Next = ""
    field: str = ""
