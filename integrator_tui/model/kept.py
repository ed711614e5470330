"""What another program has and this one only keeps: JSON objects as text, so that they can be compared and hashed.

Rules: keys are sorted at every level, and an empty object is the empty text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any


def kept(values: Mapping[str, Any]) -> str:
    """Return the text of an object of JSON values."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if values else ""


@lru_cache(maxsize=16_384)
def id_of(text: str) -> str:
    """Return the `id` in a text of `kept`, empty where there is none; one of digits may stand without quotes."""
    value = opened(text).get("id")
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def without_id(text: str) -> str:
    """Return a text of `kept` for a copy, which is another thing than what has the id."""
    return kept({key: value for key, value in opened(text).items() if key != "id"}) if text else text


def opened(text: str) -> dict[str, Any]:
    """Return the object that a text of `kept` is."""
    values: dict[str, Any] = json.loads(text) if text else {}
    return values
