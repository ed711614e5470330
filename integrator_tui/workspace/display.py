"""A connection file as it is shown: without its `sops` block and seal, secrets masked unless revealed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Mapping as Map
from pathlib import Path
from typing import TYPE_CHECKING, Any

from integrator_tui.errors import InvalidFile, LockedError
from integrator_tui.model.entry import Entry, connection_of
from integrator_tui.model.sealed import OpenedValue
from integrator_tui.model.secret import MASK, Secret
from integrator_tui.store import files
from integrator_tui.store.connection_file.containers import ItemsKind, Methods, OutputsKind, Variants
from integrator_tui.store.connection_file.keys import FILE
from integrator_tui.store.connection_file.kinds import SEAL, Findings, Flag, Seconds, SectionKind
from integrator_tui.store.connection_file.reader import secret_states
from integrator_tui.store.connection_file.writer import typed
from integrator_tui.store.yamltext import edits
from integrator_tui.store.yamltext.document import Document, parse_bytes
from integrator_tui.store.yamltext.node import Mapping, Node, Scalar, Sequence, is_absent
from integrator_tui.store.yamltext.scalar import ENCRYPTED, SHOWN_ENCRYPTED
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.secrets import Secrets

if TYPE_CHECKING:
    from integrator_tui.workspace.keys.file_secrets import FileSecrets


class Display:
    """Shows the connection files below `root`."""

    def __init__(self, root: Path, catalog: Catalog, secrets: Secrets, files: Callable[[], FileSecrets]) -> None:
        self._root = root
        self._catalog = catalog
        self._files = files
        self._secrets = secrets

    def as_yaml(self, entry: Entry, *, reveal: bool = False) -> str:
        """Return the file of an entry without its `sops` block and seal, secrets masked unless revealed.

        Raises LockedError where values are to be revealed and stay closed, InvalidFile where nobody can tell what
        is a secret in it.
        """
        document = parse_bytes(files.read(self._root / entry.file)[0])
        if document.encrypts_fields() and not document.problems:
            document = self._shown_fields(document, reveal=reveal)
        secrets = document.find(("secrets",))
        odd = not (secrets is None or is_absent(secrets) or isinstance(secrets, Mapping))
        if document.mapping is None or (not reveal and document.problems):
            problem = document.problems[0]
            raise InvalidFile(f"{entry.file}: {problem.message}", problem.hint)
        if odd and not reveal:
            raise InvalidFile(f"{entry.file}: secrets are not names with values", 'write each as "name: value"')
        names = [name for name in secret_states(document) if name != SEAL]
        values = self._shown(entry, names, reveal=reveal)
        for path in (("sops",), ("secrets", SEAL)):
            if document.find(path) is not None:
                document = edits.delete(document, path)
        return edits.put_texts(document, {("secrets", name): value for name, value in values.items()}).text

    def as_json(self, entry: Entry, *, reveal: bool = False) -> dict[str, Any]:
        """Return the keys of the file as JSON values, `secrets` flat and masked unless revealed.

        Raises what `as_yaml` raises.
        """
        connection = connection_of(self._catalog.opened(entry))
        document = parse_bytes(files.read(self._root / entry.file)[0])
        if document.encrypts_fields():
            document = self._files().opened(document)
        keys: dict[str, Any] = FILE.members(connection.model_dump())
        for key in entry.inherited:
            # They are the keys of another file.
            keys.pop(key, None)
        if document.mapping is not None:
            # Those that say a default, or that nobody knows, are keys of the file too.
            said = _said(FILE, document.mapping)
            _add(keys, {key: value for key, value in said.items() if key not in ("secrets", "sops")})
        if connection.secrets:
            keys["secrets"] = self._shown(entry, connection.secrets, reveal=reveal)
        return keys

    def _shown_fields(self, document: Document, *, reveal: bool) -> Document:
        """Return the document with the fields and comments in plain that it encrypts, or said to be encrypted.

        Raises what keeps them closed where they are to be revealed.
        """
        opened: Map[str, OpenedValue] = {}
        comments: dict[str, str] = {}
        try:
            opened = self._files().opened(document).opened
            comments = self._files().vault.comments(document.sealed())
        except LockedError:
            if reveal:
                raise
        said = [(start, text, comments.get(text, "")) for start, text in document.comments()]
        document = edits.splice(
            document,
            [
                (at, at + len(old), new if new.isprintable() and new else f" {SHOWN_ENCRYPTED}")
                for at, old, new in said
            ],
        )
        items = [
            leaf.path for leaf in document.leaves() if opened.get(leaf.text, OpenedValue("")).kind == "comment"
        ]
        for path in reversed(items):
            # sops makes items of the comments in a list that it encrypts.
            document = edits.delete(document, path)
        shown = {
            leaf.path: typed(opened[leaf.text]) if leaf.text in opened else SHOWN_ENCRYPTED
            for leaf in document.leaves()
            if leaf.path[0] != "secrets" and leaf.text.startswith(ENCRYPTED)
        }
        splices = [s for path, value in shown.items() for s in edits.value_splices(document, path, value)]
        return edits.splice(document, splices)

    def _shown(self, entry: Entry, names: Iterable[str], *, reveal: bool) -> dict[str, str]:
        """Return what is shown for each secret."""
        if not reveal:
            return dict.fromkeys(names, MASK)
        try:
            opened = self._secrets.of(entry)
        except LockedError as error:
            error.message = f"{entry.file}: {error.message}"
            raise
        return {name: opened.get(name, Secret("")).reveal() for name in names}


def _said(kind: object, node: Node) -> Any:
    """Return what stands at a node as JSON values; `kind` is what the shape of a file says of it, if anything."""
    if isinstance(node, Mapping):
        return {key.text: _said(_below(kind, node, key.text), at) for key, at in node.members if not is_absent(at)}
    if isinstance(node, Sequence):
        item = kind.item if isinstance(kind, ItemsKind) else None
        return [_said(item, at) for at in node.items if not is_absent(at)]
    return kind.read(node, "", Findings()) if isinstance(kind, (Flag, Seconds)) else node.text


def _below(kind: object, node: Mapping, key: str) -> object:
    if isinstance(kind, Methods):
        method = node.get("type")
        kind = kind.sections.get(method.text) if isinstance(method, Scalar) else None
    if isinstance(kind, OutputsKind):
        return kind.value
    return kind.fields.get(key) if isinstance(kind, (SectionKind, Variants)) else None


def _add(keys: Any, said: Any) -> None:
    """Add what is said in the file and missing in `keys`, at every depth."""
    if isinstance(keys, dict) and isinstance(said, dict):
        for key, value in said.items():
            _add(keys.setdefault(key, value), value)
    elif isinstance(keys, list) and isinstance(said, list):
        for one, other in zip(keys, said, strict=False):
            _add(one, other)
