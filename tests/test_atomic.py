"""What `atomic` promises: whole or not at all, 0600 and 0700, nobody else's name taken; killed, full or refused."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from integrator_tui import atomic
from integrator_tui.errors import SaveError

ROOT = Path(__file__).parent.parent


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def has_unnamed_files(folder: Path) -> bool:
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600))
    except (OSError, AttributeError):
        return False
    return True


@pytest.fixture(params=["unnamed", "named", "without links"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The way in which a new file comes to its name."""
    if request.param == "unnamed" and not has_unnamed_files(tmp_path):
        pytest.skip("no O_TMPFILE here")
    if request.param != "unnamed":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    if request.param == "without links":
        monkeypatch.setattr(os, "link", refusing(errno.EPERM))
    return str(request.param)


@pytest.fixture(params=[0o000, 0o077, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def refusing(number: int) -> Callable[..., Any]:
    def refuse(*_: Any, **more: Any) -> None:
        raise OSError(number, os.strerror(number))

    return refuse


def pieces(*data: bytes) -> Iterator[bytes]:
    yield from data


def test_a_new_file_is_there_at_once_and_whole(tmp_path: Path, way: str, umask: int) -> None:
    path = tmp_path / "a.yaml"
    atomic.create(path, b"one")
    assert path.read_bytes() == b"one"
    assert mode(path) == 0o600
    atomic.create(tmp_path / "b.log", pieces(b"x" * 100_000, b"y"))
    assert (tmp_path / "b.log").read_bytes() == b"x" * 100_000 + b"y"
    assert sorted(os.listdir(tmp_path)) == ["a.yaml", "b.log"]


@pytest.mark.parametrize("there", ["file", "folder", "dangling link"])
def test_a_new_file_takes_no_name_that_is_taken(tmp_path: Path, way: str, there: str) -> None:
    path = tmp_path / "a.yaml"
    if there == "file":
        path.write_bytes(b"by somebody else")
    elif there == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "nowhere")
    before = path.lstat()
    with pytest.raises(FileExistsError):
        atomic.create(path, b"mine")
    assert path.lstat().st_ino == before.st_ino
    assert os.listdir(tmp_path) == ["a.yaml"]


def test_a_new_file_has_no_other_name_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not has_unnamed_files(tmp_path):
        pytest.skip("no O_TMPFILE here")
    monkeypatch.setattr(atomic, "_beside", refusing(errno.EIO))
    atomic.create(tmp_path / "a.yaml", b"one")
    assert (tmp_path / "a.yaml").read_bytes() == b"one"


def test_where_an_unnamed_file_gets_no_name_its_content_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def without_proc(source: Any, target: Any, **more: Any) -> None:
        if str(source).startswith("/proc/"):
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        link(source, target, **more)

    monkeypatch.setattr(os, "link", without_proc)
    atomic.create(tmp_path / "a.log", pieces(b"one\n", b"two\n"))
    assert (tmp_path / "a.log").read_bytes() == b"one\ntwo\n"
    assert os.listdir(tmp_path) == ["a.log"]


def test_a_file_is_replaced_with_its_link_and_its_mode(tmp_path: Path, umask: int) -> None:
    there, path = tmp_path / "there", tmp_path / "a.yaml"
    atomic.create(there, b"one")
    path.symlink_to(there)
    atomic.replace(path, b"two")
    assert not path.is_symlink()
    assert (there.read_bytes(), path.read_bytes(), mode(path)) == (b"one", b"two", 0o600)
    path.chmod(0o644)
    atomic.replace(path, b"three")
    assert mode(path) == 0o600
    atomic.replace(path, b"four", mode=0o664)
    assert (path.read_bytes(), mode(path)) == (b"four", 0o664)
    atomic.replace(tmp_path / "new", pieces(b"a", b"b"))
    assert ((tmp_path / "new").read_bytes(), mode(tmp_path / "new")) == (b"ab", 0o600)
    assert sorted(os.listdir(tmp_path)) == ["a.yaml", "new", "there"]


def test_the_owner_of_what_is_replaced_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    atomic.create(path, b"one")
    # Only root can give a file away; anybody else keeps their own.
    owner = (12345, 12345) if os.geteuid() == 0 else (os.geteuid(), path.stat().st_gid)
    os.chown(path, *owner)
    atomic.replace(path, b"two")
    assert (path.stat().st_uid, path.stat().st_gid) == owner


def test_what_does_not_pass_its_check_gets_no_name(tmp_path: Path, way: str) -> None:
    path, seen = tmp_path / "a.yaml", []

    def refuse(written: bytes) -> None:
        seen.append((written, path.exists()))
        raise SaveError("it does not read back")

    with pytest.raises(SaveError):
        atomic.create(path, pieces(b"o", b"ne"), check=refuse)
    assert os.listdir(tmp_path) == []
    atomic.create(path, b"one")
    with pytest.raises(SaveError):
        atomic.replace(path, b"two", check=refuse)
    assert seen == [(b"one", False), (b"two", True)]
    assert path.read_bytes() == b"one"
    assert os.listdir(tmp_path) == ["a.yaml"]


def test_a_file_is_on_the_disk_before_its_name_and_its_name_before_it_is_told(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, told = tmp_path / "a.yaml", []

    def telling(call: str) -> None:
        real = getattr(os, call)

        def tell(*given: Any, **more: Any) -> None:
            what = stat.S_ISDIR(os.fstat(given[0]).st_mode) if call == "fsync" else path in given
            real(*given, **more)
            told.append((call, what))

        monkeypatch.setattr(os, call, tell)

    for call in ("fsync", "link", "rename", "unlink"):
        telling(call)
    atomic.create(path, b"one")
    atomic.replace(path, b"two")
    atomic.remove(path)
    file, folder = ("fsync", False), ("fsync", True)
    assert [step for step in told if step != ("unlink", False)] == [
        *(file, ("rename" if way == "without links" else "link", True), folder),
        *(file, ("rename", True), folder),
        *(("unlink", True), folder),
    ]


@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_what_cannot_be_finished_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "a.yaml"
    atomic.create(path, b"one")
    monkeypatch.setattr(os, call, refusing(errno.EIO))
    with pytest.raises(OSError, match="Input/output"):
        atomic.replace(path, b"two")
    assert path.read_bytes() == b"one"
    assert os.listdir(tmp_path) == ["a.yaml"]


def test_what_the_source_of_a_file_raises_leaves_nothing(tmp_path: Path, way: str) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 100_000
        raise KeyboardInterrupt

    for write in (atomic.create, atomic.replace):
        with pytest.raises(KeyboardInterrupt):
            write(tmp_path / "a.log", broken())
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["bad\0name", "x" * 300])
def test_a_name_that_no_file_can_have(tmp_path: Path, way: str, name: str) -> None:
    for write in (atomic.create, atomic.replace):
        with pytest.raises((OSError, ValueError)):
            write(tmp_path / name, b"one")
    assert os.listdir(tmp_path) == []


def test_the_longest_names(tmp_path: Path, way: str) -> None:
    for name in ("x" * 255, "é" * 127, "🔑" * 63):
        atomic.create(tmp_path / name, b"one")
        atomic.replace(tmp_path / name, b"two")
    assert len(os.listdir(tmp_path)) == 3


def test_bytes_are_added_at_the_end_of_a_file_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "memory"
    with pytest.raises(FileNotFoundError):
        atomic.append(path, b"one\n")
    atomic.create(path, b"zero\n")
    atomic.append(path, b"one\n")
    atomic.append(path, b"two\n")
    assert (path.read_bytes(), mode(path)) == (b"zero\none\ntwo\n", 0o600)


def test_a_link_is_removed_alone(tmp_path: Path) -> None:
    path = tmp_path / "link"
    atomic.create(tmp_path / "a", b"one")
    path.symlink_to(tmp_path / "a")
    atomic.remove(path)
    assert os.listdir(tmp_path) == ["a"]
    with pytest.raises(FileNotFoundError):
        atomic.remove(path)


@pytest.mark.parametrize("bits", [0o000, 0o077])
def test_folders_are_their_owners(tmp_path: Path, bits: int) -> None:
    before = os.umask(bits)
    try:
        atomic.make_folder(tmp_path / "a" / "b" / "c")
        atomic.make_folder(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    assert [mode(tmp_path / name) for name in ("a", "a/b", "a/b/c")] == [0o700] * 3


def test_what_is_no_folder_has_none_below_it(tmp_path: Path) -> None:
    atomic.create(tmp_path / "a", b"one")
    for name in ("a", "a/b"):
        with pytest.raises(NotADirectoryError):
            atomic.make_folder(tmp_path / name)


def test_a_folder_that_another_process_makes_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mkdir = Path.mkdir

    def late(path: Path, mode: int = 0o777) -> None:
        mkdir(path, mode)
        mkdir(path, mode)

    monkeypatch.setattr(Path, "mkdir", late)
    atomic.make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_a_folder_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    entered = threading.Event()

    def wait() -> None:
        with atomic.held(tmp_path, 10):
            entered.set()

    with atomic.held(tmp_path, 0):
        with pytest.raises(SaveError, match="held by another program"), atomic.held(tmp_path, 0):
            pass
        other = threading.Thread(target=wait)
        other.start()
        assert not entered.wait(0.1)
    other.join()
    assert entered.is_set()


def test_a_file_system_without_locks_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "flock", refusing(errno.ENOLCK))
    with atomic.held(tmp_path, 0), atomic.held(tmp_path, 0):
        pass


def test_a_scratch_folder_is_private_and_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(RuntimeError), atomic.scratch_folder("scratch-", {"a": b"one", "b": b""}) as folder:
        assert folder.parent == tmp_path
        assert mode(folder) == 0o700
        assert {path.name: (path.read_bytes(), mode(path)) for path in folder.iterdir()} == {
            "a": (b"one", 0o600),
            "b": (b"", 0o600),
        }
        raise RuntimeError
    assert os.listdir(tmp_path) == []


def python(program: str, *arguments: str | Path, before: tuple[str, ...] = ()) -> str:
    """What a program prints that must end well; `before` is what it is started by."""
    done = subprocess.run(
        [*before, sys.executable, "-c", program, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


KILLED = """
import errno, os, signal, stat, sys
from pathlib import Path
from integrator_tui import atomic

folder, how = Path(sys.argv[1]), sys.argv[2]
path = folder / "a.yaml"
OLD, NEW = b"old " * 5_000, b"new " * 5_000
step = 0

def kill_at_last():
    global step
    step -= 1
    if step < 0:
        os.kill(os.getpid(), signal.SIGKILL)

def deadly(call):
    def killed(*given, **more):
        kill_at_last()
        done = call(*given, **more)
        kill_at_last()
        return done
    return killed

def data():
    for at in range(0, len(NEW), 4_000):
        kill_at_last()
        yield NEW[at : at + 4_000]

def no_link(*given, **more):
    raise OSError(errno.EPERM, "")

def write():
    if how == "replace":
        atomic.replace(path, data())
    elif how == "append":
        atomic.append(path, NEW)
    else:
        atomic.create(path, data())

if how != "unnamed":
    del os.O_TMPFILE
if how == "without links":
    os.link = no_link
is_new = how not in ("replace", "append")
whole = {NEW} if is_new else {OLD, NEW if how == "replace" else OLD + NEW}
left = set()
for first in range(1_000):
    for name in os.listdir(folder):
        os.unlink(folder / name)
    if not is_new:
        atomic.create(path, OLD)
    child = os.fork()
    if not child:
        step = first
        for name in ("open", "close", "fchmod", "fchown", "fsync", "link", "rename", "unlink", "write"):
            setattr(os, name, deadly(getattr(os, name)))
        write()
        os._exit(0)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert ended in (0, -signal.SIGKILL), ended
    if path.exists() or not is_new:
        assert path.read_bytes() in whole, first
    for name in set(os.listdir(folder)) - {"a.yaml"}:
        assert name.startswith(".a.yaml.") and name.endswith(".tmp"), name
        assert stat.S_IMODE(os.stat(folder / name).st_mode) == 0o600
        assert NEW.startswith((folder / name).read_bytes())
        left.add(first)
    if ended == 0:
        break
assert path.read_bytes() == (OLD + NEW if how == "append" else NEW)
assert os.listdir(folder) == ["a.yaml"]
print(first, len(left))
"""


@pytest.mark.parametrize("how", ["unnamed", "named", "without links", "replace", "append"])
def test_killed_at_every_step_a_file_is_whole_or_not_there(tmp_path: Path, how: str) -> None:
    if how == "unnamed" and not has_unnamed_files(tmp_path):
        pytest.skip("no O_TMPFILE here")
    steps, left = map(int, python(KILLED, tmp_path, how).split())
    assert steps >= (15 if how != "append" else 5)
    assert (left == 0) == (how in ("unnamed", "append"))


FULL = """
import os, resource, sys
from pathlib import Path
from integrator_tui import atomic

folder, limit = Path(sys.argv[1]), int(sys.argv[2])
for name in ("a.yaml", "log"):
    atomic.create(folder / name, b"old " * 500)
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

def tried(write, *given):
    try:
        write(*given)
    except OSError as error:
        assert error.strerror, error
    else:
        raise AssertionError(write)

MORE = b"new " * 100_000
for _ in range(2):
    tried(atomic.create, folder / "b.yaml", MORE)
    tried(atomic.create, folder / "b.yaml", iter([MORE[:1_000], MORE]))
    tried(atomic.replace, folder / "a.yaml", MORE)
    tried(atomic.append, folder / "log", MORE)
    os.environ["TMPDIR"] = str(folder)
    tried(atomic.scratch_folder("scratch-", {"a": b"one", "b": MORE}).__enter__)
    assert sorted(os.listdir(folder)) == ["a.yaml", "log"], os.listdir(folder)
    for name in ("a.yaml", "log"):
        assert (folder / name).read_bytes() == b"old " * 500, name
    if hasattr(os, "O_TMPFILE"):
        del os.O_TMPFILE
"""


def test_what_is_too_large_for_its_place_leaves_what_was_there(tmp_path: Path) -> None:
    python(FULL, tmp_path, "20000")


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    mounting = 'mount -t tmpfs -o size=256k tmpfs "$0" && exec "$@"'
    before = ("unshare", "--map-root-user", "--mount", "sh", "-c", mounting, str(tmp_path))
    try:
        subprocess.run([*before, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file systems of one's own here")
    python(FULL, tmp_path, "0", before=before)


CLOSED = """
import os
from pathlib import Path
from integrator_tui import atomic

# The folder is where the program starts: whoever it becomes may not come here by its name.
if os.geteuid() == 0:
    os.chown(".", 65534, 65534)
    os.chown("a.yaml", 65534, 65534)
    os.seteuid(65534)
for write in (
    lambda: atomic.create(Path("b.yaml"), b"new"),
    lambda: atomic.replace(Path("a.yaml"), b"new"),
    lambda: atomic.remove(Path("a.yaml")),
    lambda: atomic.make_folder(Path("c") / "d"),
):
    try:
        write()
    except PermissionError:
        continue
    raise AssertionError(write)
"""


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    atomic.create(folder / "a.yaml", b"old")
    folder.chmod(0o500)
    python(f"import os\nos.chdir({str(folder)!r})\n{CLOSED}")
    folder.chmod(0o700)
    assert os.listdir(folder) == ["a.yaml"]
    assert (folder / "a.yaml").read_bytes() == b"old"


def test_folders_of_many_files_are_synced_once_behind_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    fsync = os.fsync

    def synced(descriptor: int) -> None:
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        told.append("folder" if path == str(tmp_path) else "file")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", synced)
    with pytest.raises(KeyboardInterrupt), atomic.together():
        atomic.create(tmp_path / "a", b"1")
        atomic.replace(tmp_path / "b", b"2")
        atomic.replace(tmp_path / "c", b"3", synced=False)
        raise KeyboardInterrupt
    assert told == ["file", "file", "folder"]
    assert [path.read_bytes() for path in sorted(tmp_path.iterdir())] == [b"1", b"2", b"3"]
    atomic.remove(tmp_path / "a")
    assert told[-1] == "folder" and len(told) == 4
