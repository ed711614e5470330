"""What the scripts of a request take out of its answer: nothing is run, a few lines that all write alike are known.

`pm.environment.set("token", pm.response.json().access_token)`, with names for parts of it in between, gives the
variable and an expression of ours on the same answer.
"""

from __future__ import annotations

import re
from typing import Final

_STEPS: Final = r"(?:\s*\??\.\s*[A-Za-z_$][\w$]*|\s*\??\.?\[\s*(?:\d+|'[^'\n]*'|\"[^\"\n]*\")\s*\])*"
_NAME: Final = r"[A-Za-z_$][\w$]*"
_ANSWER: Final = r"pm\.response\.json\(\)|JSON\.parse\(\s*(?:responseBody|pm\.response\.text\(\))\s*\)"
_HEADER: Final = r"(?:pm\.response\.headers\.get|postman\.getResponseHeader)\(\s*['\"]([\w-]+)['\"]\s*\)"
_VALUE: Final = rf"(?:(?:{_ANSWER}|{_NAME}){_STEPS}|{_HEADER})"
_NAMED: Final = re.compile(rf"\b(?:var|let|const)\s+({_NAME})\s*=\s*({_VALUE})\s*(?:;|\n|$)")
_TAKEN_APART: Final = re.compile(rf"\b(?:var|let|const)\s*\{{([\w$,:\s]+)\}}\s*=\s*((?:{_ANSWER}|{_NAME}){_STEPS})")
_SETS: Final = re.compile(
    r"\b(?:pm\.(?:environment|collectionVariables|globals|variables)\.set"
    r"|postman\.set(?:Environment|Global)Variable)"
    rf"\(\s*['\"`]([^'\"`\n]+)['\"`]\s*,\s*({_VALUE})\s*\)"
)
_COMMENT: Final = re.compile(r"^\s*//.*$", re.M)
_ALL: Final = re.compile(r"\bset(?:Environment|Global)?(?:Variable)?\(\s*['\"`]([^'\"`\n]+)['\"`]\s*,")
_LONGEST: Final = 100_000


def sets(script: str) -> dict[str, str]:
    """Return the variables that a test script sets from the answer, each with its expression."""
    text = _COMMENT.sub("", script[:_LONGEST])
    names: dict[str, str] = {}
    for found in _NAMED.finditer(text):
        expression = _expression(found[2], names)
        if expression:
            names[found[1]] = expression
    for found in _TAKEN_APART.finditer(text):
        whole = _expression(found[2], names)
        for each in found[1].split(",") if whole else ():
            key, _, given = (part.strip() for part in each.partition(":"))
            if key:
                names[given or key] = f"{whole}.{key}"
    made = ((found[1], _expression(found[2], names)) for found in _SETS.finditer(text))
    return {name: expression for name, expression in made if expression}


def names_set(script: str) -> list[str]:
    """Return the names of all variables that a script sets, from whatever."""
    return list(dict.fromkeys(_ALL.findall(_COMMENT.sub("", script[:_LONGEST]))))


def _expression(value: str, names: dict[str, str]) -> str:
    """Return a value of a script as an expression of ours, empty where it comes from elsewhere."""
    value = value.strip()
    header = re.fullmatch(_HEADER, value)
    if header:
        return f"headers['{header[1].lower()}']"
    answer = re.match(rf"(?:{_ANSWER})", value)
    if answer:
        return f"body{_tidy(value[answer.end() :])}"
    name = re.match(_NAME, value)
    if name and name[0] in names:
        return f"{names[name[0]]}{_tidy(value[name.end() :])}"
    return ""


def _tidy(steps: str) -> str:
    return re.sub(r"\s+(?=[.\[?])|(?<=[.\[])\s+", "", steps)
