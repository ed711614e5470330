"""Changing who can read a whole workspace, and under which data keys: file by file, each whole or not at all.

Rules: a file that cannot be changed is left as it is and named, and the others still are; nothing is done
twice that a repetition would have to undo, so that an interrupted run is repeated by the same command; what
is written opens, and holds what it held before, or it is not written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from integrator_tui.errors import (
    ChangedOnDisk,
    IntegratorError,
    InvalidFile,
    PassphraseNeeded,
    SaveError,
    UsageError,
)
from integrator_tui.model.entry import Revision
from integrator_tui.model.sealed import ScalarChanges, SealedFile
from integrator_tui.store import files, folder
from integrator_tui.store.connection_file import reader, writer
from integrator_tui.store.connection_file.kinds import SEAL
from integrator_tui.store.sops_yaml import config
from integrator_tui.store.yamltext.document import Document, parse_bytes
from integrator_tui.workspace.journals.changes import Changes
from integrator_tui.workspace.keys.file_secrets import FileSecrets
from integrator_tui.workspace.keys.recipients import named
from integrator_tui.workspace.keys.removals import Removals

SECRETS: Final = "secrets"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: changed, as it was, or not done with the `error` that says why."""

    file: str
    changed: bool
    error: IntegratorError | None = None


class Rotation:
    """Adds and removes recipients and renews data keys, for all files below `root`."""

    def __init__(self, root: Path, secrets: FileSecrets, departures: Removals, changes: Changes) -> None:
        self._root = root
        self._vault = secrets.vault
        self._recipients = secrets.recipients
        self._departures = departures
        self._changes = changes

    @property
    def files(self) -> tuple[str, ...]:
        """The connection files of the workspace."""
        return folder.scan(self._root)

    def strangers(self) -> Mapping[str, tuple[str, ...]]:
        """Return who stands in files and is not pinned there, with those files; nothing is decrypted.

        Files for which nobody can be told are left out: `unruled` names them.
        """
        found: dict[str, list[str]] = {}
        for file in self.files:
            try:
                agreed = self._recipients.pinned_for(file) or self._recipients.standing()
            except InvalidFile:
                continue
            for recipient in self._named(file):
                # Behind a passphrase that was not given, the user's own recipient is not known.
                if agreed is not None and recipient not in agreed:
                    found.setdefault(recipient, []).append(file)
        return {recipient: tuple(their_files) for recipient, their_files in found.items()}

    def unruled(self) -> Mapping[str, InvalidFile]:
        """Return the files for which `.sops.yaml` has no rule that can be followed, and why."""
        found: dict[str, InvalidFile] = {}
        for file in self.files:
            try:
                self._recipients.pinned_for(file)
            except InvalidFile as error:
                found[file] = error
        return found

    def unread_rules(self) -> tuple[Path, ...]:
        """Return each `.sops.yaml` in a group of the workspace, which nobody reads here."""
        return config.unread(self._root, self.files)

    def secret_names(self, file: str) -> tuple[str, ...]:
        """Return the names of the secrets of a file, none where it cannot be read."""
        try:
            document = self._read(file)[0]
        except IntegratorError:
            return ()
        return tuple(name for name in reader.secret_states(document) if name != SEAL)

    def require_unlocked(self, naming: str = "") -> None:
        """Raise PassphraseNeeded where a file needs an identity that waits for its passphrase.

        With `naming`, only the files that are encrypted for that recipient count. Whatever else keeps a file closed
        is left to the change itself.
        """
        for file in self.files:
            if not self._vault.may_be_locked():
                return
            try:
                sealed = self._read(file)[0].sealed()
                if not naming or naming in named(sealed):
                    self._recipients.of(file, sealed)
                    self._vault.values(sealed)
            except PassphraseNeeded:
                raise
            except IntegratorError:
                continue

    # --- changes ---

    def add(self, recipient: str) -> Iterator[Outcome]:
        """Pin a recipient, then let it read every file; give the outcome of each.

        Raises what Recipients.pin raises, before a file is touched.
        """
        self._recipients.pin(recipient, self.files)
        return self._each(lambda sealed, agreed: self._vault.add_recipients(sealed, agreed))

    def rotate(self) -> Iterator[Outcome]:
        """Give every file a new data key, for those who are pinned alone; give the outcome of each."""
        return self._each(lambda sealed, agreed: self._vault.rotate(sealed, agreed))

    def leaving(self, recipient: str) -> tuple[str, ...]:
        """Begin a removal: return the files that `recipient` can read, or could before an interrupted removal.

        Raises UsageError where nobody here could read the files afterwards, LockedError where no identity is at
        hand that could tell.
        """
        readable = [file for file in self.files if recipient in self._named(file)]
        if recipient in self._recipients.pinned() or readable:
            self._require_reader_besides(recipient)
        return self._departures.begin(recipient, readable)

    @property
    def forgets(self) -> str:
        """Why a removal that is interrupted would not be remembered, empty where it would be."""
        return self._departures.lost

    def remove(self, recipient: str) -> Iterator[Outcome]:
        """Take a recipient out of `.sops.yaml`, then out of every file under a new data key; give each outcome.

        Raises SaveError, before a file is touched, where `.sops.yaml` cannot be changed or would name nobody.
        """
        self._recipients.unpin(recipient)
        self._changes.forget_reader(recipient)

        def renewed(sealed: SealedFile, agreed: tuple[str, ...]) -> ScalarChanges:
            if recipient not in named(sealed):
                return ScalarChanges({}, {}, changed=False)
            return self._vault.remove_recipients(sealed, [recipient], agreed)

        return self._each(renewed)

    def names(self, recipient: str) -> bool:
        """Return whether `.sops.yaml` names a recipient."""
        return recipient in self._recipients.config.recipients

    def left(self, recipient: str) -> None:
        """End a removal: forget what it remembered, once the user was told which secrets to change."""
        self._departures.end(recipient)

    # --- parts of the above ---

    def _require_reader_besides(self, recipient: str) -> None:
        if not self._recipients.owns(self._staying(recipient)):
            # Behind a passphrase may be the very identity that stays.
            self._recipients.require_own()
            hint = "add another identity of yours first, or let somebody who stays remove this one"
            raise UsageError(f"without {recipient} nobody here could read the files any more", hint)

    def _staying(self, recipient: str) -> tuple[str, ...]:
        readers = self._recipients.pinned() or self._recipients.standing() or ()
        return tuple(other for other in readers if other != recipient)

    def _each(self, compute: Callable[[SealedFile, tuple[str, ...]], ScalarChanges]) -> Iterator[Outcome]:
        for file in self.files:
            try:
                yield Outcome(file, self._changed(file, compute))
            except IntegratorError as error:
                yield Outcome(file, False, error)

    def _changed(self, file: str, compute: Callable[[SealedFile, tuple[str, ...]], ScalarChanges]) -> bool:
        try:
            return self._change(file, compute)
        except ChangedOnDisk:
            # Nobody was shown what it said before: what it says now is as good.
            return self._change(file, compute)

    def _change(self, file: str, compute: Callable[[SealedFile, tuple[str, ...]], ScalarChanges]) -> bool:
        document, revision = self._read(file)
        # Before it is walked: what is broken, or no mapping at all, may hold secrets that nobody sees.
        _refuse_broken(document)
        sealed = document.sealed()
        if sealed.metadata is None and not any(leaf.path[0] == SECRETS for leaf in sealed.leaves):
            return False
        sealing = compute(sealed, self._recipients.of(file, sealed))
        if not sealing.changed:
            return False
        before = self._vault.values(sealed), self._vault.fields(sealed)
        text = writer.apply(document, sealing)

        def verify(written: bytes) -> None:
            now = parse_bytes(written).sealed()
            if (self._vault.values(now), self._vault.fields(now)) != before:
                raise SaveError("what would be written does not hold what the file holds", "nothing was changed")

        files.write(self._root / file, text.encode(), revision, verify=verify)
        # Under the key, or for the readers, that it had: not to be had back.
        self._changes.forget_file(file)
        return True

    def _named(self, file: str) -> tuple[str, ...]:
        try:
            return named(self._read(file)[0].sealed())
        except IntegratorError:
            return ()

    def _read(self, file: str) -> tuple[Document, Revision]:
        data, revision = files.read(self._root / file)
        document = parse_bytes(data)
        if not document.whole:
            _refuse_broken(document)
        return document, revision


def _refuse_broken(document: Document) -> None:
    if document.problems:
        first = document.problems[0]
        where = f"line {first.line}: " if first.line else ""
        raise InvalidFile(f"{where}{first.message}", first.hint)
