"""Command lines of POSIX shells as words. Nothing is run: what a shell would put in becomes a `{{name}}`.

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


@dataclass(slots=True)
class Command:
    """A simple command: its words, the line it begins at, and what stands on its standard input, if that is told."""

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

    def commands(self) -> Iterator[Command]:
        """Yield each simple command that has words."""
        text, at, size = self._text, 0, len(self._text)
        command, word, target = Command(1), None, ""
        documents: list[tuple[Command, str, bool, bool]] = []
        match = _PIECE.match
        while at < size:
            found = match(text, at)
            if found is None:
                # A lone quote, or a backslash at the very end.
                self._say(at, "a quote is never closed; the rest of the text belongs to it")
                word = (word or "") + text[at + 1 :]
                break
            kind = found.lastgroup
            start, at = at, found.end()
            if kind == "plain" or kind == "single" or kind == "double" or kind == "escaped":
                if word is None and not command.words:
                    command.line = self._line_of(start)
                word = (word or "") + found[kind]
                continue
            if kind == "ansi":
                word = (word or "") + _ansi(found["ansi"])
                continue
            if kind == "open":
                piece, at = self._double(at)
                word = (word or "") + piece
                continue
            if kind == "dollar":
                if word is None and not command.words:
                    command.line = self._line_of(start)
                if text.startswith('$"', start):
                    continue
                piece, at = self._expansion(start)
                word = _joined(word or "", piece)
                continue
            if kind == "hash":
                if word is not None:
                    word += "#"
                else:
                    at = text.find("\n", start)
                    at = size if at < 0 else at
                continue
            if kind == "gap" and word is not None and found["gap"].strip("\\\n") == "":
                # A line that is continued within a word.
                continue
            if kind == "end" and found["end"] == "&" and word is not None and "?" in word:
                self._say(start, "an & outside of quotes ends the command there, as in a shell")
            # Here a word ends.
            if kind == "redirect" and word is not None and word.isdigit():
                word = None
            if word is not None:
                if target:
                    self._redirected(command, target, word, documents, start)
                    target = ""
                else:
                    command.words.append(word)
                word = None
            if kind == "gap":
                continue
            if kind == "redirect":
                target = found["redirect"]
                continue
            if kind == "line" and documents:
                at = self._here_documents(documents, at)
            if command.words:
                yield from self._finished(command)
            command, target = Command(self._line_of(at)), ""
        if word is not None:
            if target:
                self._redirected(command, target, word, documents, size)
            else:
                command.words.append(word)
        if command.words:
            yield from self._finished(command)

    def _line_of(self, at: int) -> int:
        if at > self._counted:
            self._line += self._text.count("\n", self._counted, at)
            self._counted = at
        return self._line

    def _say(self, at: int, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self.remarks.append(Remark(self._text.count("\n", 0, at) + 1, text))

    def _finished(self, command: Command) -> Iterator[Command]:
        """Take away what stands before the command itself; an assignment is remembered."""
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

    def _redirected(
        self, command: Command, operator: str, word: str, documents: list[tuple[Command, str, bool, bool]], at: int
    ) -> None:
        if operator in ("<<", "<<-"):
            quoted = self._text[:at].rstrip(" \t")[-1:] in "'\"" or "\\" in self._text[max(0, at - 20) : at]
            documents.append((command, word, operator == "<<-", quoted))
        elif operator == "<<<":
            command.stdin = word + "\n"
        elif operator in ("<", "<>"):
            command.stdin_file = word

    def _here_documents(self, documents: list[tuple[Command, str, bool, bool]], at: int) -> int:
        text = self._text
        for command, delimiter, strips, quoted in documents:
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
        documents.clear()
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
                    pieces[:] = [_joined("".join(pieces), piece)]
                case _:
                    return "".join(pieces), at
        self._say(max(0, at - 1), "a quote is never closed; the rest of the text belongs to it")
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


def _joined(before: str, piece: str) -> str:
    # A brace that stands before {{name}} would make it {{{name}}}; a comment between writes nothing.
    return f"{before}{{{{!}}}}{piece}" if before.endswith("{") and piece.startswith("{{") else before + piece


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
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 or four else "\ufffd"

    made = _ANSI.sub(one, text)
    # Two halves of a character that JSON's way of writing splits, and bytes of UTF-8 that were written one by one.
    if re.search("[\ud800-\udbff][\udc00-\udfff]", made):
        made = made.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if re.search("[\udc80-\udcff]", made):
        made = made.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    return made
