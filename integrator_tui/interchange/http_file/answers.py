"""What a file takes out of answers: `{{login.response.body.token}}`, and variables that a handler sets.

Nothing is run.
"""

from __future__ import annotations

import re
from typing import Final

from integrator_tui.interchange.collections.answers import AnswerScripts

SCRIPTS: Final = AnswerScripts(
    answer=r"response\.(?:parsedBody|body\.json|body)|JSON\.parse\(\s*response\.body\s*\)",
    header=r"response\.headers\.valueOf\(\s*['\"]([\w-]+)['\"]\s*\)",
    set_by=r"client\.global\.set",
    members=r"\bexports|\$global",
)
"""Handlers of JetBrains, and what httpyac exports."""

_REFERENCE: Final = re.compile(r"\{\{\s*([\w-]+)\.(?:response\.)?([^{}\r\n]*)\}\}")
_PATH: Final = re.compile(r"(?:\.?[A-Za-z_$][\w$-]*|\[(?:\d+|'[^'\]]*'|\"[^\"\]]*\")\])*\Z")


def references(text: str) -> list[tuple[str, str, str]]:
    """Return each `{{name.…}}` of a text: the name of a request, the whole name, and the expression that it is."""
    found = []
    for match in _REFERENCE.finditer(text):
        whole = match[0][2:-2].strip()
        expression = _of_reference(match[2].strip(), whole.startswith(f"{match[1]}.response."))
        if expression:
            found.append((match[1], whole, expression))
    return found


def _of_reference(path: str, is_response: bool) -> str:
    """Return the expression of what stands behind the name of a request: `body.a`, `body.$.a`, `headers.X`, and `a`
    where the answer itself is meant."""
    if path.startswith("request.") or path == "response":
        return ""
    if is_response and path.startswith("headers."):
        return f"headers['{path[8:].strip().lower()}']"
    inner = path
    if is_response:
        if not re.match(r"body(?:[.\[]|\Z)", path):
            return ""
        inner = path[4:]
    inner = inner.removeprefix(".").removeprefix("$").removeprefix(".")
    if inner in ("", "*"):
        return "body"
    if ".." in inner or _PATH.match(inner) is None:
        return ""
    return f"body{_steps(inner)}"


def _steps(path: str) -> str:
    pieces = re.findall(r"[A-Za-z_$][\w$-]*|\[[^\]]*\]", path)
    return "".join(
        piece if piece[0] == "[" else f".{piece}" if "-" not in piece else f"['{piece}']" for piece in pieces
    )
