"""What is shown before a file is sealed: what differs, in which field, and git's conflict in the MAC."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.errors import ChangedOnDisk, InvalidFile, MacMismatch, SealBroken
from integrator_tui.model.connection import Operation
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import Secret, SecretRef
from integrator_tui.model.stream import Closed
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace
from integrator_tui.workspace.catalog.mac_conflict import without_mac_conflicts

FILE = "svc.yaml"
PLAIN = """\
name: Service
base_url: https://api.example.com
test_path: /health
ca_cert_file: ca.pem
auth:
  type: basic
  username: demo
options:
  timeout: {connect: 1}
secrets:
  password: canary-1
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with one sealed file."""
    root = tmp_path / "work"
    root.mkdir()
    (root / FILE).write_text(PLAIN)
    (root / "ca.pem").write_text("one")
    state = tmp_path / "state"
    given = Surroundings(tmp_path / "config", state, tmp_path / "cache", age_keys_file=tmp_path / "age/keys.txt")
    made = Workspace(root, given)
    made.keys.create_identity()
    made.seals.reseal(made.catalog.entry(FILE))
    return made


def replaced(workspace: Workspace, old: str, new: str) -> None:
    path = workspace.root / FILE
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_an_intact_file_needs_nothing(workspace: Workspace) -> None:
    assert workspace.seals.review(FILE).findings == ()


@pytest.mark.parametrize(
    ("old", "new", "fields"),
    [
        ("https://api.example.com", "https://evil.example.com", {"base_url"}),
        ("username: demo", "username: other", {"auth.username"}),
        ("connect: 1", "connect: 2", {"options.timeout.connect"}),
        ("timeout: {connect: 1}", "proxy: http://proxy.example.com:3128", {"options.proxy"}),
        ("timeout: {connect: 1}", "unix_socket: /run/docker.sock", {"options.unix_socket"}),
        ("timeout: {connect: 1}", "via: bastion", {"options.via"}),
    ],
)
def test_the_fields_that_differ_are_told(workspace: Workspace, old: str, new: str, fields: set[str]) -> None:
    replaced(workspace, old, new)
    review = workspace.seals.review(FILE)
    assert review.compared
    assert [type(finding) for finding in review.findings] == [SealBroken]
    assert {field.name for field in review.fields if field.differs} >= fields
    assert {field.name.split(".")[0] for field in review.fields if field.differs} == {
        field.split(".")[0] for field in fields
    }


def test_a_field_that_is_gone_is_named(workspace: Workspace) -> None:
    replaced(workspace, "test_path: /health\n", "")
    assert workspace.seals.review(FILE).gone == ("test_path",)


def test_another_certificate_in_the_file_that_is_named(workspace: Workspace) -> None:
    (workspace.root / "ca.pem").write_text("two")
    review = workspace.seals.review(FILE)
    assert review.findings and review.compared
    assert [field.name for field in review.fields if field.differs] == ["ca_cert_file"]


def test_without_an_identity_nothing_is_compared(workspace: Workspace, tmp_path: Path) -> None:
    replaced(workspace, "username: demo", "username: other")
    (tmp_path / "age/keys.txt").unlink()
    fresh = Workspace(workspace.root, Surroundings(tmp_path / "config", tmp_path / "state", tmp_path / "cache"))
    review = fresh.seals.review(FILE)
    assert not review.compared and review.findings


def test_what_changed_since_it_was_shown_is_not_sealed(workspace: Workspace) -> None:
    replaced(workspace, "username: demo", "username: other")
    review = workspace.seals.review(FILE)
    replaced(workspace, "username: other", "username: third")
    before = (workspace.root / FILE).read_bytes()
    with pytest.raises(ChangedOnDisk):
        workspace.seals.seal(FILE, review.revision)
    assert (workspace.root / FILE).read_bytes() == before


CONFLICT = """\
a: 1
<<<<<<< HEAD
  lastmodified: "1"
  mac: ENC[x]
=======
  lastmodified: "2"
  mac: ENC[y]
