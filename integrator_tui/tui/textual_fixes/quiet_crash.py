"""An error of the program itself, told by its places alone. Serves Textual 8.2.8.

Textual's own ways of showing one (`App.panic`, `App._fatal_error`) draw the locals of every frame, and with them
what was typed.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, TypeVar

from rich.text import Text
from textual.app import App

if TYPE_CHECKING:
    from rich.console import RenderableType

ReturnT = TypeVar("ReturnT")

_OWN_ERROR: Final = (
    "integrator-tui met an error of its own. What follows holds no value, so that it can be reported."
)


class QuietCrashApp(App[ReturnT]):
    """An app whose crash shows no value."""

    def panic(self, *renderables: RenderableType) -> None:
        from rich.traceback import Traceback

        from integrator_tui.tui.textual_fixes.traceback import without_values

        shown = (without_values(each) if isinstance(each, Traceback) else each for each in renderables)
        self._return_code = 1
        super().panic(*shown)

    def _fatal_error(self) -> None:
        from integrator_tui.crash_report import crash_report

        error = sys.exception()
        if error is not None and not self._exit_renderables:
            # The first one is told; what follows from it is noise.
            self._exit_renderables.append(Text(f"{_OWN_ERROR}\n\n{crash_report(error)}"))
        self._close_messages_no_wait()
