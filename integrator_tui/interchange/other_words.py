"""Command lines of cmd.exe and PowerShell as words, as browsers and documentation write them.

Rules of cmd.exe: `^` takes the next character as it is, at a line end it joins the lines; where browsers write it
inside quotes too, it is taken away there as well. What is left is read by the C runtime's rules: `\\"` and `""`
inside quotes are a quote, backslashes count before a quote alone. `%NAME%` is a variable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from integrator_tui.interchange.imported import Remark
from integrator_tui.interchange.shell_words import Command

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
    r"""(?P<gap>(?:[ \t\r]+|`\r?\n)+)|(?P<line>[\n;|]+)|'(?P<single>(?:[^']|'')*)'|"(?P<double>(?:[^"`]|`[\s\S]|"")*)"
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


def cmd_commands(text: str, variables: Mapping[str, str], remarks: list[Remark]) -> Iterator[Command]:
    """Yield each command of a text for cmd.exe."""
    plain = _without_carets(text.replace("\r\n", "\n"))
    plain = plain.replace('"%"', "%") if '"%"' in plain else plain
    said: set[str] = set()

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        if name in variables:
            return variables[name]
        if name not in said:
            said.add(name)
            remarks.append(Remark(1, f"%{name}% is a variable of cmd.exe: the parameter {name}"))
        return f"{{{{{name}}}}}"

    plain = _PERCENT.sub(fill, plain)
    command, word, quoted, at = Command(1), None, False, 0
    while at < len(plain):
        found = _QUOTED.match(plain, at)
        assert found is not None
        start, at = at, found.end()
        kind = found.lastgroup
        if kind == "quote":
            slashes = len(found["slashes"])
            word = (word or "") + "\\" * (slashes // 2)
            if slashes % 2:
                word += '"'
            elif quoted and plain.startswith('"', at):
                word += '"'
                at += 1
            else:
                quoted = not quoted
        elif quoted or kind == "text":
            word = (word or "") + found[0].replace("\0", "\n")
        else:
            if word is not None:
                command.words.append(word)
                word = None
            if kind == "line" or found[0] in "&|":
                if command.words:
                    yield command
                command = Command(text.count("\n", 0, start) + 1)
    if word is not None:
        command.words.append(word)
    if command.words:
        yield command


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


def powershell_commands(text: str, variables: Mapping[str, str], remarks: list[Remark]) -> Iterator[Command]:
    """Yield each command of a text in which PowerShell calls curl.exe."""
    said: set[str] = set()

    def value(name: str) -> str:
        name = name.strip("${}").removeprefix("env:")
        if name in variables:
            return variables[name]
        if name not in said:
            said.add(name)
            remarks.append(Remark(1, f"${name} is a variable of PowerShell: the parameter {name}"))
        return f"{{{{{name}}}}}"

    def one(match: re.Match[str]) -> str:
        if match[1] is not None:
            return _BACKTICKS.get(match[1], match[1])
        name = match[2] or match[3]
        return value(name) if name else '"'

    command, word, at = Command(1), None, 0
    while at < len(text) and (found := _SHELL_PIECE.match(text, at)):
        start, at = at, found.end()
        kind = found.lastgroup
        if kind in ("gap", "line"):
            if word is not None:
                command.words.append(word)
                word = None
            if kind == "line":
                if command.words:
                    yield command
                command = Command(text.count("\n", 0, start) + 1)
            continue
        piece = found[kind or 0]
        if kind == "single":
            piece = piece.replace("''", "'")
        elif kind == "double":
            piece = _IN_TEXT.sub(one, piece)
        elif kind == "variable":
            piece = value(piece[1:])
        # What reaches the program is read by the C runtime's rules there, where \" is a quote.
        word = (word or "") + (piece.replace('\\"', '"') if kind in ("single", "double") else piece)
    if at < len(text):
        remarks.append(Remark(text.count("\n", 0, at) + 1, "a quote is never closed; what follows it is left out"))
    if word is not None:
        command.words.append(word)
    if command.words:
        yield command
