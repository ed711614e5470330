"""A connection file as it is shown: without its `sops` block and seal, secrets masked unless revealed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from integrator_tui.errors import InvalidFile, LockedError
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Entry
from integrator_tui.model.secret import MASK, Secret
from integrator_tui.store import editing, files
from integrator_tui.store.connection_shape import FILE
from integrator_tui.store.document import parse_bytes
from integrator_tui.store.node import Mapping, is_absent
from integrator_tui.store.reading import secret_states
from integrator_tui.store.shape import SEAL

if TYPE_CHECKING:
    from integrator_tui.workspace.workspace import Workspace


def as_yaml(workspace: Workspace, entry: Entry, *, reveal: bool) -> str:
    """Return the text of the file. Raises LockedError where values are to be revealed and stay closed, InvalidFile
    where nobody can tell what is a secret in it."""
    document = parse_bytes(files.read(workspace.root / entry.file)[0])
    secrets = document.find(("secrets",))
    odd = not (secrets is None or is_absent(secrets) or isinstance(secrets, Mapping))
    if document.mapping is None or (not reveal and document.problems):
        problem = document.problems[0]
        raise InvalidFile(f"{entry.file}: {problem.message}", problem.hint)
    if odd and not reveal:
        raise InvalidFile(f"{entry.file}: secrets are not names with values", 'write each as "name: value"')
    names = [name for name in secret_states(document) if name != SEAL]
    values = shown(workspace, entry, names, reveal=reveal)
    for path in (("sops",), ("secrets", SEAL)):
        if document.find(path) is not None:
            document = editing.delete(document, path)
    return editing.put_texts(document, {("secrets", name): value for name, value in values.items()}).text


def as_json(workspace: Workspace, entry: Entry, connection: Connection, *, reveal: bool) -> dict[str, Any]:
    """Return the keys of the file as JSON values. Raises what `as_yaml` raises."""
    keys = dict(FILE.members(connection.model_dump()))
    if connection.secrets:
        keys["secrets"] = shown(workspace, entry, connection.secrets, reveal=reveal)
    return keys


def shown(workspace: Workspace, entry: Entry, names: Iterable[str], *, reveal: bool) -> dict[str, str]:
    """Return what is shown for each secret."""
    if not reveal:
        return dict.fromkeys(names, MASK)
    try:
        opened = workspace.secrets(entry)
    except LockedError as error:
        error.message = f"{entry.file}: {error.message}"
        raise
    return {name: opened.get(name, Secret("")).reveal() for name in names}
