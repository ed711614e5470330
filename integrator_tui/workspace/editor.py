"""Saving: a draft becomes text, its secrets are sealed, and the file is replaced whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from integrator_tui.errors import ChangedOnDisk, InvalidFile, LockedError, SaveError
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import NO_FILE, Draft, Revision
from integrator_tui.store import files
from integrator_tui.store.connection_file import reader, writer
from integrator_tui.store.yamltext.document import Document, parse_bytes
from integrator_tui.workspace.secrets import Secrets


def save(secrets: Secrets, root: Path, file: str, draft: Draft, *, overwrite: bool, seal: bool) -> None:
    """Write `draft` to `file`. See Workspace.save."""
    path = root / file
    old, revision = _old(path) if draft.file else (None, NO_FILE)
    if draft.file and revision != draft.revision and not overwrite:
        what = "changed" if old is not None else "was removed"
        raise ChangedOnDisk(f"{file} {what} since it was read", "look at both versions, then choose one")
    connection = draft.connection
    gone = set(connection.secrets) - set(draft.typed) if draft.file and old is None else ()
    if gone:
        # Written as they are known here, they would be empty, and sent so.
        names = ", ".join(name for name in connection.secrets if name in gone)
        raise SaveError(f"{file} was removed, and with it the secrets {names}", "type them again, or remove them")
    text = writer.write(old, connection)
    if connection.secrets and seal and _needs_sealing(secrets, old, file, draft):
        text = secrets.seal(text, file, connection, draft.typed)
    if not seal and draft.typed:
        raise SaveError(f"{file}: secrets were typed, and cannot be saved without sealing them")
    files.write(path, text.encode(), revision, verify=lambda written: reads_back_as(written, connection, file))


def _needs_sealing(secrets: Secrets, old: Document | None, file: str, draft: Draft) -> bool:
    """Return whether the vault has to compute anything; a file that has secrets is opened first, for a seal that
    does not hold is never renewed by the way."""
    if old is None:
        return True
    before, _ = reader.read(old, Path(file).stem)
    if before is None:
        raise LockedError(f"{file} cannot be sealed before its problems are mended", "see integrator-tui list")
    after = draft.connection
    same_fields = secrets.digest(before, file) == secrets.digest(after, file)
    if same_fields and not draft.typed and before.secrets == after.secrets:
        return False
    if before.secrets:
        secrets.open(old.sealed(), file, before)
    return True


def _old(path: Path) -> tuple[Document | None, Revision]:
    if not os.path.lexists(path):
        return None, NO_FILE
    data, revision = files.read(path)
    return parse_bytes(data), revision


def reads_back_as(written: bytes, connection: Connection, file: str) -> None:
    """Raise SaveError unless what was written reads back as what was to be saved."""
    try:
        again, _ = reader.read(parse_bytes(written), Path(file).stem)
    except InvalidFile as error:
        raise SaveError(f"{file} would not read back: {error.message}", "nothing was changed") from None
    if again != connection:
        raise SaveError(f"{file} would not read back as what was to be saved", "nothing was changed")
