"""Problem: what is wrong with a file or a draft, told at the field it belongs to."""

from __future__ import annotations

from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]


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
