"""Every file that the program writes: whole under its name or not at all, and for its owner alone.

Rules: nothing is written in place. A file is finished first: without a name where the file system has such files
(open(2), O_TMPFILE), else in the same folder under a name that begins with a dot and ends in `.tmp`. It is synced
to the disk (fsync(2)) and then gets its name in one step, which fails where the name is taken (link(2)) or replaces
what has it (rename(2)). The folder is synced last; of many files together once, behind the last of them. Files are
0600 and folders 0700 whatever the umask is, as far as the file system knows modes. A killed process leaves the old
file or the new one, and at most a `.tmp` of 0600 with no more in it than the file was to hold, which no scan for
connections finds.

What goes to a place that the user named with `--output` is written by `cli/output`. The functions raise OSError as
the system gives it, and ValueError for a name that no file can have; their callers say what it means for the user.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO, Final

from integrator_tui.errors import SaveError

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700

Data = bytes | Iterable[bytes]
"""What a file is to hold: at once, or piece by piece where it is large."""

Check = Callable[[bytes], None]
"""Is given what was written, read back, right before it gets its name; what it raises keeps it from that."""

_PIECE: Final = 1 << 16
_NO_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


_LATER: Final[ContextVar[set[Path] | None]] = ContextVar("later", default=None)
"""The folders of many files that are written together; None where each is synced at once."""


@contextlib.contextmanager
def together() -> Iterator[None]:
    """Write many files: each is synced itself, and their folders once, at the end, however that comes."""
    folders: set[Path] = set()
    before = _LATER.set(folders) if _LATER.get() is None else None
    try:
        yield
    finally:
        if before is not None:
            _LATER.reset(before)
            for folder in folders:
                _sync_folder(folder)


def create(path: Path, data: Data, *, check: Check | None = None) -> None:
    """Write a new file of 0600 in a folder that is there.

    A file system without links cannot take a name only where it is free: there it is looked for right before the
    rename, and what appears in between is replaced.

    Raises:
        FileExistsError: There is one of that name, were it a link that leads nowhere; it stays.
        OSError: It cannot be written; there is no file of that name.
    """
    with contextlib.ExitStack() as stack:
        file = _unnamed(path.parent)
        if file is not None:
            stack.enter_context(file)
            _fill(file, data)
            if _named(file, path, check):
                _sync_folder(path.parent)
                return
            data = _pieces(file)
        temporary = stack.enter_context(_beside(path, data, FILE_MODE, check))
        try:
            # A link fails where a file appeared; a rename would replace it.
            os.link(temporary, path)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if os.path.lexists(path):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
            os.rename(temporary, path)
    _sync_folder(path.parent)


def replace(
    path: Path, data: Data, *, mode: int = FILE_MODE, check: Check | None = None, synced: bool = True
) -> None:
    """Write a file of `mode` over what has that name, a link included, or where there is none yet.

    Its owner and group stay those of what it replaces, where that is allowed. What can be done without is not
    `synced`: a loss of power may leave it empty, a killed process does not.

    Raises:
        OSError: It cannot be written; what was there before is there still.
    """
    with _beside(path, data, mode, check, synced=synced) as temporary:
        os.rename(temporary, path)
    if synced:
        _sync_folder(path.parent)


def append(path: Path, data: bytes) -> None:
    """Add a few bytes to the end of a file that is there, in one write: two processes may do so at a time.

    Raises:
        OSError: They cannot be added; a part of them that was is taken away again.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    try:
        written = os.write(descriptor, data)
        if written < len(data):
            end = os.lseek(descriptor, 0, os.SEEK_CUR)
            if os.fstat(descriptor).st_size == end:
                os.ftruncate(descriptor, end - written)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(path: Path) -> None:
    """Remove a file, or a link alone; raises OSError."""
    os.unlink(path)
    _sync_folder(path.parent)


