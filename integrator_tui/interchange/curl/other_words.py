"""ShellCommand lines of cmd.exe and PowerShell as words, as browsers and documentation write them.

Rules of cmd.exe: `^` takes the next character as it is, at a line end it joins the lines; where browsers write it
inside quotes too, it is taken away there as well. What is left is read by the C runtime's rules: `\\"` and `""`
inside quotes are a quote, backslashes count before a quote alone. `%NAME%` is a variable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from integrator_tui.interchange.curl.shell_words import ShellCommand
from integrator_tui.interchange.imported import Remark

_CARET_EVERYWHERE: Final = re.compile(r'\^["\\{}\[\]@!#$%|<>&]')
_CMD: Final = re.compile(r'\^[ \t]*\r?\n|\^"|\^%\^|(?<=[{,:\[])""(?=[^\s"])|(?<=[^\s"])""(?=[}\],:])')
_POWERSHELL: Final = re.compile(r"`[ \t]*\r?\n")
_NOT_CURL: Final = re.compile(
    r"\b(?:Invoke-(?:WebRequest|RestMethod)|iwr|irm)\b|\bcurl\b[^\n]* -(?:Uri|Headers)\b", re.I
)
_QUOTED: Final = re.compile(
    r'(?P<gap>[ \t]+)|(?P<line>[\r\n]+)|(?P<slashes>\\*)(?P<quote>")|(?P<text>\\+|[^\s"\\]+|\s)'
)
_PERCENT: Final = re.compile(r"%([A-Za-z_]\w{2,})%")
_SHELL_PIECE: Final = re.compile(
    r"""(?P<gap>(?:[ \t\r]+|`\r?\n)+)|(?P<line>[\n;|]+)
      |'(?P<single>(?:[^']|'')*)'|"(?P<double>(?:[^"`]|`[\s\S]|"")*)"
      |(?P<variable>\$(?:env:)?\w+|\$\{[^}]*\})|`(?P<escaped>.)|(?P<plain>[^\s'"`$;|]+|\$)""",
    re.VERBOSE,
)
_IN_TEXT: Final = re.compile(r"`([\s\S])|\$(?:\{([^}]*)\}|((?:env:)?[A-Za-z_]\w*))|\"\"")
_BACKTICKS: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


def is_of_cmd(text: str) -> bool:
    """Return whether a text is written for cmd.exe."""
    return bool(_CMD.search(text)) and "'" not in text.partition("curl")[2].lstrip()[:1]


def is_of_powershell(text: str) -> bool:
    """Return whether a text is curl written for PowerShell: lines end in a backtick."""
    return bool(_POWERSHELL.search(text))


def is_no_curl(text: str) -> bool:
    """Return whether a text is PowerShell's own command, of which curl was once another name."""
    return bool(_NOT_CURL.search(text))


class _Words:
    """Words as they are put together, and the commands they make."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._word: list[str] | None = None
        self._command = ShellCommand(1)

    def add(self, piece: str) -> None:
        if self._word is None:
            self._word = []
        self._word.append(piece)

    def end(self) -> None:
        if self._word is not None:
            self._command.words.append("".join(self._word))
            self._word = None

    def finished(self, at: int) -> Iterator[ShellCommand]:
        """End the command; the next one begins at this place of the text."""
        self.end()
        if self._command.words:
            yield self._command
        self._command = ShellCommand(self._text.count("\n", 0, at) + 1)


class _Variables:
    """What fills in a variable: its value where it is known, else a parameter that is told once."""

    def __init__(self, known: Mapping[str, str], remarks: list[Remark], words: str) -> None:
        self._known = known
        self._remarks = remarks
        self._words = words
        self._said: set[str] = set()

    def value(self, name: str) -> str:
        if name in self._known:
            return self._known[name]
        if name not in self._said:
            self._said.add(name)
            self._remarks.append(Remark(1, f"{self._words.format(name)}: the parameter {name}"))
        return f"{{{{{name}}}}}"


def cmd_commands(text: str, variables: Mapping[str, str], remarks: list[Remark]) -> Iterator[ShellCommand]:
    """Yield each command of a text for cmd.exe."""
    plain = _without_carets(text.replace("\r\n", "\n")).replace('"%"', "%")
    known = _Variables(variables, remarks, "%{}% is a variable of cmd.exe")
    plain = _PERCENT.sub(lambda match: known.value(match[1]), plain)
    words, quoted, at = _Words(plain), False, 0
    while at < len(plain) and (found := _QUOTED.match(plain, at)):
        start, at = found.span()
        kind = found.lastgroup
        if kind == "quote":
            slashes = len(found["slashes"])
            words.add("\\" * (slashes // 2))
            if slashes % 2:
                words.add('"')
            elif quoted and plain.startswith('"', at):
                words.add('"')
                at += 1
            else:
                quoted = not quoted
        elif quoted or kind == "text":
            words.add(found[0].replace("\0", "\n"))
        elif kind == "line":
            yield from words.finished(start + 1)
        else:
            words.end()
    yield from words.finished(at)


def _without_carets(text: str) -> str:
    """Undo the carets; a line break that one of them kept is NUL until the words are read."""
    everywhere = bool(_CARET_EVERYWHERE.search(text))
    pieces: list[str] = []
    quoted = False
    for found in re.finditer(r"\^\n\n|\^[ \t]*\n[ \t]*|\^([\s\S]?)|(\")|[^^\"]+", text):
        if found[0] == "\n" or found[0] == "^\n\n":
            pieces.append("\0")
        elif found[0].startswith("^"):
            if found[1] is None:
                pieces.append(" ")
            else:
                pieces.append(found[1] if everywhere or not quoted else found[0])
        else:
            quoted ^= bool(found[2])
            pieces.append(found[0])
    return "".join(pieces)


def powershell_commands(text: str, variables: Mapping[str, str], remarks: list[Remark]) -> Iterator[ShellCommand]:
    """Yield each command of a text in which PowerShell calls curl.exe."""
    known = _Variables(variables, remarks, "${} is a variable of PowerShell")
    words, at = _Words(text), 0
    while at < len(text) and (found := _SHELL_PIECE.match(text, at)):
        start, at = found.span()
        kind = found.lastgroup or ""
        if kind == "line":
            yield from words.finished(start + 1)
        elif kind == "gap":
            words.end()
        else:
            words.add(_in_powershell(kind, found[kind], known))
    if at < len(text):
        line = text.count("\n", 0, at) + 1
        remarks.append(Remark(line, "a quote is never closed; what follows it is left out"))
    yield from words.finished(at)


def _in_powershell(kind: str, piece: str, known: _Variables) -> str:
    def one(match: re.Match[str]) -> str:
        if match[1] is not None:
            return _BACKTICKS.get(match[1], match[1])
        name = match[2] or match[3]
        return known.value(name.removeprefix("env:")) if name else '"'

    if kind == "variable":
        return known.value(piece.strip("${}").removeprefix("env:"))
    if kind == "single":
        piece = piece.replace("''", "'")
    elif kind == "double":
        piece = _IN_TEXT.sub(one, piece)
    else:
        return piece
    # What reaches the program is read by the C runtime's rules there, where \" is a quote.
    return piece.replace('\\"', '"')
