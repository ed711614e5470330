"""Changes: what files held before this program changed them, kept for a day so that it can be taken back.

Rules: a change is written down before it is made, and counts once it was; it lies below the state folder, 0600,
whole or not at all; at most 50, of 24 hours, and 32 MiB. What held plain text under `secrets:`, or may have
because nobody can read it, is not kept. Nothing here ever keeps a file from being changed: `lost` says why a change
cannot be taken back.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from integrator_tui.errors import IntegratorError, InvalidFile
from integrator_tui.store.yamltext.document import parse_bytes
from integrator_tui.vault import private_file
from integrator_tui.vault.sealed_section import SealedSection
from integrator_tui.workspace.journals import living

MOST: Final = 50
KEPT_SECONDS: Final = 24 * 60 * 60
MAX_BYTES: Final = 32 << 20

_FORM: Final = b"1"
_DONE, _PENDING, _DAMAGED = ".change", ".pending", ".damaged"

Deed = Literal["save", "copy", "rename", "move", "removal"]


@dataclass(frozen=True, slots=True)
class FileChange:
    """What a change did to one file.

    `before` and `mode` are what it was, None where there was none; `link` is where it led, if it was a link that
    was taken away. `after` is the SHA-256 of what stood there afterwards, None where nothing did.
    """

    file: str
    before: bytes | None
    mode: int | None
    after: str | None
    link: str | None = None

    @property
    def before_digest(self) -> str | None:
        return None if self.before is None else hashlib.sha256(self.before).hexdigest()


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a workspace: what was done to the connection `name`, when (since 1970), to which files."""

    what: Deed
    name: str
    at: float
    files: tuple[FileChange, ...]
    key: str = ""

    @property
    def makes_file(self) -> bool:
        """Whether taking it back removes a file and brings none."""
        return all(part.before is None and part.link is None for part in self.files)


