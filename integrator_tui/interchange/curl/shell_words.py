"""ShellCommand lines of POSIX shells as words. Nothing is run: what a shell would put in becomes a `{{name}}`.

Rules: quoting follows POSIX 2.2, and `$'…'` as bash and browsers write it; a variable that the text itself sets
to a plain value has that value; a substitution is named after its command. What follows `|`, `;`, `&&`, `||`, `&`
or a line end is another command.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from integrator_tui.interchange.imported import Remark

NEVER_CLOSED: Final = "a quote is never closed"
VARIABLE_REMARK: Final = re.compile(r"\$(\w+) is a variable of the shell: the parameter \w+")
"""Two of the remarks, which their readers have to know."""

_PIECE: Final = re.compile(
    r"""
    (?P<gap>(?:[ \t\r]+|\\\r?\n)+)
  | (?P<plain>[^ \t\r\n'"\\$`|&;<>()\#]+)
  | '(?P<single>[^']*)'
  | "(?P<double>[^"\\$`]*)"
  | (?P<open>")
  | \$'(?P<ansi>(?:[^'\\]|\\.)*)'
  | (?P<dollar>[$`])
  | \\(?P<escaped>[^\n])
  | (?P<line>\n)
  | (?P<hash>\#)
  | (?P<redirect>(?:&>>?|<<<|<<-?|<&|>&|>>|<>|>\||[<>]))
  | (?P<end>;;|[|&]{1,2}|[;()])
    """,
    re.VERBOSE | re.DOTALL,
)
_WORD: Final = re.compile(
    r"""(?:([^ \t\r\n'"\\$`|&;<>()\#]+)|'([^']*)'|"([^"\\$`]*)")(?:[ \t]+(?:\\\n[ \t]*)?|(?=\n))"""
)
"""A word of one piece with the blanks behind it: most are."""
_IN_DOUBLE: Final = re.compile(r'(?P<text>[^"\\$`]+)|\\(?P<escape>[\s\S])|(?P<dollar>[$`])|(?P<close>")')
_VARIABLE: Final = re.compile(r"\$(?:(?P<name>[A-Za-z_]\w*|[0-9@*#?!$-])|\{(?P<braced>[^}]*)\})")
_ASSIGNMENT: Final = re.compile(r"(?P<name>[A-Za-z_]\w*)=(?P<value>.*)", re.DOTALL)
_ANSI: Final = re.compile(
    r"\\(?:([abeEfnrtv\\'\"?])|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|c(.))",
    re.DOTALL,
)
_ANSI_LETTERS: Final = dict(zip("abeEfnrtv\\'\"?", "\a\b\x1b\x1b\f\n\r\t\v\\'\"?", strict=True))
_BEFORE_A_COMMAND: Final = frozenset(
    "$ % > # sudo doas env command exec time nohup then do else ! { if while export declare local readonly".split()
)


_LITERAL: Final = frozenset({"plain", "single", "double", "escaped"})
_WITHIN: Final = frozenset({"ansi", "open", "dollar", "hash"})
_ENDS: Final = frozenset({"line", "end"})


@dataclass(slots=True)
class ShellCommand:
    """A simple command: its words, the line it begins at, and its standard input, as text or as a file."""

    line: int
    words: list[str] = field(default_factory=list)
    stdin: str | None = None
    stdin_file: str | None = None


class Shell:
    """Reads a text of shell commands; `remarks` grow with what stands in for what a shell would do."""

    def __init__(self, text: str, variables: Mapping[str, str] | None = None) -> None:
        self._text = text.replace("\r\n", "\n")
        self._variables = dict(variables or {})
        self._substitutions: dict[str, str] = {}
        self.remarks: list[Remark] = []
        self._said: set[str] = set()
        self._line = 1
        self._counted = 0
        self._command = ShellCommand(1)
        self._word: list[str] | None = None
        self._target = ""
        self._documents: list[tuple[ShellCommand, str, bool, bool]] = []

    def commands(self) -> Iterator[ShellCommand]:
        """Yield each simple command that has words."""
        text, at, size = self._text, 0, len(self._text)
        while at < size:
            if self._word is None and not self._target and (word := _WORD.match(text, at)) is not None:
                if not self._command.words:
                    self._command.line = self._line_of(at)
                self._command.words.append(word[word.lastindex or 0])
                at = word.end()
                continue
            found = _PIECE.match(text, at)
            if found is None:
                # A lone quote, or a backslash at the very end.
                self._say(at, NEVER_CLOSED)
                self._add(text[at + 1 :], at)
                break
            kind = found.lastgroup or ""
            if kind in _LITERAL:
                self._add(found[kind], at)
                at = found.end()
            elif kind in _WITHIN:
                at = self._within(kind, found)
            else:
                at = self._between(kind, found)
                if kind in _ENDS:
                    yield from self._finished()
        self._end_word(size)
        yield from self._finished()

    def _add(self, piece: str, at: int) -> None:
        """Go on with a word, or begin one."""
        if self._word is None:
            if not self._command.words:
                self._command.line = self._line_of(at)
            self._word = [piece]
        else:
            self._word.append(piece)

    def _within(self, kind: str, found: re.Match[str]) -> int:
        """Take in what is part of a word, once it is read; return where it ends."""
        start, at = found.span()
        if kind == "ansi":
            self._add(_ansi(found["ansi"]), start)
        elif kind == "open":
            piece, at = self._double(at)
            self._add(piece, start)
        elif kind == "dollar":
            if self._text.startswith('$"', start):
                return at
            piece, at = self._expansion(start)
            self._add("", start)
            self._add(_apart(self._word or [], piece), start)
        elif self._word is not None:
            self._word.append("#")
        else:
            end = self._text.find("\n", start)
            return len(self._text) if end < 0 else end
        return at

    def _between(self, kind: str, found: re.Match[str]) -> int:
        """End the word that stands before a blank or an operator; return where what follows begins."""
        word = None if self._word is None else "".join(self._word)
        if word is not None:
            if kind == "gap" and not found["gap"].strip("\\\n"):
                # A line that is continued within a word.
                return found.end()
            if kind == "end" and found["end"] == "&" and "?" in word:
                self._say(found.start(), "an & outside of quotes ends the command there, as in a shell")
            if kind == "redirect" and word.isdigit():
                # The number of a file descriptor.
                self._word = None
            self._end_word(found.start())
        if kind == "redirect":
            self._target = found["redirect"]
        elif kind == "line" and self._documents:
            return self._here_documents(found.end())
        return found.end()

    def _end_word(self, at: int) -> None:
        if self._word is None:
            return
        word, self._word = "".join(self._word), None
        if self._target:
            self._redirected(self._target, word, at)
            self._target = ""
        else:
            self._command.words.append(word)

    def _line_of(self, at: int) -> int:
        if at > self._counted:
            self._line += self._text.count("\n", self._counted, at)
            self._counted = at
        return self._line

    def _say(self, at: int, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self.remarks.append(Remark(self._text.count("\n", 0, at) + 1, text))

    def _finished(self) -> Iterator[ShellCommand]:
        """Take away what stands before the command itself; an assignment is remembered."""
        command, self._command, self._target = self._command, ShellCommand(1), ""
        words = command.words
        first = 0
        while first < len(words):
            word = words[first]
            assigned = _ASSIGNMENT.match(word) if "=" in word else None
            if assigned and "{{" not in assigned["value"]:
                self._variables[assigned["name"]] = assigned["value"]
            elif not assigned and word not in _BEFORE_A_COMMAND:
                break
            first += 1
        command.words = words[first:]
        if command.words:
            yield command

    def _redirected(self, operator: str, word: str, at: int) -> None:
        command = self._command
        if operator in ("<<", "<<-"):
            # Quotes around the delimiter keep the document as it stands.
            quoted = self._text[at - 1] in "'\"" or "\\" in self._text[max(0, at - len(word) - 1) : at]
            self._documents.append((command, word, operator == "<<-", quoted))
        elif operator == "<<<":
            command.stdin = word + "\n"
        elif operator in ("<", "<>"):
            command.stdin_file = word

    def _here_documents(self, at: int) -> int:
        text = self._text
        for command, delimiter, strips, quoted in self._documents:
            lines = []
            while at < len(text):
                end = text.find("\n", at)
                line = text[at : end if end >= 0 else len(text)]
                at = end + 1 if end >= 0 else len(text)
                line = line.lstrip("\t") if strips else line
                if line == delimiter:
                    break
                lines.append(line + "\n")
            body = "".join(lines)
            command.stdin = body if quoted or not re.search(r"[$`\\]", body) else self._filled(body)
        self._documents.clear()
        return at

    def _filled(self, body: str) -> str:
        """Return the text of a here-document with what a shell would put in."""
        inner = Shell("", self._variables)
        inner._text = re.sub(r'(?<!\\)"', r"\"", body) + '"'
        inner._substitutions, inner._said = self._substitutions, self._said
        filled, _ = inner._double(0)
        self.remarks += inner.remarks
        return filled

    def _double(self, at: int) -> tuple[str, int]:
        """Read on from behind a double quote; return the text and where it ends."""
        pieces: list[str] = []
        text = self._text
        while at < len(text):
            found = _IN_DOUBLE.match(text, at)
            if found is None:
                break
            at = found.end()
            match found.lastgroup:
                case "text":
                    pieces.append(found["text"])
                case "escape":
                    char = found["escape"]
                    pieces.append("" if char == "\n" else char if char in '"\\$`' else f"\\{char}")
                case "dollar":
                    piece, at = self._expansion(found.start())
                    pieces.append(_apart(pieces, piece))
                case _:
                    return "".join(pieces), at
        self._say(max(0, at - 1), NEVER_CLOSED)
        return "".join(pieces), at

    def _expansion(self, at: int) -> tuple[str, int]:
        """Return what stands for the expansion that begins at `$` or a backtick, and where it ends."""
        text = self._text
        if text.startswith(("$(", "`"), at):
            end = _end_of_substitution(text, at)
            inner = text[at + 1 : end - 1] if text[at] == "`" else text[at + 2 : end - 1]
            return self._substituted(inner, at), end
        found = _VARIABLE.match(text, at)
        if found is None:
            return text[at], at + 1
        name = found["name"] or re.split(r"[^\w]", found["braced"].lstrip("!#"), maxsplit=1)[0] or "value"
        if name in self._variables and (found["name"] or found["braced"] == name):
            return self._variables[name], found.end()
        self._say(at, f"${name} is a variable of the shell: the parameter {name}")
        return f"{{{{{name}}}}}", found.end()

    def _substituted(self, inner: str, at: int) -> str:
        words = re.split(r"[\s<|;&]+", inner.strip().removeprefix("<"))
        words = [word for word in words if word]
        wanted = words[1] if len(words) > 1 and words[0] == "cat" else words[0] if words else "command"
        wanted = re.sub(r"[^\w.-]+", "_", wanted.rpartition("/")[2]).strip("_") or "command"
        number, name = 1, wanted
        while self._substitutions.setdefault(name, inner) != inner:
            number += 1
            name = f"{wanted}_{number}"
        self._say(at, f"a command substitution is not run: the parameter {name}")
        return f"{{{{{name}}}}}"


def _apart(before: list[str], piece: str) -> str:
    # A brace that stands before {{name}} would make it {{{name}}}; a comment between writes nothing.
    last = next((text for text in reversed(before) if text), "")
    return f"{{{{!}}}}{piece}" if last.endswith("{") and piece.startswith("{{") else piece


def _end_of_substitution(text: str, at: int) -> int:
    if text[at] == "`":
        found = re.compile(r"(?:[^`\\]|\\[\s\S])*`").match(text, at + 1)
        return found.end() if found else len(text)
    depth, at = 0, at + 1
    pieces = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\[\s\S])*\"|\\[\s\S]|[()]")
    for found in pieces.finditer(text, at):
        if found[0] == "(":
            depth += 1
        elif found[0] == ")":
            depth -= 1
            if not depth:
                return found.end()
    return len(text)


def _ansi(text: str) -> str:
    if "\\" not in text:
        return text

    def one(match: re.Match[str]) -> str:
        letter, two, four, eight, octal, control = match.groups()
        if letter:
            return _ANSI_LETTERS[letter]
        if control:
            return chr(ord(control) & 0x1F)
        number = int(octal, 8) & 0xFF if octal else int(two or four or eight, 16)
        if octal or two:
            return bytes([number]).decode("utf-8", "surrogateescape")
        return chr(number) if (number < 0x110000 and not 0xD800 <= number < 0xE000) or four else "\ufffd"

    made = _ANSI.sub(one, text)
    # Two halves of a character that JSON's way of writing splits, and bytes of UTF-8 that were written one by one.
    if re.search("[\ud800-\udbff][\udc00-\udfff]", made):
        made = made.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if re.search("[\udc80-\udcff]", made):
        made = made.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    return made
