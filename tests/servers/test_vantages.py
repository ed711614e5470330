"""Checks from other hosts: over a real ssh, to names and addresses that this machine cannot reach."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.engine.settings import EngineSettings
from integrator_tui.engine.ssh import vantages
from integrator_tui.engine.ssh.command import SshSettings
from integrator_tui.engine.target import Target
from integrator_tui.model.connection import BasicAuth
from tests.engine.probing import check, kind, outcomes, shown, stage, target
from tests.servers.far_host import ADDRESS, CLOSING, HALF, HTTP, HTTPS, NAME, SILENT, FarHost, far_host

PASSED = {"resolve": "skipped", "connect": "passed", "respond": "passed"}


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FarHost]:
    with far_host(tmp_path_factory.mktemp("far")) as running:
        yield running


def engine_of(far: FarHost, runtime: Path | None = None, **variables: str) -> Engine:
    def settings() -> SshSettings:
        return SshSettings(far.program, {**os.environ, **variables}, runtime)

    return Engine(EngineSettings(ca_file="/dev/null", ca_dir="/dev/null", ssh=settings))


@pytest.fixture
async def engine(far: FarHost) -> AsyncIterator[Engine]:
    made = engine_of(far)
    yield made
    await made.aclose()


def running(far: FarHost) -> list[str]:
    """The processes of ssh that read this host's configuration."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode("utf-8", "replace").split("\0")
        except OSError:
            continue
        if str(far.folder / "config") in words:
            found.append(" ".join(words))
    return found


def is_alive(pid: int) -> bool:
    """Whether a process runs: one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for what a signal brings about: it is sent, and the system delivers it in its own time."""
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.01)


async def test_from_here_there_is_no_way(engine: Engine) -> None:
    for host in (NAME, ADDRESS):
        report = await check(engine, target(f"http://{host}:{HTTP}/health", connect=1.0))
        assert report.outcome == "failed"
        assert report.vantage == "local"


@pytest.mark.parametrize("via", ["bastion", "inner"])
async def test_names_and_addresses_of_the_far_end(engine: Engine, via: str) -> None:
    for host in (NAME, ADDRESS):
        report = await check(engine, target(f"http://{host}:{HTTP}/health", via=via))
        assert outcomes(report) == PASSED, report.failure
        assert report.vantage == via
        assert stage(report, "connect").detail == {"vantage": via, "port": HTTP}


async def test_tls_is_spoken_from_here_and_names_the_far_host(engine: Engine, far: FarHost) -> None:
    base = f"https://{NAME}:{HTTPS}"
    trusted = await check(engine, target(f"{base}/health", via="bastion", ca_cert=far.ca))
    assert trusted.outcome == "passed", trusted.failure
    untrusted = await check(engine, target(f"{base}/health", via="bastion"))
    assert kind(untrusted) == ("tls", "tls_untrusted")
    assert "Far Authority" in str(stage(untrusted, "tls").detail)


async def test_many_checks_are_one_login(engine: Engine, far: FarHost) -> None:
    before = len(far.arguments())
    urls = [target(f"http://{NAME}:{HTTP}/{number}", via="bastion") for number in range(60)]
    reports = await asyncio.gather(*(check(engine, url) for url in urls))
    assert {report.failure for report in reports} == {None}
    assert len(far.arguments()) == before + 1


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (f"http://{NAME}:1/", "refused"),
        ("http://nowhere.far.test/", "dns_not_found"),
        ("http://10.98.0.1/", "unreachable"),
        (f"http://{NAME}:{SILENT}/", "connect_timeout"),
    ],
)
async def test_what_ssh_says_of_the_target_has_its_kind(engine: Engine, url: str, found: str) -> None:
    report = await check(engine, target(url, via="bastion", connect=1.0))
    assert kind(report) == ("connect", found)
    assert report.failure is not None
    assert "seen from bastion" in report.failure.message


async def test_each_of_many_that_fail_at_once_has_its_own_reason(engine: Engine) -> None:
    urls = {
        f"http://{NAME}:1/": "refused",
        "http://no.test/": "dns_not_found",
        "http://10.98.0.1/": "unreachable",
    }
    wanted = [(url, found) for url, found in urls.items() for _ in range(20)]
    reports = await asyncio.gather(*(check(engine, target(url, via="bastion")) for url, _ in wanted))
    assert [kind(report)[1] for report in reports] == [found for _, found in wanted]