class Changes:
    """The changes of the workspace `root` on this machine, kept below `state`."""

    def __init__(self, root: Path, state: Path) -> None:
        self._root = root
        self._folder = state / "changes" / hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:32]
        self.lost = ""
        """Why the change that was made last cannot be taken back, empty where it can."""

    @contextlib.contextmanager
    def recorded(self, what: Deed, name: str, *files: FileChange) -> Iterator[None]:
        """Keep what these files hold while the block changes them; where it fails, nothing is kept."""
        pending = self._note(what, name, files)
        try:
            yield
        except BaseException:
            if pending is not None:
                with contextlib.suppress(OSError):
                    pending.unlink()
            raise
        if pending is None:
            # The newest change is taken back first or not at all, and so are those before it.
            self._forget_where(lambda change: True)
        else:
            try:
                os.rename(pending, pending.with_name(pending.name.partition(".")[0] + _DONE))
            except OSError as error:
                self.lost = _reason(error)

    def file_change(self, file: str, before: bytes | None, after: bytes | None) -> FileChange:
        """Return the change of a file from what it holds to what it will hold."""
        mode = None
        with contextlib.suppress(OSError):
            mode = os.stat(self._root / file).st_mode & 0o7777
        digest = None if after is None else hashlib.sha256(after).hexdigest()
        return FileChange(file, before, None if before is None else mode, digest)

    def removal(self, file: str, before: bytes | None) -> FileChange:
        """Return the change of a file, or of a link to one, that is taken away."""
        try:
            return FileChange(file, None, None, None, os.readlink(self._root / file))
        except OSError:
            return self.file_change(file, before, None)

    def keeps(self, part: FileChange) -> bool:
        """Return whether a change of a file can be kept now: it is written down, and what was written goes again.

        Nothing else tells of a full disk, or of a folder that only reads, before the file is gone.
        """
        if self._lost_of(part):
            return False
        try:
            self._put("removal", "", (part,), self._names()).unlink()
        except (OSError, ValueError):
            return False
        return True

    def last(self) -> Change | None:
        """Return the newest change that can be taken back, None without one.

        Raises InvalidFile where what was kept of it is damaged, and sets that aside.
        """
        for name in reversed(self._settled()):
            try:
                return self._read(name)
            except FileNotFoundError:
                continue
            except IntegratorError as error:
                with contextlib.suppress(OSError):
                    os.rename(self._folder / name, self._folder / f"{name}{_DAMAGED}")
                raise InvalidFile(
                    f"the last change cannot be taken back: {error.message}",
                    "it is passed over from now on: the next undo takes back the one before it",
                ) from None
        return None

    def forget(self, change: Change) -> None:
        """Forget a change that was taken back; raises OSError."""
        (self._folder / change.key).unlink(missing_ok=True)

    def forget_file(self, file: str) -> None:
        """Forget every change of a file whose earlier bytes must not come back."""
        self._forget_where(lambda change: any(part.file == file for part in change.files))

    def forget_reader(self, recipient: str) -> None:
        """Forget every change whose earlier bytes this recipient could read."""
        text = recipient.encode()
        self._forget_where(lambda change: any(text in (part.before or b"") for part in change.files))

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Have no other process take something back meanwhile, where the file system has locks."""
        descriptor = -1
        with contextlib.suppress(OSError):
            descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            if descriptor >= 0:
                os.close(descriptor)

    def _lost_of(self, part: FileChange) -> str:
        if part.before is None and part.link is None and part.after is None:
            return "the file could not be read"
        return self.why_not(part.before)

    def why_not(self, before: bytes | None) -> str:
        """Return why these bytes are not kept, empty where they are."""
        if before is None:
            return ""
        document = parse_bytes(before)
        if document.problems or not document.whole:
            return "the file could not be read, and what nobody can read may hold secrets in plain text"
        try:
            plain = SealedSection.of(document.sealed()).plain
        except IntegratorError as error:
            return error.message
        return "the file held secrets in plain text, which are not kept" if plain else ""

    # --- parts of the above ---

    def _note(self, what: Deed, name: str, files: tuple[FileChange, ...]) -> Path | None:
        """Write down what is about to be done, and return where; None where that cannot be, and say why."""
        self.lost = next((reason for part in files if (reason := self._lost_of(part))), "")
        if self.lost:
            return None
        try:
            names = self._names()
            path = self._put(what, name, files, names)
            self._bound(names)
        except (OSError, ValueError) as error:
            self.lost = _reason(error)
            return None
        return path

    def _put(self, what: Deed, name: str, files: tuple[FileChange, ...], names: list[str]) -> Path:
        """Write down a change behind those of these names, and return where; raises OSError and ValueError."""
        newest = int(names[-1].partition(".")[0]) if names else 0
        at = max(time.time_ns(), newest + 1)
        data = _written(Change(what, name, at / 1e9, files))
        if len(data) > MAX_BYTES:
            raise OSError(errno.EFBIG, "the file is too large to be kept")
        path = self._folder / f"{at:020d}.{living.own_mark()}{_PENDING}"
        _write(path, data)
        return path

    def _names(self) -> list[str]:
        """Return the names of what is kept, the oldest first."""
        try:
            found = os.listdir(self._folder)
        except FileNotFoundError:
            return []
        return sorted(name for name in found if name[:20].isdecimal())

    def _bound(self, names: list[str]) -> None:
        """Remove what is too old, too many or too large."""
        left = MAX_BYTES
        for count, name in enumerate(reversed(names), 2):
            path = self._folder / name
            with contextlib.suppress(OSError):
                left -= path.stat().st_size
                if count > MOST or left < 0 or not _is_recent(name):
                    path.unlink()

    def _settled(self) -> list[str]:
        """Return the names of the changes that were made, those of a process that was killed meanwhile settled."""
        try:
            names = self._names()
        except OSError as error:
            raise InvalidFile(
                f"{self._folder} cannot be read: {_reason(error)}", "give yourself the right to it"
            ) from None
        found = []
        for name in names:
            if name.endswith(_PENDING):
                name = self._settle(name)
            if name.endswith(_DONE) and _is_recent(name):
                found.append(name)
        return found[-MOST:]

    def _settle(self, name: str) -> str:
        """Return the name of a pending change that was made after all, else what is no name of a change."""
        number, _, mark = name.removesuffix(_PENDING).partition(".")
        if living.lives(mark):
            return ""
        try:
            change = self._read(name)
            made = all(digest_now(self._root / part.file) == part.after for part in change.files)
            if made:
                os.rename(self._folder / name, self._folder / f"{number}{_DONE}")
                return f"{number}{_DONE}"
            os.unlink(self._folder / name)
        except (OSError, IntegratorError):
            pass
        return ""

    def _forget_where(self, wanted: Callable[[Change], bool]) -> None:
        """Forget the changes that are wanted, and those before them: they are taken back in their order or not."""
        gone = False
        with contextlib.suppress(OSError):
            for name in reversed(self._names()):
                try:
                    gone = gone or wanted(self._read(name))
                except FileNotFoundError:
                    continue
                except IntegratorError:
                    # What nobody can read may be one of them.
                    gone = True
                if gone:
                    (self._folder / name).unlink(missing_ok=True)

    def _read(self, name: str) -> Change:
        return _parsed(_content(self._folder / name), name)


def digest_now(path: Path) -> str | None:
    """Return the SHA-256 of what a file holds, None where there is nothing, empty where that cannot be told."""
    from integrator_tui.store import files

    if not os.path.lexists(path):
        return None
    try:
        return files.read(path)[1].digest
    except InvalidFile:
        return ""


def _is_recent(name: str) -> bool:
    return abs(time.time_ns() - int(name[:20])) < KEPT_SECONDS * 1_000_000_000


def _write(path: Path, data: bytes) -> None:
    private_file.create(path, data)


def _content(path: Path) -> bytes:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_BYTES:
            path.lstat()
            raise InvalidFile(f"{path} is damaged")
        return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise InvalidFile(f"{path} cannot be read: {_reason(error)}") from None


def _written(change: Change) -> bytes:
    """Return a change as it lies on disk: form and checksum, a line of JSON, then the bytes of all files."""
    head = {
        "what": change.what,
        "name": change.name,
        "at": change.at,
        "files": [
            {
                "file": part.file,
                "size": None if part.before is None else len(part.before),
                "mode": part.mode,
                "after": part.after,
                "link": part.link,
            }
            for part in change.files
        ],
    }
    rest = json.dumps(head).encode() + b"\n" + b"".join(part.before or b"" for part in change.files)
    return b"%s %s\n%s" % (_FORM, hashlib.sha256(rest).hexdigest().encode(), rest)


def _parsed(data: bytes, key: str) -> Change:
    first, _, rest = data.partition(b"\n")
    if first != b"%s %s" % (_FORM, hashlib.sha256(rest).hexdigest().encode()):
        raise InvalidFile("what was kept of it is damaged")
    line, _, content = rest.partition(b"\n")
    parts, at = [], 0
    try:
        head = json.loads(line)
        for part in head["files"]:
            size = part["size"]
            before = None if size is None else content[at : at + size]
            at += size or 0
            file = _below_workspace(part["file"])
            parts.append(FileChange(file, before, part["mode"], part["after"], part["link"]))
        return Change(head["what"], head["name"], head["at"], tuple(parts), key)
    except (ValueError, LookupError, TypeError, RecursionError):
        raise InvalidFile("what was kept of it is damaged") from None


def _below_workspace(file: str) -> str:
    """Return a path that leads to a place below the workspace; raises ValueError for another one."""
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(file)
    return file


def _reason(error: OSError | ValueError) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
