"""Scalars as text: what type YAML gives one, and how a value is written so that it is read back the same.

Rules: a string is written plain only where YAML 1.1, YAML 1.2 and sops (go-yaml 3) all read it as that string;
a template or an address in a flow collection is quoted, since libyaml rejects some that other parsers take.
"""

from __future__ import annotations

import re
from typing import Final

from integrator_tui.model.pattern import pattern
from integrator_tui.model.sealed import SealedFile
from integrator_tui.store.yamltext.node import Scalar

ENCRYPTED: Final = "ENC[AES256_GCM,"
SHOWN_ENCRYPTED: Final = "(encrypted)"
"""What is shown of a field that stays encrypted."""

_WORDS: Final = frozenset("null true false yes no on off y n ~ = <<".split())
_TRUE: Final = frozenset({"true", "True", "TRUE"})
_FALSE: Final = frozenset({"false", "False", "FALSE"})
_NUMBER: Final = pattern(
    r"[-+]?(0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]+|[0-9][0-9_]*(:[0-5]?[0-9])*(\.[0-9_]*)?([eE][-+]?[0-9]+)?"
    r"|\.[0-9][0-9_]*([eE][-+]?[0-9]+)?|\.(inf|Inf|INF))|\.(nan|NaN|NAN)"
)
_DATE: Final = pattern(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t].*)?")
_SECONDS: Final = pattern(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")

# Indicators of YAML 1.2 section 5.3 that no plain scalar of ours begins with.
_FIRST: Final = "-?:,[]{}#&*!|>'\"%@`"
_UNPLAIN: Final = pattern(r":(?=\s|$)|\s#|[\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff]|^\s|\s$")
_UNPLAIN_IN_FLOW: Final = pattern(r"[,\[\]{}:?#]")
_ESCAPED: Final = pattern('["\\\\\x00-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]')
_UNPRINTABLE: Final = pattern("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def encrypts_fields(sealed: SealedFile) -> bool:
    """Return whether a value beside the secrets of a file may be encrypted."""
    leaves = sealed.leaves if sealed.metadata is not None else ()
    return any(leaf.path[0] != "secrets" and leaf.text.startswith(ENCRYPTED) for leaf in leaves)


def is_word(text: str) -> bool:
    """Say whether a plain scalar of this text is null, a boolean, a number or a date to some YAML reader."""
    if not text or text.lower() in _WORDS:
        return True
    return bool(_NUMBER.fullmatch(text) or _DATE.fullmatch(text))


def key_kind(key: Scalar) -> str:
    """Return what a key is instead of text ("a number"), or an empty string: sops refuses such keys."""
    text = key.text
    if key.style or (text.isidentifier() and text.lower() not in ("true", "false", "null")):
        return ""
    if key.is_null:
        return "null"
    if text in _TRUE or text in _FALSE:
        return "a boolean"
    if _NUMBER.fullmatch(text) and ":" not in text:
        return "a number"
    return "a date" if _DATE.fullmatch(text) else ""


def boolean(node: Scalar) -> bool | None:
    """Return the boolean that a plain scalar stands for (YAML 1.2 section 10.3.2), or None."""
    if node.is_text:
        return None
    return True if node.text in _TRUE else False if node.text in _FALSE else None


def number(node: Scalar) -> float | None:
    """Return the decimal number that a plain scalar stands for, or None."""
    return float(node.text) if not node.is_text and _SECONDS.fullmatch(node.text) else None


def is_plain(text: str, *, flow: bool) -> bool:
    """Say whether `text` can be written without quotes."""
    if is_word(text) or text[0] in _FIRST or _UNPLAIN.search(text) or _UNPRINTABLE.search(text):
        return False
    return not (flow and _UNPLAIN_IN_FLOW.search(text))


def is_literal(text: str) -> bool:
    """Say whether `text` can be written as a literal block: several lines or one, with nothing that needs an
    escape, not beginning with a space or a blank line, ending in at most one line feed."""
    lines = text.removesuffix("\n")
    if not lines or lines[0] in " \t\n" or lines.endswith("\n") or _UNPRINTABLE.search(text) or "\x85" in text:
        return False
    return all(line.strip(" ") for line in lines.split("\n") if line)


def double_quoted(text: str) -> str:
    """Return `text` in double quotes, escaped (YAML 1.2 section 5.7), in one line."""
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def is_single(text: str) -> bool:
    """Say whether `text` can stand in single quotes, in one line."""
    return not ("\n" in text or "\t" in text or _UNPRINTABLE.search(text) or "\xa0" in text)


def quoted(text: str) -> str:
    """Return `text` in the quotes that need no escape: double, or single where it holds `"` or a backslash."""
    if text == "" or (('"' in text or "\\" in text) and is_single(text)):
        return single_quoted(text)
    return double_quoted(text)


def single_quoted(text: str) -> str:
    """Return `text` in single quotes (YAML 1.2 section 7.3.2)."""
    return "'" + text.replace("'", "''") + "'"


def inline(text: str, *, flow: bool, style: str = "") -> str:
    """Return `text` as a scalar in one line, in the quotes of `style` where they can hold it."""
    if style == "'" and is_single(text):
        return single_quoted(text)
    if style == '"':
        return double_quoted(text)
    return text if is_plain(text, flow=flow) else quoted(text)


def literal(text: str, indent: int) -> tuple[str, list[str]]:
    """Return the header of a literal block and its lines, indented by `indent` spaces (YAML 1.2 section 8.1.2)."""
    header = "|" if text.endswith("\n") else "|-"
    return header, [" " * indent + line if line else "" for line in text.removesuffix("\n").split("\n")]
