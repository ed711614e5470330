"""Problem: what is wrong with a file or a draft, told at the field it belongs to."""

from __future__ import annotations

from typing import Final, Literal

from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.pattern import pattern

Severity = Literal["error", "warning"]

_OF_AN_OPERATION: Final = pattern(r"operations\.(\d+)(?:\.|\Z)")


class Problem(NamedTuple):
    """One thing that is wrong.

    `field` is the dotted path of the key in the file (`auth.request.path`, `secrets.token`), empty for
    the file as a whole; `line` counts from 1 and is None for a draft that has no file yet. A warning
    does not keep the connection from being used or saved. `message` never holds a secret's value.
    """

    field: str
    message: str
    hint: str = ""
    line: int | None = None
    severity: Severity = "error"

    @property
    def is_error(self) -> bool:
        return self.severity == "error"

    @property
    def operation(self) -> int | None:
        """The number of the operation that this is about, None where it is about the connection."""
        found = _OF_AN_OPERATION.match(self.field)
        return int(found[1]) if found else None

    @property
    def stops_connection(self) -> bool:
        """Whether the connection cannot be used: what is wrong with an operation stops that operation alone."""
        return self.is_error and self.operation is None
