"""What a value is as a token, and as the time a token lives.

Rules: a token is text that fits in a header and says something: no line break or other control character, nothing
that could not be decoded, and not blanks alone. A lifetime is a finite number of seconds or a numeric string. One
that can only be a point in time is taken for that, and told: kept as seconds the token would outlive everything.
"""

from __future__ import annotations

import math
import re
import sys
import time
from datetime import UTC, datetime
from typing import Final

from integrator_tui.engine.failure import StageFailed
from integrator_tui.model.secret import Secret

LONG_LIFE: Final = 10 * 365 * 86400
"""Seconds beyond which a lifetime is told."""

HUGE: Final = sys.float_info.max
_NUMBER: Final = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*\Z", re.ASCII)
_NOT_IN_A_HEADER: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NOT_DECODED: Final = re.compile("[\ufffd\ud800-\udfff]")
_DATE: Final = re.compile(r"\s*\d{4}-\d|\s*[A-Z][a-z]{2},? ")
_PATH: Final = re.compile(r"[\w.$?'\"\[\]]+", re.ASCII)

_EPOCHS: Final = (
    (1, "{0} - Date.now() / 1000"),
    (10**3, "({0} - Date.now()) / 1000"),
    (10**6, "{0} / 1e6 - Date.now() / 1000"),
    (10**9, "{0} / 1e9 - Date.now() / 1000"),
)
"""How many of a unit are in a second, and the seconds that a point in time of that unit is away."""


def text_of_token(value: object, what: str, hint: str = "", expression: str = "body") -> Secret:
    """Return the token that `value` is.

    `what` is called so where it is none, `hint` then says what to do, else one that speaks of `expression`. Raises
    StageFailed (token_output_failed), whose message tells a type and never the value.
    """
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not text:
        message = f"{what} is {type_of(value)}, not the text of a token"
        raise StageFailed(
            "token_output_failed",
            message,
            hint or "name the key that holds the token, for example body['access_token']",
        )
    if text.isspace():
        raise StageFailed("token_output_failed", f"{what} is blank", hint or "name the key that holds the token")
    if _NOT_IN_A_HEADER.search(text):
        message = f"{what} holds a line break or another control character, and no header can hold that"
        inside = _NOT_IN_A_HEADER.search(text.strip())
        mend = (
            f"pick the line: {_operand(expression)}.split('\\n')[0]" if inside else f"{_operand(expression)}.trim()"
        )
        raise StageFailed("token_output_failed", message, hint or f"cut it off in the expression: {mend}")
    if _NOT_DECODED.search(text):
        message = f"{what} holds bytes that are no text in the answer's charset"
        raise StageFailed(
            "token_output_failed",
            message,
            hint or "name the key that holds the token, or ask for text with a header",
        )
    return Secret(text)


def seconds_to_live(value: object, what: str, expression: str = "body.expires") -> float:
    """Return an expiration as a number of seconds, 0 or less meaning: use once.

    Raises StageFailed (expiration_output_failed) for anything but a finite number or a numeric string; the
    message tells the type of what there was, never the value.
    """
    number: float | None = None
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value) if abs(value) <= HUGE else math.inf
    elif isinstance(value, str) and _NUMBER.match(value):
        number = float(value)
    if number is not None and math.isfinite(number):
        return number
    hint = "give the seconds the token lives, as a number or a numeric string"
    if isinstance(value, str) and _DATE.match(value):
        seconds = f"(Date.parse({expression}) - Date.now()) / 1000"
        hint = f"give seconds: a date can be turned into them with {seconds}"
    elif value is None:
        hint = "the answer does not hold what the expression names; 3600 alone is an expression too"
    raise StageFailed("expiration_output_failed", f"{what} is {type_of(value)}, not a number of seconds", hint)


def lasting(seconds: float | None, what: str, expression: str = "") -> tuple[float | None, str]:
    """Return how long a token lives that was said to live for `seconds`, and what is odd about it.

    A number that is a day ago to ten years from now as a point in time, in seconds, milli-, micro- or nanoseconds
    since 1970, is that point. `expression` is the one that gave it, empty where the user wrote none.
    """
    if seconds is None or seconds <= LONG_LIFE:
        return seconds, ""
    now = time.time()
    for unit, better in _EPOCHS:
        moment = seconds / unit
        if now - 86400 <= moment <= now + LONG_LIFE:
            date = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
            mend = (
                f": {better.format(_operand(expression))}" if expression else ", which HTTP Bearer Token can give"
            )
            return moment - now, f"{what} looks like a date, {date}, and is taken for it; wanted are seconds{mend}"
    return seconds, f"{what} is over ten years: it may be a point in time where seconds are wanted"


def type_of(value: object) -> str:
    """Return what a value is, in words that tell nothing of it."""
    match value:
        case None:
            return "null or undefined"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number" if abs(value) <= HUGE else "a number that is not finite"
        case "":
            return "an empty string"
        case str():
            return "a string that is not numeric"
        case list():
            return "an array"
        case _:
            return "an object"


def _operand(expression: str) -> str:
    """An expression as it stands beside an operator."""
    expression = expression.strip().removesuffix(";").rstrip()
    return expression if _PATH.fullmatch(expression) else f"({expression})"
