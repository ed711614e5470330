"""Tracebacks that Textual makes itself, without what they would tell.

As Textual 8.2.8 prints one it shows the local variables of every frame, and what was typed is among them.
"""

from __future__ import annotations

from rich.traceback import Traceback


def without_values(trace: Traceback) -> Traceback:
    """Return a traceback that Textual made itself, as it does for the thread of the keyboard, without its words."""
    for stack in trace.trace.stacks:
        stack.exc_value, stack.notes = "", []
        for frame in stack.frames:
            frame.locals = None
    return trace
