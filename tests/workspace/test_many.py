"""Tests of many for who looks at them: in two processes on two cores, and nobody notices but the clock."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import textwrap
from contextlib import aclosing
from pathlib import Path

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.connection import BasicAuth, Connection, OAuth2Auth
from integrator_tui.model.edited import Draft
from integrator_tui.model.entry import connection_of
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace
from integrator_tui.workspace.batch.run import WORTH_IT
from integrator_tui.workspace.fleet.check_helper import CheckHelper, MadeApart
from integrator_tui.workspace.fleet.many import FleetResult
from tests.waiting import LIMIT, ended, until

COUNT = 60
CANARY = "kQ9-c4nary-of-many"


def workspace(folder: Path, *, cores: int = 2, **around: object) -> Workspace:
    variables = {"PATH": os.defpath, "SOPS_AGE_KEY": CANARY, "INTEGRATOR_TUI_PASSWORD": CANARY}
    given = Surroundings(
        folder / "config",
        folder / "state",
        folder / "cache",
        age_keys_file=folder / "keys.txt",
        command_environment=variables,
        cores=cores,
    )
    return Workspace(folder / "connections", given._replace(**around))  # type: ignore[arg-type]


def fill(made: Workspace, base_url: str, path: str, count: int = COUNT) -> None:
    made.root.mkdir(exist_ok=True)
    for number in range(count):
        text = f"name: Check {number}\nbase_url: {base_url}\ntest_path: {path}\n"
        (made.root / f"{number:04d}.yaml").write_text(text)


async def ready(made: Workspace) -> CheckHelper:
    """Have a second process that can be asked."""
    made.many.prepare(WORTH_IT)
    helper = made.many._helper
    assert helper is not None
    async with asyncio.timeout(LIMIT):
        while not helper.is_ready:
            assert not helper._work.done()
            await asyncio.sleep(0.005)
    return helper


def begun(made: Workspace) -> bool:
    return made.many._helper is not None


async def probed(made: Workspace, given: dict[str, dict[str, str]] | None = None) -> dict[str, FleetResult]:
    found = {}
    async with aclosing(made.many.tested(made.catalog.listed(), given or {})) as results:
        async for result in results:
            assert result.entry.file not in found
            found[result.entry.file] = result
    return found


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that the second process was asked for and made."""
    made: list[str] = []
    check = CheckHelper.check

    async def noted(self: CheckHelper, file: str) -> MadeApart | None:
        found = await check(self, file)
        if found is not None:
            made.append(file)
        return found

    monkeypatch.setattr(CheckHelper, "check", noted)
    return made


@pytest.fixture
def of_every_kind(tmp_path: Path, demo: ThreadedDemoServer, room: Room) -> Workspace:
    """Connections that pass and fail, with secrets, tokens and parameters, files that are none, large answers."""
    made = workspace(tmp_path)
    made.keys.create_identity()
    base = demo.addresses.http + room.prefix
    fill(made, base, "/health")
    fill(made, base, "/status/503", 5)
    (made.root / "0000.yaml").write_text("name: [\n")
    (made.root / "table.yaml").write_text("name: Table\ntype: postgres\nhost: db.example.com\n")
    basic = BasicAuth(username="demo")
    oauth = OAuth2Auth(access_token_url=f"{base}/token", client_id="demo-client")
    for name, path, more in (
        ("Asks", "/status/{{Code}}", {}),
        ("Given", "/status/{{Code}}", {}),
        ("Big", "/big?bytes=300000", {}),
        ("Basic", "/basic/health", {"auth": basic, "secrets": ("password",)}),
        ("Token", "/bearer/health", {"auth": oauth, "secrets": ("client_secret",)}),
        ("Spare", "/health", {"secrets": ("spare",)}),
        ("Nobody", "/basic/health", {"auth": basic}),
    ):
        connection = Connection(name=name, base_url=base, test_path=path, **more)
        made.editor.save(Draft(connection, typed=dict.fromkeys(connection.secrets, Secret(CANARY))))
    return made


