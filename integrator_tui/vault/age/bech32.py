"""Bech32 (BIP 173) without its length limit, as age writes recipients and identities.

A text is a human-readable part, the separator `1`, the data in groups of five bits and a checksum of six
characters; it is all lower case or all upper case.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from integrator_tui.errors import InvalidFile

_CHARSET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES: Final = {character: value for value, character in enumerate(_CHARSET)}
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_LENGTH: Final = 6


def encode(prefix: str, data: bytes) -> str:
    """Return `data` as lower-case Bech32 under the human-readable part `prefix`."""
    groups = _regroup(data, 8, 5)
    check = _polymod([*_expanded(prefix), *groups, *[0] * _CHECKSUM_LENGTH]) ^ 1
    checksum = [check >> 5 * (5 - i) & 31 for i in range(_CHECKSUM_LENGTH)]
    return prefix + "1" + "".join(_CHARSET[group] for group in [*groups, *checksum])


def decode(text: str) -> tuple[str, bytes]:
    """Return the human-readable part in lower case and the data; raise InvalidFile for anything malformed."""
    if text.lower() != text and text.upper() != text:
        raise InvalidFile("a key mixes upper and lower case")
    prefix, _, symbols = text.lower().rpartition("1")
    values = [_VALUES.get(symbol, -1) for symbol in symbols]
    if not prefix or not prefix.isascii() or -1 in values or len(values) < _CHECKSUM_LENGTH:
        raise InvalidFile("a key holds a character that no key has")
    if _polymod([*_expanded(prefix), *values]) != 1:
        raise InvalidFile("the checksum of a key does not hold: it was mistyped or cut")
    groups = values[:-_CHECKSUM_LENGTH]
    data = bytes(_regroup(groups, 5, 8))
    if _regroup(data, 8, 5) != groups:
        raise InvalidFile("a key ends in bits that belong to no byte")
    return prefix, data


def _expanded(prefix: str) -> list[int]:
    codes = prefix.encode("ascii")
    return [*(code >> 5 for code in codes), 0, *(code & 31 for code in codes)]


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            check ^= generator if top >> bit & 1 else 0
    return check


def _regroup(values: Iterable[int], width: int, to_width: int) -> list[int]:
    """Regroup bits; bytes gain zero bits at the end to fill a group, groups lose what fills no byte."""
    accumulator = bits = 0
    regrouped = []
    for value in values:
        accumulator, bits = accumulator << width | value, bits + width
        while bits >= to_width:
            bits -= to_width
            regrouped.append(accumulator >> bits & (1 << to_width) - 1)
        accumulator &= (1 << bits) - 1
    if bits and to_width < width:
        regrouped.append(accumulator << to_width - bits & (1 << to_width) - 1)
    return regrouped
