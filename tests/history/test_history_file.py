"""The history as a file: what is kept, for how long, and what becomes of it when something is in the way."""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from integrator_tui.errors import HistoryUnavailable
from integrator_tui.history import history_file as module
from integrator_tui.history.history_file import ASIDE, NAME, HistoryFile
from integrator_tui.history.spool import NEW
from integrator_tui.model.history import HistoryBounds
from integrator_tui.model.last_result import TrackRecord
from integrator_tui.model.moved import Moved
from tests.history.entries import BEGUN, WORKSPACE, Clock, entry
from tests.history.writer import add_many


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def history(tmp_path: Path, clock: Clock) -> HistoryFile:
    return opened(tmp_path, clock)


def opened(tmp_path: Path, clock: Clock | None = None, workspace: str = WORKSPACE, **bounds: float) -> HistoryFile:
    return HistoryFile(tmp_path / "state/history", workspace, HistoryBounds(**bounds), clock or Clock())  # type: ignore[arg-type]


def fill(history: HistoryFile, count: int, first: int = 0) -> None:
    history.add([entry(number) for number in range(first, first + count)])


# what is kept


@pytest.mark.parametrize("read_first", [False, True])
def test_of_each_file_it_is_known_when_it_worked_last_and_since_when_it_fails(
    history: HistoryFile, read_first: bool
) -> None:
    history.add([entry(0), entry(1), entry(2, failed=True), entry(3, "b.yaml", failed=True), entry(4, "c.yaml")])
    if read_first:
        history.track_records()
    history.add([entry(5, failed=True), entry(6, kind="run"), entry(7, "c.yaml", outcome="error"), entry(8, None)])
    at = [BEGUN + timedelta(minutes=number) for number in range(9)]
    assert history.track_records() == {
        "orders.yaml": TrackRecord(at[1], at[2]),
        "b.yaml": TrackRecord(None, at[3]),
        "c.yaml": TrackRecord(at[4]),
    }
    assert set(history.latest()) == {"orders.yaml", "b.yaml", "c.yaml"}


@pytest.mark.parametrize("read_first", [False, True])
def test_what_was_added_comes_back_newest_first(history: HistoryFile, read_first: bool) -> None:
    first = [entry(0), entry(1, failed=True), entry(2, None, name="https://a.example/?k=•••", vantage="bastion")]
    history.add(first)
    if read_first:
        history.entries()
    second = [
        entry(3, kind="run", operation="Open orders", outcome="error"),
        entry(4, "ü\udcff/o.yaml", name="\udc80\0"),
    ]
    history.add(second)
    found = history.entries()
    assert [each._replace(id=None) for each in found] == [*reversed(second), *reversed(first)]
    assert len({each.id for each in found}) == 5
    assert history.entries(last=2) == found[:2]
    assert [each.started_at for each in history.entries("orders.yaml")] == [
        BEGUN + timedelta(minutes=number) for number in (3, 1, 0)
    ]
    assert history.entries("orders.yaml", operation="Open orders") == found[1:2]
    assert history.entries("", name="https://a.example/?k=•••") == found[2:3]
    assert history.entries("", name="https://b.example/") == () == history.entries("other.yaml")
    assert history.entries(name="Orders API") == tuple(each for each in found if each.file == "orders.yaml")


def test_a_workspace_sees_its_own_and_bare_addresses(tmp_path: Path, history: HistoryFile) -> None:
    other = opened(tmp_path, workspace="/elsewhere")
    history.add([entry(0)])
    other.add([entry(1, outcome="error"), entry(2, None)])
    assert [each.file for each in history.entries()] == [None, "orders.yaml"]
    assert [each.outcome for each in other.entries("orders.yaml")] == ["error"]
    assert [each.outcome for each in other.latest().values()] == ["error"]
    assert [each.outcome for each in history.latest().values()] == ["passed"]


def test_nothing_is_made_by_looking(tmp_path: Path, history: HistoryFile) -> None:
    assert history.entries() == () and history.latest() == {} and history.set_aside() is None
    history.moved(Moved("a.yaml", "b.yaml", "B"))
    assert list(tmp_path.iterdir()) == []


