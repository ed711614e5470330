"""The draft journal: what is in a draft and what is left out, how often it is written, who may take it up."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from queue import Empty, Queue

import pytest

from integrator_tui.errors import InvalidFile, NotFound, PassphraseNeeded
from integrator_tui.model.connection import (
    Connection,
    FormBody,
    HttpBearerTokenAuth,
    Operation,
    Options,
    Request,
)
from integrator_tui.model.entry import Draft, Revision
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import DraftTyped, Workspace
from integrator_tui.workspace.journals import drafts as journal
from integrator_tui.workspace.journals.draft_text import parsed, written, written_without_secrets
from integrator_tui.workspace.journals.drafts import Drafts, WaitingDraft
from tests.identities import protected_identity

CANARY = "cAnary-7e1"
STORED = Connection(
    name="Orders",
    base_url=f"https://svc:{CANARY}@orders.example.com/api?key={CANARY}",
    headers=(("X-Key", CANARY),),
    auth=HttpBearerTokenAuth(
        request=Request(
            path=f"/token?key={CANARY}",
            headers=(("X-Key", CANARY), ("X-Key", f"{CANARY}-2")),
            params=(("key", CANARY),),
            body=FormBody(form=(("client_secret", CANARY),)),
        ),
        token_output="body.access_token",
    ),
    operations=(Operation(name="Open", path=f"/orders?key={CANARY}", headers=(("X-Key", CANARY),)),),
    options=Options(proxy=f"http://me:{CANARY}@proxy.example.com"),
    secrets=("password",),
)


def draft(**changes: object) -> DraftTyped:
    saved = Draft(STORED, "orders.yaml", Revision("a" * 64))
    edited = Draft(
        STORED.model_copy(update={"test_path": "/typed", "secrets": ("password", "new"), **changes}),
        saved.file,
        saved.revision,
        {"new": Secret(CANARY), "password": Secret(CANARY)},
    )
    return DraftTyped(saved, edited, {"new": "password"})


def test_a_draft_comes_back_as_it_was_typed() -> None:
    assert parsed(written(draft())) == draft()


def test_the_folder_comes_back_and_a_draft_of_before_there_was_one_is_read() -> None:
    typed = draft()
    moved = DraftTyped(replace(typed.saved, folder="a"), replace(typed.edited, folder="b/c"))
    again = parsed(written(moved))
    assert (again.saved.folder, again.edited.folder) == ("a", "b/c")
    old = json.loads(written(moved))
    del old["folders"]
    assert parsed(json.dumps(old).encode()).edited.folder is None
    old["folders"] = ["a", 1]
    with pytest.raises(InvalidFile):
        parsed(json.dumps(old).encode())


def test_what_may_hold_a_secret_is_left_out_and_taken_from_the_file() -> None:
    data = written_without_secrets(draft())
    assert CANARY.encode() not in data
    found = parsed(data)
    assert found.left_out and found.edited.connection.test_path == "/typed"
    stored = Draft(STORED, "orders.yaml", Revision("a" * 64))
    again = found.completed(stored)
    assert again.saved == stored
    assert again.edited.connection == draft().edited.connection
    assert again.edited.typed == {"new": Secret("")}
    changed = Draft(STORED.model_copy(update={"description": "theirs"}), "orders.yaml", Revision("b" * 64))
    assert found.completed(changed).saved.revision == Revision("a" * 64)


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b'{"version": 2}', written(draft())[:-9], b"\xff" * 40])
def test_what_is_damaged_is_refused_without_quoting_it(data: bytes) -> None:
    with pytest.raises(InvalidFile) as raised:
        parsed(data)
    assert CANARY not in raised.value.message + raised.value.hint


# --- the journal ---


class Key:
    def encrypt_to_self(self, data: bytes) -> bytes | None:
        return None

    def decrypt_own(self, data: bytes, *, ask: bool) -> bytes:
        raise AssertionError


def drafts(tmp_path: Path, wanted: Callable[[], bool] = lambda: True) -> Drafts:
    return Drafts(tmp_path / "work", tmp_path / "state", wanted, Key)


def kept(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "state/drafts").glob("*/*"))


def orphaned(tmp_path: Path) -> WaitingDraft:
    """Write a draft as if its process had been killed."""
    found = drafts(tmp_path)
    typed = found.begin()
    typed.note(draft().saved, draft().edited, {})
    found.flush()
    (path,) = kept(tmp_path)
    # The number is that of a process that lives, and began at another time.
    dead = path.with_name(f"{path.name.partition('.')[0]}.{os.getpid()}-1.draft")
    path.rename(dead)
    (waiting,) = found.waiting()
    return waiting


def test_typing_is_written_at_most_once_a_second_and_what_came_last_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: Queue[tuple[float, bytes]] = Queue()
    monkeypatch.setattr(Drafts, "_replace", lambda self, name, data: writes.put((time.monotonic(), data)))
    typed = drafts(tmp_path).begin()
    times: list[float] = []
    number = 0
    while len(times) < 3:
        number += 1
        typed.note(draft().saved, draft(description=str(number)).edited, {})
        # The next key is pressed where nothing is written meanwhile.
        with suppress(Empty):
            times.append(writes.get(timeout=0.02)[0])
    number += 1
    typed.note(draft().saved, draft(description=str(number)).edited, {})
    description = ""
    while description != str(number):
        at, data = writes.get(timeout=20)
        times.append(at)
        description = parsed(data).edited.connection.description
    assert number > len(times), "several keys were written together"
    assert all(later - earlier >= 0.9 for earlier, later in pairwise(times))


def test_the_end_writes_what_was_not_written_yet(tmp_path: Path) -> None:
    found = drafts(tmp_path)
    found.begin().note(draft().saved, draft().edited, {})
    assert kept(tmp_path) == []
    found.flush()
    (path,) = kept(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700
    # It is typed by a process that lives.
    assert found.waiting() == ()


def test_saved_discarded_and_taken_back_drafts_are_gone(tmp_path: Path) -> None:
    found = drafts(tmp_path)
    first, second = found.begin(), found.begin()
    for typed in (first, second):
        typed.note(draft().saved, draft().edited, {})
    found.flush()
    first.drop()
    second.withdraw()
    found.flush()
    assert kept(tmp_path) == []
    found.begin().note(draft().saved, draft().edited, {})
    found.flush()
    found.drop_own()
    found.flush()
    assert kept(tmp_path) == []


def test_a_waiting_draft_is_taken_up_by_one_process_and_stays_until_it_is_saved(tmp_path: Path) -> None:
    waiting = orphaned(tmp_path)
    one, other = drafts(tmp_path), drafts(tmp_path)
    assert one.opened(waiting).edited.connection.test_path == "/typed"
    typed = one.begin(waiting)
    assert other.waiting() == () and len(kept(tmp_path)) == 1
    with pytest.raises(NotFound, match="not there any more"):
        other.begin(waiting)
    typed.drop()
    assert kept(tmp_path) == []


def test_a_damaged_draft_is_set_aside(tmp_path: Path) -> None:
    waiting = orphaned(tmp_path)
    (path,) = kept(tmp_path)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(InvalidFile, match="cannot be read"):
        drafts(tmp_path).opened(waiting)
    assert drafts(tmp_path).waiting() == ()


def test_what_keeps_it_from_being_written_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    found = drafts(tmp_path)
    typed = found.begin()
    told = []
    for _ in range(3):
        told.append(typed.note(draft().saved, draft().edited, {}))
        found.flush()
    assert told == ["", told[1], ""] and told[1]


def test_switched_off_nothing_is_written(tmp_path: Path) -> None:
    found = drafts(tmp_path, bool)
    found.begin().note(draft().saved, draft().edited, {})
    found.flush()
    assert kept(tmp_path) == []


def test_before_its_passphrase_an_identity_encrypts_nothing_and_afterwards_everything(tmp_path: Path) -> None:
    def opened() -> Workspace:
        given = Surroundings(
            tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_keys_file=tmp_path / "keys.txt"
        )
        return Workspace(tmp_path / "work", given)

    protected_identity(opened(), tmp_path / "keys.txt", "passphrase")
    workspace = opened()
    typed = workspace.drafts.begin()
    typed.note(draft().saved, draft().edited, {})
    workspace.keep_drafts()
    (path,) = kept(tmp_path)
    assert CANARY.encode() not in path.read_bytes() and b"left_out" in path.read_bytes()
    workspace.keys.unlock(Secret("passphrase"))
    typed.note(draft().saved, draft().edited, {})
    workspace.keep_drafts()
    assert path.read_bytes().startswith(b"-----BEGIN AGE")
    waiting = WaitingDraft(path.name, 0.0)
    later = opened()
    for ask in (False, True):
        with pytest.raises(PassphraseNeeded):
            later.drafts.opened(waiting, ask=ask)
    later.keys.unlock(Secret("passphrase"))
    assert later.drafts.opened(waiting).edited.typed["new"].reveal() == CANARY


def test_the_pace_is_the_contract() -> None:
    assert journal.EACH == 1.0
