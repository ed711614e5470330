"""What a file takes out of answers: `{{login.response.body.token}}`, and variables that a handler sets.

Nothing is run; a few lines that all write alike are known.
"""

from __future__ import annotations

import re
from typing import Final

_STEPS: Final = r"(?:\s*\??\.\s*[A-Za-z_$][\w$]*|\s*\[\s*(?:\d+|'[^'\n]*'|\"[^\"\n]*\")\s*\])*"
_NAME: Final = r"[A-Za-z_$][\w$]*"
_ANSWER: Final = r"response\.(?:parsedBody|body\.json|body)|JSON\.parse\(\s*response\.body\s*\)"
_HEADER: Final = r"response\.headers\.valueOf\(\s*['\"]([\w-]+)['\"]\s*\)"
_VALUE: Final = rf"(?:{_HEADER}|(?:{_ANSWER}|{_NAME}){_STEPS})"
_NAMED: Final = re.compile(rf"\b(?:var|let|const)\s+({_NAME})\s*=\s*({_VALUE})\s*(?:;|\n|$)")
_SETS: Final = re.compile(rf"\bclient\.global\.set\(\s*['\"`]([^'\"`\n]+)['\"`]\s*,\s*({_VALUE})\s*\)")
_EXPORTS: Final = re.compile(rf"(?:\bexports|\$global)\.({_NAME})\s*=\s*({_VALUE})\s*(?:;|\n|\}}|$)")
_ALL: Final = re.compile(
    r"\bclient\.global\.set\(\s*['\"`]([^'\"`\n]+)['\"`]\s*,|(?:\bexports|\$global)\.([\w$]+)\s*="
)
_REFERENCE: Final = re.compile(r"\{\{\s*([\w-]+)\.(?:response\.)?([^{}\r\n]*?)\s*\}\}")
_PATH: Final = re.compile(r"(?:\.?[A-Za-z_$][\w$-]*|\[(?:\d+|'[^'\]]*'|\"[^\"\]]*\")\])*\Z")
_LONGEST: Final = 100_000


def sets(script: str) -> dict[str, str]:
    """Return the variables that a handler sets from the answer, each with an expression of ours."""
    text = script[:_LONGEST]
    names: dict[str, str] = {}
    for found in _NAMED.finditer(text):
        expression = _expression(found[2], names)
        if expression:
            names[found[1]] = expression
    made = [(found[1], _expression(found[2], names)) for found in (*_SETS.finditer(text), *_EXPORTS.finditer(text))]
    return {name: expression for name, expression in made if expression}


def names_set(script: str) -> list[str]:
    """Return the names of all variables that a script sets, from whatever."""
    found = _ALL.findall(script[:_LONGEST])
    return list(dict.fromkeys(first or second for first, second in found))


def references(text: str) -> list[tuple[str, str, str]]:
    """Return each `{{name.…}}` of a text: the name of a request, the whole name, and the expression that it is."""
    found = []
    for match in _REFERENCE.finditer(text):
        whole = match[0][2:-2].strip()
        expression = _of_reference(match[2], whole.startswith(f"{match[1]}.response."))
        if expression:
            found.append((match[1], whole, expression))
    return found


def _of_reference(path: str, is_response: bool) -> str:
    """Return the expression of what stands behind the name of a request: `body.a`, `body.$.a`, `headers.X`, and `a`
    where the answer itself is meant."""
    if path.startswith("request.") or path == "response":
        return ""
    if is_response and path.startswith("headers."):
        return f"headers['{path[8:].strip().lower()}']"
    inner = path
    if is_response:
        if not re.match(r"body(?:[.\[]|\Z)", path):
            return ""
        inner = path[4:]
    inner = inner.removeprefix(".").removeprefix("$").removeprefix(".")
    if inner in ("", "*"):
        return "body"
    if ".." in inner or _PATH.match(inner) is None:
        return ""
    return f"body{_steps(inner)}"


def _steps(path: str) -> str:
    pieces = re.findall(r"[A-Za-z_$][\w$-]*|\[[^\]]*\]", path)
    return "".join(
        piece if piece[0] == "[" else f".{piece}" if "-" not in piece else f"['{piece}']" for piece in pieces
    )


def _expression(value: str, names: dict[str, str]) -> str:
    value = value.strip()
    header = re.fullmatch(_HEADER, value)
    if header:
        return f"headers['{header[1].lower()}']"
    answer = re.match(rf"(?:{_ANSWER})", value)
    if answer:
        return f"body{re.sub(chr(92) + 's+', '', value[answer.end() :])}"
    name = re.match(_NAME, value)
    if name and name[0] in names:
        return f"{names[name[0]]}{re.sub(chr(92) + 's+', '', value[name.end() :])}"
    return ""