def test_files_are_the_owners_alone(history: HistoryFile) -> None:
    before = os.umask(0)
    try:
        fill(history, 1)
        assert stat.S_IMODE((history.folder / NEW).stat().st_mode) == 0o600
        history.entries()
        (history.folder / NAME).chmod(0o644)
        fill(history, 1)
        history.entries()
    finally:
        os.umask(before)
    fill(history, 1)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in history.folder.iterdir()}
    assert modes == {NAME: 0o600, NEW: 0o600}
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (history.folder, history.folder.parent)} == {0o700}


def test_adding_needs_no_database(tmp_path: Path) -> None:
    script = """
import sys, time
from pathlib import Path
from integrator_tui.history.history_file import HistoryFile
from integrator_tui.model.history import HistoryBounds
from integrator_tui.model.moved import Moved
HistoryFile(Path(sys.argv[1]), "w", HistoryBounds()).moved(Moved("a", "b", "c"))
print("sqlite3" in sys.modules)
"""
    (tmp_path / "h").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path / "h"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


def test_who_adds_much_moves_it_into_the_database(history: HistoryFile) -> None:
    for number in range(40):
        fill(history, 20, number * 20)
    assert (history.folder / NEW).stat().st_size < module.FOLD_BYTES
    assert len(history.entries()) == 800


def test_the_last_check_of_each_file(history: HistoryFile) -> None:
    history.add([entry(n, f"{n % 3}.yaml", failed=n > 3) for n in range(6)])
    history.add([entry(7, "1.yaml", kind="run", operation="Open")])
    for _ in range(2):
        found = history.latest()
        assert {file: each.started_at.minute - 40 for file, each in found.items()} == {
            "0.yaml": 3,
            "1.yaml": 4,
            "2.yaml": 5,
        }
        history.add([])


# bounds


def test_the_count_is_bounded(tmp_path: Path) -> None:
    history = opened(tmp_path, results=50)
    fill(history, 40)
    history.entries()
    fill(history, 40, 40)
    found = history.entries()
    assert [each.started_at for each in found] == [entry(number).started_at for number in range(79, 29, -1)]


@pytest.mark.parametrize("read_first", [False, True])
def test_one_kind_and_what_passed_are_found_by_themselves(history: HistoryFile, read_first: bool) -> None:
    history.add([entry(0), entry(1, kind="run", operation="Open orders")])
    if read_first:
        history.entries()
    history.add([entry(number, failed=True) for number in range(2, 6)])
    assert history.entries("orders.yaml", kind="check", passed=True, last=1)[0].started_at == BEGUN
    assert [found.kind for found in history.entries("orders.yaml", kind="run")] == ["run"]
    assert len(history.entries("orders.yaml", kind="check")) == 5


def test_bounds_and_counts_beyond_64_bits_damage_nothing(tmp_path: Path) -> None:
    history = opened(tmp_path, results=10**30, days=1e300, megabytes=1e300)
    fill(history, 3)
    assert len(history.entries(last=10**30)) == 3
    assert not (history.folder / ASIDE).exists()


def test_the_age_is_bounded(tmp_path: Path, clock: Clock) -> None:
    history = opened(tmp_path, clock, days=2)
    fill(history, 3)
    assert len(history.entries()) == 3
    clock.now += timedelta(days=1)
    history.add([entry(24 * 60)])
    assert len(history.entries()) == 4
    clock.now += timedelta(days=1)
    assert len(history.entries()) == 1, "what is too old is not shown, whoever removes it"
    history.add([entry(48 * 60)])
    history.entries()
    clock.now = BEGUN
    assert len(history.entries()) == 2, "and is removed with the next that is added"


def test_the_size_is_bounded_and_the_room_given_back(tmp_path: Path) -> None:
    history = opened(tmp_path, megabytes=0.5)
    for number in range(20):
        fill(history, 100, number * 100)
        history.entries()
    found = history.entries()
    assert 300 < len(found) < 1500
    assert found[0].started_at == entry(1999).started_at
    assert (history.folder / NAME).stat().st_size <= 500_000
    smaller = opened(tmp_path, megabytes=0.1)
    fill(smaller, 1, 2000)
    assert smaller.entries()[0].started_at == entry(2000).started_at
    assert (history.folder / NAME).stat().st_size <= 130_000


