"""Sets of characters in RE2 syntax: ASCII `\\d`, `\\w`, `\\s`, POSIX names, Unicode categories, and case folding.

Source: the documentation of Go's `regexp/syntax`. With the flag `i` a set holds a character where it holds any
character that differs from it in case alone; a negated part is negated after that.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

Ranges = tuple[tuple[str, str], ...]
"""First and last character of each range, both included."""

_WORD: Final[Ranges] = (("0", "9"), ("A", "Z"), ("_", "_"), ("a", "z"))
PERL: Final[Mapping[str, Ranges]] = {
    "d": (("0", "9"),),
    "s": (("\t", "\n"), ("\f", "\r"), (" ", " ")),
    "w": _WORD,
}
POSIX: Final[Mapping[str, Ranges]] = {
    "alnum": (("0", "9"), ("A", "Z"), ("a", "z")),
    "alpha": (("A", "Z"), ("a", "z")),
    "ascii": (("\0", "\x7f"),),
    "blank": (("\t", "\t"), (" ", " ")),
    "cntrl": (("\0", "\x1f"), ("\x7f", "\x7f")),
    "digit": (("0", "9"),),
    "graph": (("!", "~"),),
    "lower": (("a", "z"),),
    "print": ((" ", "~"),),
    "punct": (("!", "/"), (":", "@"), ("[", "`"), ("{", "~")),
    "space": (("\t", "\r"), (" ", " ")),
    "upper": (("A", "Z"),),
    "word": _WORD,
    "xdigit": (("0", "9"), ("A", "F"), ("a", "f")),
}
CATEGORIES: Final = frozenset(
    "L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs Cc Cf Co".split()
)
"""The Unicode categories that mean the same in every version of Go; `C` does not, and is left out."""

_LAST_CASED: Final = 0x1E944
_CASELESS: Final = frozenset("\u0130\u0131")
"""Python folds the Turkish letters into the ASCII ones, simple case folding (CaseFolding.txt) does not."""


class NewerCharacter(ValueError):
    """A character that the Unicode tables here do not know, while those of the other program may."""


@dataclass(frozen=True, slots=True)
class ClassItem:
    """Ranges, or a Unicode category; negated or not."""

    ranges: Ranges = ()
    category: str = ""
    negated: bool = False

    def holds(self, characters: Iterable[str]) -> bool:
        """Return whether one of `characters`, which differ in case alone, is in it."""
        return any(map(self._has, characters)) != self.negated

    def _has(self, character: str) -> bool:
        if not self.category:
            return any(first <= character <= last for first, last in self.ranges)
        found = unicodedata.category(character)
        if found == "Cn":
            raise NewerCharacter(character)
        return found.startswith(self.category)


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """A union of parts, negated or not; `folded` where case does not count."""

    parts: tuple[ClassItem, ...]
    negated: bool = False
    folded: bool = False

    def holds(self, character: str) -> bool:
        """Return whether the set holds one character; raises NewerCharacter."""
        alike = _alike(character) if self.folded else (character,)
        return any(part.holds(alike) for part in self.parts) != self.negated


def literal(character: str, *, folded: bool) -> CharacterSet:
    """Return the set of one character."""
    return CharacterSet((ClassItem(((character, character),)),), folded=folded)


def is_word(character: str) -> bool:
    """Return whether a character is of a word, as `\\b` and `\\w` mean it."""
    return character.isascii() and (character.isalnum() or character == "_")


def _alike(character: str) -> tuple[str, ...]:
    """Return the characters that differ from one in case alone, itself included (simple case folding)."""
    if character.isascii() and character not in "kKsS":
        return (character.lower(), character.upper())
    return _folds().get(_fold(character), (character,))


@cache
def _folds() -> Mapping[str, tuple[str, ...]]:
    grouped: dict[str, list[str]] = {}
    for character in map(chr, range(_LAST_CASED)):
        if character.lower() != character or character.upper() != character:
            grouped.setdefault(_fold(character), []).append(character)
    return {key: tuple(members) for key, members in grouped.items()}


def _fold(character: str) -> str:
    """Return what all characters that differ in case alone fold into."""
    if character in _CASELESS:
        return character
    for change in (str.lower, str.upper, str.lower):
        changed = change(character)
        character = changed if len(changed) == 1 else character
    return character
