"""Redactor: keeps known secret values, and what is derived from them, out of everything that is shown or stored.

Rules: a value is found as it is, percent-encoded, JSON- and XML-escaped in any mixture, in base64 also
within longer base64, and line by line where it has several lines. A value shorter than four characters
counts only where it is the whole text, because it would be found everywhere. Of overlapping finds all
are masked. Redact before text is cut or made visible: half a secret is not found. In JSON, values are
redacted and keys never; numbers and booleans stay, since a report counts and times with them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from heapq import merge
from typing import Any, Final

from integrator_tui.model.encoding import form_field, octets, percent
from integrator_tui.model.secret import MASK
from integrator_tui.model.spelling import Form, alphabets, base64_forms, in_urls, spelled
from integrator_tui.model.text import CUT, visible

SHORTEST: Final = 4
"""Shorter values are masked only where they are the whole text."""

_SHORTEST_LINE: Final = 8

_LONG: Final = 2048
"""Characters of a form from which on it is compared piece by piece: a pattern of so many pieces takes seconds."""

_HEAD: Final = 128
"""Characters of a long form by which the places are found where it may begin."""

_WALKS: Final = 2
"""How many times as many pieces as a text and a long form have are compared, at most."""


class Redactor:
    """Replaces every known value by the mask. Values are added while a connection is used; none is ever removed."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._forms: dict[Form, None] = {}
        self._whole: set[str] = set()
        self._text = _Finder((), MASK)
        for value in values:
            self.add(value)

    def add(self, value: str) -> None:
        """Make `value` known, and all that may be derived from it. An empty value is nothing to hide."""
        if not value:
            return
        self._whole.add(value)
        lines = (line for line in value.splitlines() if len(line) >= _SHORTEST_LINE)
        shown = visible(value)
        for known in dict.fromkeys((value, shown if "\ufffd" not in shown else "", *lines)):
            if len(known) >= SHORTEST and not known.startswith("-----BEGIN "):
                self._know(spelled(known), *(((text,),) for text in base64_forms(octets(known))))

    def add_basic(self, user: str, password: str) -> None:
        """Make the credentials of a Basic header known (RFC 7617), form-encoded first too (RFC 6749 2.3.1)."""
        self.add(password)
        if password:
            for written in (str, form_field, percent):
                pair = f"{written(user)}:{written(password)}"
                whole = base64.b64encode(octets(pair)).decode()
                self._know(*(((text,),) for text in in_urls(alphabets(whole))))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known, so that every text stays as it is."""
        return not self._whole

    def text(self, text: str) -> str:
        """Return `text` with every known value masked."""
        return MASK if text in self._whole else self._text.masked(text)

    def cut_text(self, text: str) -> str:
        """Return `text` as `text` does; where it was cut, what may be the beginning of a known value goes too."""
        told = self.text(text)
        if CUT not in told:
            return told
        *cut, rest = told.split(CUT)
        return CUT.join([*(self.stream().feed(part) for part in cut), rest])

    def texts(self, texts: Sequence[str]) -> list[str]:
        """Return many texts as `text` returns each, at the cost of one where none holds a known value."""
        if not self._whole:
            return list(texts)
        if self._text.is_empty or not any(True for _ in self._text.spans("\n".join(texts))):
            return [MASK if text in self._whole else text for text in texts]
        return [self.text(text) for text in texts]

    def json(self, value: Any) -> Any:
        """Return a JSON value with every known value masked in its strings, keys left alone."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.json(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.json(item) for item in value]
        return value

    def stream(self) -> RedactedText:
        """Return a filter for text that comes in pieces."""
        return RedactedText(self._text)

    def _know(self, *forms: Form) -> None:
        if any(form not in self._forms for form in forms):
            self._forms |= dict.fromkeys(forms)
            self._text = _Finder(tuple(self._forms), MASK)


class RedactedText:
    """Masks known values in text that comes in pieces, also those split between two of them.

    What could be the beginning of a known value is held back until the next piece tells, so at most the
    length of the longest one; values added to the Redactor later do not count.
    """

    def __init__(self, finder: _Finder) -> None:
        self._finder = finder
        self._held = ""
        self._covered = 0

    def feed(self, chunk: str) -> str:
        """Return what can be shown now."""
        if self._finder.is_empty:
            return chunk
        text = self._held + chunk
        return self._pass(text, self._finder.first_beginning(text))

    def close(self) -> str:
        """Return what was held back: nothing more will come."""
        return self._pass(self._held, len(self._held))

    def _pass(self, text: str, end: int) -> str:
        """Let go of everything before `end`. The first `_covered` characters are masked by a mask already out."""
        out: list[str] = []
        at, self._held = self._covered, text[end:]
        for start, stop in self._finder.spans(text):
            if start >= end:
                break
            if start >= at:
                out += [text[at:start], self._finder.mask]
            at = max(at, stop)
        out.append(text[at:end])
        self._covered = max(0, at - end)
        return "".join(out)


