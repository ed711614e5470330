"""What is wrong with one file, or one operation, stops that alone; names are unique within a folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from integrator_tui.errors import InvalidFile, NotFound, UsageError
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace
from integrator_tui.workspace.batch.check import Check, broken

GOOD = "  - name: Good\n    method: GET\n    path: /good\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    home = tmp_path / "home"
    surroundings = Surroundings(home / "config", home / "state", home / "cache", age_keys_file=home / "keys.txt")
    return Workspace(tmp_path / "work", surroundings)


def write(workspace: Workspace, file: str, text: str) -> None:
    path = workspace.root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def orders(name: str = "Orders", more: str = "") -> str:
    return f"name: {name}\nbase_url: https://orders.example.com\n{more}"


@pytest.mark.parametrize(
    ("bad", "field", "line"),
    [
        ("  - name: Bad\n    path: https://evil.example/x\n", "operations.1.path", 8),
        ("  - name: Bad\n    parms: {a: b}\n", "operations.1.parms", 8),
        ("  - name: Bad\n    params: [a]\n", "operations.1.params", 8),
        ("  - name: Bad\n    method: BREW\n", "operations.1.method", 8),
        ("  - name: Bad\n    headers: {'A B': x}\n", "operations.1.headers.A B", 8),
        ("  - name: Bad\n    headers: {A: [[x]]}\n", "operations.1.headers.A.0", 8),
        ("  - name: Bad\n    body: {raw: a, form: {a: b}}\n", "operations.1.body.form", 8),
        ("  - name: Bad\n    follow_redirect: maybe\n", "operations.1.follow_redirect", 8),
        ("  - name: Bad\n    outputs: {'a.b': {value: x}}\n", "operations.1.outputs.a.b", 8),
        ("  - name: Bad\n    outputs: {Id: {valeu: x}}\n", "operations.1.outputs.Id.valeu", 8),
        ("  - path: /x\n", "operations.1.name", 7),
        ("  - just text\n", "operations.1", 7),
        ("  - ~\n  - name: Bad\n    path: https://evil.example\n", "operations.1.path", 9),
    ],
)
def test_a_bad_operation_stops_itself_alone(workspace: Workspace, bad: str, field: str, line: int) -> None:
    write(workspace, "o.yaml", orders(more=f"operations:\n{GOOD}{bad}"))
    (entry,) = workspace.catalog.entries()
    assert entry.state == "ok" and broken(Check.of(entry)) == ()
    errors = {problem.field: problem.line for problem in entry.problems if problem.is_error}
    assert errors[field] == line and all(problem.operation == 1 for problem in entry.problems)
    assert workspace.requests.operation(entry, "Good").path == "/good"
    if "name: Bad" in bad:
        with pytest.raises(InvalidFile, match=rf"o\.yaml:{line}: operations\.1"):
            workspace.requests.operation(entry, "Bad")


def test_a_bad_operation_is_kept_as_it_stands_when_the_connection_is_saved(workspace: Workspace) -> None:
    bad = "  - name: Bad   # mine\n    parms: {a: b}\n    params: [a]\n  - 5\n"
    write(workspace, "o.yaml", orders(more=f"operations:\n{bad}{GOOD}"))
    (entry,) = workspace.catalog.entries()
    assert entry.connection is not None
    changed = entry.connection.model_copy(update={"description": "why"})
    workspace.editor.save(Draft(changed, entry.file, entry.revision))
    text = (workspace.root / "o.yaml").read_text()
    assert text == orders(more=f"operations:\n{bad}{GOOD}").replace("base_url", "description: why\nbase_url")


def test_operations_of_one_name_are_numbered(workspace: Workspace) -> None:
    second = GOOD.replace("/good", "/second")
    write(workspace, "o.yaml", orders(more=f"operations:\n{GOOD}{second}"))
    (entry,) = workspace.catalog.entries()
    (problem,) = entry.problems
    assert (entry.state, problem.severity, problem.field) == ("ok", "warning", "operations.1.name")
    chosen = workspace.requests.operation
    assert [chosen(entry, "Good", number).path for number in (1, 2)] == ["/good", "/second"]
    with pytest.raises(UsageError, match="2 operations called Good") as caught:
        chosen(entry, "Good")
    assert "1 is GET /good, 2 is GET /second" in caught.value.hint
    with pytest.raises(NotFound):
        chosen(entry, "Good", 3)


def test_a_name_is_unique_within_its_folder(workspace: Workspace) -> None:
    for file in ("dev/o.yaml", "prod/o.yaml", "o.yaml"):
        write(workspace, file, orders())
    assert {entry.state for entry in workspace.catalog.entries()} == {"ok"}
    with pytest.raises(UsageError, match="3 connections are named Orders") as caught:
        workspace.catalog.find("Orders")
    assert caught.value.hint == "name the file: dev/o.yaml, o.yaml, prod/o.yaml"
    assert workspace.catalog.find("prod/o.yaml").file == "prod/o.yaml"
    write(workspace, "prod/again.yaml", orders())
    states = {entry.file: entry.state for entry in workspace.catalog.entries()}
    assert states == {"dev/o.yaml": "ok", "o.yaml": "ok", "prod/again.yaml": "problem", "prod/o.yaml": "problem"}


def test_a_draft_may_have_the_name_of_a_connection_in_another_folder(workspace: Workspace) -> None:
    write(workspace, "prod/o.yaml", orders())
    write(workspace, "dev/users.yaml", orders("Users"))
    workspace.catalog.entries()
    draft = Draft(Connection(name="Orders", base_url="https://o.example"), "dev/users.yaml")
    assert workspace.editor.problems(draft) == ()
    assert workspace.editor.problems(replace(draft, file=None, source="prod/o.yaml"))[0].field == "name"


@pytest.mark.parametrize("kind", ["postgres", "mssql", "invalid", "42", "'sql'"])
def test_another_type_is_kept_as_it_is(workspace: Workspace, kind: str) -> None:
    text = f"name: Data\ntype: {kind}\nhost: db.example.com\nauth: [odd]\nsecrets: {{}}\n"
    write(workspace, "d.yaml", text)
    write(workspace, "o.yaml", orders())
    data, _ = workspace.catalog.entries()
    assert (data.name, data.state, data.connection) == ("Data", "unsupported", None)
    (problem,) = data.problems
    assert (problem.field, problem.line) == ("type", 2)
    assert "cannot be opened here" in problem.message and "write type" not in problem.hint
    assert [entry.state for entry in workspace.catalog.summaries()] == ["unsupported", "ok"]
    assert workspace.seals.verify(data.file) == ()
    with pytest.raises(InvalidFile, match="cannot be opened here"):
        workspace.secrets.of(data)
    assert (workspace.root / "d.yaml").read_text() == text


def test_http_in_other_letters_is_a_mistake_and_not_another_type(workspace: Workspace) -> None:
    write(workspace, "o.yaml", "name: O\ntype: HTTP\nbase_url: https://o.example\n")
    (entry,) = workspace.catalog.entries()
    assert (entry.state, entry.problems[0].hint) == ("problem", "write type: http")
