"""Known files: connection files as values, each read again only where it changed on disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from integrator_tui.errors import ChangedOnDisk, IntegratorError
from integrator_tui.model.entry import Entry
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.store import files
from integrator_tui.store.files import Stamp

if TYPE_CHECKING:
    from integrator_tui.model.sealed import SealedFile
    from integrator_tui.store.yamltext.document import Document
    from integrator_tui.workspace.batch.read_ahead import ReadAhead, Sound
    from integrator_tui.workspace.catalog.bases import Bases

AHEAD: Final = 200
"""Files from which on reading them ahead is quicker than reading them."""


class _Known(NamedTuple):
    """What was read of a file when it looked like `stamp`, and the file that it extends like `base`."""

    stamp: Stamp
    entry: Entry
    sealed: SealedFile | None
    base: Stamp | None = None

    @property
    def encrypts_fields(self) -> bool:
        """Whether a value beside the secrets may be encrypted."""
        from integrator_tui.store.yamltext.scalar import encrypts_fields

        return self.sealed is not None and encrypts_fields(self.sealed)


class KnownFiles:
    """Reads the connection files below `root`, one at a time.

    `matches` tells whether an identity here is among recipients, without decrypting anything; `fields` gives a
    document with the fields in plain that it encrypts beside its secrets, or raises why not.
    """

    def __init__(
        self,
        root: Path,
        matches: Callable[[Sequence[str]], bool],
        fields: Callable[[Document, bool], Document],
    ) -> None:
        self._root = root
        # A thousand files feel what joining Paths costs.
        self._prefix = os.path.join(root, "")
        self._matches = matches
        self._fields = fields
        self._known: dict[str, _Known] = {}
        self._ahead: ReadAhead | None = None

    def entry(self, file: str) -> Entry:
        """Return the entry of one file as it is now; a file that cannot be read is an entry with a Problem."""
        path = self._prefix + file
        stamp = files.stamp(path)
        known = self._known.get(file)
        if known is None or stamp is None or known.stamp != stamp or known.entry.closed or self._rebased(known):
            known = self._foreseen(file, stamp) or self._loaded(file, path, stamp)
            self._known[file] = known
        metadata = known.sealed.metadata if known.sealed else None
        if known.entry.state != "ok" or metadata is None:
            return known.entry
        named = recipients_of(metadata)
        # What is wrong with the block is said by whoever opens the file.
        return known.entry if named is None or self._matches(named) else known.entry._replace(state="locked")

    @cached_property
    def bases(self) -> Bases:
        """The files that others extend."""
        from integrator_tui.workspace.catalog.bases import Bases

        return Bases(self._root, lambda document: self._fields(document, False))

    def opened(self, entry: Entry) -> Entry:
        """Return the entry of a file with what it encrypts beside its secrets, the key command run where it helps.

        Raises what keeps it closed.
        """
        if entry.closed is None:
            return entry
        path = self._prefix + entry.file
        self._known[entry.file] = known = self._loaded(entry.file, path, files.stamp(path), ask=True)
        if known.entry.closed is not None:
            raise told(known.entry, known.entry.closed)
        return known.entry

    def sealed(self, file: str) -> SealedFile | None:
        """Return the scalars of a file for the vault, or None where it has no secrets and no `sops` block."""
        self.entry(file)
        return self._known[file].sealed

    def sealed_of(self, entry: Entry) -> SealedFile | None:
        """Return the scalars of the version that `entry` speaks of; raise ChangedOnDisk where there is another."""
        known = self._known.get(entry.file)
        if known is None or known.entry.revision != entry.revision:
            self.entry(entry.file)
            known = self._known[entry.file]
        if known.entry.revision != entry.revision:
            raise ChangedOnDisk(
                f"{entry.file} changed since it was read", "look at what it says now, and try again"
            )
        return known.sealed

    def is_stripped(self, file: str) -> bool:
        """Return whether the seal of a file, as last read, is looked at whatever is sent: fields are encrypted, or
        its secrets were taken out and the `sops` block was left."""
        known = self._known.get(file)
        if known is not None and known.entry.closed is not None:
            return True
        connection = known.entry.connection if known and known.sealed else None
        return connection is not None and (not connection.secrets or (known is not None and known.encrypts_fields))

    def is_fresh(self, file: str) -> bool:
        """Return whether a file was written within the last second, and may be written still."""
        return files.is_fresh(self._prefix + file)

    def read_ahead(self, names: Sequence[str], cores: int) -> None:
        """Begin to read files that will be asked for, on another core where that pays; before a loop runs."""
        if cores > 1 and len(names) >= AHEAD:
            self.begin_reading(names)

    def begin_reading(self, names: Sequence[str]) -> None:
        """Begin to read these files in a process of its own, in their order, until the first is asked for here."""
        from integrator_tui.workspace.batch.read_ahead import ReadAhead

        with suppress(OSError):
            self._ahead = ReadAhead(self._prefix, names, _sound)

    def settle(self) -> None:
        """End reading ahead, and keep what was read."""
        if self._ahead is not None:
            self._ahead.settle()

    def _foreseen(self, file: str, stamp: Stamp | None) -> _Known | None:
        """Return what was read ahead of a file that is still as it was."""
        sound = self._ahead.pop(file) if self._ahead is not None else None
        if sound is None or sound.stamp != stamp:
            return None
        entry = sound.completed()
        return _Known(sound.stamp, entry, sound.sealed) if entry is not None else None

    def _loaded(self, file: str, path: str, stamp: Stamp | None, *, ask: bool = False) -> _Known:
        from integrator_tui.workspace.catalog.loader import load

        entry, sealed = load(file, path, lambda document: self._fields(document, ask), self.bases)
        base = self.bases.stamp(entry.base) if entry.base is not None and entry.revision.base else None
        return _Known(stamp or (0, 0, 0), entry, sealed, base)

    def _rebased(self, known: _Known) -> bool:
        """Return whether the file that another one extends, or could not, is another one by now."""
        base = known.entry.base
        return base is not None and (known.base is None or self.bases.stamp(base) != known.base)


def told(entry: Entry, error: IntegratorError) -> IntegratorError:
    """Return why a file stays closed, with its name."""
    return type(error)(f"{entry.file}: {error.message}", error.hint)


def _sound(file: str, path: str) -> Sound | None:
    # Called in the copy alone: what it imports, this process need not.
    from integrator_tui.workspace.catalog.loader import sound

    return sound(file, path)


def recipients_of(metadata: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the recipients of a `sops` block, None where it cannot be parsed."""
    from integrator_tui.vault.sops.metadata import recipients

    return recipients(metadata)
