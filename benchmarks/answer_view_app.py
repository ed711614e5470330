"""The application that benchmarks/answer_view.py measures: the answer's pane over a body of 5 MB.

The pane shows the body when ctrl+t is pressed; ctrl+q ends it, and what the process holds then less what it held
before is written to the file that the command line names, in MiB.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType

from benchmarks.log_pane_app import memory_mb
from integrator_tui.tui.widgets.answer.document import AnswerDocument
from integrator_tui.tui.widgets.answer.pane import AnswerPane


class Measured(App[None]):
    """A pane, and its keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("ctrl+t", "start", "Start"),
        ("slash", "search", "Search"),
        ("ctrl+q", "leave", "Quit"),
    ]

    def __init__(self, body: bytes, account: Path) -> None:
        super().__init__()
        self.body, self.account = body, account
        self.pane = AnswerPane(AnswerDocument(b"", ""), "waiting")
        self.before = 0.0

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.view.focus()

    def action_start(self) -> None:
        """Show the body."""
        gc.collect()
        self.before = memory_mb()
        self.pane.show(AnswerDocument(self.body, "application/json"), "Body")

    def action_search(self) -> None:
        """Open the search."""
        self.pane.search()

    def action_leave(self) -> None:
        """Write down the memory, and leave."""
        gc.collect()
        self.account.write_text(f"{memory_mb() - self.before:.1f}")
        self.exit()


if __name__ == "__main__":
    Measured(Path(sys.argv[1]).read_bytes(), Path(sys.argv[2])).run()
