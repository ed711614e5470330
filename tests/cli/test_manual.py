"""The manual page: made from the same parsers as the help, and read by man without a complaint."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from docs.manual import PAGE, page
from integrator_tui.cli.parsers import COMMANDS


def test_the_page_is_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    assert PAGE.read_text("utf-8") == page(), "run: make reference"


def test_every_command_is_in_it_and_no_hidden_one() -> None:
    told = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith(".SS ")]
    assert told == [f'.SS "{command.name}"' for command in COMMANDS if command.summary]


@pytest.mark.skipif(shutil.which("groff") is None, reason="there is no groff here")
def test_a_formatter_has_nothing_to_complain_of() -> None:
    done = subprocess.run(
        ["groff", "-man", "-Kutf8", "-Tutf8", "-wall", str(PAGE)], capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "interrupted" in done.stdout
