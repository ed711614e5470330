"""Regular expressions in the syntax of RE2, which Go's `regexp` and so sops use, searched in linear time.

An expression becomes a nondeterministic automaton (Thompson 1968), which is made deterministic while it reads:
each character of a text costs one look-up, or one pass over the automaton where that place is new. So whoever
writes an expression cannot make a search take long, which Python's `re` would let them. Only whether an
expression is found is told, not where.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

from integrator_tui.model.re2_classes import CharacterSet, NewerCharacter, is_word
from integrator_tui.model.re2_syntax import (
    BEGIN_LINE,
    BEGIN_TEXT,
    END_LINE,
    END_TEXT,
    NO_WORD_BOUNDARY,
    WORD_BOUNDARY,
    Alternation,
    Assertion,
    BadPattern,
    Concatenation,
    Node,
    Repetition,
    parse,
)

MAX_LENGTH: Final = 10_000
"""Characters that an expression may have."""
MAX_SIZE: Final = 3_000
"""Nodes that an expression may have where its repetitions are written out; `x{1000}` has 1,001 of them."""

_MAX_HELD: Final = 200_000
"""Places and transitions that the states of an expression may hold before they are forgotten."""
_START, _WORD, _NEW_LINE, _OTHER, _END = range(5)
"""What stands beside a place in the text."""
_MATCHED: Final = -1

__all__ = ["MAX_LENGTH", "MAX_SIZE", "BadPattern", "Expression", "NewerCharacter", "compile_expression", "quoted"]


@lru_cache(maxsize=1024)
def compile_expression(pattern: str) -> Expression:
    """Return an expression to search for; raise BadPattern where it is none, or too large."""
    if len(pattern) > MAX_LENGTH:
        raise BadPattern(f"is longer than {MAX_LENGTH} characters")
    return Expression(pattern)


def quoted(text: str) -> str:
    """Return the expression that matches `text` alone."""
    return re.sub(r"[\\.+*?()|\[\]{}^$]", r"\\\g<0>", text)


class _State(dict[str, "_State | None"]):
    """A set of places in the automaton and what was read last; maps a character to the next state, None where the
    expression is found. What it does not hold yet `step` finds out."""

    __slots__ = ("before", "places", "step")

    def __init__(self, places: tuple[int, ...], before: int, step: Callable[[_State, str], _State | None]) -> None:
        self.places = places
        self.before = before
        self.step = step

    def __missing__(self, character: str) -> _State | None:
        following = self[character] = self.step(self, character)
        return following


class Expression:
    """A compiled expression. Made by `compile_expression`."""

    def __init__(self, pattern: str) -> None:
        self._program = _Program()
        self._entry = self._program.add(parse(pattern), _MATCHED)
        self._forget()

    def search(self, text: str) -> bool:
        """Return whether the expression is found in `text`; a byte that is no UTF-8 (a lone surrogate here) counts
        as U+FFFD, as in Go.

        Raises NewerCharacter.
        """
        state = self._read(text)
        return state is None or _MATCHED in self._reached(state.places, state.before, _END)

    def may_be_found_after(self, prefix: str) -> bool:
        """Return whether there can be a text that begins with `prefix` in which the expression is found; now and
        then true where there is none, never false where there is one. Raises NewerCharacter."""
        state = self._read(prefix)
        if state is None:
            return True
        seen: set[int] = set()
        left = list(state.places)
        while left:
            place = left.pop()
            if place == _MATCHED:
                return True
            if place not in seen:
                seen.add(place)
                what, following = self._program.steps[place]
                if not (prefix and isinstance(what, Assertion) and what.kind == BEGIN_TEXT):
                    left += following
        return False

    def _forget(self) -> None:
        self._start = _State((self._entry,), _START, self._step)
        self._held = 0
        self._states: dict[tuple[tuple[int, ...], int], _State] = {}
        self._readers: dict[str, frozenset[int]] = {}

    def _read(self, text: str) -> _State | None:
        """Return the state after `text`, None where the expression was found before its end."""
        state = self._start
        for character in text if text.isascii() else _decodable(text):
            following = state[character]
            if following is None:
                return None
            state = following
        return state

    def _step(self, state: _State, character: str) -> _State | None:
        beside = _beside(character)
        reached = self._reached(state.places, state.before, beside)
        if _MATCHED in reached:
            return None
        steps = self._program.steps
        places = {steps[place][1][0] for place in reached & self._reading(character)}
        self._held += len(places) + 2
        if self._held > _MAX_HELD:
            for known in self._states.values():
                # They lead to each other, and would stay until the collector comes.
                known.clear()
            self._forget()
        key = (tuple(sorted(places | {self._entry})), beside)
        found = self._states.get(key)
        if found is None:
            found = self._states[key] = _State(*key, self._step)
        return found

    def _reading(self, character: str) -> frozenset[int]:
        """Return the places that read a character."""
        found = self._readers.get(character)
        if found is None:
            steps = enumerate(self._program.steps)
            found = frozenset(
                n for n, (what, _) in steps if isinstance(what, CharacterSet) and what.holds(character)
            )
            self._readers[character] = found
        return found

    def _reached(self, places: Iterable[int], before: int, after: int) -> set[int]:
        """Return the places that are reached from `places` without reading, between what stands beside here."""
        reached: set[int] = set()
        left = list(places)
        while left:
            place = left.pop()
            if place in reached:
                continue
            reached.add(place)
            if place == _MATCHED:
                continue
            what, following = self._program.steps[place]
            if what is None or (isinstance(what, Assertion) and _holds(what.kind, before, after)):
                left += following
        return reached


_Step = tuple[CharacterSet | Assertion | None, list[int]]
"""What has to stand here, nothing where it is None, and where it goes on then."""


class _Program:
    def __init__(self) -> None:
        self.steps: list[_Step] = []
        self._left = MAX_SIZE

    def add(self, node: Node, following: int) -> int:
        """Add a node that leads to `following`; return where it begins."""
        self._left -= 1
        if self._left < 0:
            raise BadPattern("is too large")
        if isinstance(node, Concatenation):
            for part in reversed(node.nodes):
                following = self.add(part, following)
            return following
        if isinstance(node, Alternation):
            return self._step(None, [self.add(part, following) for part in node.nodes])
        if isinstance(node, Repetition):
            return self._repeat(node, following)
        return self._step(node, [following])

    def _repeat(self, node: Repetition, following: int) -> int:
        if node.most is None:
            loop = self._step(None, [following])
            self.steps[loop][1].append(self.add(node.node, loop))
            following = loop
        else:
            end = following
            for _ in range(node.most - node.least):
                following = self._step(None, [self.add(node.node, following), end])
        for _ in range(node.least):
            following = self.add(node.node, following)
        return following

    def _step(self, what: CharacterSet | Assertion | None, following: list[int]) -> int:
        self.steps.append((what, following))
        return len(self.steps) - 1


def _decodable(text: str) -> str:
    return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)


def _beside(character: str) -> int:
    return _NEW_LINE if character == "\n" else _WORD if is_word(character) else _OTHER


def _holds(kind: str, before: int, after: int) -> bool:
    if kind == BEGIN_TEXT:
        return before == _START
    if kind == END_TEXT:
        return after == _END
    if kind == BEGIN_LINE:
        return before in (_START, _NEW_LINE)
    if kind == END_LINE:
        return after in (_END, _NEW_LINE)
    assert kind in (WORD_BOUNDARY, NO_WORD_BOUNDARY)
    return ((before == _WORD) != (after == _WORD)) == (kind == WORD_BOUNDARY)
