"""What can be done with a result and its answer: the table of actions, and which of them the bar shows."""

from __future__ import annotations

from integrator_tui.tui.actions import Action


def _answer(id: str, keys: tuple[str, ...], words: str, tooltip: str, short: str = "") -> Action:  # noqa: A002
    return Action(id, keys, words, tooltip, short, call=f"answer('{id}')")


ANSWER = (
    _answer("body", ("b",), "Body", "Show the body of the answer, or the stages again", "Body"),
    _answer("headers", ("h",), "Headers", "Show the headers of the answer, or the stages again", "Headers"),
    _answer("search", ("slash",), "Search", "Search in the body", "Search"),
    _answer("filter", ("F",), "Filter answer", "Show what a JavaScript expression gives of the body", "Filter"),
    _answer("mode", ("x",), "Laid out, text, hex", "Change how the body is shown", "Text/hex"),
    _answer("wrap", ("w",), "Wrap", "Wrap long lines, or cut them", "Wrap"),
    _answer("copy", ("y",), "Copy", "Copy the line, again its value; of the stages the report", "Copy"),
    _answer("path", ("P",), "Copy JSON path", "Copy the path of the line, as expressions write it", "Path"),
    _answer("save", ("S", "Y"), "Save body", "Save what is shown to a file only you can read", "Save"),
    _answer("copy_report", (), "Copy report", "Copy what the stages say"),
    _answer("report", (), "Save report", "Save what the stages say to a file only you can read"),
    _answer("compare", ("D",), "Compare", "Compare with the pinned answer, or the one before", "Compare"),
    _answer("pin", ("p",), "Pin", "Keep this answer to compare later ones with, or no longer"),
    _answer("pager", ("vertical_line",), "Open in $PAGER", "Read it in your pager"),
    _answer("next", ("n",), "Next match", "Go to the next match of the search"),
    _answer("previous", ("N",), "Previous match", "Go to the match before"),
)
ACTIONS = (
    Action("again", ("t", "f5"), "Test", "Run the test again", "Test again"),
    Action("stream", ("s", "f6"), "Stream", "Watch the answer as it comes", "Stream"),
    Action(
        "trust",
        ("a",),
        "Trust this authority",
        "Show what an untrusted server presented, and put it into the form",
        "Trust",
    ),
    Action("seal", ("L",), "Seal", "Show what a changed file says now, and seal its secrets to it again", "Seal"),
    Action("token", ("K",), "Token", "Where its token came from, how long it lives, what it claims; forget it"),
    Action("history", ("H",), "History", "Earlier results and runs of this connection", "History"),
    Action("from", ("v",), "From", "Choose the host that tests and requests are made from", call="from_host"),
    *ANSWER,
    Action(
        "keep",
        ("ctrl+s",),
        "Keep as output",
        "Keep the expression of the filter as an output of an operation",
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
    Action(
        "back", ("escape", "q"), "Back", "Close what is open; leave, and stop the test where it still runs", "Back"
    ),
)

OF_REQUEST = tuple(
    action._replace(words="Send", tooltip="Send the request again", short="Send again")
    if action.id == "again"
    else action._replace(tooltip="Send the request again, and watch its answer as it comes")
    if action.id == "stream"
    else action._replace(tooltip="Go back to the request line")
    if action.id == "request"
    else action
    for action in ACTIONS
)
"""What can be done with the answer to a request that was written, and with its stages."""

STAGE_KEYS = (
    *(
        "back",
        "again",
        "trust",
        "seal",
        "edit",
        "body",
        "headers",
        "request",
        "filter",
        "history",
        "compare",
        "copy",
        "stream",
    ),
    *("save", "open_file"),
)
BODY_KEYS = (
    *("back", "keep", "next", "previous", "search", "filter", "mode", "wrap", "copy", "path", "save", "compare"),
    *("headers", "body", "again"),
)
FILTER_KEYS = ("back", "keep")
COMPARE_KEYS = ("back", "next", "previous", "search", "wrap", "copy", "save", "body", "headers", "again")
"""What the bar at the foot shows, what matters most first."""

OF_ANSWER = ("body", "headers", "filter", "compare")

OFFERED = frozenset({"trust", "seal"})
"""Actions that only some failures offer."""
