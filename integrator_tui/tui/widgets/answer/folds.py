"""Which lines of a table are in sight and which are folded away: sorted stretches of hidden lines, nothing a line.

A folded container shows the line that opens it and hides all after that, to its end. Folding one changes what is
around its place alone; folding all goes over the containers once.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from itertools import accumulate, compress
from operator import sub
from typing import Final

from integrator_tui.tui.widgets.answer.line_table import STEP, LineTable

_MANY: Final = 500


class Folds:
    """Numbers the lines of `table` that are in sight: row 0 is the first of them."""

    def __init__(self, table: LineTable) -> None:
        self._table = table
        self._folded = bytearray()
        self._openers = array("I")
        """The lines of the outermost folded containers: what follows each, to its closer, is hidden."""
        self._closers = array("I")
        self._hidden = array("I", [0])
        """How many lines are hidden before each of them, and in all."""

    def __len__(self) -> int:
        return len(self._table) - self._hidden[-1]

    def line(self, row: int) -> int:
        """Return the line that is row number `row`."""
        low, high = 0, len(self._openers)
        while low < high:
            middle = (low + high) // 2
            if self._openers[middle] - self._hidden[middle] < row:
                low = middle + 1
            else:
                high = middle
        return row + self._hidden[low]

    def row(self, line: int) -> int:
        """Return the row of a line; of a hidden one that of the container that hides it."""
        at = bisect_left(self._openers, line)
        if at and line <= self._closers[at - 1]:
            return self._openers[at - 1] - self._hidden[at - 1]
        return line - self._hidden[at]

    def is_folded(self, container: int) -> bool:
        """Whether this container is folded."""
        return container < len(self._folded) and bool(self._folded[container])

    def fold(self, container: int) -> None:
        """Fold a container whose end is known."""
        self._flags(container + 1)[container] = 1
        opener, closer = self._table.openers[container], self._table.closers[container]
        low, high = bisect_left(self._openers, opener), bisect_right(self._openers, closer)
        if not (low and self._closers[low - 1] >= closer):
            self._replace(low, high, array("I", [opener]), array("I", [closer]))

    def unfold(self, container: int) -> None:
        """Unfold a container; those in it that were folded stay so."""
        if not self.is_folded(container):
            return
        self._folded[container] = 0
        table = self._table
        at = bisect_left(self._openers, table.openers[container])
        if at < len(self._openers) and self._openers[at] == table.openers[container]:
            behind = bisect_right(table.openers, table.closers[container])
            level = table.container_levels[container] + STEP
            self._replace(at, at + 1, *self._outermost(container + 1, behind, level))

    def reveal(self, line: int) -> None:
        """Unfold what hides a line."""
        for container in list(self._table.containers_around(line)):
            self.unfold(container)

    def fold_all(self) -> None:
        """Fold every container but those at the top."""
        table = self._table
        self._folded = bytearray(b"\1") * len(table.openers)
        top = 0
        while top < len(self._folded):
            self._folded[top] = 0
            top = bisect_left(table.openers, table.closers[top] + 1) if table.closers[top] else len(self._folded)
        # Those whose end is not known yet.
        for container in table.containers_around(len(table) - 1) if len(table) else ():
            if not table.closers[container]:
                self._folded[container] = 0
        self._replace(0, len(self._openers), *self._outermost(0, len(table.openers), STEP))

    def unfold_all(self) -> None:
        """Unfold every container."""
        self._folded = bytearray()
        self._replace(0, len(self._openers), array("I"), array("I"))

    def _outermost(self, begin: int, end: int, level: int) -> tuple[array[int], array[int]]:
        """Return openers and closers of the outermost folded containers from number `begin` to before `end`.

        Where all at `level`, which is the outermost there is, are folded, they are taken at once.
        """
        table, flags = self._table, self._flags(end)
        if end - begin >= _MANY and flags.find(1, begin, end) >= 0:
            mask = bytes(map(level.__eq__, table.container_levels[begin:end]))
            if all(compress(flags[begin:end], mask)):
                openers = array("I", compress(table.openers[begin:end], mask))
                return openers, array("I", compress(table.closers[begin:end], mask))
        openers, closers = array("I"), array("I")
        at = flags.find(1, begin, end)
        while at >= 0:
            closer = table.closers[at]
            openers.append(table.openers[at])
            closers.append(closer)
            # The next one that does not lie in it: it is near, or it is looked for.
            at = flags.find(1, at + 1, end)
            if at >= 0 and table.openers[at] <= closer:
                at = flags.find(1, bisect_right(table.openers, closer, at, end), end)
        return openers, closers

    def _flags(self, count: int) -> bytearray:
        self._folded.extend(bytes(max(0, count - len(self._folded))))
        return self._folded

    def _replace(self, low: int, high: int, openers: array[int], closers: array[int]) -> None:
        self._openers[low:high] = openers
        self._closers[low:high] = closers
        lengths = map(sub, self._closers[low:], self._openers[low:])
        self._hidden[low:] = array("I", list(accumulate(lengths, initial=self._hidden[low])))