def test_what_is_pinned_stays_with_its_body(tmp_path: Path, clock: Clock) -> None:
    history = opened(tmp_path, clock, results=10)
    fill(history, 10)
    oldest = history.entries()[-1]
    assert oldest.id is not None and not oldest.pinned
    history.pin(oldest.id, "a body")
    clock.now += timedelta(days=1000)
    for hours in (0, 30):
        clock.now += timedelta(hours=hours)
        history.add([entry(1440 * 1000 + 60 * hours + number) for number in range(20)])
        found = history.entries()
    assert found[-1] == oldest._replace(pinned=True) and len(found) <= 11
    assert history.pinned_body(oldest.id) == "a body"
    history.unpin(oldest.id)
    assert history.pinned_body(oldest.id) is None
    history.remove([oldest.id])
    assert oldest.id not in {each.id for each in history.entries()}


# clocks


def test_a_clock_that_jumps_ahead_removes_nothing_at_once(history: HistoryFile, clock: Clock) -> None:
    fill(history, 5)
    history.entries()
    clock.now += timedelta(days=4000)
    fill(history, 1, 4000 * 1440)
    history.entries()
    clock.now = BEGUN + timedelta(hours=2)
    fill(history, 1, 100)
    found = history.entries()
    assert len(found) == 7
    assert found[0].started_at == entry(100).started_at, "what came last is first, whatever the clock said once"


def test_a_clock_that_went_back_keeps_the_order(history: HistoryFile, clock: Clock) -> None:
    fill(history, 2)
    history.entries()
    clock.now = BEGUN - timedelta(days=4000)
    fill(history, 1, -4000 * 1440)
    assert len(history.entries()) == 3
    clock.now = BEGUN + timedelta(hours=1)
    fill(history, 1, 50)
    assert history.entries()[0].started_at == entry(50).started_at


# renames and moves


@pytest.mark.parametrize("read_first", [False, True])
def test_it_follows_a_move_and_a_new_name(history: HistoryFile, read_first: bool) -> None:
    history.add([entry(0), entry(1, "other.yaml", name="Other")])
    if read_first:
        history.entries()
    history.moved(Moved("orders.yaml", "prod/orders.yaml", "Orders API"))
    history.add([entry(2, "prod/orders.yaml")])
    history.moved(Moved("prod/orders.yaml", "prod/orders.yaml", "Orders"))
    assert [each.name for each in history.entries("prod/orders.yaml")] == ["Orders", "Orders"]
    assert history.entries("orders.yaml") == () == history.entries(name="Orders API")
    assert [each.file for each in history.entries(name="Orders")] == ["prod/orders.yaml"] * 2
    history.moved(Moved("other.yaml", "prod/orders.yaml", "Other"))
    assert len(history.entries("prod/orders.yaml")) == 3
    history.moved(Moved("nowhere.yaml", "other.yaml", "None"))
    assert history.entries("other.yaml") == ()


@pytest.mark.parametrize("read_first", [False, True])
def test_a_result_of_what_says_the_same_is_one_of_the_new_version(history: HistoryFile, read_first: bool) -> None:
    """Digests are kept in part; those of other versions stay."""
    was, now, earlier = (letter * 64 for letter in "abc")
    results = [entry(0)._replace(revision=earlier[:16]), entry(1)._replace(revision=was[:16])]
    history.add([*results, entry(2, "other.yaml")._replace(revision=was[:16])])
    if read_first:
        history.entries()
    history.moved(Moved("orders.yaml", "prod/orders.yaml", "Orders", was, now))
    assert [each.revision for each in history.entries("prod/orders.yaml")] == [now[:16], earlier[:16]]
    assert [each.revision for each in history.entries("other.yaml")] == [was[:16]]


# killed, at once, damaged


def test_processes_at_once_lose_and_repeat_nothing(history: HistoryFile) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=add_many, args=(history.folder, number)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0] * 4
    found = history.entries()
    assert len(found) == 800
    files = {each.file for each in found}
    assert {file: len(history.entries(file)) for file in files} == {f"{n}.yaml": 200 for n in range(4)}


