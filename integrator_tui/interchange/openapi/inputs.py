"""The names that the templates of one operation take."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from integrator_tui.model.secret_names import names_a_secret

_NOT_IN_A_NAME: Final = re.compile(r"[^\w.-]+")
KEYS: Final = frozenset({"key"})
"""What is a secret by its name in a query or header."""


class OperationInputs:
    """Gives each value of an operation a name of its own; `reserved` are the secrets of the method, which fill no
    template. `secrets` are those that are named like one."""

    def __init__(self, reserved: Collection[str]) -> None:
        self._taken = set(reserved)
        self.secrets: dict[str, None] = {}

    def name(self, wanted: str, *, is_key: bool = False) -> str:
        """Return a free name like the one that is wanted; `is_key` where `key` alone is a secret too."""
        is_secret = names_a_secret(wanted, KEYS if is_key else frozenset())
        plain = _NOT_IN_A_NAME.sub("_", wanted).strip("_") or "value"
        if is_secret:
            # Names of secrets are written as curl's import writes them.
            plain = re.sub(r"[^A-Za-z0-9_]+", "_", plain).strip("_").lower() or "secret"
        number, name = 1, plain
        while name in self._taken:
            number += 1
            name = f"{plain}_{number}"
        self._taken.add(name)
        if is_secret:
            self.secrets[name] = None
        return name
