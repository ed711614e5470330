"""From a Connection to text: a new file, or the smallest change to the one there is.

Rules: what is written reads back as the same connection, or it is a SaveError; a secret's value never comes
through here: a new name gets an empty text, which the vault's result then replaces; the `sops` block stands
last. Values that the vault decrypted for reading stay encrypted in the text until they change.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from integrator_tui.errors import SaveError
from integrator_tui.model.sealed import OpenedValue, Path, ScalarChanges
from integrator_tui.store.connection_file.base import Base, own_data
from integrator_tui.store.connection_file.changes import merge
from integrator_tui.store.connection_file.keys import FILE
from integrator_tui.store.connection_file.kinds import SEAL
from integrator_tui.store.connection_file.reader import connection_of, secret_states
from integrator_tui.store.connection_file.sops_block import merge_block
from integrator_tui.store.yamltext import writer
from integrator_tui.store.yamltext.document import SOPS, Document, parse
from integrator_tui.store.yamltext.edits import delete, insert_member, put, put_texts, splice, value_splices
from integrator_tui.store.yamltext.go_yaml import readable
from integrator_tui.store.yamltext.node import Mapping, is_absent
from integrator_tui.store.yamltext.scalar import ENCRYPTED

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection

SECRETS = "secrets"
SECRETS_FROM = "secrets_from"


def write(
    document: Document | None, connection: Connection, base: Base | None = None, declared: Collection[str] = ()
) -> str:
    """Return the text of a file that says `connection`: new, or `document` changed where it says otherwise. What it
    takes from its `base` is not written; `declared` are names below `secrets` that have no value yet.

    Raises:
        SaveError: The document is broken, or the connection cannot be said in a file.
    """
    values = connection.model_dump()
    data = own_data(document, base, values, FILE.members(values))
    if document is None:
        if names := [name for name in declared if name not in connection.secrets]:
            data = {**data, SECRETS: {**data.get(SECRETS, {}), **dict.fromkeys(names)}}
        changed = parse("".join(f"{line}\n" for line in writer.members(data, 0))).with_base(base)
    else:
        document = document.with_base(base)
        if document.problems or document.mapping is None:
            first = document.problems[0] if document.problems else None
            where = f"line {first.line}: " if first and first.line else ""
            message = f"the file is broken: {where}{first.message if first else 'it is empty'}"
            raise SaveError(message, "mend it by hand; it is as it was")
        changed = document
        if connection_of(document) != connection:
            changed = merge(document, (), FILE, values, data)
            changed = _without_secrets(document, changed, connection)
        changed = _at_new_places(document, changed)
    if connection_of(changed) != connection:
        raise SaveError("what would be written does not read back as the same connection", "nothing was changed")
    if changed is document:
        return with_names_to_give(changed.text, declared) if declared else changed.text
    text = _for_sops(changed)
    return with_names_to_give(text, declared) if declared and document is not None else text


def with_names_to_give(text: str, names: Collection[str]) -> str:
    """Return the text of a file with these names below `secrets`; those that are new have no value."""
    document = parse(text)
    for name in names:
        if document.find((SECRETS, name)) is None:
            document = put(document, (SECRETS, name), None)
    return document.text


def names_to_give(document: Document) -> tuple[str, ...]:
    """Return the names below `secrets` that have no value."""
    found = document.find((SECRETS,))
    members = found.members if isinstance(found, Mapping) else ()
    return tuple(key.text for key, value in members if key.text != SEAL and is_absent(value))


def with_place_for_seal(document: Document, *, bound: bool = False) -> Document:
    """Return the document with an empty `secrets._seal` where it encrypts fields, or is to be `bound` without a
    secret, and has none, so that the vault knows which values come before it."""
    path = (SECRETS, SEAL)
    root = document.mapping
    if root is None or not (bound or document.encrypts_fields()) or document.find(path) is not None:
        return document
    if document.find((SECRETS,)) is not None:
        return put(document, path, "")
    position = root.position(SOPS)
    return insert_member(document, (), len(root.members) if position is None else position, SECRETS, {SEAL: ""})


def apply(document: Document, sealing: ScalarChanges) -> str:
    """Return the text with what the vault computed: the texts of scalars and comments, and the `sops` block.

    An empty block means that the file has no secret left: `secrets` and `sops` go. Raises SaveError.
    """
    known = {path: text for path, text in sealing.values.items() if document.find(path) is not None}
    renewed = [
        (start, start + len(old), new) for start, old in document.comments() if (new := sealing.comments.get(old))
    ]
    changed = put_texts(splice(document, renewed) if renewed else document, known)
    for path, text in sealing.values.items():
        if path not in known:
            changed = put(changed, path, text)
    if sealing.metadata:
        return _for_sops(merge_block(changed, sealing.metadata))
    if not set(secret_states(changed)) - {SEAL}:
        changed = _without_section(changed)
    return delete(changed, (SOPS,)).text


def _at_new_places(before: Document, after: Document) -> Document:
    """Write in plain, for the vault to encrypt, what was encrypted for another place: it would not open there."""
    if not before.opened:
        return after
    places: dict[str, set[Path]] = {}
    for leaf in parse(before.text).leaves():
        places.setdefault(leaf.text, set()).add(_keys(leaf.path))
    moved = {
        leaf.path: before.opened[leaf.text]
        for leaf in parse(after.text).leaves()
        if leaf.text in before.opened and _keys(leaf.path) not in places[leaf.text]
    }
    return splice(after, [s for path, value in moved.items() for s in value_splices(after, path, typed(value))])


def _keys(path: Path) -> Path:
    """Return the keys of a path, which an encrypted value is bound to; the places in lists are not."""
    return tuple(part for part in path if isinstance(part, str))


def typed(value: OpenedValue) -> Any:
    """Return a value that was encrypted as plain data to write, with the type that sops gave it."""
    match value.kind:
        case "bool":
            return value.text == "true"
        case "int":
            return int(value.text)
        case "float":
            return float(value.text)
        case _:
            return value.text


def _for_sops(document: Document) -> str:
    """Return the text of a document, in which sops can read a file that has a block of its own."""
    if document.find((SOPS,)) is None:
        return document.text
    # Parsed anew: values that were decrypted for reading stay encrypted.
    return readable(parse(document.text)).text


def _without_secrets(before: Document, after: Document, connection: Connection) -> Document:
    """Take `secrets` and `sops` out of a file that lost its last secret."""
    had = set(secret_states(before)) - {SEAL} or before.find((SECRETS_FROM,)) is not None
    if connection.secret_names or not had:
        return after
    after = _without_section(after)
    # Values elsewhere that sops encrypted could not be opened any more without the block.
    if before.opened or any(leaf.text.startswith(ENCRYPTED) for leaf in parse(after.text).leaves()):
        return after
    return delete(after, (SOPS,))


def _without_section(document: Document) -> Document:
    """Take out `secrets`; names without a value stay, for they say what has to be given."""
    section = document.find((SECRETS,))
    if isinstance(section, Mapping) and any(is_absent(value) for key, value in section.members if key.text != SEAL):
        return delete(document, (SECRETS, SEAL))
    return delete(document, (SECRETS,))