>>>>>>> theirs
b: 2
"""


def test_conflicts_in_the_mac_alone_are_resolved() -> None:
    assert without_mac_conflicts(CONFLICT) == 'a: 1\n  lastmodified: "1"\n  mac: ENC[x]\nb: 2\n'
    in_diff3 = CONFLICT.replace("=======", '||||||| base\n  lastmodified: "0"\n=======')
    assert without_mac_conflicts(in_diff3) == without_mac_conflicts(CONFLICT)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n",
        CONFLICT.replace("  mac: ENC[y]", "  base_url: x"),
        CONFLICT + CONFLICT.replace("mac", "password"),
        CONFLICT.replace(">>>>>>> theirs\n", ""),
        CONFLICT.replace("  mac: ENC[x]", "mac: x"),
    ],
)
def test_any_other_conflict_is_for_a_person(text: str) -> None:
    assert without_mac_conflicts(text) is None


def test_plain_text_in_a_file_that_is_broken_elsewhere_is_found(workspace: Workspace) -> None:
    (workspace.root / "broken.yaml").write_text("name: X\nbase_url: [x]\nsecrets:\n  a: canary-2\n")
    found = workspace.seals.verify("broken.yaml")
    assert [type(error) for error in found] == [SealBroken, InvalidFile]
    assert "canary-2" not in "".join(error.message + error.hint for error in found)


def test_a_mac_that_does_not_hold_is_made_anew_where_every_value_opens(workspace: Workspace) -> None:
    replaced(workspace, 'lastmodified: "20', 'lastmodified: "19')
    review = workspace.seals.review(FILE)
    assert [type(finding) for finding in review.findings] == [MacMismatch]
    workspace.seals.seal(FILE, review.revision)
    assert workspace.seals.verify(FILE) == ()
    replaced(workspace, "password: ENC[AES256_GCM,data:", "password: ENC[AES256_GCM,data:AA")
    review = workspace.seals.review(FILE)
    before = (workspace.root / FILE).read_bytes()
    with pytest.raises(MacMismatch):
        workspace.seals.seal(FILE, review.revision)
    assert (workspace.root / FILE).read_bytes() == before


async def test_a_stream_with_a_broken_seal_ends_by_saying_so(workspace: Workspace) -> None:
    replaced(workspace, "https://api.example.com", "https://evil.example.com")
    entry = workspace.catalog.entry(FILE)
    assert entry.connection is not None
    (end,) = [event async for event in workspace.probes.stream(Draft(entry.connection, FILE, entry.revision), {})]
    assert isinstance(end, Closed)
    assert (end.kind, bool(end.hint)) == ("seal_broken", True)
    await workspace.aclose()


async def test_what_a_version_said_that_is_gone_gets_no_secret(workspace: Workspace) -> None:
    intact = (workspace.root / FILE).read_text()
    replaced(workspace, "https://api.example.com", "https://evil.example.com")
    evil = workspace.catalog.entry(FILE)
    assert evil.connection is not None and evil.connection.base_url == "https://evil.example.com"
    (workspace.root / FILE).write_text(intact)
    assert workspace.seals.verify(FILE) == ()
    draft = Draft(evil.connection, FILE, evil.revision)
    with pytest.raises(ChangedOnDisk):
        workspace.probes.target(draft, {})
    results = [result async for result in workspace.probes.probe(draft, {})]
    assert {result.outcome for result in results} == {"skipped"}
    (end,) = [event async for event in workspace.probes.stream(draft, {})]
    assert isinstance(end, Closed)
    assert end.kind == "invalid_file"
    with pytest.raises(ChangedOnDisk):
        async with workspace.requests.request(evil, Operation(path="/"), {}):
            raise AssertionError("nothing is asked")
    typed = Draft(evil.connection, FILE, evil.revision, {"password": Secret("typed now")})
    assert workspace.probes.target(typed, {}).reveal(SecretRef("password")) == Secret("typed now")
    await workspace.aclose()


@pytest.mark.parametrize(
    ("value", "warned"),
    [
        ("|\n    canary", True),
        ("|-\n    canary", False),
        ("' canary'", True),
        ('"canary\\t"', True),
        ("can ary", False),
        ("|\n    -----BEGIN\n    canary", False),
        ("|+\n    -----BEGIN\n    canary\n\n", True),
    ],
)
def test_white_space_at_an_end_of_a_secret_is_told_by_name_alone(
    workspace: Workspace, value: str, warned: bool
) -> None:
    (workspace.root / FILE).write_text(PLAIN.replace("password: canary-1", f"password: {value}"))
    review = workspace.seals.review(FILE)
    assert ["password" in warning for warning in review.warnings] == [True] * warned
    assert not any("canary" in warning for warning in review.warnings)
    workspace.seals.seal(FILE, review.revision)
    assert workspace.seals.review(FILE).warnings == ()
