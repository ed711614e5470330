"""What an expression could have meant, told from what there is: types, keys and names, never a value.

Rules: header names are in lower case, and `set-cookie` is the list of its lines. A body is text where it is no
JSON: a form, JSON behind a guard against inclusion as a script (`)]}'`), or JSON in a call (JSONP) is named, with
the expression that reads it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from integrator_tui.engine.javascript.json_shape import shape
from integrator_tui.model.text import visible

_HEADER: Final = re.compile(
    r"\bheaders\s*(?:\?\.|\.)?\s*(?:\[\s*(['\"`])(?P<a>[^'\"`\]]+)\1\s*\]|(?<=\.)(?P<b>\w+))"
)
_FORM: Final = re.compile(r"([A-Za-z_][\w.-]*)=[^\s&<>]*(?:&[\w.-]+=[^\s&<>]*)+&?\s*\Z", re.ASCII)
_GUARD: Final = 40
"""Characters that a guard before JSON has at most."""

_MOST_HEADERS: Final = 20


def advice(expression: str, body: str, headers: Mapping[str, object]) -> str:
    """Return what to look at where `expression` went wrong on an answer of that body and those headers."""
    said = [*_of_headers(expression, headers), *_of_body(expression, body), shape(body)]
    return "; ".join(said)


def _of_headers(expression: str, headers: Mapping[str, object]) -> list[str]:
    if not re.search(r"\bheaders\b", expression):
        return []
    known = {name.lower(): value for name, value in headers.items()}
    said = []
    for match in _HEADER.finditer(expression):
        name = match["a"] or match["b"]
        lower = name.lower()
        if lower in known and name != lower:
            said.append(f"header names are in lower case: headers['{visible(lower, limit=60)}']")
        elif lower == "set-cookie" and lower in known:
            said.append("headers['set-cookie'] is the list of its lines: headers['set-cookie'][0]")
        elif match["a"] and lower not in known:
            said.append(f"the answer has no header {visible(lower, limit=60)}")
    if not said or said[0].startswith("the answer has no header"):
        names = [visible(name, limit=40) for name in list(known)[:_MOST_HEADERS]]
        said.append(f"headers has the keys {', '.join(names) or 'none'}")
    return list(dict.fromkeys(said))


def _of_body(expression: str, body: str) -> list[str]:
    is_json = not shape(body).startswith(("body is text", "body is empty"))
    if "JSON.parse(body)" in expression.replace(" ", "") and is_json:
        return ["body is parsed already: leave JSON.parse out, for example body.access_token"]
    if is_json or not body.strip():
        return []
    if (found := _inner_json(body)) is not None:
        return [f"body is text, JSON with something around it: JSON.parse({found}) is what it holds"]
    if _FORM.match(body):
        return ["body is text, a form: new URLSearchParams(body).get('access_token')"]
    if body.lstrip().startswith("<"):
        return ["body is text, HTML or XML, and no JSON"]
    return []


def _inner_json(body: str) -> str | None:
    """The expression for the JSON object or array that stands behind a guard or in a call."""
    for match in re.finditer(r"[{\[]", body[:_GUARD]):
        try:
            _, end = json.JSONDecoder().raw_decode(body, match.start())
        except (ValueError, RecursionError):
            continue
        rest = body[end:].strip()
        if rest in {"", ")", ");", "*/", ";"}:
            return f"body.slice({match.start()})" if rest == "" else f"body.slice({match.start()}, {end})"
    return None
