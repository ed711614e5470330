"""Index: a cache of what lists need to know of every file of a workspace, and never the truth.

Rules: it holds what stands in plain in the files and no secret: names, addresses, tags, methods, operations with
their inputs, problems, revisions, recipients. A row is of the file that had its stamp when it was read, and of the
other files that this one names; what reads rows compares stamps, and believes none of a file whose times are not
older than the index by two seconds (what was written in the same moment can look the same). An index that is not
whole, or not one of this build, this workspace and this user alone, is none. It is replaced whole, so that whoever
reads has one or the other; where it cannot be written there is none, and nobody is told.

The file: a line that says what it is, a line with what a first paint shows, a line with the little that a list
shows of all until they were looked at, a line for each row but its operations, then a line for the operations of
each row and what else it asks for, which are read when they are asked for. Each line is JSON.
"""

from __future__ import annotations

import json
import os
import re
import stat
import time
import zlib
from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property, lru_cache
from json.encoder import encode_basestring_ascii
from mmap import mmap
from pathlib import Path
from typing import Any, BinaryIO, Final

import integrator_tui
from integrator_tui import atomic
from integrator_tui.model.entry import Entry
from integrator_tui.model.opening import Opening, opening_of
from integrator_tui.model.operation_row import Asked
from integrator_tui.workspace.catalog.row import Row, Stamp, asked_of, first_of, plain, row_of, seen_of

FORMAT: Final = "integrator-tui index"
VERSION: Final = 6

MAX_SIZE: Final = 256 << 20
"""Bytes of an index that is read."""

TOO_NEW: Final = 2_000_000_000
"""Nanoseconds that a file has to be older than the index for its row to be believed."""

