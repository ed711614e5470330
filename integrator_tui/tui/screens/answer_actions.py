"""What can be done with an answer, wherever one is shown."""

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
    _answer("report", (), "Save report", "Save what the stages say to a file only you can read"),
    _answer("compare", ("D",), "Compare", "Compare with the pinned answer, or the one before", "Compare"),
    _answer("pin", ("p",), "Pin", "Keep this answer to compare later ones with, or no longer"),
    _answer("pager", ("vertical_line",), "Open in $PAGER", "Read it in your pager"),
    _answer("next", ("n",), "Next match", "Go to the next match of the search"),
    _answer("previous", ("N",), "Previous match", "Go to the match before"),
)
