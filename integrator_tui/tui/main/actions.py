"""What can be done on the main screen: the table of actions, and which flows take what.

An action that begins a flow names it: `flow('test')` is the flow `test` on what is selected.
"""

from __future__ import annotations

from integrator_tui.tui.actions import Action

SELECTED = (
    Action("edit", ("e",), "Edit", "Change the selected connection", "Edit", call="flow('edit')"),
    Action("test", ("t",), "Test", "Test it stage by stage", "Test", call="flow('test')"),
    Action(
        "stream",
        ("s",),
        "Stream",
        "Watch the answer of its test request as it comes",
        "Stream",
        call="flow('stream')",
    ),
    Action("duplicate", ("d",), "Duplicate", "Begin a new connection as a copy of it", call="flow('duplicate')"),
    Action("rename", ("r",), "Rename", "Give it another name", call="flow('rename')"),
    Action("delete", ("delete", "x"), "Delete", "Remove its file, after a question", call="flow('delete')"),
    Action(
        "copy_curl",
        ("c",),
        "Copy as curl",
        "Copy its test request as a curl command, without secrets",
        call="flow('copy_curl')",
    ),
    Action("move", ("m",), "Move", "Put its file into another folder", call="flow('move')"),
    Action(
        "request",
        ("R",),
        "Request",
        "Send any request with this connection's authentication",
        "Request",
        call="flow('request')",
    ),
    Action(
        "token",
        ("K",),
        "Token",
        "Where its token came from, how long it lives, what it claims; forget it",
        call="flow('token')",
    ),
    Action(
        "seal",
        ("L",),
        "Seal",
        "Show what a changed file says now, and seal its secrets to it again",
        call="flow('seal')",
    ),
    Action(
        "history",
        ("H",),
        "History",
        "Its earlier results and runs, and since when it fails",
        call="flow('history')",
    ),
    Action(
        "export",
        (),
        "Export",
        "Write it for another tool: Integrator, curl, .http, blackbox_exporter",
        call="flow('export')",
    ),
)
"""What the Actions menu offers, in its order."""


def _operation(id: str, words: str, tooltip: str) -> Action:  # noqa: A002
    return Action(id, (), words, tooltip, call=f"operation_flow('{id}')")


OPERATIONS = (
    _operation("run", "Run", "Carry out one of its operations"),
    _operation("new_operation", "New operation", "Describe one more request of the selected connection"),
    _operation("edit_operation", "Edit operation", "Change one of its operations"),
    _operation("duplicate_operation", "Duplicate operation", "Begin a new operation as a copy of one"),
    _operation("delete_operation", "Delete operation", "Take one of its operations out, after a question"),
)
"""What is done with an operation of the selected connection."""

OF_MARKED = frozenset({"test", "export", "move", "delete"})
"""Flows that take the marked connections, where there are any."""

ANYWHERE = frozenset({("new",), ("undo",), ("new_folder",), ("import",)})
"""Flows that need no connection, as parameters of their action."""

OF_OPERATION = frozenset({"edit", "duplicate", "delete"})
"""Flows that mean the operation on whose row they are begun."""

ACTIONS = (
    Action("new", ("n",), "New Connection", "Make a connection", "New Connection", call="flow('new')"),
    Action("menu", ("a",), "Actions", "What is done most with the selected connection", "Actions"),
    *SELECTED,
    Action(
        "preview", (), "Preview", "What its test would send, secrets masked; sends nothing", call="flow('preview')"
    ),
    Action("copy_link", (), "Copy link", "Copy the address of its API documentation", call="flow('copy_link')"),
    *OPERATIONS,
    Action("from", ("v",), "From", "Choose the host that tests and requests are made from", call="from_host"),
    Action(
        "open_editor",
        ("o",),
        "Open in $EDITOR",
        "Open its file as it lies on disk, at its first problem",
        call="flow('open_editor')",
    ),
    Action(
        "edit_text",
        (),
        "Edit as text",
        "Change it decrypted in your editor",
        call="flow('edit_text')",
    ),
    Action(
        "import",
        (),
        "Import",
        "Make connections of a document or an export, after a look at what comes of it",
        call="flow('import')",
    ),
    Action("new_folder", (), "New folder", "Make a folder of the workspace", call="flow('new_folder')"),
    Action("test_all", ("T",), "Test all", "Test all that the list shows"),
    Action("test_failed", ("exclamation_mark",), "Test the failed", "Show what failed last, and test it again"),
    Action("fleet", ("V",), "Fleet", "Show the connections as a table, or as a list again"),
    Action("watch", ("W",), "Watch", "Test all again and again while the table is shown, or no longer"),
    Action("filter", ("slash",), "Filter", "Show only what holds the words you type", "Filter"),
    Action("mark", ("space",), "Mark", "Mark the selected connection, or no longer"),
    Action("mark_all", ("A",), "Mark all shown", "Mark all that the list shows, or no longer"),
    Action(
        "compare",
        ("equals_sign",),
        "Compare the marked",
        "Ask the marked connections for the same, and set their answers side by side",
    ),
    Action("order", ("O",), "Next order", "Order by name, state, last result, age or expiry"),
    Action("expiry", ("E",), "Soonest expiry first", "Order by the certificate that ends first"),
    Action("narrower", ("less_than_sign",), "Narrower list", "Make the list narrower", call="widen(-1)"),
    Action("wider", ("greater_than_sign",), "Wider list", "Make the list wider", call="widen(1)"),
    Action(
        "undo",
        ("u",),
        "Undo last change",
        "Take back the last save, rename, move or removal made here, of the last 24 hours",
        call="flow('undo')",
    ),
    Action("reload", ("ctrl+r",), "Reload", "Read the files again"),
    Action(
        "unfilter", ("escape",), "Clear filter", "Stop the tests, clear the filter, then the marks, then the table"
    ),
    Action("leave_fleet", ("q",), "Back", "Leave the table"),
)

FLEET_KEYS = [
    ("V", "List"),
    ("T", "Test all"),
    ("!", "Test failed"),
    ("E", "Expiry"),
    ("W", "Watch"),
    ("O", "Order"),
]
"""What the bar says while the table is shown."""