async def test_two_processes_find_what_one_finds(
    of_every_kind: Workspace, tmp_path: Path, room: Room, apart: list[str]
) -> None:
    given = {"given.yaml": {"Code": "204"}}
    alone = workspace(tmp_path, cores=1)
    expected = await probed(alone, given)
    asked, room_before = room.counts.requests, dict(room.counts.by_path)
    await ready(of_every_kind)
    found = await probed(of_every_kind, given)
    assert room.counts.requests == 2 * asked
    assert {path: 2 * count for path, count in room_before.items()} == room.counts.by_path

    def told(one: FleetResult) -> object:
        report = one.report
        failure = report.failure
        # How long something took stands in the words of some.
        why = failure._replace(message=re.sub(r"\d+ ms", "", failure.message)) if failure else None
        stages = [(stage.stage, stage.outcome) for stage in report.stages]
        return one.entry.file, one.entry.revision, one.subject, report.name, report.url, report.outcome, stages, why

    assert sorted(map(told, found.values()), key=str) == sorted(map(told, expected.values()), key=str)
    assert len(apart) > COUNT // 10
    assert set(apart).isdisjoint(
        ("0000.yaml", "table.yaml", "given.yaml", "basic.yaml", "token.yaml", "spare.yaml", "nobody.yaml")
    )
    for file, one in found.items():
        connection = of_every_kind.catalog.entry(file).connection
        if connection is None:
            continue
        kept = await of_every_kind.answers.last(Draft(connection, file))
        other = await alone.answers.last(Draft(connection, file))
        assert (kept and (kept.status, kept.body, kept.cut)) == (other and (other.status, other.body, other.cut))
        assert (kept is not None) == (one.report.outcome != "error" or file == "token.yaml"), file
    big = await of_every_kind.answers.last(
        Draft(connection_of(of_every_kind.catalog.entry("big.yaml")), "big.yaml")
    )
    assert big is not None and len(big.body) == 65536
    await alone.aclose()
    await of_every_kind.aclose()


async def test_no_secret_gets_into_the_second_process(of_every_kind: Workspace) -> None:
    helper = await ready(of_every_kind)
    pid = helper.process
    assert pid is not None
    seen = 0
    async with aclosing(of_every_kind.many.tested(of_every_kind.catalog.listed(), {})) as results:
        async for _ in results:
            seen += 1
            if seen == COUNT:
                # Nearly all was made, and it is still there.
                assert CANARY.encode() not in Path(f"/proc/{pid}/environ").read_bytes()
                assert not list(places_of(CANARY.encode(), pid))
                assert list(places_of(b"integrator_tui.workspace.fleet.helper_main", pid)), "what is there is found"
    assert seen > COUNT
    await of_every_kind.aclose()


def places_of(text: bytes, pid: int) -> list[str]:
    """Return the parts of a process's memory that hold a text (proc(5))."""
    found = []
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            place, access = line.split()[:2]
            if access.startswith("rw"):
                begin, end = (int(number, 16) for number in place.split("-"))
                memory.seek(begin)
                if text in memory.read(end - begin):
                    found.append(line)
    return found


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_second_process_that_is_lost_costs_no_result(
    tmp_path: Path, demo: ThreadedDemoServer, room: Room, number: signal.Signals, apart: list[str]
) -> None:
    made = workspace(tmp_path)
    fill(made, demo.addresses.http + room.prefix, "/slow/headers?ms=50")
    helper = await ready(made)
    pid = helper.process
    assert pid is not None
    found, is_hit = [], False
    async with aclosing(made.many.tested(made.catalog.listed(), {})) as results:
        async for result in results:
            found.append(result.report.outcome)
            if apart and len(found) >= COUNT // 4 and not is_hit:
                os.kill(pid, number)
                is_hit = True
    assert found == ["passed"] * COUNT
    assert is_hit and len(apart) < COUNT
    assert ended(pid)
    await made.aclose()


