"""What was typed in one field, step by step, so that it can be taken back and done again.

Letters typed one behind the other are one step up to the end of their word, as in most editors.
"""

from __future__ import annotations

from typing import Final, NamedTuple

_MOST: Final = 500


class TypingStep(NamedTuple):
    """One change of a text: at `start` this was `removed`, and that was `added`."""

    start: int
    removed: str
    added: str


class TypingHistory:
    """The steps of one field; what is typed after some were taken back takes the place of those."""

    def __init__(self) -> None:
        self._done: list[TypingStep] = []
        self._undone: list[TypingStep] = []

    def clear(self) -> None:
        """Forget everything: the field shows something else."""
        self._done.clear()
        self._undone.clear()

    def note(self, start: int, removed: str, added: str) -> None:
        """Take in one change."""
        self._undone.clear()
        last = self._done[-1] if self._done else None
        if last is not None and not removed and len(added) == 1 and _continues(last, start, added):
            self._done[-1] = last._replace(added=last.added + added)
        elif last is not None and not added and len(removed) == 1 and not last.added and start == last.start - 1:
            self._done[-1] = TypingStep(start, removed + last.removed, "")
        else:
            self._done.append(TypingStep(start, removed, added))
            del self._done[:-_MOST]

    def undo(self) -> TypingStep | None:
        """Return the last step, which is taken back now; None where there is none."""
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        return self._undone[-1]

    def redo(self) -> TypingStep | None:
        """Return the step that was taken back last, which is done again now; None where there is none."""
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        return self._done[-1]


def _continues(last: TypingStep, start: int, letter: str) -> bool:
    if not last.added or start != last.start + len(last.added):
        return False
    return letter.isspace() or not last.added[-1].isspace()
