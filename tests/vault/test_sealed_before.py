"""A file that was sealed before a key of the format existed stays sealed; what the new keys say breaks it.

`sealed_before/orders.yaml` was sealed to the identity beside it, which protects nothing else, when neither
`include_empty_params` nor a header with a list of values was known; `payments.yaml` and `login.yaml` when none of
`headers`, `test`, `auth.params` and `auth.request.accept` was.
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
    for file in FIXTURE.glob("*.yaml"):
        shutil.copy(file, root)
    keys = tmp_path / "keys.txt"
    keys.write_bytes((FIXTURE / "keys.txt").read_bytes())
    keys.chmod(0o600)
    return Workspace(root, Surroundings(tmp_path / "c", tmp_path / "s", tmp_path / "k", age_keys_file=keys))


def rewritten(workspace: Workspace, before: str, after: str, name: str = "orders.yaml") -> None:
    file = workspace.root / name
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


LATER: tuple[tuple[str, str, str], ...] = (
    ("payments.yaml", "tags: [payments]\n", "headers: {}\ntest:\n  status: [2xx]\n"),
    ("payments.yaml", "  scope: read\n", "  params: {}\n"),
    ("login.yaml", "    path: /login\n", "    accept: [2xx]\n"),
)
"""A file, a line of it, and what says behind it what was so."""


@pytest.mark.parametrize("file", ["payments.yaml", "login.yaml"])
def test_a_file_sealed_by_the_build_before_stays_sealed(workspace: Workspace, file: str) -> None:
    entry = workspace.catalog.entry(file)
    assert workspace.seals.verify(file) == ()
    assert [value.reveal() for value in workspace.secrets.of(entry).values()] == ["fixture-secret"]


@pytest.mark.parametrize(("file", "line", "more"), LATER, ids=str)
def test_later_keys_that_say_what_was_so_break_nothing(
    workspace: Workspace, file: str, line: str, more: str
) -> None:
    rewritten(workspace, line, line + more, file)
    assert workspace.seals.verify(file) == ()


@pytest.mark.parametrize(
    ("file", "line", "more"),
    [
        ("payments.yaml", "tags: [payments]\n", "headers:\n  X-To: 'elsewhere'\n"),
        ("payments.yaml", "tags: [payments]\n", "test:\n  status: [4xx]\n"),
        ("payments.yaml", "tags: [payments]\n", "test:\n  expect: 'true'\n"),
        ("payments.yaml", "  scope: read\n", "  params:\n    audience: '{{client_secret}}'\n"),
        ("login.yaml", "    path: /login\n", "    accept: [3xx]\n"),
    ],
    ids=str,
)
def test_later_keys_that_say_something_else_break_the_seal_and_are_named(
    workspace: Workspace, file: str, line: str, more: str
) -> None:
    rewritten(workspace, line, line + more, file)
    (finding,) = workspace.seals.verify(file)
    assert isinstance(finding, SealBroken)
    review = workspace.seals.review(file)
    key = more.strip().partition(":")[0]
    assert any(field.differs and key in field.name for field in review.fields)


def test_a_list_of_two_statuses_is_shown_as_a_list(workspace: Workspace) -> None:
    line = "tags: [payments]\n"
    rewritten(workspace, line, f"{line}test:\n  status: [200, 204]\n", "payments.yaml")
    fields = {field.name: field.value for field in workspace.seals.review("payments.yaml").fields}
    assert fields["test.status"] == "200, 204"
