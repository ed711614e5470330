"""Files of variables: an environment of Postman or OpenCollection, several by name as in JetBrains and VS Code.

Rules: `$shared` (JetBrains, VS Code) holds for all of a file, and the one that is named wins over it.
"""

from __future__ import annotations

from typing import Any, Final

from integrator_tui.errors import UsageError
from integrator_tui.interchange.collections.variables import ForeignVariable
from integrator_tui.interchange.documents.source import SourceDocument, clean
from integrator_tui.interchange.documents.values import text_of
from integrator_tui.interchange.opencollection import environment as opencollection
from integrator_tui.interchange.postman import environment as postman
from integrator_tui.model.nearest import did_you_mean, listed
from integrator_tui.model.text import visible

_SETTINGS: Final = "rest-client.environmentVariables"
_DEEPEST: Final = 5
_SHARED: Final = ("$shared", "_shared")


def read(source: SourceDocument, name: str) -> dict[str, ForeignVariable]:
    """Return the variables of a file; `name` says which of several, and is empty for the only one.

    Raises UsageError where it is no file of variables, or has not that name.
    """
    if postman.is_environment(source):
        return postman.read(source, name)
    if opencollection.is_environment(source):
        return opencollection.read(source, name)
    found = source.value
    if isinstance(found, dict) and isinstance(found.get(_SETTINGS), dict):
        found = found[_SETTINGS]
    if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
        raise UsageError(
            "this is no file of variables",
            "an environment that Postman exported, or http-client.env.json with the name behind a colon",
        )
    names = [key for key in found if key not in _SHARED]
    if not name and len(names) > 1:
        raise UsageError(f"there are several environments: {listed(map(_shown, names))}", "name one: FILE:NAME")
    name = name or (names[0] if names else "")
    if name and name not in names:
        hint = did_you_mean(name, names) or f"there are {listed(map(_shown, names))}"
        raise UsageError(f"there is no environment {_shown(name)}", hint)
    chosen = [found[key] for key in (*_SHARED, name) if key in found]
    return {key: value for each in chosen for key, value in _texts(each).items()}


def _texts(values: dict[str, Any], above: str = "", depth: int = 0) -> dict[str, ForeignVariable]:
    """Return values by their names; those in objects, as methods of JetBrains are, by the way to them with dots."""
    found = {}
    for key, value in values.items():
        name = f"{above}{key}"
        if isinstance(value, str | int | float):
            found[name] = ForeignVariable(clean(text_of(value)))
        elif isinstance(value, dict) and depth < _DEEPEST:
            found |= _texts(value, f"{name}.", depth + 1)
    return found


def _shown(name: str) -> str:
    return visible(name, limit=60)
