"""What a body is to an expression, told without a value of it."""

from __future__ import annotations

import json

from integrator_tui.model.json_text import refuse_constant
from integrator_tui.model.text import visible


def shape(body: str | bytes) -> str:
    """Return one line on what `body` is to an expression: its type, and its keys where it is an object."""
    text = (body.decode("utf-8", "replace") if isinstance(body, bytes) else body).removeprefix("\ufeff")
    try:
        value = json.loads(text, parse_constant=refuse_constant)
    except RecursionError:
        return f"body is JSON of {len(text)} characters that nests too deeply to be read"
    except ValueError:
        return f"body is text of {len(text)} characters" if text else "body is empty"
    match value:
        case dict():
            keys = [visible(key, limit=40) for key in list(value)[:20]]
            more = f" and {len(value) - 20} more" if len(value) > 20 else ""
            return f"body is an object with the keys {', '.join(keys)}{more}" if keys else "body is an empty object"
        case list():
            return f"body is an array of {len(value)}"
        case None:
            return "body is null"
        case bool():
            return "body is a boolean"
        case str():
            return "body is a string"
    return "body is a number"