def test_writers_that_are_killed_lose_nothing_of_before(history: HistoryFile) -> None:
    fill(history, 3)
    script = (
        "import sys; from pathlib import Path; from tests.history.writer import add_many;"
        "print('on', flush=True)\nwhile True: add_many(Path(sys.argv[1]), 1)"
    )
    for number in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", script, history.folder], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        ) as process:
            assert process.stdout is not None and process.stdout.readline() == b"on\n"
            threading.Event().wait(0.05 + number * 0.04)
            process.send_signal(signal.SIGKILL)
    assert len(history.entries("orders.yaml")) == 3
    assert history.set_aside() is None
    fill(history, 1, 9)
    assert len(history.entries("orders.yaml")) == 4
    assert {path.name for path in history.folder.iterdir()} <= {NAME, NEW}


@pytest.mark.parametrize(
    "tail", [b'{"v":1,"w":"/home', b"\x00\xff\n[]\n1\n{}\n", b'{"v":2,"w":"x"}\n', b"[" * 100_000]
)
def test_a_line_that_is_none_is_left_out(history: HistoryFile, tail: bytes) -> None:
    fill(history, 2)
    with open(history.folder / NEW, "ab") as file:
        file.write(tail)
    fill(history, 1, 5)
    assert len(history.entries()) == 3


def test_what_was_taken_in_and_not_removed_is_not_taken_in_twice(history: HistoryFile) -> None:
    fill(history, 3)
    history._spool.take()
    (taken,) = history._spool.taken()
    data = taken.read_bytes()
    assert len(history.entries()) == 3
    with contextlib.closing(sqlite3.connect(history.folder / NAME)) as database, database:
        database.execute("INSERT OR IGNORE INTO folded VALUES (?)", (taken.name,))
    taken.write_bytes(data)
    assert len(history.entries()) == 3 and not taken.exists()


def damages() -> dict[str, object]:
    def cut(path: Path) -> None:
        os.truncate(path, path.stat().st_size // 2)

    def scribble(path: Path) -> None:
        with open(path, "r+b") as file:
            for at in range(4096, path.stat().st_size, 4096):
                file.seek(at)
                file.write(b"\xa5" * 4096)

    def values(path: Path) -> None:
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            database.execute("UPDATE result SET data = '{\"ms\": []}'")

    def foreign(path: Path) -> None:
        path.unlink()
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            database.execute("CREATE TABLE mine (x)")

    def tables(path: Path) -> None:
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            database.execute("DROP TABLE subject")

    def fifo(path: Path) -> None:
        path.unlink()
        os.mkfifo(path)

    def folder(path: Path) -> None:
        path.unlink()
        path.mkdir()

    return {
        "no database": lambda path: path.write_bytes(b"not a database " * 1000),
        **{f.__name__: f for f in (cut, scribble, values, foreign, tables, fifo, folder)},
    }


@pytest.mark.parametrize("damage", damages())
def test_a_damaged_history_is_set_aside_and_said_once(history: HistoryFile, damage: str) -> None:
    fill(history, 500)
    history.entries()
    damages()[damage](history.folder / NAME)  # type: ignore[operator]
    fill(history, 1, 1000)
    found = history.entries()
    assert len(found) <= 1, "begun anew; what was added meanwhile may have gone with it"
    fill(history, 2, 1001)
    assert len(history.entries()) >= 2
    aside = history.set_aside()
    assert aside == history.folder / ASIDE
    assert history.set_aside() is None
    assert any(path.name.startswith(ASIDE) for path in history.folder.iterdir())
    # It happens again, and the earlier one makes room.
    (history.folder / NAME).write_bytes(b"again")
    history.entries()
    assert history.set_aside() is not None
    assert (history.folder / ASIDE).read_bytes() == b"again"


@pytest.mark.parametrize("attempt", range(20))
def test_many_who_find_out_set_aside_once(history: HistoryFile, attempt: int) -> None:
    """One who still had the damaged file open took the journal of the new one for its own, and emptied it."""
    fill(history, 5)
    history.entries()
    (history.folder / NAME).write_bytes(b"no database")
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=history.entries) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert (history.folder / ASIDE).read_bytes() == b"no database"
    fill(history, 1)
    assert len(history.entries()) == 1