NOT_WHOLE: Final = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What reading a row may meet that is not as it should be."""

_DAMAGES: Final = (OSError, MemoryError, *NOT_WHOLE)
"""What reading an index may meet that is not as it should be."""

_decode: Final = json.JSONDecoder().raw_decode


Room = bytes | mmap
"""Lines as they stand in the file."""

_Place = tuple[int, int, int]
"""The number of a row, where its line goes on behind the name of its file, and where it ends."""


class Replaced(Exception):
    """Another index took the place of this one."""


class Index:
    """What is known of one workspace, by file, as it was at `written` (ns since 1970).

    `rows` are the lines of the rows in the file at `path`, which begins with the line `head`. Making values of them
    is left to whoever wants one: of thousands they would take many times the room.
    """

    def __init__(self, rows: Room, written: int, path: Path | None = None, head: bytes = b"") -> None:
        self._rows = rows
        self._ends = _ends(rows)
        self._last: tuple[str | None, _Place] = (None, (-1, 0, 0))
        self.written = written
        self._path = path
        self._head = head

    def __len__(self) -> int:
        return len(self._ends)

    def __contains__(self, file: str) -> bool:
        try:
            self._place(file)
        except KeyError:
            return False
        return True

    def _place(self, file: str) -> _Place:
        """Return where the row of a file is; raises KeyError where it has none."""
        last, place = self._last
        if file == last:
            return place
        said, ends = f"[{encode_basestring_ascii(file)},".encode("ascii"), self._ends
        # Files are asked for in their order, as they stand here: then what looks up others need not be made.
        for number in (place[0] + 1, 0):
            begin = _begin(ends, number)
            if self._rows[begin : begin + len(said)] == said:
                break
        else:
            number = self._numbers[file]
            begin = _begin(ends, number)
        place = number, begin + len(said), ends[number]
        self._last = file, place
        return place

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """The number of each file's row; a row that does not say of which file it is, is of none."""
        numbers: dict[str, int] = {}
        for number in range(len(self)):
            with suppress(*NOT_WHOLE):
                line = self._rows[_begin(self._ends, number) + 1 : self._ends[number]]
                numbers[_decode(line.decode("ascii"))[0]] = number
        return numbers

    def _has(self, said: bytes, at: int) -> bool:
        return self._rows[at : at + len(said)] == said

    def row(self, file: str, seen: Entry | None = None) -> Row:
        """Return the row of a file; of thousands it shares what it can with the entry that was `seen` of that file.

        Raises LookupError, ValueError or TypeError where there is none, or it is damaged.
        """
        return row_of([file, *self._values(file)], seen)

    def _values(self, file: str) -> list[Any]:
        _, at, end = self._place(file)
        values: list[Any] = json.loads("[" + self._rows[at:end].decode("ascii"))
        return values

    def is_called(self, file: str, texts: Collection[str]) -> bool:
        """Return whether a file is called one of these texts by its row, or carries one as a tag; raises as `row`
        does."""
        if file in texts:
            return True
        _, at, end = self._place(file)
        if all(self._rows.find(_text(text), at, end) < 0 for text in texts):
            return False
        row = self.row(file)
        return row.entry.name in texts or any(tag in texts for tag in row.entry.tags)

    def believes(self, stamp: Stamp) -> bool:
        """Tell whether a file of this stamp is old enough for its row to be of what it says."""
        return max(stamp[1], stamp[2]) < self.written - TOO_NEW

    def is_of(self, file: str, stamp: Stamp, other: Callable[[str], Stamp | None]) -> bool:
        """Tell whether the row of a file is of what it says now that it has this stamp; `other` gives those of the
        files that it names. Raises as `row` does."""
        at, mark = self._place(file)[1], b"[%d,%d,%d,%d]," % stamp
        if not self._has(mark, at) or not self.believes(stamp):
            return False
        if self._has(b"{}", at + len(mark)):
            return True
        for name, there in self._values(file)[1].items():
            now = other(name)
            if there != (None if now is None else list(now)) or (now is not None and not self.believes(now)):
                return False
        return True

    def line(self, file: str) -> bytes:
        """Return the line of a row as it stands in the file, the line feed with it; raises LookupError."""
        number, _, end = self._place(file)
        return self._rows[_begin(self._ends, number) : end + 1]

    def asked(self, file: str) -> Asked:
        """Return the operations of a row and what else it asks for; raises ValueError where they are damaged,
        Replaced."""
        return asked_of(json.loads(self.operations(file)))

    def operations(self, file: str) -> bytes:
        """Return the line of the operations of a row; raises as `asked` does, and LookupError."""
        (number, _, _), (lines, ends) = self._place(file), self._operations
        return lines[_begin(ends, number) : ends[number]]

    @cached_property
    def _operations(self) -> tuple[Room, array[int]]:
        """The lines of operations as they stand in the file, and where each ends: of thousands, one value each
        would leave its room in pieces."""
        if self._path is None:
            raise LookupError
        try:
            with _opened(self._path) as file:
                if file.readline() != self._head:
                    raise Replaced
                said = json.loads(self._head)
                file.seek(said["first"][0] + 1 + said["seen"][0] + 1 + said["rows"][0], os.SEEK_CUR)
                operations = _read_apart(file, max(0, os.fstat(file.fileno()).st_size - file.tell()))
        except OSError:
            raise Replaced from None
        if zlib.crc32(operations) != said["check"]:
            raise ValueError("the operations are damaged")
        ends = _ends(operations)
        if len(ends) != len(self):
            raise ValueError("the operations are not those of the rows")
        return operations, ends


def _ends(lines: Room) -> array[int]:
    """Return where each line feed is."""
    return array("L", (found.start() for found in re.finditer(rb"\n", lines)))


def _begin(ends: array[int], number: int) -> int:
    """Return where the line of this number begins."""
    return ends[number - 1] + 1 if number else 0


NO_INDEX: Final = Index(b"", 0)


def read(path: Path, workspace: str) -> Index:
    """Return the index of a workspace, NO_INDEX where there is none that can be believed; never raises."""
    with suppress(*_DAMAGES), _opened(path) as file:
        head = file.readline()
        said = _said(head, workspace)
        file.seek(said["first"][0] + 1 + said["seen"][0] + 1, os.SEEK_CUR)
        length, check = said["rows"]
        rows = _read_apart(file, length)
        if zlib.crc32(rows) != check:
            raise ValueError("the index is damaged")
        return Index(rows, said["written"], path, head)
    return NO_INDEX


def opening(path: Path, workspace: str) -> Opening | None:
    """Return what a list begins with by an index, None where there is none that can be believed; never raises."""
    with suppress(*_DAMAGES), _opened(path) as file:
        entries, *counts, sizes = json.loads(_checked(file, _said(file.readline(), workspace)["first"]))
        total, problems, plain = map(int, counts)
        return Opening(tuple(map(seen_of, entries)), total, problems, plain, dict(sizes))
    return None


