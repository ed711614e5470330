"""Requests that may change something, to a connection in production: asked about before they are sent.

It is a convenience and no protection: tags stand outside of the seal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from textual.app import App

from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.question import QuestionAnswer, QuestionScreen, question

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110 section 9.2.1)."""


async def confirm_unsafe(app: App[Any], connection: Connection, method: str) -> bool:
    """Return whether a request may be sent: asked where its method is unsafe and the connection has a tag of
    `prod_tags`, and yes where not."""
    workspace = getattr(app, "workspace", None)
    if method.upper() in SAFE or workspace is None:
        return True
    asked_about = {tag.lower() for tag in workspace.settings.prod_tags()}
    tag = next((tag for tag in connection.tags if tag.lower() in asked_about), None)
    return tag is None or await ask(app, unsafe_question(connection, method, tag)) == "send"


def unsafe_question(connection: Connection, method: str, tag: str) -> QuestionScreen:
    """Return the question about a request that may change something; `send` is the one answer that sends it."""
    name = visible(connection.name or connection.base_url, limit=60)
    text = f"{name} has the tag {visible(tag, limit=40)}, and {method} may change something there."
    answers = (QuestionAnswer("Cancel", "cancel", "primary"), QuestionAnswer("Send", "send", "danger"))
    return question(f"Send {method} to {name}", text, answers)
