"""The syntax of RE2, as Go's `regexp` reads it (documentation of `regexp/syntax`): text to a tree.

What Go refuses is refused here. Beyond that are refused, by name, Unicode scripts and the category `C`, which
differ from one version of Go to the next, and groups nested deeper than MAX_DEPTH.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from integrator_tui.model.re2_classes import CATEGORIES, PERL, POSIX, CharacterSet, ClassItem, literal

MAX_DEPTH: Final = 100
MAX_REPEAT: Final = 1000
"""How often a part may be repeated by numbers, those of the parts around it multiplied in."""

BEGIN_TEXT: Final = "\\A"
END_TEXT: Final = "\\z"
BEGIN_LINE: Final = "^"
END_LINE: Final = "$"
WORD_BOUNDARY: Final = "\\b"
NO_WORD_BOUNDARY: Final = "\\B"

_REPEAT: Final = re.compile(r"\{(0|[1-9][0-9]*)(,(0|[1-9][0-9]*)?)?\}")
_NAME: Final = re.compile(r"P?<[A-Za-z0-9_]+>")
_FLAGS: Final = re.compile(r"([imsU]*)(-[imsU]+)?([:)])")
_HEXADECIMAL: Final = re.compile(r"x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})")
_OCTAL: Final = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}")
_CATEGORY: Final = re.compile(r"([^{])|\{([^}]*)\}", re.DOTALL)
_ANY_PART: Final = ClassItem((("\0", chr(0x10FFFF)),))
_ANY: Final = CharacterSet((_ANY_PART,))
_NOT_NEW_LINE: Final = CharacterSet((ClassItem((("\n", "\n"),)),), negated=True)
_CONTROLS: Final = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class BadPattern(ValueError):
    """An expression that is not in RE2's syntax, or beyond a limit; its text says why, without the expression."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """A place in the text, by one of the constants above."""

    kind: str


@dataclass(frozen=True, slots=True)
class Concatenation:
    """One node after the other."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternation:
    """Any one of the nodes."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repetition:
    """A node at least `least` and at most `most` times, None without an end."""

    node: Node
    least: int
    most: int | None


Node = CharacterSet | Assertion | Concatenation | Alternation | Repetition


@dataclass(frozen=True, slots=True)
class _Flags:
    fold: bool = False
    lines: bool = False
    dot_all: bool = False


def parse(pattern: str) -> Node:
    """Return the tree of an expression; raise BadPattern."""
    parser = _Parser(pattern)
    node = parser.choice(0)
    if parser.rest():
        raise BadPattern("has a closing parenthesis without an opening one")
    return node


