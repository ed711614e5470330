"""Which request fetches what: variables that take a value out of an answer, and who uses them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from integrator_tui.interchange.collections.requests import ForeignRequest
from integrator_tui.interchange.collections.variables import Variables
from integrator_tui.model.fields import METHODS


class ForeignLogins:
    """The requests that take a value out of their answer, by the variable that takes it."""

    def __init__(self, requests: Sequence[ForeignRequest], given: Mapping[str, object]) -> None:
        self.requests = list(requests)
        self.used: set[int] = set()
        self._by_variable: dict[str, int] = {}
        for number, request in enumerate(requests):
            for name in request.sets if request.method.upper() in METHODS else ():
                if name not in given:
                    self._by_variable.setdefault(name, number)

    def of(self, text: str, variables: Variables) -> tuple[int, str] | None:
        """Return which request fetches what a text is, and the variable that takes it; None where none does."""
        name = variables.one(text)
        for each in variables.aliases(name) if name else ():
            if each in self._by_variable:
                return self._by_variable[each], each
        return None

    def add(self, request: ForeignRequest) -> int:
        """Keep a request that only a method describes; return its number."""
        if request not in self.requests:
            self.requests.append(request)
        return self.requests.index(request)