async def test_who_stops_closes_the_sockets_of_both(tmp_path: Path, demo: ThreadedDemoServer, room: Room) -> None:
    made = workspace(tmp_path)
    fill(made, demo.addresses.http + room.prefix, "/silent")
    helper = await ready(made)
    pid = helper.process
    assert pid is not None
    work = asyncio.create_task(probed(made))
    async with asyncio.timeout(LIMIT):
        while room.counts.connections_open < 25:
            await asyncio.sleep(0.005)
    assert 0 < helper.asked < 25
    work.cancel()
    await asyncio.wait([work])
    assert ended(pid)
    until(lambda: room.counts.connections_open == 0, "the server to see them closed")
    await made.aclose()


async def test_nothing_is_begun_that_nobody_wants(tmp_path: Path) -> None:
    made = workspace(tmp_path)
    made.many.prepare(WORTH_IT - 1)
    assert not begun(made)
    pid = (await ready(made)).process
    assert pid is not None
    await made.many.put_off()
    await made.many.put_off()
    assert ended(pid)
    # One that is still being begun.
    made.many.prepare(WORTH_IT)
    helper = made.many._helper
    await asyncio.sleep(0)
    await made.many.put_off()
    assert helper is not None and (helper.process is None or ended(helper.process))


@pytest.mark.parametrize(
    "around", [{"cores": 1}, {"proxies": {"no": "*", "https": f"http://user:{CANARY}@127.0.0.1:9"}}]
)
async def test_there_is_none_on_one_core_nor_where_it_would_be_told_a_password(
    tmp_path: Path, around: dict[str, object]
) -> None:
    made = workspace(tmp_path, **around)  # type: ignore[arg-type]
    made.many.prepare(WORTH_IT)
    assert not begun(made)


async def test_where_no_process_can_be_started_all_is_made_here(
    tmp_path: Path, demo: ThreadedDemoServer, monkeypatch: pytest.MonkeyPatch, apart: list[str]
) -> None:
    made = workspace(tmp_path)
    fill(made, demo.addresses.http, "/health")
    for program in ("", str(tmp_path / "gone"), "/bin/false"):
        monkeypatch.setattr(sys, "executable", program)
        made.many.prepare(WORTH_IT)
        assert {result.report.outcome for result in (await probed(made)).values()} == {"passed"}
    assert apart == []
    await made.aclose()


async def test_what_is_tested_is_what_the_file_says_when_its_turn_comes(
    tmp_path: Path, demo: ThreadedDemoServer, apart: list[str]
) -> None:
    made = workspace(tmp_path)
    fill(made, demo.addresses.http, "/status/503")
    listed = made.catalog.listed()
    await ready(made)
    fill(made, demo.addresses.http, "/health")
    (made.root / "0001.yaml").unlink()
    async with aclosing(made.many.tested(listed, {})) as results:
        found = {result.entry.file: result async for result in results}
    gone = found.pop("0001.yaml")
    assert gone.report.failure is not None and gone.report.failure.kind == "invalid_file"
    assert {result.report.outcome for result in found.values()} == {"passed"}
    assert all(result.entry.revision == made.catalog.entry(file).revision for file, result in found.items())
    assert apart
    await made.aclose()


def test_it_ends_with_a_parent_that_is_killed(tmp_path: Path, demo: ThreadedDemoServer, room: Room) -> None:
    made = workspace(tmp_path)
    fill(made, demo.addresses.http + room.prefix, "/silent")
    program = textwrap.dedent(
        f"""
        import asyncio
        from pathlib import Path
        from tests.workspace.test_many import probed, ready, workspace

        async def main():
            made = workspace(Path({str(tmp_path)!r}))
            print((await ready(made)).process, flush=True)
            await probed(made)

        asyncio.run(main())
        """
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        until(lambda: room.counts.connections_open == 25, "the sockets of both")
        parent.kill()
    assert ended(pid)
    until(lambda: room.counts.connections_open == 0, "the server to see them closed")
