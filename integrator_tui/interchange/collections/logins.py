"""Which request fetches what: variables that take a value out of an answer, and who uses them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from integrator_tui.interchange.collections.requests import ForeignForm, ForeignRaw, ForeignRequest
from integrator_tui.interchange.collections.variables import Variables
from integrator_tui.model.fields import METHODS


class ForeignLogins:
    """The requests that take a value out of their answer, by the variable that takes it."""

    def __init__(self, requests: Sequence[ForeignRequest], given: Mapping[str, object]) -> None:
        self.requests = list(requests)
        self.used: set[int] = set()
        self._by_variable: dict[str, int] = {}
        # One that needs the variable itself renews it, and cannot be the first to fetch it.
        for renews in (False, True):
            self._take(requests, given, renews=renews)

    def _take(self, requests: Sequence[ForeignRequest], given: Mapping[str, object], *, renews: bool) -> None:
        for number, request in enumerate(requests):
            for name in request.sets if request.method.upper() in METHODS else ():
                if name not in given and _uses(request, name) is renews:
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
        try:
            return self.requests.index(request)
        except ValueError:
            self.requests.append(request)
            return len(self.requests) - 1


def _uses(request: ForeignRequest, name: str) -> bool:
    """Whether a request holds a variable in what it says itself; a method may be that of all requests."""
    body = request.body
    texts = [request.url, *(value for _, value in request.headers), *(value for _, value in request.query)]
    if isinstance(body, ForeignRaw):
        texts.append(body.text)
    elif isinstance(body, ForeignForm):
        texts += [value for _, value in body.fields]
    wanted = re.compile(rf"\{{\{{\s*{re.escape(name)}\s*\}}\}}")
    return any(wanted.search(text) for text in texts)
