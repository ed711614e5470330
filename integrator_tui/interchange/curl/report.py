"""The lines of a report about command lines, each with the line that it is about, told once."""

from __future__ import annotations

from integrator_tui.interchange.imported import Remark


class CurlReport:
    """Gathers remarks; `line` is that of the command that is read just now."""

    def __init__(self) -> None:
        self.remarks: list[Remark] = []
        self.line = 1
        self._said: set[tuple[int, str]] = set()

    def say(self, text: str) -> None:
        """Tell something of the command that is read."""
        if (self.line, text) not in self._said:
            self._said.add((self.line, text))
            self.remarks.append(Remark(self.line, text))
