"""What an import gives: connections that are not saved yet, and a line for everything that is different."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from integrator_tui.model.connection import Connection, Operation
from integrator_tui.model.secret import Secret

THE_BASE_URL: Final = "the base URL"
"""What is open where a document has no address at all."""


class Remark(NamedTuple):
    """A line of the report: where in the source, and what was changed, assumed or left out; never a value."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class ImportedConnection:
    """A connection with the values of its secrets; `line` is where in the source it was first met. `alone` is the
    one request that it makes where that became its test."""

    connection: Connection
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    line: int = 1
    alone: Operation | None = None


class Imported(NamedTuple):
    """What a document holds; `open` are the names that decide where requests go and that nobody gave."""

    connections: tuple[ImportedConnection, ...] = ()
    remarks: tuple[Remark, ...] = ()
    open: tuple[str, ...] = ()

    @property
    def why_empty(self) -> str:
        """Why nothing came of the document: what was left out first."""
        if self.open:
            return f"the host is not known: {', '.join(self.open)}"
        left_out = (remark for remark in self.remarks if remark.text.startswith("left out"))
        first = next(left_out, self.remarks[0] if self.remarks else None)
        return f"line {first.line}: {first.text}" if first else "it holds no request"
