"""From a Connection to text: a new file, or the smallest change to the one there is.

Rules: what is written reads back as the same connection, or it is a SaveError; a secret's value never comes
through here: a new name gets an empty text, which the vault's result then replaces; the `sops` block stands
last. Values that the vault decrypted for reading stay encrypted in the text until they change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrator_tui.errors import SaveError
from integrator_tui.model.sealed import ScalarChanges
from integrator_tui.store.connection_file.changes import merge
from integrator_tui.store.connection_file.keys import FILE
from integrator_tui.store.connection_file.kinds import SEAL
from integrator_tui.store.connection_file.reader import connection_of, secret_states
from integrator_tui.store.connection_file.sops_block import merge_block
from integrator_tui.store.go_yaml import readable
from integrator_tui.store.yamltext import writer
from integrator_tui.store.yamltext.document import SOPS, Document, parse
from integrator_tui.store.yamltext.edits import delete, put, put_texts, splice
from integrator_tui.store.yamltext.scalar import ENCRYPTED

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection

SECRETS = "secrets"


def write(document: Document | None, connection: Connection) -> str:
    """Return the text of a file that says `connection`: new, or `document` changed where it says otherwise.

    Raises:
        SaveError: The document is broken, or the connection cannot be said in a file.
    """
    values = connection.model_dump()
    data = FILE.members(values)
    if document is None:
        changed = parse("".join(f"{line}\n" for line in writer.members(data, 0)))
    else:
        if document.problems or document.mapping is None:
            first = document.problems[0] if document.problems else None
            where = f"line {first.line}: " if first and first.line else ""
            message = f"the file is broken: {where}{first.message if first else 'it is empty'}"
            raise SaveError(message, "mend it by hand; it is as it was")
        changed = document
        if connection_of(document) != connection:
            changed = merge(document, (), FILE, values, data)
            changed = _without_secrets(document, changed, connection)
    if connection_of(changed) != connection:
        raise SaveError("what would be written does not read back as the same connection", "nothing was changed")
    return changed.text if changed is document else _for_sops(changed)


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
        changed = delete(changed, (SECRETS,))
    return delete(changed, (SOPS,)).text


def _for_sops(document: Document) -> str:
    """Return the text of a document, in which sops can read a file that has a block of its own."""
    if document.find((SOPS,)) is None:
        return document.text
    # Parsed anew: values that were decrypted for reading stay encrypted.
    return readable(parse(document.text)).text


def _without_secrets(before: Document, after: Document, connection: Connection) -> Document:
    """Take `secrets` and `sops` out of a file that lost its last secret."""
    if connection.secrets or not set(secret_states(before)) - {SEAL}:
        return after
    after = delete(after, (SECRETS,))
    # Values elsewhere that sops encrypted could not be opened any more without the block.
    if any(leaf.text.startswith(ENCRYPTED) for leaf in parse(after.text).leaves()):
        return after
    return delete(after, (SOPS,))
