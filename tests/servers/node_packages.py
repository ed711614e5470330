"""Programs of npm that tests run: each folder of tests/servers with a lock file, installed once outside the tree.

What is installed lies in a cache folder by the digest of the lock file; `.ci/servers` makes it too.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.servers.programs import missing, program


def installed(source: Path) -> Path:
    """Return the folder where the packages of `source` are; they are fetched where CI is set."""
    digest = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()[:16]
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "integrator-tui-tests" / f"{source.name}-{digest}"
    if not folder.is_dir():
        if not os.environ.get("CI"):
            missing(f"the packages of {source.name} are not installed: run .ci/servers once")
        _install(source, folder)
    return folder


def _install(source: Path, folder: Path) -> None:
    """Have npm install what the lock file names into `folder`, which appears when it is complete."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        place = Path(scratch) / "packages"
        shutil.copytree(source, place, ignore=shutil.ignore_patterns("node_modules"))
        command = [program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=place, check=True, timeout=300)
        if not folder.is_dir():
            place.rename(folder)