class _Finder:
    """Finds the forms in text."""

    def __init__(self, forms: tuple[Form, ...], mask: str) -> None:
        self.forms = forms
        self.mask = mask

    @property
    def is_empty(self) -> bool:
        return not self.forms

    def masked(self, text: str) -> str:
        if not self.forms:
            return text
        out: list[str] = []
        at = 0
        for start, stop in self.spans(text):
            if start >= at:
                out += [text[at:start], self.mask]
            at = max(at, stop)
        return "".join([*out, text[at:]]) if at else text

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where known values stand, overlapping ones too, in the order of their beginnings."""
        if self._stands_in(text):
            yield from merge(self._short_spans(text), *(form.spans(text) for form in self._long))

    def _short_spans(self, text: str) -> Iterator[tuple[int, int]]:
        match = self._pattern.search(text) if self._pattern else None
        while match and self._pattern:
            yield match.span()
            match = self._pattern.search(text, match.start() + 1)

    def _stands_in(self, text: str) -> bool:
        """Whether any known value stands in the text. Most text holds none, and a long token's pattern costs
        milliseconds to compile, so forms of one spelling are looked for as they are."""
        if any(form in text for form in self._literal) or (self._varied and self._varied.search(text)):
            return True
        return any(form.may_stand_in(text) for form in self._long)

    @cached_property
    def _short(self) -> tuple[Form, ...]:
        return tuple(form for form in self.forms if _length(form) <= _LONG)

    @cached_property
    def _long(self) -> tuple[_LongForm, ...]:
        return tuple(_LongForm(form) for form in self.forms if _length(form) > _LONG)

    @cached_property
    def _literal(self) -> tuple[str, ...]:
        return tuple("".join(piece[0] for piece in form) for form in self._short if all(len(p) == 1 for p in form))

    @cached_property
    def _varied(self) -> re.Pattern[str] | None:
        varied = [_regex(form) for form in self._short if any(len(piece) > 1 for piece in form)]
        return re.compile("|".join(varied)) if varied else None

    def first_beginning(self, text: str) -> int:
        """The first place from where on the rest of the text could become a known value; else its length."""
        for match in self._first.finditer(text, max(0, len(text) - self._longest + 1)):
            if any(_could_become(text, match.start(), form) for form in self._by_first[match[0]]):
                return match.start()
        return len(text)

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        patterns = [_regex(form) for form in sorted(self._short, key=_length, reverse=True)]
        return re.compile("|".join(patterns)) if patterns else None

    @cached_property
    def _longest(self) -> int:
        return max(map(_length, self.forms))

    @cached_property
    def _by_first(self) -> dict[str, list[Form]]:
        by_first: dict[str, list[Form]] = {}
        for form in self.forms:
            for char in {text[0] for text in form[0]}:
                by_first.setdefault(char, []).append(form)
        return by_first

    @cached_property
    def _first(self) -> re.Pattern[str]:
        return re.compile(f"[{re.escape(''.join(self._by_first))}]")


class _LongForm:
    """Finds one long form: its head by a pattern, what follows piece by piece."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._head = re.compile(_regex(_head(form)))
        shortest = "".join(piece[-1] for piece in form)
        self._overlaps = self._head.search(shortest, 1) is not None

    def may_stand_in(self, text: str) -> bool:
        """Whether the head of the form stands in the text."""
        return self._head.search(text) is not None

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where the form stands in the text, in the order of its beginnings.

        Of a form that overlaps itself all that follows is masked where comparing it at each of its beginnings takes
        too long: a server may repeat a value that repeats itself.
        """
        left = _WALKS * (len(text) + len(self._form))
        match = self._head.search(text)
        while match:
            end, compared = self._end(text, match.start())
            left -= compared
            if left < 0:
                yield match.start(), len(text)
                return
            if end is not None:
                yield match.start(), end
            skips = end is not None and not self._overlaps
            match = self._head.search(text, end if skips and end is not None else match.start() + 1)

    def _end(self, text: str, start: int) -> tuple[int | None, int]:
        """Return where the form ends that begins here, None where it does not, and the count of pieces compared."""
        places = [start]
        for count, piece in enumerate(self._form, 1):
            # Two spellings that begin alike may both stand here; nearly always one does.
            places = [place + len(part) for place in places for part in piece if text.startswith(part, place)]
            if len(places) > 1:
                places = [*set(places)]
            elif not places:
                return None, count
        return max(places), len(self._form)


def _head(form: Form) -> Form:
    """Return the beginning of a form; a piece that is longer is cut."""
    head: list[tuple[str, ...]] = []
    room = _HEAD
    for piece in form:
        if room <= 0:
            break
        head.append(tuple(text[:room] for text in piece) if len(piece) == 1 else piece)
        room -= max(map(len, piece))
    return tuple(head)


def _length(form: Form) -> int:
    return sum(max(map(len, piece)) for piece in form)


def _regex(form: Form) -> str:
    pieces = ("|".join(map(re.escape, piece)) for piece in form)
    return "".join(f"(?:{piece})" if "|" in piece else piece for piece in pieces)


def _could_become(text: str, start: int, form: Form) -> bool:
    """Whether the text from `start` to its end is a beginning of the form, but not all of it."""
    places = {start}
    for index, piece in enumerate(form):
        reached: set[int] = set()
        for place in places:
            for part in piece:
                if text.startswith(part, place):
                    reached.add(place + len(part))
                elif len(text) - place < len(part) and part.startswith(text[place:]):
                    return True
        if len(text) in reached and index + 1 < len(form):
            return True
        places = reached
    return False
