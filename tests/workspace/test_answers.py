"""Answers of a session: two of each connection, bounded in all, masked when they are given out."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path

import pytest

from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.errors import SaveError
from integrator_tui.model.answer import ReceivedAnswer
from integrator_tui.model.connection import BasicAuth, Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.redact import Redactor
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace
from integrator_tui.workspace import answers as module
from integrator_tui.workspace.answers import Answers

ORDERS, USERS = Draft(Connection(name="Orders"), "orders.yaml"), Draft(Connection(name="Users"), "users.yaml")


def received(body: bytes, content_type: str = "application/json") -> ReceivedAnswer:
    return ReceivedAnswer(200, "OK", (("Content-Type", content_type),), body, "http://x/")


def no_engine() -> None:
    raise AssertionError("nothing is evaluated here")


@pytest.fixture
def kept() -> Answers:
    return Answers(no_engine)  # type: ignore[arg-type]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    surroundings = Surroundings(
        tmp_path / "config", tmp_path / "state", tmp_path / "cache", age_keys_file=tmp_path / "keys.txt"
    )
    return Workspace(tmp_path / "connections", surroundings)


async def body_of(kept: Answers, draft: Draft, *, other: bool = False) -> bytes | None:
    answer = await (kept.other(draft) if other else kept.last(draft))
    return answer.body if answer else None


async def test_the_last_and_the_one_before_are_kept_and_a_pinned_one_stays(kept: Answers) -> None:
    assert await kept.last(ORDERS) is None and await kept.other(ORDERS) is None
    kept.keep(ORDERS, received(b"1"), Redactor())
    first = await kept.last(ORDERS)
    assert first is not None and await kept.other(ORDERS) is None
    assert kept.pin(ORDERS, first) is True
    for body in (b"2", b"3", b"4"):
        kept.keep(ORDERS, received(body), Redactor())
    assert await body_of(kept, ORDERS) == b"4" and await body_of(kept, ORDERS, other=True) == b"1"
    assert kept.pin(ORDERS, first) is False
    assert await body_of(kept, ORDERS, other=True) == b"3"
    assert await kept.last(USERS) is None


async def test_the_oldest_of_all_go_first_and_the_newest_stays(
    kept: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT", 10_000)
    kept.keep(ORDERS, received(b"a" * 4000), Redactor())
    kept.keep(USERS, received(b"b" * 4000), Redactor())
    assert await kept.last(ORDERS) is None and await body_of(kept, USERS) == b"b" * 4000
    kept.keep(ORDERS, received(b"c" * 30_000), Redactor())
    assert await body_of(kept, ORDERS) == b"c" * 30_000 and await kept.last(USERS) is None


async def test_answers_of_a_few_bytes_are_bounded_too(kept: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 100_000)
    drafts = [Draft(Connection(name=f"{number}"), f"{number}.yaml") for number in range(200)]
    for draft in drafts:
        kept.keep(draft, received(b"1"), Redactor())
    held = [await kept.last(draft) is not None for draft in drafts]
    assert 20 < sum(held) < 60 and all(held[-20:])


async def test_half_a_secret_at_the_end_of_a_cut_answer_is_masked(kept: Answers) -> None:
    cut = received(b"x" * 50 + b"geheim-", "text/plain")._replace(cut="the first bytes are kept")
    kept.keep(ORDERS, cut, Redactor(["geheim-42"]))
    assert await body_of(kept, ORDERS) == b"x" * 50
    kept.keep(ORDERS, cut._replace(cut=""), Redactor(["geheim-42"]))
    assert await body_of(kept, ORDERS) == b"x" * 50 + b"geheim-"


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "latin-1"])
async def test_what_is_known_to_be_secret_is_masked_in_every_charset(
    kept: Answers, tmp_path: Path, charset: str
) -> None:
    body = '{"password": "geheim-ö-42", "x": "ö"}'.encode(charset)
    kept.keep(ORDERS, received(body, f"text/plain; charset={charset}"), Redactor(["geheim-ö-42"]))
    answer = await kept.last(ORDERS)
    assert answer is not None and answer.holds_secret
    assert answer.body.decode() == '{"password": "•••", "x": "ö"}' and answer.size == len(body)
    await kept.write(answer, tmp_path / "came", masked=False)
    await kept.write(answer, tmp_path / "masked", masked=True)
    assert (tmp_path / "came").read_bytes() == body and (tmp_path / "masked").read_bytes() == answer.body
    assert stat.S_IMODE((tmp_path / "came").stat().st_mode) == 0o600


async def test_a_secret_across_the_pieces_of_a_large_body_is_masked_too(kept: Answers) -> None:
    secret = "correct horse battery staple"
    body = b"x" * ((1 << 18) - 10) + secret.encode() + b"y" * (1 << 19) + b"\xff\x00" + secret.encode()
    kept.keep(ORDERS, received(body, "application/octet-stream"), Redactor([secret]))
    answer = await kept.last(ORDERS)
    assert answer is not None and answer.body == body.replace(secret.encode(), "•••".encode())


async def test_what_is_there_already_is_not_overwritten(kept: Answers, tmp_path: Path) -> None:
    kept.keep(ORDERS, received(b"1"), Redactor())
    answer = await kept.last(ORDERS)
    assert answer is not None
    (tmp_path / "there").write_text("mine")
    for name in ("there", "no/such/folder", "nul\0"):
        with pytest.raises(SaveError):
            await kept.write(answer, tmp_path / name, masked=True)
    assert (tmp_path / "there").read_text() == "mine"


async def probed(workspace: Workspace, connection: Connection, **typed: str) -> Draft:
    draft = Draft(connection, typed={name: Secret(value) for name, value in typed.items()})
    async for _ in workspace.probes.probe(draft, {}):
        pass
    return draft


@pytest.mark.parametrize(
    ("path", "status", "start", "cut"),
    [
        ("/health", 200, b'{"status"', ""),
        ("/status/401", 401, b'{"status": 401', ""),
        ("/status/503", 503, b'{"status": 503', ""),
        ("/big?bytes=17000000", 200, b"0123456789abcdef", "16 MiB"),
        ("/empty", 200, b"", ""),
    ],
)
async def test_a_test_keeps_its_answer_whatever_it_was(
    workspace: Workspace, demo: ThreadedDemoServer, path: str, status: int, start: bytes, cut: str
) -> None:
    draft = await probed(workspace, Connection(name="A", base_url=demo.addresses.http, test_path=path))
    answer = await workspace.answers.last(draft)
    assert answer is not None and answer.status == status and answer.body.startswith(start)
    assert (cut in answer.cut) if cut else not answer.cut
    assert len(answer.body) == answer.size and (not cut or answer.size == 16 << 20)
    await workspace.aclose()


async def test_what_a_filter_gives_holds_no_secret(workspace: Workspace, demo: ThreadedDemoServer) -> None:
    auth = BasicAuth(username="svc")
    connection = Connection(
        name="A", base_url=demo.addresses.http, test_path="/echo", auth=auth, secrets=("password",)
    )
    draft = await probed(workspace, connection, password="correct-horse-1")
    answer = await workspace.answers.last(draft)
    assert answer is not None and answer.holds_secret
    made = json.loads(await workspace.answers.filtered(answer, "[body.method, statusCode, body]"))
    assert made[:2] == ["GET", 200] and "•••" in json.dumps(made, ensure_ascii=False)
    await workspace.aclose()


async def test_an_answer_that_broke_off_is_kept_as_far_as_it_came(
    workspace: Workspace, demo: ThreadedDemoServer
) -> None:
    from integrator_tui.model.connection import Options

    options = Options.model_validate({"timeout": {"read": 0.5}})
    connection = Connection(name="A", base_url=demo.addresses.http, test_path="/slow/body?ms=20", options=options)
    draft = await asyncio.wait_for(probed(workspace, connection), 60)
    answer = await workspace.answers.last(draft)
    assert answer is not None and answer.body.startswith(b".") and answer.cut
    await workspace.aclose()