def move(path: Path, target: Path) -> None:
    """Give a file, or a link itself, another name in the same file system.

    Raises:
        FileExistsError: There is one of that name; both stay.
        OSError: It cannot be moved; it has its old name alone.
    """
    try:
        # A link fails where there is a file; a rename would replace it.
        os.link(path, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        os.rename(path, target)
    else:
        try:
            os.unlink(path)
        except OSError:
            os.unlink(target)
            raise
    for folder in {path.parent, target.parent}:
        _sync_folder(folder)


def make_link(path: Path, target: str) -> None:
    """Make a symbolic link that says `target`; raises OSError, where the name is taken too."""
    os.symlink(target, path)
    _sync_folder(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder and those above it that are missing, each 0700.

    Raises:
        NotADirectoryError: Something else has the name of one.
        OSError: It cannot be made.
    """
    if path.is_dir():
        return
    make_folder(path.parent)
    try:
        path.mkdir(mode=FOLDER_MODE)
    except FileExistsError:
        # Another process may have made it meanwhile.
        if not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)) from None
    _sync_folder(path.parent)


@contextlib.contextmanager
def held(folder: Path, seconds: float) -> Iterator[None]:
    """Hold a folder, so that two programs of ours do not both find a file unchanged; advisory, and not everywhere:
    some network file systems have no locks (flock(2)).

    Raises:
        SaveError: Another program held it for all of `seconds`.
        OSError: It cannot be opened.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _lock(descriptor, folder, time.monotonic() + seconds)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def scratch_folder(prefix: str, files: Mapping[str, bytes] | None = None) -> Iterator[Path]:
    """Make a folder of 0700 where the system keeps what is temporary, with `files` of 0600 by their names, for
    another program or library that reads from files alone; it is gone afterwards. Raises OSError."""
    # Imported where something needs it: with what they import they would make every start slower.
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        for name, data in (files or {}).items():
            with _new(folder / name) as file:
                file.write(data)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def private_folder(parent: str, prefix: str) -> Path:
    """Make a folder of 0700 with a new name in `parent`, for what another program makes there; raises OSError."""
    import tempfile

    return Path(tempfile.mkdtemp(prefix=prefix, dir=parent))


def remove_folder(path: Path) -> None:
    """Remove a folder that `private_folder` made, with what is in it, as far as that is possible."""
    import shutil

    shutil.rmtree(path, ignore_errors=True)


def _lock(descriptor: int, folder: Path, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                hint = "try again; another program may be saving there"
                raise SaveError(f"{folder} is held by another program", hint) from None
            time.sleep(0.01)
        except OSError:
            return


def _unnamed(folder: Path) -> BinaryIO | None:
    """Open a file in `folder` that has no name and is gone when it is closed; None where that is not possible."""
    try:
        descriptor = os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, FILE_MODE)
    except (OSError, AttributeError):
        return None
    return _opened(descriptor, FILE_MODE)


def _named(file: BinaryIO, path: Path, check: Check | None) -> bool:
    """Give an unnamed file its name; tell whether that is possible. Raises FileExistsError."""
    _pass(file, check)
    number = file.fileno()
    try:
        # Before 3.14 CPython follows no link here unless it is given a folder, which an absolute path does without
        # (github.com/python/cpython/issues/81793).
        os.link(f"/proc/self/fd/{number}", path, src_dir_fd=number, follow_symlinks=True)
    except FileExistsError:
        raise
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _beside(path: Path, data: Data, mode: int, check: Check | None, *, synced: bool = True) -> Iterator[Path]:
    """Write a finished copy beside `path`, and remove it afterwards where it still has that name."""
    # Of a long name only its beginning, so that this one is not too long.
    temporary = path.with_name(f".{path.name[:50]}.{os.urandom(6).hex()}.tmp")
    try:
        with _new(temporary, mode) as file:
            _keep_owner(file, path)
            _fill(file, data, synced=synced)
            _pass(file, check)
        yield temporary
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def _new(path: Path, mode: int = FILE_MODE) -> BinaryIO:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return _opened(os.open(path, flags, FILE_MODE), mode)


def _opened(descriptor: int, mode: int) -> BinaryIO:
    # The mode given to open(2) is narrowed by the umask, which may take even the owner's bits.
    with contextlib.suppress(OSError):
        os.fchmod(descriptor, mode)
    return open(descriptor, "w+b")


def _fill(file: BinaryIO, data: Data, *, synced: bool = True) -> None:
    for piece in (data,) if isinstance(data, bytes) else data:
        file.write(piece)
    file.flush()
    if synced:
        os.fsync(file.fileno())


def _pass(file: BinaryIO, check: Check | None) -> None:
    if check is not None:
        check(b"".join(_pieces(file)))


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece


def _keep_owner(file: BinaryIO, path: Path) -> None:
    with contextlib.suppress(OSError):
        status = os.lstat(path)
        if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(file.fileno(), status.st_uid, status.st_gid)


def _sync_folder(folder: Path) -> None:
    """Have a new name reach the disk (fsync(2)). The file has it already, whatever goes wrong here."""
    later = _LATER.get()
    if later is not None:
        later.add(folder)
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