async def test_a_target_that_closes_is_no_fault_of_the_vantage(engine: Engine) -> None:
    report = await check(engine, target(f"http://{NAME}:{CLOSING}/", via="bastion"))
    assert kind(report) == ("respond", "protocol_error")


@pytest.mark.parametrize(
    ("via", "words"),
    [
        ("stranger", "its host key is not known"),
        ("changed", "the host key is another one than before"),
        ("refused", "it lets this user not in"),
        ("forbidding", "prohibited"),
        ("gone", "ssh ended"),
        ("no-such-host.invalid", "ssh does not find the host"),
    ],
)
async def test_what_ssh_says_of_itself_is_the_vantages(engine: Engine, far: FarHost, via: str, words: str) -> None:
    report = await check(engine, target(f"http://{NAME}:{HTTP}/", via=via))
    assert kind(report) == ("connect", "vantage_failed")
    assert report.failure is not None
    assert words in report.failure.message
    assert stage(report, "connect").detail["vantage"] == via


async def test_who_is_not_let_in_does_not_knock_for_each_check(
    engine: Engine, far: FarHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vantages, "AGAIN_SECONDS", 600.0)
    before = len(far.arguments())
    wanted = [target(f"http://{NAME}:{HTTP}/{number}", via="refused") for number in range(20)]
    reports = await asyncio.gather(*(check(engine, each) for each in wanted[:10]))
    reports += [await check(engine, each) for each in wanted[10:]]
    assert {kind(report) for report in reports} == {("connect", "vantage_failed")}
    assert len({report.failure for report in reports}) == 1
    assert len(far.arguments()) == before + 1


async def test_a_vantage_that_says_nothing_is_given_up(engine: Engine, far: FarHost) -> None:
    report = await engine.check(
        target(f"http://{NAME}:{HTTP}/", via="mute", connect=1.0), "Mute", None, timeout=2.0
    )
    assert kind(report) == ("connect", "vantage_failed")
    await engine.aclose()
    (pid,) = far.pids("mute")
    await until(lambda: not is_alive(pid))


async def in_the_middle(engine: Engine, wanted: Target, hit: Callable[[], None]) -> tuple[str, str]:
    """Probe, and call `hit` once it is connected; return the stage that failed, and the kind of its failure."""
    async with aclosing(engine.probe(wanted)) as results:
        async for result in results:
            if result.stage == "connect" and result.outcome == "passed":
                hit()
            elif result.failure is not None:
                return result.stage, result.failure.kind
    raise AssertionError("nothing failed")


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
async def test_a_vantage_that_freezes_or_dies_in_the_middle(engine: Engine, far: FarHost, number: int) -> None:
    pids: list[int] = []

    def hit() -> None:
        pids.extend(far.pids())
        for pid in pids:
            os.kill(pid, number)

    try:
        wanted = target(f"http://{NAME}:{HALF}/", via="bastion", read=60.0)
        assert await in_the_middle(engine, wanted, hit) == ("respond", "vantage_failed")
    finally:
        if number == signal.SIGSTOP:
            for pid in pids:
                if Path(f"/proc/{pid}").exists():
                    os.kill(pid, signal.SIGKILL)
    again = await check(engine, target(f"http://{NAME}:{HTTP}/", via="bastion"))
    assert again.outcome == "passed", again.failure


async def test_a_vantage_that_freezes_before_a_connect(engine: Engine, far: FarHost) -> None:
    assert (await check(engine, target(f"http://{NAME}:{HTTP}/", via="bastion"))).outcome == "passed"
    for pid in far.pids():
        os.kill(pid, signal.SIGSTOP)
    try:
        report = await check(engine, target(f"http://{NAME}:{HTTP}/", via="bastion", connect=0.5))
        assert kind(report) == ("connect", "vantage_failed")
    finally:
        for pid in far.pids():
            os.kill(pid, signal.SIGKILL)


