"""What lies in the root of the repository for those who work on it: hooks, findings."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent
SCRIPTS = sorted((ROOT / "findings").glob("*.sh"))


def test_the_hooks_are_local_and_are_what_is_checked_anyway() -> None:
    config = YAML(typ="safe").load(ROOT / ".pre-commit-config.yaml")
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    hooks = config["repos"][0]["hooks"]
    assert {hook["language"] for hook in hooks} == {"system"}
    entries = {hook["id"]: hook["entry"] for hook in hooks}
    assert set(entries) == {"ruff", "ruff-format", "mypy", "verify"}
    makefile = (ROOT / "Makefile").read_text()
    for name in ("ruff check", "ruff format --check", "mypy"):
        assert any(entry.startswith(f".venv/bin/{name}") for entry in entries.values())
        assert f"$(VENV)/bin/{name}" in makefile


def test_a_finding_is_a_script_that_says_what_it_shows() -> None:
    for script in SCRIPTS:
        text = script.read_text()
        lines = text.splitlines()
        assert lines[0] == "#!/usr/bin/env bash", script.name
        assert lines[1].startswith("# "), f"{script.name} says nothing at its head"
        assert os.access(script, os.X_OK), script.name
        assert "mktemp -d" in text, f"{script.name} installs into no temporary folder"
        assert not re.search(r"integrator[-_]tui|\bitui\b", text), f"{script.name} runs this program"
        assert re.search(r"==\d", text), f"{script.name} pins nothing"
