"""Variables of a document: which value each has, which are secrets, and text with them filled in.

What is filled in is text; what is a secret, or not known, stays as a mark: a name between two characters of the
private use area that no document can hold. Values that hold variables are filled in too, up to a bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from integrator_tui.errors import UsageError
from integrator_tui.interchange.documents.source import clean
from integrator_tui.model.secret_names import names_a_secret
from integrator_tui.model.text import visible

_NAMED: Final = re.compile(r"\{\{([^{}\r\n]+)\}\}")
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^@]*\Z")
_DEEPEST: Final = 20
_LONGEST: Final = 1024 * 1024

MARK: Final = re.compile("\ue000([^\ue001]*)\ue001")
WHOLE_MARK: Final = re.compile("\ue000([^\ue001]*)\ue001\\Z")


class ForeignVariable(NamedTuple):
    """A value, and whether the document calls it a secret."""

    value: str
    is_secret: bool = False


def mark(name: str) -> str:
    """Return what stands in text for a variable that stays one."""
    return f"\ue000{name}\ue001"


class Variables:
    """Looks variables up in `scopes`, the first one first. An empty value is not known."""

    def __init__(self, scopes: Sequence[Mapping[str, ForeignVariable]]) -> None:
        self._scopes = tuple(scope for scope in scopes if scope)

    def within(self, scope: Mapping[str, ForeignVariable], at: int = 0) -> Variables:
        """Return variables with one more scope, as the `at`-th that is looked into."""
        return Variables((*self._scopes[:at], scope, *self._scopes[at:])) if scope else self

    def known(self, name: str) -> ForeignVariable | None:
        """Return the variable of that name, None where it has no value."""
        return next((scope[name] for scope in self._scopes if name in scope and scope[name].value), None)

    def is_secret(self, name: str) -> bool:
        """Return whether the value of that variable is a secret, by what the document or its name says of it."""
        found = self.known(name)
        if found is None:
            return names_a_secret(name) or any(scope[name].is_secret for scope in self._scopes if name in scope)
        return found.is_secret or (names_a_secret(name) and not _ADDRESS.match(found.value))

    def secret_values(self) -> Iterator[str]:
        """Yield the values of all secrets that are known."""
        for scope in self._scopes:
            yield from (each.value for name, each in scope.items() if each.value and self.is_secret(name))

    def filled(self, text: str) -> str:
        """Return text with the values that are no secrets in it, and marks for the others.

        Raises UsageError where values that hold each other make it longer than a bound.
        """
        return self._fill(text, reveal=False)

    def revealed(self, text: str) -> str:
        """Return text with secrets in it too: what becomes a secret as a whole. Raises as `filled`."""
        return self._fill(text, reveal=True)

    def one(self, text: str) -> str:
        """Return the name of the variable that a text is and nothing else, empty where it is more or none."""
        found = _NAMED.fullmatch(text.strip())
        return found[1].strip() if found else ""

    def aliases(self, name: str) -> Iterator[str]:
        """Yield a name, and the names of the variables that its value is and nothing else."""
        for _ in range(_DEEPEST):
            yield name
            found = self.known(name)
            name = self.one(found.value) if found is not None else ""
            if not name:
                return

    def _fill(self, text: str, *, reveal: bool) -> str:
        if "{{" not in text:
            return clean(text)
        spent = 0

        def inner(text: str, depth: int) -> str:
            nonlocal spent

            def one(match: re.Match[str]) -> str:
                nonlocal spent
                name = match[1].strip()
                found = self.known(name)
                if found is None or depth >= _DEEPEST or (self.is_secret(name) and not reveal):
                    return mark(name)
                done = inner(found.value, depth + 1)
                spent += len(done)
                if spent > _LONGEST:
                    shown = visible(name, limit=60)
                    raise UsageError(f"the variable {shown} grows beyond a megabyte", "it holds itself many times")
                return done

            return _NAMED.sub(one, clean(text))

        return inner(text, 0)
