"""Where the folders that come with the program lie: in a wheel below the package, in a checkout beside it."""

from __future__ import annotations

from pathlib import Path

from integrator_tui.errors import InvalidFile

_PACKAGE = Path(__file__).resolve().parent


def themes(package: Path = _PACKAGE) -> Path:
    """Return the folder of the themes that come with the program. Raises InvalidFile where it is missing."""
    return _folder("themes", package)


def sample_connections(package: Path = _PACKAGE) -> Path:
    """Return the folder of the sample connections. Raises InvalidFile where it is missing."""
    return _folder("sample_connections", package)


def _folder(name: str, package: Path) -> Path:
    # A wheel's own copy comes first: beside an installed package lies site-packages, where a folder of
    # that name would be somebody else's.
    for candidate in (package / "_bundled" / name, package.parent / name):
        if candidate.is_dir():
            return candidate
    raise InvalidFile(f"the folder {name} is missing from the installation", "install integrator-tui again")