class _Parser:
    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0
        self._flags = _Flags()

    def rest(self) -> str:
        return self._text[self._at :]

    def _starts(self, text: str) -> bool:
        return self._text.startswith(text, self._at)

    def _take(self, count: int = 1) -> str:
        taken = self._text[self._at : self._at + count]
        self._at += count
        return taken

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._at)
        if found:
            self._at = found.end()
        return found

    # --- from the outside in ---

    def choice(self, depth: int) -> Node:
        """Read up to the end of the group; flags that are set inside hold up to there."""
        if depth > MAX_DEPTH:
            raise BadPattern(f"nests more than {MAX_DEPTH} groups")
        choices = [self._sequence(depth)]
        while self._starts("|"):
            self._take()
            choices.append(self._sequence(depth))
        return choices[0] if len(choices) == 1 else Alternation(tuple(choices))

    def _sequence(self, depth: int) -> Node:
        nodes: list[Node] = []
        repeated = False
        while self._at < len(self._text) and not self._starts("|") and not self._starts(")"):
            bounds = self._repeat()
            if bounds is None:
                nodes += self._atoms(depth)
            elif repeated:
                raise BadPattern("repeats a repetition")
            elif not nodes:
                raise BadPattern("repeats nothing")
            else:
                nodes[-1] = _repeated(nodes[-1], *bounds)
            repeated = bounds is not None
        return nodes[0] if len(nodes) == 1 else Concatenation(tuple(nodes))

    def _repeat(self) -> tuple[int, int | None] | None:
        """Read a repetition and its `?`; None where none stands here."""
        bounds: tuple[int, int | None]
        if self._text[self._at] in "*+?":
            bounds = {"*": (0, None), "+": (1, None), "?": (0, 1)}[self._take()]
        elif found := self._match(_REPEAT):
            bounds = _bounds(found)
        else:
            return None
        if self._starts("?"):
            self._take()
        return bounds

    def _atoms(self, depth: int) -> list[Node]:
        """Read what stands here: one node, none for flags, several for a quotation."""
        if self._starts("\\Q"):
            return self._quotation()
        if self._starts("("):
            return self._group(depth)
        if self._starts("\\"):
            return [self._escape()]
        if self._starts("["):
            return [self._set()]
        character = self._take()
        if character == "^":
            return [Assertion(BEGIN_LINE if self._flags.lines else BEGIN_TEXT)]
        if character == "$":
            return [Assertion(END_LINE if self._flags.lines else END_TEXT)]
        if character == ".":
            return [_ANY if self._flags.dot_all else _NOT_NEW_LINE]
        return [literal(character, folded=self._flags.fold)]

    def _quotation(self) -> list[Node]:
        self._take(2)
        quoted, end, _ = self.rest().partition("\\E")
        self._take(len(quoted) + len(end))
        return [literal(character, folded=self._flags.fold) for character in quoted]

    # --- groups ---

    def _group(self, depth: int) -> list[Node]:
        self._take()
        outside = self._flags
        if self._starts("?"):
            self._take()
            if not self._match(_NAME) and self._opened() == ")":
                return []
        node = self.choice(depth + 1)
        if not self._starts(")"):
            raise BadPattern("has an opening parenthesis without a closing one")
        self._take()
        self._flags = outside
        return [node]

    def _opened(self) -> str:
        """Read flags; return `:` where a group follows, `)` where none does."""
        found = self._match(_FLAGS)
        if not found:
            raise BadPattern("uses a group that RE2 does not have (lookaround, for one)")
        for letters, value in ((found[1], True), (found[2] or "", False)):
            names = {"i": "fold", "m": "lines", "s": "dot_all"}
            changes = {names[letter]: value for letter in letters if letter in names}
            self._flags = replace(self._flags, **changes)
        return found[3]

    # --- escapes and sets ---

    def _escape(self) -> Node:
        letter = self._text[self._at + 1 : self._at + 2]
        if letter in ("A", "z", "b", "B"):
            return Assertion(self._take(2))
        if (part := self._class_escape()) is not None:
            return CharacterSet((part,), folded=self._flags.fold)
        return literal(self._character(), folded=self._flags.fold)

    def _class_escape(self) -> ClassItem | None:
        """Read `\\d`, `\\pL` and their like; None where none stands here."""
        if not self._starts("\\"):
            return None
        letter = self._text[self._at + 1 : self._at + 2]
        if letter in ("p", "P"):
            self._take(2)
            return self._category(negated=letter == "P")
        if letter and letter.lower() in PERL:
            self._take(2)
            return ClassItem(PERL[letter.lower()], negated=letter.isupper())
        return None

    def _category(self, *, negated: bool) -> ClassItem:
        found = self._match(_CATEGORY)
        name = (found[1] or found[2] or "") if found else ""
        if name.startswith("^"):
            name, negated = name[1:], not negated
        if name == "Any":
            return replace(_ANY_PART, negated=negated)
        if name not in CATEGORIES:
            raise BadPattern("names a Unicode class that is not supported here")
        return ClassItem(category=name, negated=negated)

    def _character(self) -> str:
        """Read one character, escaped or not."""
        if self._take() != "\\":
            return self._text[self._at - 1]
        if found := self._match(_HEXADECIMAL):
            number = int(found[1] or found[2], 16)
            if number > 0x10FFFF:
                raise BadPattern("names a character beyond U+10FFFF")
            return chr(number)
        if found := self._match(_OCTAL):
            return chr(int(found[0], 8))
        letter = self._take()
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if not letter or not letter.isascii() or letter.isalnum():
            raise BadPattern("uses an escape that RE2 does not have")
        return letter

    def _set(self) -> Node:
        self._take()
        negated = self._starts("^")
        if negated:
            self._take()
        parts: list[ClassItem] = []
        while not self._starts("]") or not parts:
            if self._at >= len(self._text):
                raise BadPattern("has a set without its closing bracket")
            parts.append(self._part())
        self._take()
        return CharacterSet(tuple(parts), negated=negated, folded=self._flags.fold)

    def _part(self) -> ClassItem:
        if self._starts("[:") and (end := self._text.find(":]", self._at + 2)) >= 0:
            name = self._take(end + 2 - self._at)[2:-2]
            if name.removeprefix("^") not in POSIX:
                raise BadPattern("names a class that RE2 does not have")
            return ClassItem(POSIX[name.removeprefix("^")], negated=name.startswith("^"))
        if (part := self._class_escape()) is not None:
            return part
        first = last = self._character()
        if self._starts("-") and self._text[self._at + 1 : self._at + 2] not in ("", "]"):
            self._take()
            last = self._character()
        if last < first:
            raise BadPattern("has a range whose end comes before its beginning")
        return ClassItem(((first, last),))


def _bounds(found: re.Match[str]) -> tuple[int, int | None]:
    least = int(found[1][:9])
    most = least if found[2] is None else int(found[3][:9]) if found[3] else None
    if max(least, most or 0) > MAX_REPEAT or (most is not None and least > most):
        raise BadPattern(f"repeats more than {MAX_REPEAT} times, or less than it says")
    return least, most


def _repeated(node: Node, least: int, most: int | None) -> Node:
    repetition = Repetition(node, least, most)
    if max(least, most or 0) >= 2 and _times(repetition) > MAX_REPEAT:
        raise BadPattern(f"repeats more than {MAX_REPEAT} times, repetitions in repetitions counted")
    return repetition


def _times(node: Node) -> int:
    """Return how often the part that is repeated most often stands in a node."""
    if isinstance(node, Repetition):
        if node.most == 0:
            return 1
        return max(node.least if node.most is None else node.most, 1) * _times(node.node)
    if isinstance(node, (Concatenation, Alternation)):
        return max(map(_times, node.nodes), default=1)
    return 1
