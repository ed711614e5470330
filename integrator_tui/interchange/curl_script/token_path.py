"""The expression that finds a token in an answer, as a filter of jq: a path into the body, and nothing more."""

from __future__ import annotations

import json
import re
from typing import Final

_BEGINNING: Final = re.compile(r"\s*body(?![\w$])")
_STEP: Final = re.compile(
    r"\s*(?:\??\.\s*(?P<name>[A-Za-z_$][\w$]*)"
    r"|(?:\?\.)?\[\s*(?:(?P<index>\d{1,9})|'(?P<single>[^'\\\n]*)'|\"(?P<double>[^\"\\\n]*)\")\s*\])"
)
_END: Final = re.compile(r"\s*;?\s*\Z")
WHOLE: Final = ". as $text | try fromjson catch $text"


def filter_of(expression: str) -> str | None:
    """Return the filter for an expression that is `body` or a path into it, else None.

    Without a step it is WHOLE, which reads the answer as text.
    """
    begin = _BEGINNING.match(expression)
    if not begin:
        return None
    at, found = begin.end(), ""
    while step := _STEP.match(expression, at):
        at = step.end()
        if step["index"] is not None:
            found += f"[{int(step['index'])}]"
        else:
            name = next(text for text in (step["name"], step["single"], step["double"]) if text is not None)
            found += f"[{json.dumps(name, ensure_ascii=False)}]"
    if not _END.match(expression, at) or re.search(r"[\x00-\x1f\x7f]", found):
        return None
    return f".{found}" if found else WHOLE
