"""Entry: a file of the workspace with its revision, and what could be read of it. Draft: a Connection being edited.

No import of the connection model at run time, so that a list can be shown before it is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from integrator_tui.errors import IntegratorError, InvalidFile
from integrator_tui.model.operation_row import OperationRow
from integrator_tui.model.problem import Problem
from integrator_tui.model.secret import Secret

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection

EntryState = Literal["ok", "problem", "unsealed", "locked", "seal_broken", "unsupported"]

MAC_CONFLICT: Final = "sops.mac"
"""The field of the one problem of form that sealing mends: git's conflict in lastmodified and mac."""


class Revision(NamedTuple):
    """Which version of a file was read: the SHA-256 of its bytes, or None for a file that does not exist yet; and
    that of the file it extends, which is a part of what it says."""

    digest: str | None
    base: str | None = None


NO_FILE: Final = Revision(None)


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


@dataclass(frozen=True, slots=True)
class Draft:
    """An edited Connection that is not saved yet.

    `typed` holds the secrets whose values were typed in this edit; a name in `connection.secrets` that is
    not in it keeps its stored value. `file` is None for a connection that is new; `source` is the file that
    a duplicate was made from: it is saved beside it, so that relative paths mean the same. `folder` is where
    in the workspace it is to lie, None for the folder where it lies, or its source does.
    """

    connection: Connection
    file: str | None = None
    revision: Revision = NO_FILE
    typed: Mapping[str, Secret] = field(default_factory=dict)
    source: str | None = None
    folder: str | None = None

    @property
    def group(self) -> str:
        """The folder that it is to lie in, empty at the top."""
        return self.folder if self.folder is not None else self.beside

    @property
    def beside(self) -> str:
        """The folder of its relative paths: where its file lies, else its source, else where it is to lie."""
        stands = self.file or self.source
        return stands.rpartition("/")[0] if stands is not None else self.folder or ""


def connection_of(entry: Entry) -> Connection:
    """Return the connection of an entry; raises InvalidFile, with its first problem, where the file holds none."""
    if entry.connection is not None:
        return entry.connection
    first = next((problem for problem in entry.problems if problem.is_error), None)
    where = f"{entry.file}:{first.line}" if first and first.line else entry.file
    raise InvalidFile(f"{where}: {first.message if first else 'cannot be read'}", first.hint if first else "")
