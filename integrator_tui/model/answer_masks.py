"""What carries credentials in an answer, masked by its name where nobody knows its value.

Sources: RFC 6749 section 5.1, OpenID Connect Core 3.1.3.3 (the names).
"""

from __future__ import annotations

import json
import re
from typing import Final

from integrator_tui.model.secret import MASK
from integrator_tui.model.secret_names import CREDENTIAL_KEYS

_KEY: Final = re.compile(r'"((?:[^"\\]|\\.){1,80})"\s*:\s*')


def masked_json_text(text: str) -> str:
    """Return JSON, or the part of it that there is, with the value masked of each key that carries a credential.

    All else stays as it is written. A value whose end is not there is masked to the end of the text.
    """
    if not any(key in text.lower() for key in CREDENTIAL_KEYS) and "\\u" not in text:
        return text
    out: list[str] = []
    at = 0
    for match in _KEY.finditer(text):
        if match.start() < at or _plain(match[1]).lower() not in CREDENTIAL_KEYS:
            continue
        end = _end_of_value(text, match.end())
        if text[match.end() : end] == "null":
            continue
        out += [text[at : match.end()], f'"{MASK}"']
        at = end
    return "".join([*out, text[at:]])


def _plain(key: str) -> str:
    try:
        return str(json.loads(f'"{key}"')) if "\\" in key else key
    except ValueError:
        return key


def _end_of_value(text: str, start: int) -> int:
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return len(text)
