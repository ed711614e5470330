"""Values of secrets in text that is shown as it is: names, descriptions, links and the report.

Rules: a short value is masked as a whole word, since `test` may be a password; in the report, whose words are ours,
only a longer one is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from integrator_tui.model.connection import Connection, Operation
from integrator_tui.model.secret import MASK

_SHORTEST: Final = 4
_LONG: Final = 8


class TextMasker:
    """Masks the values of a document's secrets, those of fewer than four characters excepted."""

    def __init__(self, values: Iterable[str]) -> None:
        known = sorted({value for value in values if len(value) >= _SHORTEST}, key=len, reverse=True)
        long = [re.escape(value) for value in known if len(value) >= _LONG]
        short = [rf"(?<!\w){re.escape(value)}(?!\w)" for value in known if len(value) < _LONG]
        self._all = re.compile("|".join((*long, *short))) if known else None
        self._long = re.compile("|".join(long)) if long else None

    def text(self, text: str) -> str:
        """Return text of the document without values of secrets."""
        return self._all.sub(MASK, text) if self._all is not None and text else text

    def remark(self, text: str) -> str:
        """Return a line of the report without values of secrets."""
        return self._long.sub(MASK, text) if self._long is not None else text

    def connection(self, connection: Connection) -> Connection:
        """Return a connection whose names and descriptions hold no value of a secret."""
        return connection.model_copy(
            update={
                "name": self.text(connection.name),
                "description": self.text(connection.description),
                "operations": tuple(map(self._operation, connection.operations)),
            }
        )

    def _operation(self, operation: Operation) -> Operation:
        texts = ("name", "description", "documentation_link")
        found = {key: self.text(getattr(operation, key)) for key in texts}
        if all(found[key] == getattr(operation, key) for key in texts):
            return operation
        return operation.model_copy(update=found)
