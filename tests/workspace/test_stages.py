"""Stages: a file that extends another one, what it takes from there, and what its seal covers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from integrator_tui.errors import ChangedOnDisk, SealBroken
from integrator_tui.model.connection import BasicAuth, NoAuth, Passing
from integrator_tui.model.draft import edited
from integrator_tui.model.entry import Draft, Entry, connection_of
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace

BASE = """\
name: Orders
base_url: https://orders.example.com
test_path: /health
description: The order service
tags: [prod]
headers: {X-Team: orders}
test: {expect: body.up}
auth:
  type: basic
  username: "{{user}}"
operations:
  - name: Open
    method: GET
    path: /orders
"""
STAGE = """\
name: Orders (test)
base_url: https://test.example.com
extends: ../orders.yaml   # the live one
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A base, and a stage of it in a folder."""
    root = tmp_path / "work"
    (root / "test").mkdir(parents=True)
    (root / "orders.yaml").write_text(BASE)
    (root / "test/orders.yaml").write_text(STAGE)
    given = Surroundings(tmp_path / "c", tmp_path / "s", tmp_path / "k", age_keys_file=tmp_path / "age/keys.txt")
    made = Workspace(root, given)
    made.keys.create_identity()
    return made


def stage(workspace: Workspace) -> Entry:
    return workspace.catalog.entry("test/orders.yaml")


def write(workspace: Workspace, more: str = "", base: str = BASE, file: str = "test/orders.yaml") -> None:
    (workspace.root / "orders.yaml").write_text(base)
    (workspace.root / file).write_text(STAGE + more)


def wrong(workspace: Workspace) -> tuple[str, str, int | None]:
    (problem,) = [found for found in stage(workspace).problems if found.is_error]
    return problem.field, problem.message, problem.line


def test_six_keys_are_taken_whole_and_nothing_else(workspace: Workspace) -> None:
    entry = stage(workspace)
    made, base = connection_of(entry), connection_of(workspace.catalog.entry("orders.yaml"))
    assert (entry.state, entry.problems, entry.base) == ("ok", (), "orders.yaml")
    assert entry.inherited == ("description", "documentation_link", "headers", "test", "auth", "operations")
    assert (made.name, made.base_url, made.test_path, made.tags) == (
        "Orders (test)",
        "https://test.example.com",
        "",
        (),
    )
    for key in entry.inherited:
        assert getattr(made, key) == getattr(base, key)
    listed = {found.file: found.auth for found in workspace.catalog.summaries()}
    assert listed == {"orders.yaml": "basic", "test/orders.yaml": "basic"}


def test_a_key_of_its_own_is_never_merged_by_parts(workspace: Workspace) -> None:
    write(workspace, "headers: {X-Own: '1'}\ntest: {status: [204]}\nauth: {type: none}\noperations: []\n")
    made = connection_of(stage(workspace))
    assert made.headers == (("X-Own", "1"),)
    assert made.test == Passing(status=("204",))
    assert (made.auth, made.operations) == (NoAuth(), ())
    assert stage(workspace).inherited == ("description", "documentation_link")
    write(workspace, "headers: null\n")
    assert connection_of(stage(workspace)).headers == (("X-Team", "orders"),), "null counts as absent"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("missing.yaml", "missing.yaml does not exist"),
        ("orders.yaml", "the file extends itself"),
        ("../../elsewhere.yaml", "leads out of the workspace"),
        ("/etc/passwd", "is no path relative to this file"),
        ("~/orders.yaml", "is no path relative to this file"),
        ("../.hidden/orders.yaml", "is no connection file of this workspace"),
        ("../integrator.yaml", "is no connection file of this workspace"),
        ("..", "leads out of the workspace"),
        ("../test", "is no connection file of this workspace"),
        ("../pipe.yaml", "is no connection file of this workspace"),
        ("''", "the path is empty"),
        ("../out.yaml", "leads out of the workspace"),
        ('"a\\0b"', "is no path"),
    ],
)
def test_a_base_is_a_file_that_the_workspace_lists(workspace: Workspace, path: str, message: str) -> None:
    for name in (".hidden/orders.yaml", "integrator.yaml", "../elsewhere.yaml"):
        (workspace.root / name).parent.mkdir(exist_ok=True)
        (workspace.root / name).write_text(BASE)
    os.mkfifo(workspace.root / "pipe.yaml")
    (workspace.root / "out.yaml").symlink_to("../elsewhere.yaml")
    (workspace.root / "test/orders.yaml").write_text(STAGE.replace("../orders.yaml", path))
    field, told, line = wrong(workspace)
    assert (field, line) == ("extends", 3)
    assert message in told
    assert stage(workspace).state == "problem"


def test_a_link_inside_the_workspace_leads_to_its_file(workspace: Workspace) -> None:
    (workspace.root / "test/live.yaml").symlink_to("../orders.yaml")
    (workspace.root / "test/orders.yaml").write_text(STAGE.replace("../orders.yaml", "live.yaml"))
    assert stage(workspace).base == "orders.yaml"
    assert stage(workspace).state == "ok"


@pytest.mark.parametrize(
    ("base", "message"),
    [
        ("name: [\n", "orders.yaml is broken: line"),
        (
            BASE.replace("username:", "usrname:"),
            "orders.yaml is broken: line 8: auth.username: Username",
        ),
        (BASE.replace("https://orders", "ftp://orders"), "orders.yaml is broken: line 2: base_url:"),
        (BASE + "type: postgres\n", "orders.yaml is broken"),
        (BASE + "extends: test/orders.yaml\n", "orders.yaml extends another file itself"),
        ("", "orders.yaml is broken"),
    ],
)
def test_a_base_that_is_broken_or_extends_is_a_problem(workspace: Workspace, base: str, message: str) -> None:
    write(workspace, base=base)
    field, told, line = wrong(workspace)
    assert (field, line) == ("extends", 3)
    assert message in told


def test_what_is_wrong_with_an_operation_of_the_base_names_the_base(workspace: Workspace) -> None:
    write(workspace, base=BASE.replace("path: /orders", "path: https://evil.example"))
    entry = stage(workspace)
    assert entry.state == "ok"
    (problem,) = [found for found in entry.problems if found.is_error]
    assert (problem.field, problem.line, problem.operation) == ("operations.0.path", 3, 0)
    assert "(in orders.yaml)" in problem.message


def test_what_changes_in_the_base_is_seen_at_once(workspace: Workspace) -> None:
    before = stage(workspace)
    write(workspace, base=BASE.replace("X-Team: orders", "X-Team: other"))
    after = stage(workspace)
    assert connection_of(after).headers == (("X-Team", "other"),)
    assert after.revision != before.revision
    (workspace.root / "orders.yaml").unlink()
    assert stage(workspace).state == "problem"
    write(workspace)
    assert stage(workspace).state == "ok"


def test_a_draft_of_an_older_base_is_refused_until_somebody_looked(workspace: Workspace) -> None:
    entry = stage(workspace)
    write(workspace, base=BASE.replace("type: basic", "type: raw_bearer_token").replace("  username:", "  prefix:"))
    draft = Draft(connection_of(entry), entry.file, entry.revision)
    with pytest.raises(ChangedOnDisk):
        workspace.editor.save(edited(draft, "test_path", "/x"))


def test_saving_writes_what_is_its_own_and_every_other_byte_stays(workspace: Workspace) -> None:
    entry = stage(workspace)
    draft = edited(Draft(connection_of(entry), entry.file, entry.revision), "test_path", "/ping")
    saved = workspace.editor.save(draft)
    text = STAGE.replace("extends", "test_path: /ping\nextends")
    assert (workspace.root / entry.file).read_text() == text
    assert saved.connection == draft.connection
    own = edited(Draft(connection_of(saved), saved.file, saved.revision), "auth.username", "me")
    saved = workspace.editor.save(own)
    assert "auth:\n  type: basic\n  username: me\n" in (workspace.root / entry.file).read_text()
    assert connection_of(saved).auth == BasicAuth(username="me")
    assert "auth" not in saved.inherited


@pytest.mark.parametrize(
    ("key", "value", "written"),
    [
        ("headers", (), "headers: {}"),
        ("test", Passing(), "test: {}"),
        ("auth", NoAuth(), "auth:\n  type: none"),
        ("operations", (), "operations: []"),
        ("description", "", "description: ''"),
    ],
)
def test_a_default_of_its_own_is_written_and_stays(
    workspace: Workspace, key: str, value: object, written: str
) -> None:
    entry = stage(workspace)
    draft = edited(Draft(connection_of(entry), entry.file, entry.revision), key, value)
    saved = workspace.editor.save(draft)
    assert written in (workspace.root / entry.file).read_text()
    assert getattr(connection_of(saved), key) == value
    again = edited(Draft(connection_of(saved), saved.file, saved.revision), "test_path", "/x")
    assert getattr(connection_of(workspace.editor.save(again)), key) == value


def sealed(workspace: Workspace) -> None:
    write(workspace, "secrets:\n  user: fixture-user\n  password: fixture-secret\n")
    workspace.seals.reseal(stage(workspace))
    assert workspace.seals.verify("test/orders.yaml") == ()


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("type: basic", "type: basic", None),
        ("description: The order service", "description: other", None),
        ("https://orders.example.com", "https://other.example.com", None),
        ("X-Team: orders", "X-Team: evil", "headers.X-Team"),
        ("body.up", "true", "test.expect"),
        ('"{{user}}"', "'{{user}} {{password}}'", "auth.username"),
        ("path: /orders", "path: /orders?leak={{password}}", "operations[0].path"),
    ],
)
def test_the_seal_covers_what_is_taken(workspace: Workspace, old: str, new: str, field: str | None) -> None:
    sealed(workspace)
    base = workspace.root / "orders.yaml"
    text = base.read_text()
    assert old in text
    base.write_text(text.replace(old, new))
    findings = workspace.seals.verify("test/orders.yaml")
    if field is None:
        assert findings == ()
        return
    assert [type(found) for found in findings] == [SealBroken]
    with pytest.raises(SealBroken):
        workspace.secrets.of(stage(workspace))
    review = workspace.seals.review("test/orders.yaml")
    differing = {found.name: found.source for found in review.fields if found.differs}
    assert field in differing
    assert set(differing.values()) == {"orders.yaml"}
    assert {found.source for found in review.fields if found.name == "base_url"} == {"test/orders.yaml"}


def test_sealing_the_base_seals_nobody_else(workspace: Workspace) -> None:
    sealed(workspace)
    base = workspace.root / "orders.yaml"
    base.write_text(base.read_text().replace("X-Team: orders", "X-Team: evil") + "secrets:\n  user: s\n")
    workspace.seals.reseal(workspace.catalog.entry("orders.yaml"))
    assert workspace.seals.verify("orders.yaml") == ()
    assert isinstance(workspace.seals.verify("test/orders.yaml")[0], SealBroken)


def test_a_base_whose_own_seal_is_broken_is_no_problem(workspace: Workspace) -> None:
    base = workspace.root / "orders.yaml"
    base.write_text(base.read_text() + "secrets:\n  user: s\n")
    workspace.seals.reseal(workspace.catalog.entry("orders.yaml"))
    base.write_text(base.read_text().replace("https://orders.example.com", "https://evil.example.com"))
    assert isinstance(workspace.seals.verify("orders.yaml")[0], SealBroken)
    assert stage(workspace).state == "ok"


def changed(workspace: Workspace, path: str, value: object) -> Draft:
    entry = workspace.catalog.entry("orders.yaml")
    return edited(Draft(connection_of(entry), entry.file, entry.revision), path, value)


@pytest.mark.parametrize(
    ("path", "value", "broken"),
    [
        ("auth.username", "x", ("test/orders.yaml",)),
        ("headers", (), ("test/orders.yaml",)),
        ("description", "x", ()),
        ("base_url", "https://x.example", ()),
        ("test_path", "/x", ()),
    ],
)
def test_it_is_known_before_which_seals_a_save_breaks(
    workspace: Workspace, path: str, value: object, broken: tuple[str, ...]
) -> None:
    sealed(workspace)
    (workspace.root / "test/plain.yaml").write_text(STAGE.replace("(test)", "plain"))
    assert workspace.extensions.extending("orders.yaml") == ("test/orders.yaml", "test/plain.yaml")
    draft = changed(workspace, path, value)
    assert workspace.extensions.broken_by(draft) == broken
    workspace.editor.save(draft)
    assert tuple(file for file in workspace.catalog.files() if workspace.seals.is_broken(file)) == broken


def test_what_a_stage_has_of_its_own_breaks_no_seal(workspace: Workspace) -> None:
    write(workspace, "auth: {type: basic, username: own}\nsecrets: {password: s}\n")
    workspace.seals.reseal(stage(workspace))
    assert workspace.extensions.broken_by(changed(workspace, "auth.username", "x")) == ()
    assert workspace.extensions.broken_by(changed(workspace, "headers", ())) == ("test/orders.yaml",)


def test_a_draft_says_what_it_still_takes(workspace: Workspace) -> None:
    entry = stage(workspace)
    draft = Draft(connection_of(entry), entry.file, entry.revision)
    found = workspace.extensions.inherited(draft)
    assert found is not None
    assert (found.base, len(found.keys)) == ("orders.yaml", 6)
    found = workspace.extensions.inherited(edited(draft, "auth.username", "x"))
    assert found is not None
    assert "auth" not in found.keys
    assert workspace.extensions.inherited(changed(workspace, "name", "x")) is None


def test_a_new_stage_lies_in_the_folder_it_was_made_for(workspace: Workspace) -> None:
    draft = workspace.extensions.begun("New", "orders.yaml", "deep/er", "https://new.example.com")
    assert draft.connection.extends == "../../orders.yaml"
    entry = workspace.editor.save(draft)
    assert (entry.file, entry.base, entry.state) == ("deep/er/new.yaml", "orders.yaml", "ok")
