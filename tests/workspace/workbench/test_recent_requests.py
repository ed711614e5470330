"""Requests that were typed last: whole in a session, without secrets on the disk, and nothing where that is off."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from integrator_tui.model.connection import Connection, FormBody, Operation
from integrator_tui.model.entry import Draft
from integrator_tui.model.redact import Redactor
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace
from integrator_tui.workspace.workbench import recent_requests as module

ORDERS = Draft(Connection(name="Orders"), "orders.yaml")
POST = Operation(method="POST", path="/orders?a=1", body=FormBody(form=(("password", "opensesame-42"),)))


def opened(tmp_path: Path) -> Workspace:
    folders = (tmp_path / "config", tmp_path / "state", tmp_path / "cache")
    return Workspace(tmp_path / "connections", Surroundings(*folders))


def file_of(tmp_path: Path) -> Path:
    (file,) = (tmp_path / "state" / "recent").iterdir()
    return file


def test_a_session_knows_all_of_it_and_the_next_one_what_is_no_secret(tmp_path: Path) -> None:
    recent = opened(tmp_path).recent_requests
    recent.add(ORDERS, POST)
    recent.add(ORDERS, Operation(method="GET", path="/x", params=(("pin", "1234"),)))
    recent.add(ORDERS, POST)
    assert [one.method for one in recent.of(ORDERS)] == ["POST", "GET"]
    assert recent.of(ORDERS)[0].body == POST.body
    later = opened(tmp_path).recent_requests.of(ORDERS)
    assert [(one.method, one.path, one.params, one.body) for one in later] == [
        ("POST", "/orders?a=1", (), None),
        ("GET", "/x", (("pin", ""),), None),
    ]
    file = file_of(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "opensesame" not in file.read_text() and "1234" not in file.read_text()


def test_a_secret_that_was_typed_or_sent_stands_in_nothing_that_is_kept(tmp_path: Path) -> None:
    workspace = opened(tmp_path)
    workspace.answers.learn(ORDERS, Redactor(["opensesame-42"]))
    typed = Draft(ORDERS.connection, "orders.yaml", typed={"k": Secret("t0ken-v4lue")})
    for path in ("/a/opensesame-42", "/a?q=opensesame-42", "/b?q=t0ken-v4lue"):
        workspace.recent_requests.add(typed, Operation(method="GET", path=path))
    kept = opened(tmp_path).recent_requests.of(ORDERS)
    assert [one.path for one in kept] == ["/b?q=", "/a?q="]


def test_it_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EACH", 3)
    monkeypatch.setattr(module, "MOST_CONNECTIONS", 2)
    recent = opened(tmp_path).recent_requests
    for name in ("a.yaml", "b.yaml", "c.yaml"):
        for number in range(5):
            recent.add(Draft(ORDERS.connection, name), Operation(method="GET", path=f"/{number}"))
    kept = json.loads(file_of(tmp_path).read_text())["connections"]
    assert {name: [one["path"] for one in of] for name, of in kept.items()} == {
        "c.yaml": ["/4", "/3", "/2"],
        "b.yaml": ["/4", "/3", "/2"],
    }


def test_remember_false_keeps_nothing_on_the_disk(tmp_path: Path) -> None:
    settings = tmp_path / "config" / "settings.yaml"
    settings.parent.mkdir()
    settings.write_text("remember: false\n")
    recent = opened(tmp_path).recent_requests
    recent.add(ORDERS, POST)
    assert recent.of(ORDERS) == (POST,) and not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[" * 100_000, '{"connections": 3}', '{"connections": {"orders.yaml": [[1]]}}'],
    ids=["empty", "half", "deep", "number", "list"],
)
def test_a_damaged_file_is_begun_anew(tmp_path: Path, text: str) -> None:
    opened(tmp_path).recent_requests.add(ORDERS, POST)
    file_of(tmp_path).write_text(text)
    recent = opened(tmp_path).recent_requests
    assert recent.of(ORDERS) == ()
    recent.add(ORDERS, POST)
    assert len(opened(tmp_path).recent_requests.of(ORDERS)) == 1


def test_what_is_no_file_of_this_user_alone_is_not_read(tmp_path: Path) -> None:
    opened(tmp_path).recent_requests.add(ORDERS, POST)
    file = file_of(tmp_path)
    file.chmod(0o644)
    assert opened(tmp_path).recent_requests.of(ORDERS) == ()
    file.unlink()
    os.mkfifo(file, 0o600)
    assert opened(tmp_path).recent_requests.of(ORDERS) == ()


def test_it_follows_a_file_and_never_fails(tmp_path: Path) -> None:
    recent = opened(tmp_path).recent_requests
    recent.moved("orders.yaml", "new.yaml")
    assert not (tmp_path / "state").exists()
    recent.add(ORDERS, POST)
    recent.moved("orders.yaml", "new.yaml")
    moved = Draft(ORDERS.connection, "new.yaml")
    assert recent.of(ORDERS) == () and len(recent.of(moved)) == 1
    assert len(opened(tmp_path).recent_requests.of(moved)) == 1
    other = tmp_path / "other"
    other.mkdir()
    (other / "state").write_text("no folder")
    stuck = opened(other).recent_requests
    stuck.add(ORDERS, POST)
    assert stuck.of(ORDERS) == (POST,)
