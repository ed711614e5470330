"""What can be done with what came of a run: the table of actions, and which of them the bar shows."""

from __future__ import annotations

from integrator_tui.tui.actions import Action
from integrator_tui.tui.screens.result_actions import ANSWER

_TOOLTIPS = {
    "copy": "Copy the value of the row; in the body the line, again its value",
    "path": "Copy the path of the row or line, as expressions write it",
    "save": "Save what is shown, outputs or answer, to a file only you can read",
    "body": "Show the body of the answer, or the outputs again",
    "headers": "Show the headers of the answer, or the outputs again",
}
ACTIONS = (
    Action("again", ("t", "f5"), "Run", "Run it again with the same inputs", "Run again"),
    Action(
        "transform",
        ("m",),
        "Transform",
        "Change the outputs and see what they give on this answer; sends nothing",
        "Transform",
    ),
    *(action._replace(tooltip=_TOOLTIPS.get(action.id, action.tooltip)) for action in ANSWER if action.short),
    *(action for action in ANSWER if not action.short and action.id != "report"),
    Action(
        "keep",
        ("ctrl+s",),
        "Keep as output",
        "Keep the expression of the filter as one more output",
        "Keep as output",
    ),
    Action("edit", ("e",), "Edit", "Open the form at the field that the hint is about", "Edit"),
    Action(
        "open_file",
        ("o",),
        "Open in $EDITOR",
        "Open the file in your editor, at the line that the hint is about",
        "Editor",
    ),
    Action("request", ("R",), "Request", "Send any request with this connection's authentication", "Request"),
    Action("history", ("H",), "History", "Earlier results and runs of this connection", "History"),
    Action("token", ("K",), "Token", "Where its token came from, how long it lives, what it claims; forget it"),
    Action("back", ("escape", "q"), "Back", "Close what is open; leave, and stop what still runs", "Back"),
)
KEYS = (
    *("back", "again", "body", "headers", "transform", "edit", "copy", "path", "save", "filter", "compare"),
    *("request", "history", "open_file"),
)
BODY_KEYS = (
    "back",
    "keep",
    "next",
    "previous",
    "search",
    "filter",
    "mode",
    "wrap",
    "copy",
    "path",
    "save",
    "compare",
)
OF_ANSWER = frozenset({"body", "headers", "filter", "compare"})
ABOUT_THE_REQUEST = frozenset(
    {"forbidden", "not_found", "server_error", "unexpected_status", "unexpected_answer", "redirected"}
)
"""Failures of an answer that came: the operation is what asked for it, and not the address of the connection."""
OF_SEARCH = frozenset({"next", "previous"})
