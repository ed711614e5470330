"""StandIns: what stands for secrets while a request is made to be looked at, and the way from there to the mask.

Rules: a stand-in is letters and digits that no text holds, so that it is written alike in an address, a form, JSON
or a header. A parameter has one where it stands in for a secret, or has a name like one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from secrets import token_hex

from integrator_tui.model.connection import Connection
from integrator_tui.model.parameters import Purpose, given_in_place
from integrator_tui.model.redact import Redactor
from integrator_tui.model.secret import MASK, Secret, SecretRef
from integrator_tui.model.secret_names import reads_like_a_secret


class StandIns:
    """Gives each name its stand-in.

    `empty` are secrets known to be empty without opening anything; `known` are values that were typed just now, and
    are masked wherever else they stand.
    """

    def __init__(self, empty: Iterable[str] = (), known: Iterable[str] = ()) -> None:
        self._begin = f"x{token_hex(10)}"
        self._empty = frozenset(empty)
        self._names: dict[str, str] = {}
        self._pattern = re.compile(rf"{self._begin}\d+x")
        self._known = Redactor(known)

    def of(self, name: str) -> str:
        """Return what stands for the value of this name."""
        return self._names.setdefault(name, f"{self._begin}{len(self._names)}x")

    def reveal(self, ref: SecretRef) -> Secret:
        """Return what stands for a secret, in place of the way to it."""
        return Secret("" if ref in self._empty else self.of(ref))

    def covered(self, connection: Connection, purpose: Purpose, given: Mapping[str, str]) -> dict[str, str]:
        """Return the parameters with stand-ins for those that are not shown."""
        in_place = given_in_place(connection, purpose)
        return {
            name: self.of(name) if value and (name == in_place or reads_like_a_secret(name)) else value
            for name, value in given.items()
        }

    def stand_in(self, data: bytes) -> bool:
        """Tell whether one stands in the data."""
        return self._begin.encode() in data

    def masked(self, text: str) -> str:
        """Return the text as it may be shown."""
        text = self._pattern.sub(MASK, text) if self._begin in text else text
        return text if self._known.is_empty else self._known.text(text)
