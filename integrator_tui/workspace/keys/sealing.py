"""Sealing by the way: whether a save has to seal a file again, and that it never mends a seal which was broken."""

from __future__ import annotations

from pathlib import Path

from integrator_tui.errors import IntegratorError, LockedError, SaveError, SealBroken
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.store.connection_file import reader
from integrator_tui.store.yamltext.document import Document
from integrator_tui.workspace.keys.file_secrets import FileSecrets


class Sealing(NamedTuple):
    """The sealing of one save: `old` is the version that was edited, None for a new file, which lay in `file`; what
    is written gets the name `target`."""

    secrets: FileSecrets
    old: Document | None
    file: str
    target: str

    def sealed(self, text: str, draft: Draft, *, seal: bool, leave_broken: bool) -> str:
        """Return the text as it is to be written: sealed anew where that is needed, else as it is.

        Raises:
            LockedError: It has to be sealed, and cannot be; SealBroken where the seal of the old version is broken,
                unless it may be left so and only plain fields change.
            SaveError: It may not be sealed, and has to be.
        """
        old = self.old
        covers_all = old is not None and text != old.text and self._is_bound(old)
        if not seal:
            self._refuse_unsealed(draft, covers_all=covers_all)
            return text
        if not (draft.connection.secret_names or covers_all):
            return text
        try:
            needed = self._is_needed(text, draft)
        except SealBroken:
            if not leave_broken or draft.typed or covers_all or not self._keeps_names(draft.connection):
                raise
            # Its fields may say again by now what was sealed once: nobody has looked at the rest of the file yet.
            return self.secrets.left_broken(text, self.target, draft.connection)
        if not needed:
            return text
        return self.secrets.seal(text, self.target, draft.connection, draft.typed)

    def _refuse_unsealed(self, draft: Draft, *, covers_all: bool) -> None:
        if draft.typed:
            raise SaveError(f"{self.file}: secrets were typed, and cannot be saved without sealing them")
        if covers_all:
            hint = "save it where it can be sealed"
            raise SaveError(
                f"{self.file} binds every value by its MAC, and cannot be saved without sealing it", hint
            )

    def _keeps_names(self, connection: Connection) -> bool:
        """Whether the secrets are the same as before, in their order: the MAC goes over all of them."""
        assert self.old is not None
        before, _ = reader.read(self.old)
        return before is not None and before.secrets == connection.secrets

    def _is_needed(self, text: str, draft: Draft) -> bool:
        """Return whether the vault has to compute anything to save `text`; a file that has secrets is opened first,
        for a seal that does not hold is never renewed by the way."""
        old, secrets = self.old, self.secrets
        if old is None:
            return True
        before, _ = reader.read(old, Path(self.file).stem)
        if before is None:
            return self._is_needed_of_broken(old, draft)
        after = draft.connection
        bound = text != old.text and self._is_bound(old)
        same_fields = secrets.digest(before, self.file) == secrets.digest(after, self.target)
        if same_fields and not draft.typed and before.secret_names == after.secret_names and not bound:
            return False
        if before.secret_names or bound:
            secrets.open(old.sealed(), self.file, before)
        return True

    def _is_needed_of_broken(self, old: Document, draft: Draft) -> bool:
        """Whether a file is to be sealed that could not be read before: only where it held no secret at all, for
        nobody can tell whether its seal was whole."""
        if not _holds_secrets(old):
            return True
        if draft.typed:
            raise LockedError(
                f"{self.file} cannot be sealed before its problems are mended",
                "save it without new values of secrets, then look at it and run: integrator-tui seal",
            )
        return False

    def _is_bound(self, document: Document) -> bool:
        """Return whether no value of a file changes without a new MAC: it encrypts or covers the fields."""
        if document.opened:
            return True
        try:
            return self.secrets.vault.binds_plain_text(document.sealed())
        except IntegratorError:
            # A block that cannot be read is told where it is needed, and a plain field needs none.
            return False


def _holds_secrets(document: Document) -> bool:
    """Whether a file has secrets, or may have some because not all of it can be read."""
    if not document.whole or document.find(("sops",)) is not None:
        return True
    return bool(reader.secret_states(document))
