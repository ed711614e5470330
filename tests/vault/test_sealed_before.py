"""A file that was sealed before a key of the format existed stays sealed; what the new keys say breaks it.

`sealed_before/orders.yaml` was sealed to the identity beside it, which protects nothing else, when neither
`include_empty_params` nor a header with a list of values was known.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from integrator_tui.errors import SealBroken
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace

FIXTURE = Path(__file__).parent / "sealed_before"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    root = tmp_path / "work"
    root.mkdir()
    shutil.copy(FIXTURE / "orders.yaml", root)
    keys = tmp_path / "keys.txt"
    keys.write_bytes((FIXTURE / "keys.txt").read_bytes())
    keys.chmod(0o600)
    return Workspace(root, Surroundings(tmp_path / "c", tmp_path / "s", tmp_path / "k", age_keys_file=keys))


def rewritten(workspace: Workspace, before: str, after: str) -> None:
    file = workspace.root / "orders.yaml"
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))


def test_its_seal_holds(workspace: Workspace) -> None:
    entry = workspace.catalog.entry("orders.yaml")
    assert workspace.seals.verify(entry.file) == ()
    assert workspace.secrets.of(entry)["client_secret"].reveal() == "fixture-secret"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    headers:\n      X-Trace: a\n", "    include_empty_params: false\n    headers:\n      X-Trace: a\n"),
        ("      X-Trace: a\n", "      X-Trace: [a]\n"),
        ("      flag: ''\n", "      flag: ''\n    include_empty_params: null\n"),
    ],
)
def test_it_holds_where_a_new_key_says_what_was_so(workspace: Workspace, before: str, after: str) -> None:
    rewritten(workspace, before, after)
    assert workspace.seals.verify("orders.yaml") == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    headers:\n      X-Trace: a\n", "    include_empty_params: true\n    headers:\n      X-Trace: a\n"),
        ("      flag: ''\n", "      flag: ''\n    include_empty_params: true\n"),
        ("      X-Trace: a\n", "      X-Trace: [a, b]\n"),
        ("      X-Trace: a\n", "      X-Trace: []\n"),
    ],
)
def test_it_breaks_where_a_new_key_says_something_else(workspace: Workspace, before: str, after: str) -> None:
    rewritten(workspace, before, after)
    (finding,) = workspace.seals.verify("orders.yaml")
    assert isinstance(finding, SealBroken)