def test_a_newer_version_is_left_alone(history: HistoryFile) -> None:
    fill(history, 1)
    history.entries()
    with contextlib.closing(sqlite3.connect(history.folder / NAME)) as database, database:
        database.execute("PRAGMA user_version = 7")
    before = (history.folder / NAME).read_bytes()
    fill(history, 1)
    with pytest.raises(HistoryUnavailable, match="newer version"):
        history.entries()
    assert (history.folder / NAME).read_bytes() == before


# in the way


@contextmanager
def held(history: HistoryFile, how: str) -> Iterator[None]:
    database = sqlite3.connect(history.folder / NAME, isolation_level=None)
    database.execute(f"BEGIN {how}")
    try:
        yield
    finally:
        database.execute("ROLLBACK")
        database.close()


def test_who_adds_does_not_wait_for_a_lock(history: HistoryFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE_READING", 0.1)
    fill(history, 3)
    history.entries()
    with held(history, "IMMEDIATE"):
        fill(history, 2, 3)
        found = history.entries()
        assert [each.started_at for each in found] == [entry(number).started_at for number in range(4, -1, -1)]
        assert [each.id is None for each in found] == [True, True, False, False, False]
        assert len(history.latest()) == 1
    with held(history, "EXCLUSIVE"):
        fill(history, 1, 5)
        with pytest.raises(HistoryUnavailable, match="in use by another program"):
            history.entries()
    assert len(history.entries()) == 6


def test_what_cannot_be_moved_is_bounded(history: HistoryFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FOLD_BYTES", 1000)
    monkeypatch.setattr(module, "_PATIENCE_ADDING", 0.0)
    history.add([entry(0)])
    history.entries()
    with held(history, "EXCLUSIVE"):
        for number in range(50):
            with pytest.raises(HistoryUnavailable):
                fill(history, 2, number * 2)
    assert len(history._spool.taken()) == 32
    assert len(history.entries()) == 1 + 64


NOBODY = 65534


def _look_without_rights(history: HistoryFile, told: multiprocessing.connection.Connection) -> None:
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    found = [len(history.entries()), len(history.latest()), len(history.track_records())]
    try:
        fill(history, 1)
    except OSError:
        found.append(-1)
    told.send(found)


def test_a_folder_that_only_reads_is_read(clock: Clock) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        history = opened(Path(scratch), clock)
        fill(history, 2)
        history.entries()
        fill(history, 1, 2)
        paths = [*Path(scratch).rglob("*"), Path(scratch)]
        for path in paths:
            if os.geteuid() == 0:
                os.chown(path, NOBODY, NOBODY)
            path.chmod(0o500 if path.is_dir() else 0o400)
        context = multiprocessing.get_context("fork")
        here, there = context.Pipe(duplex=False)
        reader = context.Process(target=_look_without_rights, args=(history, there))
        reader.start()
        assert here.poll(20)
        assert here.recv() == [3, 1, 1, -1]
        reader.join(20)
        for path in paths:
            path.chmod(0o700)
        assert len(history.entries()) == 3


FULL = """
import resource, sys
from pathlib import Path
from integrator_tui.errors import HistoryUnavailable
from integrator_tui.history.history_file import HistoryFile
from integrator_tui.model.history import HistoryBounds
from integrator_tui.model.moved import Moved
from tests.history.entries import WORKSPACE, Clock, entry
history = HistoryFile(Path(sys.argv[1]), WORKSPACE, HistoryBounds(), Clock())
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), -1))
try:
    for number in range(3, 6):
        history.add([entry(number)])
except OSError:
    pass
try:
    print(len(history.entries()))
except HistoryUnavailable:
    print(-1)
"""


@pytest.mark.parametrize("room", [100, 700, 2000, 30_000, 41_000, 45_000])
def test_a_full_disk_loses_only_what_has_no_room(history: HistoryFile, room: int) -> None:
    fill(history, 3)
    history.entries()
    done = subprocess.run(
        [sys.executable, "-c", FULL, history.folder, str(room)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    shown = int(done.stdout)
    assert shown >= 3 or (shown == -1 and room == 30_000), "less room than the database has needs a word"
    fill(history, 1, 9)
    found = history.entries()
    assert found[0].started_at == entry(9).started_at
    assert len(found) == shown + 1 or (shown == -1 and len(found) >= 4)
    assert history.set_aside() is None
