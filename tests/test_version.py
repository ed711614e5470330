"""One version, in one place: `integrator_tui.__version__`. What else names it is held to it here."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

from integrator_tui import __version__

ROOT = Path(__file__).parent.parent
HEADING = re.compile(r"## (?P<version>\d+\.\d+\.\d+) - (?:unreleased|\d{4}-\d\d-\d\d)")
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
SLOW = {"textual", "rich", "pydantic", "ruamel", "httpx", "cryptography", "asyncio", "integrator_tui.engine"}


def test_the_package_is_built_with_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" not in project["project"]
    assert project["project"]["dynamic"] == ["version"]
    stated = (ROOT / project["tool"]["hatch"]["version"]["path"]).read_text()
    assert re.findall(r"^__version__ = \"(.+)\"$", stated, re.MULTILINE) == [__version__]


def test_the_installed_package_has_it() -> None:
    assert metadata.version("integrator-tui") == __version__


def test_it_is_the_newest_of_the_change_log() -> None:
    headings = [line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("## ")]
    found = [HEADING.fullmatch(heading) for heading in headings]
    assert all(found), f"a heading is `## 1.2.3 - 2026-01-31`, or `unreleased`: {headings}"
    versions = [match["version"] for match in found if match]
    assert versions[0] == __version__
    numbers = [tuple(map(int, version.split("."))) for version in versions]
    assert numbers == sorted(set(numbers), reverse=True)


def test_the_change_log_says_what_kind_a_change_is() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    kinds = re.findall(r"^### (.+)$", text, re.MULTILINE)
    assert kinds
    assert set(kinds) <= KINDS
    before_a_kind = re.findall(r"^## .+\n+(?!### ).+$", text, re.MULTILINE)
    assert before_a_kind == []


def test_it_gets_security_fixes() -> None:
    minor = ".".join(__version__.split(".")[:2])
    assert f"| {minor}.x | yes |" in (ROOT / "SECURITY.md").read_text()


def test_to_tell_it_costs_nothing_else() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "integrator_tui", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"integrator-tui {__version__}\n"
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "integrator_tui" in imported
    assert SLOW & imported == set()


def test_the_addresses_of_the_project_lead_into_this_tree() -> None:
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]
    assert {"Homepage", "Source", "Issues", "Changelog"} <= set(urls)
    for url in urls.values():
        assert url.startswith(urls["Homepage"])
        for kind in ("/blob/main/", "/tree/main/"):
            assert (ROOT / url.partition(kind)[2]).exists()
