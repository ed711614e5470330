"""Tokens that outlive the process: found by all that they were fetched with, bounded, opened with keys at hand."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.engine.token import Token
from integrator_tui.errors import LockedError
from integrator_tui.model.entry import Draft, connection_of
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace
from integrator_tui.workspace.journals import kept_tokens, token_folder
from integrator_tui.workspace.journals.kept_tokens import KeptToken, KeptTokens
from tests.identities import protected_identity

CONNECTION = """\
name: O
base_url: {url}
auth:
  type: http_bearer_token
  request:
    path: /token
    body: {{form: {{client_id: demo-client, client_secret: '{{{{client_secret}}}}'}}}}
  token_output: body.access_token
  expiration_output: body.expires_in
secrets:
  client_secret: demo-secret
"""


class Machine:
    """One home, of which each workspace stands for a process."""

    def __init__(self, tmp_path: Path, url: str) -> None:
        self.path, self.url = tmp_path, url
        self.keys = tmp_path / "keys.txt"

    def given(self, **more: object) -> Surroundings:
        found: dict[str, object] = {"age_keys_file": self.keys, **more}
        folders = (self.path / "config", self.path / "state", self.path / "cache")
        return Surroundings(*folders, **found)  # type: ignore[arg-type]

    def process(self, **more: object) -> Workspace:
        return Workspace(self.path / "work", self.given(**more))

    def write(self) -> Workspace:
        workspace = self.process()
        workspace.keys.create_identity()
        (self.path / "work").mkdir(exist_ok=True)
        (self.path / "work/o.yaml").write_text(CONNECTION.format(url=self.url))
        workspace.seals.reseal(workspace.catalog.entry("o.yaml"))
        return workspace

    @property
    def kept(self) -> list[Path]:
        return sorted((self.path / "state/tokens").glob("*/tokens.age"))


@pytest.fixture
def machine(tmp_path: Path, demo: ThreadedDemoServer, room: Room) -> Machine:
    return Machine(tmp_path, demo.addresses.http + room.prefix)


def draft(workspace: Workspace) -> Draft:
    entry = workspace.catalog.entry("o.yaml")
    return Draft(connection_of(entry), entry.file, entry.revision)


async def fetch(workspace: Workspace, changed: Draft | None = None) -> None:
    await workspace.tokens.fetch(changed or draft(workspace), {})
    await workspace.aclose()


async def test_the_interface_shows_uses_and_forgets_what_another_process_fetched(
    machine: Machine, room: Room
) -> None:
    await fetch(machine.write())
    workspace = machine.process()
    held = workspace.tokens.held(draft(workspace), {})
    assert held is not None and held.seconds_left is not None and 3500 < held.seconds_left <= 3600
    await fetch(workspace)
    assert len(room.issued) == 1
    assert workspace.tokens.forget(draft(workspace), {})
    assert machine.kept == []
    assert not workspace.tokens.forget(draft(workspace), {})
    assert machine.process().tokens.held(draft(workspace), {}) is None


async def test_a_draft_that_says_something_else_neither_takes_nor_keeps_one(machine: Machine, room: Room) -> None:
    workspace = machine.write()
    await fetch(workspace)
    changed = draft(workspace)
    typed = Draft(changed.connection, changed.file, changed.revision, {"client_secret": Secret("demo-secret")})
    edited = Draft(changed.connection.model_copy(update={"test_path": "/x"}), changed.file, changed.revision)
    for other in (typed, edited):
        await fetch(machine.process(), other)
    assert len(room.issued) == 3


async def test_it_opens_with_what_the_key_command_printed_and_never_runs_it(machine: Machine, room: Room) -> None:
    machine.write()
    hidden, counted = machine.path / "hidden", machine.path / "counted"
    machine.keys.rename(hidden)
    given = {
        "age_key_command": f"sh -c 'echo run >> {counted}; cat {hidden}'",
        "command_environment": {"PATH": os.environ["PATH"]},
    }
    for _ in range(2):
        await fetch(machine.process(**given))
    assert len(room.issued) == 1
    assert counted.read_text().splitlines() == ["run"] * 2, "once a process, for the file itself"
    assert machine.process(**given).kept_tokens.of("o.yaml", "seal") is not None
    assert counted.read_text().splitlines() == ["run"] * 2


async def test_it_opens_with_an_identity_whose_passphrase_was_given(machine: Machine, room: Room) -> None:
    workspace = machine.process()
    protected_identity(workspace, machine.keys, "open sesame")
    (machine.path / "work").mkdir()
    (machine.path / "work/o.yaml").write_text(CONNECTION.format(url=machine.url))
    workspace.seals.reseal(workspace.catalog.entry("o.yaml"))
    await fetch(workspace)
    locked = machine.process()
    with pytest.raises(LockedError):
        await fetch(locked)
    locked.keys.unlock(Secret("open sesame"))
    await fetch(locked)
    assert len(room.issued) == 1


def place(
    tokens: KeptTokens, file: str = "o.yaml", seal: str = "s", vantage: str = "local", asked: bytes = b"r"
) -> KeptToken:
    found = tokens.of(file, seal, vantage)
    assert found is not None
    return found.place((asked,))


def token(value: str = "t", lifetime: float | None = 3600.0) -> Token:
    return Token(Secret(value), lifetime, time.monotonic(), "https://x", "odd")


async def test_it_is_found_by_all_that_it_was_fetched_with(machine: Machine) -> None:
    tokens = machine.write().kept_tokens
    first = place(tokens)
    assert await first.turn(0.0) is None
    await first.keep(token())
    first.end_turn()
    held = place(machine.process().kept_tokens).held()
    assert held is not None
    assert (held.value.reveal(), held.lifetime, held.source, held.note) == ("t", 3600.0, "https://x", "odd")
    assert place(machine.process().kept_tokens, file="p.yaml").held() is None
    assert place(machine.process().kept_tokens, vantage="host").held() is None
    assert place(machine.process().kept_tokens, asked=b"q").held() is None
    assert len(machine.kept) == 1
    assert place(machine.process().kept_tokens, seal="other").held() is None
    assert machine.kept == [], "of another seal nothing is kept"
    elsewhere = Workspace(machine.path / "elsewhere", machine.given())
    assert place(elsewhere.kept_tokens).held() is None


async def test_what_is_moved_into_the_place_of_another_is_not_found(machine: Machine) -> None:
    tokens = machine.write().kept_tokens
    for file in ("a.yaml", "b.yaml"):
        await place(tokens, file).keep(token(file))
    one, other = machine.kept
    data = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(data)
    for file in ("a.yaml", "b.yaml"):
        assert place(machine.process().kept_tokens, file).held() is None


async def test_what_has_ended_goes_and_there_are_never_too_many(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = machine.write().kept_tokens
    for number in range(token_folder.MOST_TOKENS + 3):
        await place(tokens, asked=b"%d" % number).keep(token(str(number)))
    there = [place(tokens, asked=b"%d" % number).held() for number in range(token_folder.MOST_TOKENS + 3)]
    assert [found is not None for found in there] == [False] * 3 + [True] * token_folder.MOST_TOKENS
    monkeypatch.setattr(kept_tokens, "MOST_CONNECTIONS", 3)
    for file in ("a", "b", "c", "d"):
        # The first that a process writes has it look at all.
        await place(machine.process().kept_tokens, file).keep(token(lifetime=3600.0 if file == "a" else None))
    assert len(machine.kept) == 3
    assert [place(tokens, file).held() is not None for file in ("a", "b", "c", "d")] == [False, True, True, True]
    for kept in machine.kept:
        os.utime(kept, (0, 0))
    await place(machine.process().kept_tokens, "e").keep(token())
    assert len(machine.kept) == 1
    assert len(list((machine.path / "state/tokens").iterdir())) == 1


async def test_a_clock_that_went_back_makes_none_last_longer(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = machine.write().kept_tokens
    await place(tokens).keep(token(lifetime=None))
    assert place(tokens).held() is not None
    now = time.time()
    for moved in (-3600, kept_tokens.LONGEST + 1):
        monkeypatch.setattr(time, "time", lambda moved=moved: now + moved)
        assert place(tokens).held() is None


async def test_what_is_for_one_use_makes_nobody_wait(machine: Machine) -> None:
    tokens = machine.write().kept_tokens
    first = place(tokens)
    assert await first.turn(0.0) is None
    await first.keep(token(lifetime=0.0))
    other = place(tokens)
    assert await other.turn(float("inf")) is None, "though it is somebody else's turn"
    assert other.held() is None
    first.end_turn()
