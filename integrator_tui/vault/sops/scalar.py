"""Which value a scalar has for sops: as go.yaml.in/yaml/v3 resolves it (resolve.go), written as sops hashes it.

Matters only where the MAC covers plain values too. The rules differ from YAML 1.2 and from ruamel: `0777` is
511, `1_000` is 1000, `1e3` is the float 1000, `08` the float 8, `2026-1-2` a time, `yes` and `on` strings;
what overflows 64 bits is a float, and sops refuses what fits an unsigned integer alone.
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal

from integrator_tui.errors import InvalidFile
from integrator_tui.model.sealed import Leaf

Kind = Literal["str", "int", "float", "bool", "time"]
Resolved = tuple[Kind, str]
"""The kind of a scalar and the text whose bytes the MAC covers."""

_STRING_TAGS: Final = frozenset({"!", "!!str", "tag:yaml.org,2002:str"})
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS: Final = {word: name for name in ("True", "False") for word in (name, name.lower(), name.upper())}
_INFINITY: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)")
_NOT_A_NUMBER: Final = frozenset({".nan", ".NaN", ".NAN"})
_DOTTED: Final = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+)?")
_INTEGER: Final = re.compile(
    r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))", re.ASCII
)
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_TIME: Final = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:([Tt ])([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_MAX_NUMBER: Final = 400
"""Digits of the longest plain number looked at as one; longer ones are what their text says."""


def resolve(leaf: Leaf) -> Resolved | None:
    """Return what sops makes of a scalar, None for null.

    Raises InvalidFile for an explicit tag other than a string's, and for an integer that sops refuses.
    """
    if leaf.tag in _STRING_TAGS or (leaf.tag is None and not leaf.plain):
        return "str", leaf.text
    if leaf.tag is not None:
        raise InvalidFile(f"line {leaf.line}: a YAML tag stands where the MAC covers a value", "remove the tag")
    if leaf.text in _NULLS:
        return None
    return _word(leaf.text) or _number(leaf.text) or ("str", leaf.text)


def is_null(leaf: Leaf) -> bool:
    """Return whether a scalar is null, which counts as absent."""
    return leaf.plain and leaf.tag is None and leaf.text in _NULLS


def canonical_float(number: float) -> str:
    """Return a float as Go's `FormatFloat(f, 'f', -1, 64)`: the shortest digits, never an exponent."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "+Inf" if number > 0 else "-Inf"
    text = format(Decimal(repr(number)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _word(text: str) -> Resolved | None:
    if text in _BOOLEANS:
        return "bool", _BOOLEANS[text]
    if _INFINITY.fullmatch(text):
        return "float", "-Inf" if text.startswith("-") else "+Inf"
    if text in _NOT_A_NUMBER:
        return "float", "NaN"
    return None


def _number(text: str) -> Resolved | None:
    if len(text) > _MAX_NUMBER:
        return None
    if text[0] == ".":
        return ("float", canonical_float(float(text))) if _DOTTED.fullmatch(text) else None
    if text[0] not in "+-0123456789":
        return None
    if time := _time(text):
        return "time", time
    digits = text.replace("_", "")
    if integer := _integer(digits):
        return integer
    if _FLOAT.fullmatch(digits) and not math.isinf(number := float(digits)):
        return "float", canonical_float(number)
    return None


def _integer(digits: str) -> Resolved | None:
    match = _INTEGER.fullmatch(digits)
    if not match:
        return None
    sign, hexadecimal, binary, octal, decimal = match.groups()
    bases = ((hexadecimal, 16), (binary, 2), (octal, 8), (decimal, 10))
    number = next(int(text, base) for text, base in bases if text is not None)
    number = -number if sign == "-" else number
    if -(2**63) <= number < 2**63:
        return "int", str(number)
    if 0 <= number < 2**64:
        raise InvalidFile("the file holds an integer between 2^63 and 2^64, which sops cannot read", "quote it")
    return None


def _time(text: str) -> str | None:
    match = _TIME.fullmatch(text)
    if not match:
        return None
    year, month, day, separator, hour, minute, second, fraction, zone = match.groups(default="")
    # After a T comes a zone, after a space none.
    if separator and bool(zone) == (separator == " "):
        return None
    clock = (int(hour or 0), int(minute or 0), int(second or 0))
    try:
        datetime(int(year), int(month), int(day), clock[0], clock[1], clock[2])
    except ValueError:
        return None
    fraction = fraction.rstrip("0")
    zone = "Z" if zone in ("", "Z", "+00:00", "-00:00") else zone
    date = f"{year}-{int(month):02}-{int(day):02}"
    return f"{date}T{clock[0]:02}:{clock[1]:02}:{clock[2]:02}{'.' + fraction if fraction else ''}{zone}"
