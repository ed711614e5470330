"""A file as blocks: what stands between two lines of `###`, each with its lines sorted by what they are.

Rules: `###` ends a request, and the rest of its line is a name. `#` and `//` begin a comment, which may hold
`@name` and other words; `@name = value` is a variable of the whole file. A line that begins with `?` or `&`, or
with `/` behind blanks, goes on with the address. `> {% … %}`, `> FILE` and `>> FILE` take the answer and are no
body, and a script before the request is none either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

SEPARATOR: Final = re.compile(r"###+(.*)\Z")
_VARIABLE: Final = re.compile(r"@([^\s=:]+)\s*=\s*(.*)\Z")
_COMMENT: Final = re.compile(r"\s*(?:#|//)\s?(.*)\Z")
_WORD: Final = re.compile(r"@([\w-]+)(?:\s*=\s*|\s+)?(.*)\Z")
_GOES_ON: Final = re.compile(r"\s*[?&]|\s+/")
_HEADER: Final = re.compile(r"([^\s:]+)\s*:\s*(.*)\Z")
_HANDLER: Final = re.compile(r">>?!?\s|>\s*\{%|<>\s")
_SCRIPT_BEFORE: Final = re.compile(r"<\s*\{%|<\s+\S+\.(?:js|ts|mjs)\s*\Z")
_HTTP_VERSION: Final = re.compile(r"HTTP/\d(?:\.\d)?\Z", re.I)
_OTHER: Final = re.compile(r"(?:import|run)\s+\S")


@dataclass(slots=True)
class HttpBlock:
    """One request: `first` is its line, `words` what comments say by `@word`, `scripts` what would be run before
    and after it, `odd` lines that are none of all these, each with its number."""

    line: int
    title: str = ""
    first: str = ""
    words: dict[str, str] = field(default_factory=dict)
    variables: list[tuple[str, str]] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    odd: list[tuple[int, str]] = field(default_factory=list)


def blocks(text: str) -> Iterator[HttpBlock]:
    """Yield every block of a file, those without a request too: they may hold variables."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    start, title = 0, ""
    for number, line in enumerate([*lines, "###"]):
        found = SEPARATOR.match(line)
        if found is not None:
            yield _Block(lines, start, number, title).read()
            start, title = number + 1, found[1].strip(" \t#")


def without_version(line: str) -> str:
    """Return the first line of a request without the version of HTTP at its end."""
    pieces = line.rsplit(None, 1)
    return pieces[0] if len(pieces) == 2 and _HTTP_VERSION.match(pieces[1]) else line


class _Block:
    def __init__(self, lines: list[str], start: int, end: int, title: str) -> None:
        self._lines = lines
        self._at = start
        self._end = end
        self._found = HttpBlock(start + 1, title)

    def read(self) -> HttpBlock:
        self._before_the_request()
        if self._found.first:
            self._headers()
            self._body()
        return self._found

    def _next(self) -> str | None:
        if self._at >= self._end:
            return None
        self._at += 1
        return self._lines[self._at - 1]

    def _before_the_request(self) -> None:
        found = self._found
        while (line := self._next()) is not None:
            plain = line.strip()
            if not plain or self._is_comment(plain):
                continue
            if variable := _VARIABLE.match(plain):
                found.variables.append((variable[1], variable[2]))
            elif _SCRIPT_BEFORE.match(plain):
                found.before.append(self._script(plain, "%}") if "{%" in plain else plain)
            elif plain == "{{" or plain.startswith("{{@"):
                found.before.append(self._script(plain, "}}"))
            elif _OTHER.match(plain):
                found.odd.append((self._at, plain))
            else:
                found.first, found.line = plain, self._at
                return

    def _headers(self) -> None:
        found = self._found
        while (line := self._next()) is not None:
            plain = line.strip()
            if not plain:
                return
            if _GOES_ON.match(line) and not found.headers:
                found.first = self._joined(found.first, plain)
            elif self._is_comment(plain):
                continue
            elif self._takes_the_answer(plain):
                return
            elif header := _HEADER.match(plain):
                found.headers.append((header[1], header[2]))
            else:
                found.odd.append((self._at, plain))

    def _joined(self, first: str, more: str) -> str:
        return f"{without_version(first)}{more}"

    def _body(self) -> None:
        found = self._found
        while (line := self._next()) is not None:
            plain = line.strip()
            if self._takes_the_answer(plain):
                continue
            if plain == "{{" or plain.startswith("{{@"):
                found.after.append(self._script(plain, "}}"))
            elif (found.after and not plain) or (not found.body and not plain):
                continue
            else:
                found.body.append(line)
        while found.body and not found.body[-1].strip():
            found.body.pop()

    def _takes_the_answer(self, plain: str) -> bool:
        if not _HANDLER.match(f"{plain} "):
            return False
        self._found.after.append(self._script(plain, "%}") if "{%" in plain else plain)
        return True

    def _script(self, first: str, end: str) -> str:
        """Return a script from its first line to the one that ends it, or to the end of the block."""
        lines = [first]
        if end in first[2:]:
            return first
        while (line := self._next()) is not None:
            lines.append(line)
            if (line.strip() if end == "}}" else line).find(end) >= 0 and (end != "}}" or line.strip() == end):
                break
        return "\n".join(lines)

    def _is_comment(self, plain: str) -> bool:
        comment = _COMMENT.match(plain)
        if comment is None:
            return False
        if word := _WORD.match(comment[1].strip()):
            self._found.words[word[1].lower()] = word[2]
        return True
