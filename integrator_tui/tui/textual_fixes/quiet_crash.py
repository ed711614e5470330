"""An app that ends quietly: an error of its own is told by its places alone, and no work outlives its widgets.

Serves Textual 8.2.8. Its own ways of showing an error (`App.panic`, `App._fatal_error`) draw the locals of every
frame, and with them what was typed; so do the tracebacks that it makes itself, as for the thread of the keyboard.
And it takes the widgets of a screen away before it ends the workers of that screen, so that one that goes on in
between looks for a widget in vain (`NoMatches`) and brings the program down.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, TypeVar

from rich.text import Text
from textual.app import App

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.traceback import Traceback
    from textual.await_remove import AwaitRemove
    from textual.dom import DOMNode
    from textual.widget import Widget

ReturnT = TypeVar("ReturnT")

_OWN_ERROR: Final = (
    "integrator-tui met an error of its own. What follows holds no value, so that it can be reported."
)


class QuietCrashApp(App[ReturnT]):
    """An app whose crash shows no value, and whose workers end before what they work on."""

    def _prune(self, *nodes: Widget, parent: DOMNode | None = None) -> AwaitRemove:
        going = {each for node in nodes for each in node.walk_children(with_self=True)}
        for worker in [worker for worker in self.workers if worker.node in going]:
            worker.cancel()
        return super()._prune(*nodes, parent=parent)

    def panic(self, *renderables: RenderableType) -> None:
        from rich.traceback import Traceback

        shown = (_without_values(each) if isinstance(each, Traceback) else each for each in renderables)
        self._return_code = 1
        super().panic(*shown)

    def _fatal_error(self) -> None:
        from integrator_tui.crash_report import crash_report

        error = sys.exception()
        if error is not None and not self._exit_renderables:
            # The first one is told; what follows from it is noise.
            self._exit_renderables.append(Text(f"{_OWN_ERROR}\n\n{crash_report(error)}"))
        self._close_messages_no_wait()


def _without_values(trace: Traceback) -> Traceback:
    """Return a traceback that Textual made itself without its words and variables."""
    for stack in trace.trace.stacks:
        stack.exc_value, stack.notes = "", []
        for frame in stack.frames:
            frame.locals = None
    return trace