async def test_a_vantage_that_freezes_is_told_from_a_slow_target(engine: Engine, far: FarHost) -> None:
    slow = await check(engine, target(f"http://{NAME}:{HALF}/", via="bastion", read=0.5))
    assert kind(slow) == ("respond", "read_timeout")

    def freeze() -> None:
        for pid in far.pids():
            os.kill(pid, signal.SIGSTOP)

    try:
        wanted = target(f"http://{NAME}:{HALF}/", via="bastion", read=1.5)
        assert await in_the_middle(engine, wanted, freeze) == ("respond", "vantage_failed")
    finally:
        for pid in far.pids():
            os.kill(pid, signal.SIGKILL)


async def test_who_looks_is_let_in_at_once_where_the_way_was_mended(engine: Engine, far: FarHost) -> None:
    known = far.folder / "known_hosts"
    text = known.read_text()
    wanted = target(f"http://{NAME}:{HTTP}/", via="bastion")
    known.write_text("")
    try:
        assert kind(await check(engine, wanted)) == ("connect", "vantage_failed")
    finally:
        known.write_text(text)
    assert [result.outcome async for result in engine.probe(wanted)][1:] == ["passed", "passed"]


async def test_nothing_is_left_and_nothing_listens(far: FarHost, tmp_path: Path) -> None:
    engine = engine_of(far, tmp_path)
    report = await check(engine, target(f"http://{NAME}:{HTTP}/", via="inner"))
    assert report.outcome == "passed", report.failure
    assert running(far)
    (folder,) = tmp_path.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with socket.socket() as sock:
        assert sock.connect_ex(("127.0.0.1", far.local_port)) != 0
    await engine.aclose()
    await until(lambda: not running(far))
    assert list(tmp_path.iterdir()) == []
    assert not (far.folder / "local_command").exists()
    assert not list(far.folder.glob("shared-*"))


async def test_a_control_path_that_is_too_long_lies_elsewhere(far: FarHost, tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 100) / "b"
    deep.mkdir(parents=True)
    engine = engine_of(far, deep)
    report = await check(engine, target(f"http://{NAME}:{HTTP}/", via="bastion"))
    assert report.outcome == "passed", report.failure
    assert list(deep.iterdir()) == []
    await engine.aclose()


async def test_without_ssh() -> None:
    engine = Engine(EngineSettings(ca_file="/dev/null", ca_dir="/dev/null", ssh=SshSettings))
    report = await check(engine, target("http://127.0.0.1:1/", via="bastion"))
    assert kind(report) == ("connect", "vantage_failed")
    assert report.failure is not None
    assert "there is no ssh in PATH" in report.failure.message
    await engine.aclose()


async def test_the_far_end_and_ssh_learn_no_secret(engine: Engine, far: FarHost) -> None:
    wanted = target(
        f"https://{NAME}:{HTTPS}/health",
        BasicAuth(username="svc"),
        {"password": "correct horse battery"},
        via="bastion",
        ca_cert=far.ca,
    )
    report = await check(engine, wanted)
    assert report.outcome == "passed", report.failure
    assert "correct horse battery" not in shown(report)
    assert "correct horse battery" not in str(far.arguments()) + far.environments()


async def test_ssh_is_told_what_it_may_not_do(engine: Engine, far: FarHost) -> None:
    await check(engine, target(f"http://{NAME}:{HTTP}/", via="bastion"))
    words = far.arguments()[-1]
    for option in ("BatchMode=yes", "StrictHostKeyChecking=yes", "PermitLocalCommand=no", "RemoteCommand=none",
                   "ForwardAgent=no", "ForwardX11=no", "RequestTTY=no", "ClearAllForwardings=yes"):  # fmt: skip
        assert option in words
    assert words[-2:] == ["--", "bastion"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_ssh_outlives_the_command_however_it_ends(far: FarHost, tmp_path: Path, number: int) -> None:
    """A killed process closes nothing: what waits for its end sees to it."""
    environment = {**os.environ, "HOME": str(tmp_path), "PATH": f"{far.bin}:{os.environ['PATH']}"}
    arguments = [
        "check",
        f"http://{NAME}:{HALF}/",
        f"http://{NAME}:{HTTP}/",
        "--via",
        "bastion",
        "--format",
        "ndjson",
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "integrator_tui", *arguments], env=environment, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert b'"passed"' in process.stdout.readline()
        assert running(far)
        process.send_signal(number)
        assert process.wait(30) != 0
    patience = time.monotonic() + 30
    while running(far) and time.monotonic() < patience:
        os.sched_yield()
    assert running(far) == []
