"""Pulling: what a space has becomes connections of the workspace, or is merged into those that are here.

Rules: three versions count, field by field: what both had last, what is here and what is there. A connection that
has another name, type or address in the space than both had last is asked about, and so is one that would send its
stored secrets for a token elsewhere; where nobody looked at each, its seal is left broken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from integrator_tui.interchange.imported import Remark
from integrator_tui.interchange.kinetic.comparison import MISSING, Difference, at, field_of
from integrator_tui.interchange.kinetic.reader import KineticExport
from integrator_tui.model.entry import NO_FILE
from integrator_tui.model.kept import id_of
from integrator_tui.model.text import visible
from integrator_tui.workspace.interchange.kinetic_imports import KineticImports
from integrator_tui.workspace.interchange.prepared import PreparedImport
from integrator_tui.workspace.space.access import Space
from integrator_tui.workspace.space.local_connections import PairedConnection, Pairing
from integrator_tui.workspace.space.pulled_before import PulledBefore
from integrator_tui.workspace.space.snapshot import SpaceConnection, path_of

_IDENTITY: Final = (("name",), ("type",), ("config", "baseUrl"))
_TOKENS: Final = (("config", "auth", "tokenUrl"), ("config", "auth", "token", "connection", "baseUrl"))


@dataclass(frozen=True, slots=True)
class ChangedIdentity:
    """A connection that may be another one in the space than both had last: `changes` are from that to now."""

    pair: PairedConnection
    changes: tuple[Difference, ...]

    @property
    def name(self) -> str:
        return self.pair.name

    @property
    def key(self) -> str:
        """Its id."""
        return self.pair.remote.id if self.pair.remote is not None else ""

    @property
    def leads_elsewhere(self) -> bool:
        """Whether stored secrets would be sent to another place."""
        local = self.pair.local
        has_secrets = bool(local and local.entry.connection and local.entry.connection.secret_names)
        return has_secrets and any(change.path[-1] in ("baseUrl", "tokenUrl") for change in self.changes)


@dataclass(slots=True)
class PreparedPull:
    """What is to be written; `addresses` are those of the connections that its remarks number, `gone` the files
    whose connections the space has no more, `others` those whose connections are of another type there; `came` are
    the new files that say exactly what the space has, with its connection."""

    files: PreparedImport
    addresses: Sequence[str]
    gone: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    came: dict[str, SpaceConnection] = field(default_factory=dict)


def changed_identities(pairing: Pairing) -> list[ChangedIdentity]:
    """Return the connections whose name, type or address changed in the space since both had the same."""
    found = []
    for pair in pairing.found:
        if pair.local is None or pair.theirs is None or pair.base is None or pair.local.is_other:
            continue
        if is_of_another_kind(pair):
            continue
        connection = pair.local.entry.connection
        places = (*_IDENTITY, *_TOKENS) if connection is not None and connection.secret_names else _IDENTITY
        changes = [
            Difference(path, before, now)
            for path in places
            if (before := at(pair.base, path)) != (now := at(pair.theirs, path))
            and now != at(pair.local.values, path)
            and now is not MISSING
        ]
        if changes:
            found.append(ChangedIdentity(pair, tuple(changes)))
    return found


def prepared_pull(
    imports: KineticImports,
    space: Space,
    pairing: Pairing,
    before: PulledBefore,
    *,
    without: Sequence[str] = (),
    unsealed: Sequence[str] = (),
) -> PreparedPull:
    """Return what a pull writes, but for the connections with the ids `without`; the seals of the ids `unsealed`
    are not renewed. Raises UsageError."""
    others = [each for each in pairing.found if is_of_another_kind(each)]
    without = [*without, *(each.remote.id for each in others if each.remote)]
    taken = [each for each in pairing.found if each.remote and each.read and each.remote.id not in set(without)]
    export = KineticExport(tuple(each.read for each in taken if each.read), {}, {}, pairing.remarks)
    files = imports.prepared_of(export, folder=space.folder, before=before)
    ids = {each.local.entry.file: each.remote.id for each in taken if each.local and each.remote}
    changed = {draft.file for draft in files.drafts}
    files.unsealed |= {file for file, key in ids.items() if key in set(unsealed) and file in changed}
    numbered = [each.remote for each in pairing.found if each.remote]
    lines = {each.read.line: each.remote.id for each in pairing.found if each.read and each.remote}
    addresses = [f"{space.url}{path_of(lines[line])}" for line in range(1, len(numbered) + 1)]
    skipped = {line for line, key in lines.items() if key in set(without)}
    quiet = {each.read.line for each in taken if each.read and each.local and each.local.entry.file not in changed}
    # What reading a connection changed was told when its file was written.
    files.remarks = [
        remark
        for remark in files.remarks
        if remark.line not in skipped and not (remark.line in quiet and remark in pairing.remarks)
    ]
    gone = [
        each.local.entry.file
        for each in pairing.found
        if each.local is not None and each.remote is None and each.base is not None
    ]
    of_another_type = [each.local.entry.file for each in others if each.local]
    return PreparedPull(files, addresses, gone, of_another_type, _came(files, taken))


def _came(files: PreparedImport, taken: Sequence[PairedConnection]) -> dict[str, SpaceConnection]:
    new = {id_of(each.connection.kinetic): each for each in files.drafts if each.revision == NO_FILE and each.file}
    found = {}
    for each in taken:
        draft = new.get(each.remote.id) if each.remote else None
        if not draft or not draft.file or draft.typed or not each.remote or not each.read:
            continue
        if draft.connection == each.read.connection:
            found[draft.file] = each.remote
    return found


def is_of_another_kind(pair: PairedConnection) -> bool:
    """Return whether a connection can be opened on one side alone, so that both cannot be merged."""
    if pair.local is None or pair.read is None:
        return False
    return pair.local.is_other != (pair.read.other is not None)


def remark_place(prepared: PreparedPull, remark: Remark) -> str:
    """Return the address of the connection that a remark is about."""
    return prepared.addresses[remark.line - 1] if 0 < remark.line <= len(prepared.addresses) else ""


def told_change(change: Difference) -> tuple[str, str, str]:
    """Return a field, what both had last and what the space has now, as they may be shown."""

    def shown(value: Any) -> str:
        return "–" if value in (None, "", MISSING) else visible(str(value), limit=160)

    return field_of(change.path), shown(change.ours), shown(change.theirs)
