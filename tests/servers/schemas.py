"""The schemas of others that `.ci/servers` brings: of JUnit's XML, GitHub's workflows and Kubernetes' objects."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from tests.servers.programs import missing

_CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
_FOLDER: Final = _CACHE / "integrator-tui-tests/schemas-1"


def schema(name: str) -> Path:
    """Return the path of a schema; without it the test is skipped, or fails where CI is set."""
    path = _FOLDER / name
    if not path.is_file():
        missing(f"the schema {name} is missing (run .ci/servers)")
    return path
