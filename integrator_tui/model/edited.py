"""Draft: a Connection being edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from integrator_tui.model.revision import NO_FILE, Revision
from integrator_tui.model.secret import Secret

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection


@dataclass(frozen=True, slots=True)
class Draft:
    """An edited Connection that is not saved yet.

    `typed` holds the secrets whose values were typed in this edit; a name in `connection.secrets` that is
    not in it keeps its stored value. `file` is None for a connection that is new; `source` is the file that
    a duplicate was made from: it is saved beside it, so that relative paths mean the same. `folder` is where
    in the workspace it is to lie, None for the folder where it lies, or its source does. `declared` names
    secrets that the file is to hold without a value, where it has none of that name: they have to be given.
    """

    connection: Connection
    file: str | None = None
    revision: Revision = NO_FILE
    typed: Mapping[str, Secret] = field(default_factory=dict)
    source: str | None = None
    folder: str | None = None
    declared: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """The folder that it is to lie in, empty at the top."""
        return self.folder if self.folder is not None else self.beside

    @property
    def beside(self) -> str:
        """The folder of its relative paths: where its file lies, else its source, else where it is to lie."""
        stands = self.file or self.source
        return stands.rpartition("/")[0] if stands is not None else self.folder or ""
