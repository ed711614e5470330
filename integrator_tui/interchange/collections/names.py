"""The names that templates of one connection take: secrets with and without a value, and parameters.

Rules: a variable has one name; that of the method's own secret fills no template, so nothing else takes it.
"""

from __future__ import annotations

import re
from typing import Final

from integrator_tui.interchange.collections.variables import Variables
from integrator_tui.interchange.documents.source import DocumentReport
from integrator_tui.model.secret_names import names_a_secret
from integrator_tui.model.text import visible

KEYS: Final = frozenset({"key"})
"""What is a secret by its name in a query or header."""

_NOT_IN_A_SECRET: Final = re.compile(r"[^A-Za-z0-9_]+")
_NOT_IN_A_NAME: Final = re.compile(r"[{}\x00-\x1f\x7f\ue000-\ue00f]+")
_LONGEST: Final = 200


class ConnectionNames:
    """Gives names; `own` is that of the method's secret, empty where it has none."""

    def __init__(self, own: str, report: DocumentReport) -> None:
        self.values: dict[str, str] = {}
        self.declared: dict[str, None] = {}
        self._own = own
        self._report = report
        self._of: dict[tuple[str, str], str] = {}
        self._taken: set[str] = {own} if own else set()

    def keep_own(self, value: str | None) -> None:
        """Keep the method's own secret; None where it is not known and has to be given."""
        if self._own and value:
            self.values[self._own] = value
        elif self._own and value is None:
            self.declared[self._own] = None

    def reference(self, name: str, variables: Variables, *, is_secret: bool = False) -> str:
        """Return the name that a variable has here: a secret, by its value, its name or the place where it stands,
        else a parameter."""
        found = variables.known(name)
        secret = is_secret or variables.is_secret(name)
        value = ""
        if secret and found is not None:
            value = variables.revealed(f"{{{{{name}}}}}")
        if "\ue000" in value:
            value = ""
        known = self._of.get((name, value))
        if known is None:
            if found is None and name.startswith("$"):
                self._report.say(
                    f"{visible(name, limit=60)} is made anew for each request there: it is an input here"
                )
            plain = _secret_name(name) if secret else _name(name)
            known = self._of[name, value] = self._free(plain or "value", name)
        if secret and value:
            self.declared.pop(known, None)
            self.values[known] = value
        elif secret and known not in self.values:
            self.declared[known] = None
        return known

    def secret(self, wanted: str, value: str) -> str:
        """Keep a value that stood in the document under this name, or one like it; return the name."""
        plain = _secret_name(wanted).lower() or "secret"
        same = (name for name, each in self.values.items() if each == value and name != self._own)
        name = next((each for each in same if each == plain or each.startswith(f"{plain}_")), "")
        if not name:
            name = self._free(plain, "")
            self.values[name] = value
        return name

    def parameter(self, wanted: str) -> str:
        """Return a name for something that has to be given with each run."""
        known = self._of.get((wanted, "\0"))
        if known is None:
            is_secret = names_a_secret(wanted)
            plain = _secret_name(wanted) if is_secret else _name(wanted)
            known = self._of[wanted, "\0"] = self._free(plain or "value", wanted)
            if is_secret:
                self.declared[known] = None
        return known

    def _free(self, plain: str, said: str) -> str:
        number, name = 1, plain
        while name in self._taken:
            number += 1
            name = f"{plain}_{number}"
        self._taken.add(name)
        if said and number > 1 and plain == self._own:
            text = f"{visible(said, limit=60)} is {name} here: {plain} is the secret of the method"
            self._report.say(text)
        return name


def _name(wanted: str) -> str:
    """Return a name that a template can hold, empty where nothing is left of it."""
    return _NOT_IN_A_NAME.sub("_", wanted[:_LONGEST]).strip().lstrip("#^/&!>=.").rstrip("= ").strip()


def _secret_name(wanted: str) -> str:
    return _NOT_IN_A_SECRET.sub("_", wanted[:_LONGEST]).strip("_")
