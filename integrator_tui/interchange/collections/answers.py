"""What scripts take out of an answer: nothing is run, a few lines that all write alike are known.

`set("token", answer.data.token)`, with names for parts of it in between, gives the variable and an expression of
ours on the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from integrator_tui.interchange.documents.source import DocumentReport
from integrator_tui.model.text import visible

_NAME: Final = r"[A-Za-z_$][\w$]*"
_STEPS: Final = rf"(?:\s*\??\.\s*{_NAME}|\s*\??\.?\[\s*(?:\d+|'[^'\n]*'|\"[^\"\n]*\")\s*\])*"
_COMMENT: Final = re.compile(r"^\s*//.*$", re.M)
_LONGEST: Final = 100_000


class AnswerScripts:
    """Reads the scripts of one format.

    `answer` is what the parsed body is there, `header` what one header is (its name is the only group), `set_by`
    the functions that set a variable, by name and value, and `members` objects whose members are variables.
    """

    def __init__(self, answer: str, header: str, set_by: str, members: str = "") -> None:
        value = rf"(?:{header}|(?:{answer}|{_NAME}){_STEPS})"
        name = r"['\"`]([^'\"`\n]+)['\"`]"
        self._answer = re.compile(rf"(?:{answer})(?![\w$])")
        self._header = re.compile(header)
        self._named = re.compile(rf"\b(?:var|let|const)\s+({_NAME})\s*=\s*({value})\s*(?:;|\n|$)")
        self._apart = re.compile(rf"\b(?:var|let|const)\s*\{{([\w$,:\s]+)\}}\s*=\s*((?:{answer}|{_NAME}){_STEPS})")
        self._sets = [re.compile(rf"\b(?:{set_by})\(\s*{name}\s*,\s*({value})\s*\)")]
        self._all = [re.compile(rf"\b(?:{set_by})\(\s*{name}\s*,")]
        if members:
            self._sets.append(re.compile(rf"(?:{members})\.({_NAME})\s*=\s*({value})\s*(?:;|\n|\}}|$)"))
            self._all.append(re.compile(rf"(?:{members})\.({_NAME})\s*="))

    def sets(self, script: str) -> dict[str, str]:
        """Return the variables that a script sets from the answer, each with its expression."""
        text = _COMMENT.sub("", script[:_LONGEST])
        names = self._names(text)
        made = (
            (found[1], self._expression(found[2], names)) for each in self._sets for found in each.finditer(text)
        )
        return {name: expression for name, expression in made if expression}

    def names_set(self, script: str) -> list[str]:
        """Return the names of all variables that a script sets, from whatever."""
        text = _COMMENT.sub("", script[:_LONGEST])
        return list(dict.fromkeys(found[1] for each in self._all for found in each.finditer(text)))

    def _names(self, text: str) -> dict[str, str]:
        names: dict[str, str] = {}
        for found in self._named.finditer(text):
            expression = self._expression(found[2], names)
            if expression:
                names[found[1]] = expression
        for found in self._apart.finditer(text):
            whole = self._expression(found[2], names)
            for each in found[1].split(",") if whole else ():
                key, _, given = (part.strip() for part in each.partition(":"))
                if key:
                    names[given or key] = f"{whole}.{key}"
        return names

    def _expression(self, value: str, names: dict[str, str]) -> str:
        """Return a value of a script as an expression of ours, empty where it comes from elsewhere."""
        value = value.strip()
        if header := self._header.fullmatch(value):
            return f"headers['{header[1].lower()}']"
        if answer := self._answer.match(value):
            return f"body{_tidy(value[answer.end() :])}"
        name = re.match(_NAME, value)
        if name and name[0] in names:
            return f"{names[name[0]]}{_tidy(value[name.end() :])}"
        return ""


def _tidy(steps: str) -> str:
    return re.sub(r"\s+(?=[.\[?])|(?<=[.\[])\s+", "", steps)


def tell_script(names: Sequence[str], text: str, report: DocumentReport) -> None:
    """Say that a script is not run, and which variables it would have set."""
    shown = ", ".join(visible(name, limit=40) for name in names[:12])
    report.say(f"{text}: {shown} stay as they are" if shown else text)
