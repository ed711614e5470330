"""Which lines of a table are in sight and which are folded away: sorted stretches of hidden lines, nothing a line.

A folded container shows the line that opens it and hides all after that, to its end. Folding one changes what is
around its place alone; folding all goes over the containers once.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from itertools import accumulate

from integrator_tui.tui.widgets.answer.line_table import LineTable


class Folds:
    """Numbers the lines of `table` that are in sight: row 0 is the first of them."""

    def __init__(self, table: LineTable) -> None:
        self._table = table
        self._folded = bytearray()
        self._firsts = array("I")
        """The first hidden line of each stretch, and behind its last one."""
        self._ends = array("I")
        self._hidden = array("I", [0])
        """How many lines are hidden before each stretch, and in all."""

    def __len__(self) -> int:
        return len(self._table) - self._hidden[-1]

    def line(self, row: int) -> int:
        """Return the line that is row number `row`."""
        low, high = 0, len(self._firsts)
        while low < high:
            middle = (low + high) // 2
            if self._firsts[middle] - self._hidden[middle] <= row:
                low = middle + 1
            else:
                high = middle
        return row + self._hidden[low]

    def row(self, line: int) -> int:
        """Return the row of a line; of a hidden one that of the container that hides it."""
        at = bisect_right(self._firsts, line)
        if at and line < self._ends[at - 1]:
            return self._firsts[at - 1] - 1 - self._hidden[at - 1]
        return line - self._hidden[at]

    def is_folded(self, container: int) -> bool:
        """Whether this container is folded."""
        return container < len(self._folded) and bool(self._folded[container])

    def fold(self, container: int) -> None:
        """Fold a container whose end is known."""
        self._flag(container, 1)
        first, end = self._table.openers[container] + 1, self._table.closers[container] + 1
        low, high = bisect_left(self._firsts, first), bisect_left(self._firsts, end)
        if low and self._ends[low - 1] >= end:
            return  # hidden itself
        self._replace(low, high, [(first, end)])

    def unfold(self, container: int) -> None:
        """Unfold a container; those in it that were folded stay so."""
        if not self.is_folded(container):
            return
        self._flag(container, 0)
        table = self._table
        first, end = table.openers[container] + 1, table.closers[container] + 1
        at = bisect_left(self._firsts, first)
        if at == len(self._firsts) or self._firsts[at] != first or self._ends[at] != end:
            return  # hidden itself
        behind = bisect_left(table.openers, end)
        self._replace(at, at + 1, self._outermost(container + 1, behind))

    def reveal(self, line: int) -> None:
        """Unfold what hides a line."""
        for container in list(self._table.containers_around(line)):
            if self.is_folded(container) and self._table.openers[container] < line:
                self.unfold(container)

    def fold_all(self) -> None:
        """Fold every container but those at the top."""
        table = self._table
        self._folded = bytearray(b"\1") * len(table.openers)
        for container, opener in enumerate(table.openers):
            if not table.levels[opener]:
                self._folded[container] = 0
            if not table.closers[container]:
                self._folded[container] = 0
        self._replace(0, len(self._firsts), self._outermost(0, len(table.openers)))

    def unfold_all(self) -> None:
        """Unfold every container."""
        self._folded = bytearray()
        self._replace(0, len(self._firsts), [])

    def _outermost(self, begin: int, end: int) -> list[tuple[int, int]]:
        """Return the stretches that the folded containers from `begin` to before `end` hide."""
        table = self._table
        flags = self._folded[begin:end]
        at = flags.find(1)
        found: list[tuple[int, int]] = []
        while at >= 0:
            closer = table.closers[begin + at] + 1
            found.append((table.openers[begin + at] + 1, closer))
            # The next one that is not in it.
            at += 1
            while (at := flags.find(1, at)) >= 0 and table.openers[begin + at] < closer:
                if len(flags) - at > 64:
                    at = max(at + 1, bisect_left(table.openers, closer, begin + at, begin + len(flags)) - begin)
                else:
                    at += 1
        return found

    def _flag(self, container: int, value: int) -> None:
        if container >= len(self._folded):
            self._folded.extend(bytes(container + 1 - len(self._folded)))
        self._folded[container] = value

    def _replace(self, low: int, high: int, stretches: list[tuple[int, int]]) -> None:
        self._firsts[low:high] = array("I", [first for first, _ in stretches])
        self._ends[low:high] = array("I", [end for _, end in stretches])
        lengths = (end - first for first, end in zip(self._firsts[low:], self._ends[low:], strict=True))
        self._hidden[low:] = array("I", accumulate(lengths, initial=self._hidden[low]))
