"""InputValues: what was last given to the inputs of operations, kept on this machine for the next run.

Rules: a value is kept only where it went into a path or a query and nowhere else, and its name says nothing of a
secret; of the rest nothing is written. What cannot be read or written is not kept, and nobody is told: a run does
not depend on it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from integrator_tui.errors import IntegratorError
from integrator_tui.model.parameters import Input
from integrator_tui.model.secret_names import may_be_secret
from integrator_tui.vault import private_file

LONGEST: Final = 1000
"""Characters of a value that is kept."""

MOST: Final = 500
"""Operations whose values are kept; of more, those that were run longest ago go."""

_ADDRESS: Final = frozenset({"path", "query"})


class InputValues:
    """The values of the workspace `root`, kept below `state` where `wanted` says so."""

    def __init__(self, root: Path, state: Path, wanted: Callable[[], bool]) -> None:
        self._path = state / "inputs" / f"{hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:32]}.json"
        self._wanted = wanted

    def of(self, file: str, operation: str) -> dict[str, str]:
        """Return the values by the names of the inputs; none where none are kept."""
        values = self._read().get(_key(file, operation), {}) if self._wanted() else {}
        return {name: value for name, value in values.items() if isinstance(value, str)}

    def keep(self, file: str, operation: str, inputs: Iterable[Input], given: Mapping[str, str]) -> None:
        """Keep what of these values may be kept, in place of those of the last run."""
        if not self._wanted():
            return
        values = {each.name: given[each.name] for each in inputs if _is_kept(each, given.get(each.name, ""))}
        known = self._read()
        before = known.pop(_key(file, operation), {})
        if values:
            known[_key(file, operation)] = values
        if values != before:
            self._write(dict(list(known.items())[-MOST:]))

    def moved(self, old: str, new: str) -> None:
        """Follow a file that has another place."""
        known = self._read()
        begin = _key(old, "")
        if old != new and any(key.startswith(begin) for key in known):
            self._write({_moved(key, begin, _key(new, "")): values for key, values in known.items()})

    def _read(self) -> dict[str, Any]:
        with suppress(OSError, IntegratorError):
            found = private_file.read_json(self._path)
            if isinstance(found, dict):
                return {key: values for key, values in found.items() if isinstance(values, dict)}
        return {}

    def _write(self, values: Mapping[str, Any]) -> None:
        with suppress(OSError):
            private_file.replace(self._path, json.dumps(values, ensure_ascii=True).encode())


def _is_kept(asked: Input, value: str) -> bool:
    return (
        bool(value) and len(value) <= LONGEST and _ADDRESS.issuperset(asked.where) and not may_be_secret(asked.name)
    )


def _key(file: str, operation: str) -> str:
    return f"{file}\n{operation}"


def _moved(key: str, old: str, new: str) -> str:
    return new + key.removeprefix(old) if key.startswith(old) else key
