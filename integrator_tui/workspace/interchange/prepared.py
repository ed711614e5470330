"""What an import is about to write, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from integrator_tui.errors import UsageError
from integrator_tui.interchange.imported import Remark
from integrator_tui.model.entry import Draft, Revision
from integrator_tui.model.text import visible


class OtherFile(NamedTuple):
    """A file of another type to write: its text, and the version that it replaces."""

    file: str
    text: str
    revision: Revision


@dataclass(slots=True)
class PreparedImport:
    """What is to be written: `drafts` of new files and of those that are changed, files of other types, and the
    files that stay as they are; `remarks` tell every change and loss. `bases` is what came, by file. `open` names
    the connections whose base URL nobody gave: then nothing can be saved. `unsealed` are files whose seals are not
    renewed, so that somebody has to look at what they say before a secret of theirs goes anywhere."""

    drafts: list[Draft] = field(default_factory=list)
    others: list[OtherFile] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    bases: dict[str, str] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    unsealed: set[str] = field(default_factory=set)

    def require_addresses(self) -> None:
        """Raise UsageError where a base URL is not known."""
        if self.open:
            raise UsageError(
                f"the base URL is not known: {', '.join(visible(name, limit=60) for name in self.open)}",
                "give each with --var 'NAME=https://…', or all with --base-url URL; nothing was written",
            )

    @property
    def needs_key(self) -> bool:
        """Whether a secret is to be encrypted that was not before."""
        return any(draft.typed for draft in self.drafts)
