"""Reading ahead: a forked copy of this process reads the files of a workspace while this one does something else.

Rules: what the copy read so far is taken at once and it ends there, so that nobody waits for it; it ends too when
this process does. It tells of no file that holds a secret in plain text, or that anything is wrong with: such a
file is left to this process.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from integrator_tui.model.entry import Entry
from integrator_tui.model.sealed import SealedFile
from integrator_tui.store.files import Stamp
from integrator_tui.workspace.batch.fork import end, forked
from integrator_tui.workspace.batch.frames import Frames, frame


class Sound(NamedTuple):
    """A file in whose form nothing is wrong, as it was at `stamp`: its entry, still without the connection, the
    connection's values, and its scalars for the vault where it has secrets or a `sops` block."""

    stamp: Stamp
    entry: Entry
    values: dict[str, Any]
    sealed: SealedFile | None

    def completed(self) -> Entry | None:
        """Return the entry with its connection; None where a rule finds something, for that needs its line."""
        from integrator_tui.model import rules
        from integrator_tui.store.connection_file.build import connection

        made = connection(self.values)
        return None if rules.problems(made) else self.entry._replace(connection=made)


class ReadAhead:
    """A forked copy that reads `files` one after the other, until the first is asked for here."""

    def __init__(self, prefix: str, files: Sequence[str], read: Callable[[str, str], Sound | None]) -> None:
        """`prefix` before a file gives its path. `read` is given both, and says None of what it leaves to others.

        Raises OSError where there can be no copy.
        """
        self._files = files
        self._found: dict[str, memoryview] | None = None
        # Not a pipe: that would be full long before anybody reads it.
        self._memory = os.memfd_create("read-ahead", os.MFD_CLOEXEC)
        parent = os.getpid()

        def work() -> None:
            for file in files:
                found = frame(read(file, prefix + file))
                if os.write(self._memory, found) < len(found) or os.getppid() != parent:
                    return

        try:
            self._pid = forked(work)
        except OSError:
            os.close(self._memory)
            raise

    def settle(self) -> None:
        """End the copy and keep what it found; may be called again."""
        if self._found is not None:
            return
        end(self._pid)
        frames = Frames()
        with open(self._memory, "rb") as memory:
            memory.seek(0)
            frames.feed(memory.read())
        self._found = dict(zip(self._files, frames.pieces(), strict=False))

    def pop(self, file: str) -> Sound | None:
        """Return what was found of a file, once; None where it was not reached, or is left to who asks."""
        self.settle()
        piece = (self._found or {}).pop(file, None)
        sound: Sound | None = pickle.loads(piece) if piece is not None else None
        return sound
