"""The words of a command line that is still being typed, quotes open or not, and words as bash takes them."""

from __future__ import annotations

import os
import re
from typing import Final

from integrator_tui.model.named_tuple import NamedTuple

PROGRAMS: Final = frozenset({"integrator-tui", "itui"})

_BLANKS: Final = " \t\n"
_ESCAPED: Final = frozenset('"\\$`')
_PLAIN: Final = re.compile(r"[^\w./,+@%^=:-]")
_IN_DOUBLE: Final = re.compile(r'(["$`\\])')


class TypedLine(NamedTuple):
    """What was typed: the words before the cursor, and the one at it. `kept` is the beginning of that one which
    stays as it is when a shell puts a candidate there, `quote` the quote that is open."""

    words: tuple[str, ...]
    current: str
    kept: str = ""
    quote: str = ""


def typed(line: str, breaks: str) -> TypedLine:
    """Return what a line up to the cursor holds; `breaks` are the characters at which bash begins a word anew."""
    words: list[str] = []
    word, kept, quote, before_quote, begun = "", "", "", "", False
    characters = iter(line)
    for character in characters:
        if quote:
            if character == quote:
                quote = ""
            elif quote == '"' and character == "\\":
                following = next(characters, "")
                word += following if following in _ESCAPED else character + following
            else:
                word += character
        elif character in _BLANKS:
            if begun:
                words.append(word)
            word, kept, begun = "", "", False
        else:
            begun = True
            if character in "'\"":
                quote, before_quote = character, word
            elif character == "\\":
                word += next(characters, "")
            else:
                word += character
                kept = word if character in breaks else kept
    return TypedLine(_of_program(words), word, before_quote if quote else kept, quote)


def _of_program(words: list[str]) -> tuple[str, ...]:
    """Return the words behind the program's own."""
    for at, word in enumerate(words):
        if os.path.basename(word) in PROGRAMS:
            return tuple(words[at + 1 :])
    return tuple(words[1:])


def for_bash(text: str, line: TypedLine) -> str:
    """Return what bash is to put in the place of the word at the cursor, quoted as that one is."""
    if not text.startswith(line.kept):
        return ""
    rest = text[len(line.kept) :]
    if line.quote == "'":
        return _ended(rest.replace("'", "'\\''"), line.quote)
    if line.quote == '"':
        # No backslash keeps an interactive shell from replacing what follows an exclamation mark.
        return _ended(_IN_DOUBLE.sub(r"\\\1", rest).replace("!", "\"'!'\""), line.quote)
    return _PLAIN.sub(lambda found: f"\\{found[0]}", rest)


def _ended(text: str, quote: str) -> str:
    """Return text with its quote closed where readline would take its last character for the closing one."""
    return f"{text}{quote}" if text.endswith(quote) else text
