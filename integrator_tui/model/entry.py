"""Entry: a file of the workspace with its revision, and what could be read of it.

No import of the connection model at run time, so that a list can be shown before it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from integrator_tui.errors import IntegratorError, InvalidFile
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.operation_row import OperationRow
from integrator_tui.model.problem import Problem
from integrator_tui.model.revision import NO_FILE, Revision

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection
    from integrator_tui.model.edited import Draft

__all__ = ["MAC_CONFLICT", "NO_FILE", "Draft", "Entry", "EntryState", "Revision", "connection_of"]

EntryState = Literal["ok", "problem", "unsealed", "locked", "seal_broken", "unsupported"]

MAC_CONFLICT: Final = "sops.mac"
"""The field of the one problem of form that sealing mends: git's conflict in lastmodified and mac."""


class Entry(NamedTuple):
    """One file of the workspace.

    Where the file encrypts more than its secrets and stays closed, `closed` says why, and there is no connection.

    `file` is the path relative to the workspace with `/` between its parts, and behind the name of a folder that
    cannot be looked into; `group` its folder, empty at the top. `name` is the connection's name, else what could be
    read of it, else the file's stem. A file of a type that cannot be opened here is `unsupported`.
    `connection` is None where an error keeps the file from being read as one, and where the entry is one of the
    index, which has `test_path`, `description` and `operations` in its place. `base` is the file that it extends,
    and `inherited` names the keys that it takes from there.
    """

    file: str
    name: str
    auth: str = "none"
    base_url: str = ""
    tags: tuple[str, ...] = ()
    state: EntryState = "ok"
    revision: Revision = NO_FILE
    problems: tuple[Problem, ...] = ()
    connection: Connection | None = None
    closed: IntegratorError | None = None
    test_path: str = ""
    description: str = ""
    operations: tuple[OperationRow, ...] = ()
    base: str | None = None
    inherited: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        return self.file.rpartition("/")[0]

    @property
    def is_folder(self) -> bool:
        """Whether this stands for a folder that cannot be looked into, and for whatever lies in it."""
        return self.file.endswith("/")

    @property
    def needs_sealing(self) -> bool:
        """Whether sealing the file mends what is wrong with it, as far as one can tell without a key."""
        in_conflict = any(problem.field == MAC_CONFLICT for problem in self.problems)
        return in_conflict or self.state in {"seal_broken", "unsealed"}


def __getattr__(name: str) -> Any:
    # Dataclasses bring half of the standard library, which a list has no use for.
    if name != "Draft":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from integrator_tui.model.edited import Draft as found

    return found


def connection_of(entry: Entry) -> Connection:
    """Return the connection of an entry; raises InvalidFile, with its first problem, where the file holds none."""
    if entry.connection is not None:
        return entry.connection
    first = next((problem for problem in entry.problems if problem.is_error), None)
    where = f"{entry.file}:{first.line}" if first and first.line else entry.file
    raise InvalidFile(f"{where}: {first.message if first else 'cannot be read'}", first.hint if first else "")
