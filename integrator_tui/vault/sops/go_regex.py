"""The regular expressions of SOPS rules: Go's syntax (RE2), matched by Python's engine.

A rule comes with the file, so its writer may be anyone. RE2 matches in linear time and Python does not:
an expression that could take long is refused, as is syntax that only one of the two knows. Matching is
unanchored, as in sops.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from integrator_tui.errors import InvalidFile

MAX_LENGTH: Final = 1000
_MAX_REPETITIONS: Final = 3
_MAX_OPTIONS: Final = 8
"""How many `*`, `+`, `{}` and how many `?` an expression may hold, so that the longest key is searched at once."""

_TOKEN: Final = re.compile(
    r"""(?P<escape>\\.)
      | (?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])
      | \((?:\?(?P<kind>P?<\w+>|[a-z]*:|.))?
      | (?P<close>\))
      | (?P<repeat>[*+?]|\{\d+(?:,\d*)?\})(?P<lazy>\?)?
      | (?P<end>\$)
      | .""",
    re.VERBOSE | re.DOTALL,
)
_SAME_ESCAPES: Final = frozenset("dDwWsSbBAafnrtv") | frozenset("\\.+*?()|[]{}^$-/ :,;=@#%&!~'\"<>_`")


@lru_cache(maxsize=32)
def compile_rule(expression: str) -> re.Pattern[str]:
    """Return `expression` compiled; `search` it in one key.

    Raises InvalidFile where it is too long, could take long, or means something else in Go.
    """
    if len(expression) > MAX_LENGTH:
        raise _refused("is too long")
    flag = "(?i)" if expression.startswith("(?i)") else ""
    tokens = list(_TOKEN.finditer(expression.removeprefix(flag)))
    _refuse_slow(tokens)
    translated = flag + "".join(map(_translated, tokens))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return re.compile(translated, re.ASCII)
    except (re.error, Warning, OverflowError, RecursionError):
        raise _refused("is no regular expression") from None


def _refuse_slow(tokens: Sequence[re.Match[str]]) -> None:
    repetitions = [token["repeat"] for token in tokens if token["repeat"]]
    options = repetitions.count("?")
    grouped = any(a["close"] and b["repeat"] not in (None, "?") for a, b in pairwise(tokens))
    if grouped or options > _MAX_OPTIONS or len(repetitions) - options > _MAX_REPETITIONS:
        raise _refused("could take very long to match")


def _translated(token: re.Match[str]) -> str:
    """Return one piece of the expression in Python's syntax."""
    text = token[0]
    if token["end"]:
        return r"\Z"
    if token["escape"]:
        return _escape(text)
    if token["set"]:
        return _set(text)
    if token["kind"] is None or token["kind"] in (":", "i:"):
        return text
    if token["kind"].endswith(">"):
        return "("
    raise _refused("uses a group that is not supported here")


def _escape(text: str) -> str:
    if text == r"\z":
        return r"\Z"
    if text[1] not in _SAME_ESCAPES:
        raise _refused("uses an escape that is not supported here")
    return text


def _set(text: str) -> str:
    if "[:" in text:
        raise _refused("uses a named character class; write it out")
    # Go takes a bracket inside a set as itself; Python warns that it may not do so for ever.
    return text[0] + re.sub(r"\\.|\[", lambda match: match[0] if match[0] != "[" else r"\[", text[1:])


def _refused(reason: str) -> InvalidFile:
    return InvalidFile(
        f"a rule in the sops block {reason}", "use encrypted_regex: ^secrets$, as this program writes it"
    )
