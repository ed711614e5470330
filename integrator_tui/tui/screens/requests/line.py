"""RequestLine: what stands in the request line of a connection, and what comes of its screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from integrator_tui.model.connection import Operation
from integrator_tui.model.secret import Secret

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry
    from integrator_tui.workspace import TypedDraft

NEW: Final = Operation(method="GET")
"""An empty request line."""


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request that is being written; `secrets` are values that came with a paste and are stored nowhere.

    `journal` is where it is kept for a lost terminal, None where nothing was typed yet.
    """

    operation: Operation = NEW
    secrets: Mapping[str, Secret] = field(default_factory=dict, repr=False)
    journal: TypedDraft | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class RequestLeft:
    """The line as it was left; the entry of the file, where something was kept in it; and the field of the
    connection's form that is to be edited, None for none."""

    line: RequestLine
    saved: Entry | None = None
    edit_at: str | None = None