def glimpse(path: Path, workspace: str) -> tuple[Entry, ...]:
    """Return what an index says first of every file: its name, method, address and state; never raises."""
    with suppress(*_DAMAGES), _opened(path) as file:
        said = _said(file.readline(), workspace)
        file.seek(said["first"][0] + 1, os.SEEK_CUR)
        return tuple(map(seen_of, json.loads(_checked(file, said["seen"]))))
    return ()


def _said(head: bytes, workspace: str) -> dict[str, Any]:
    """Return what the first line of an index says; raises ValueError where it is one of another kind."""
    said: dict[str, Any] = json.loads(head)
    known = (said["format"], said["version"], said["build"], said["workspace"])
    if known != (FORMAT, VERSION, build(), workspace) or said["written"] > time.time_ns() + TOO_NEW:
        raise ValueError("another index")
    return said


def _checked(file: BinaryIO, said: list[int]) -> bytes:
    """Return the next part of an index, of which its length and its checksum are known; raises ValueError."""
    length, check = said
    data = file.read(length)
    if zlib.crc32(data) != check:
        raise ValueError("the index is damaged")
    return data


def _read_apart(file: BinaryIO, length: int) -> Room:
    """Return so many bytes of a file, which the system has back once they are let go of: what is allocated beside
    small values would keep as much for ever (mallopt(3), M_TRIM_THRESHOLD). Raises ValueError where they are not
    there."""
    if not 0 < length <= MAX_SIZE:
        return b""
    room = mmap(-1, length)
    if file.readinto(room) != length:  # type: ignore[attr-defined]
        raise ValueError("the index is cut")
    return room


@lru_cache(maxsize=256)
def _text(text: str) -> bytes:
    """Return how a text stands in a row."""
    return encode_basestring_ascii(text)[1:-1].encode("ascii")


def write(
    path: Path, workspace: str, entries: Sequence[Entry], read: Mapping[str, Row], written: int, old: Index
) -> None:
    """Replace the index by one of these entries, which were `read` anew, or are as the `old` one says. Never
    raises."""
    with suppress(*_DAMAGES, Replaced):
        begins = opening_of(entries)
        first = _json([list(map(first_of, begins.entries)), *begins[1:]])
        seen = _json(list(map(first_of, entries)))
        plain_rows, operations = bytearray(), bytearray()
        for entry in entries:
            row = read.get(entry.file)
            plain_rows += _json(plain(row)) + b"\n" if row is not None else old.line(entry.file)
            operations += (_json(row.asked) if row is not None else old.operations(entry.file)) + b"\n"
        said = {
            "format": FORMAT,
            "version": VERSION,
            "build": build(),
            "workspace": workspace,
            "written": written,
            "first": [len(first), zlib.crc32(first)],
            "seen": [len(seen), zlib.crc32(seen)],
            "rows": [len(plain_rows), zlib.crc32(plain_rows)],
            "check": zlib.crc32(operations),
        }
        atomic.make_folder(path.parent)
        if _is_ours(os.stat(path.parent)):
            parts = (_json(said), b"\n", first, b"\n", seen, b"\n", bytes(plain_rows), bytes(operations))
            atomic.replace(path, parts)


def remove(path: Path) -> None:
    """Remove an index that was found damaged; never raises."""
    with suppress(OSError):
        atomic.remove(path)


def build() -> str:
    """Return what tells this build of the program from others: what is a problem may differ between them."""
    package = os.path.dirname(integrator_tui.__file__)
    folders = ("", "model", "store/connection_file", "store/yamltext", "workspace/catalog")
    times = (os.stat(os.path.join(package, folder)).st_mtime_ns for folder in folders)
    return f"{integrator_tui.__version__} {' '.join(map(str, times))}"


def place(folder: Path, workspace: str) -> Path:
    """Return the path of a workspace's index below `folder`; the file itself says which workspace it is of."""
    data = workspace.encode("utf-8", "surrogateescape")
    return folder / f"{zlib.crc32(data):08x}{zlib.adler32(data):08x}.index"


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file that nobody else can have written; raises OSError."""
    if not _is_ours(os.stat(path.parent)):
        raise PermissionError
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or not _is_ours(found) or found.st_size > MAX_SIZE:
            raise PermissionError
        yield file


def _is_ours(found: os.stat_result) -> bool:
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")
