"""Check: one thing to be checked, and what keeps it from being one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, overload

from integrator_tui.model.entry import Entry
from integrator_tui.model.history import HistorySubject, template_address, typed_address
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.probe import LOCAL, Failure, ProbeReport
from integrator_tui.model.problem import Problem

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection


class Check(NamedTuple):
    """One thing to check: an entry of the workspace, or a bare URL, whose `file` is None.

    `left_out` says that it is a connection of another type, which nobody named; `via` is the host that it is to be
    looked at from, empty for what the file says.
    """

    key: str
    name: str
    file: str | None
    connection: Connection | None
    entry: Entry | None = None
    left_out: bool = False
    via: str = ""

    @classmethod
    def of(cls, entry: Entry) -> Check:
        """Return the check of a file; where the file cannot be used, its problems become the result."""
        return cls(entry.file, entry.name, entry.file, entry.connection, entry)

    @classmethod
    def unnamed(cls, entry: Entry) -> Check:
        """Return the check of a file that was selected among others."""
        return cls.of(entry)._replace(left_out=entry.state == "unsupported")

    @classmethod
    def of_url(cls, url: str) -> Check:
        """Return the check of a bare URL: no authentication, no file. A password in it is refused, and not told."""
        from integrator_tui.model.connection import Connection
        from integrator_tui.model.user_info import masked_user_info

        name = masked_user_info(url)
        return cls(url, name, None, Connection.model_construct(name=name, base_url=url))

    @property
    def subject(self) -> HistorySubject:
        """What the history keeps of what is checked: no value that fills a template, or stands in a typed query."""
        if self.file is None:
            address = typed_address(self.name)
            return HistorySubject(address, None, address)
        asked = self.connection
        url = template_address(asked.base_url, asked.test_path) if asked is not None else None
        return HistorySubject(self.name, self.file, url, self.entry.revision.digest if self.entry else None)

    @property
    def vantage(self) -> str:
        """The host that it is looked at from, empty for this one."""
        return self.via or (self.connection.options.via if self.connection is not None else None) or ""

    @property
    def verified(self) -> bool:
        """Whether the server's certificate is checked."""
        return self.connection is None or self.connection.options.verify


class FileChecks(Sequence[Check]):
    """The checks of files, each read when it is asked for."""

    def __init__(self, files: Sequence[str], read: Callable[[str], Entry]) -> None:
        self._files = files
        self._read = read

    def __len__(self) -> int:
        return len(self._files)

    @overload
    def __getitem__(self, place: int) -> Check: ...

    @overload
    def __getitem__(self, place: slice) -> FileChecks: ...

    def __getitem__(self, place: int | slice) -> Check | FileChecks:
        if isinstance(place, slice):
            return FileChecks(self._files[place], self._read)
        return Check.unnamed(self._read(self._files[place]))


# What is wrong with a certificate is told by whoever reads it, as ca_invalid.
_JUDGED_LATER: Final = frozenset(
    {"ca_cert", "ca_cert_file", "auth.ca_cert", "auth.token_connection.ca_cert", "options.client_cert_file"}
)


NOT_RUN: Final = Failure(
    None, "not_run", "not started: another check had failed", "mend what failed, or leave --fail-fast out"
)


def broken(check: Check) -> tuple[Problem, ...]:
    """Return the problems that keep a file from being checked, those of its certificates left out."""
    found = check.entry.problems if check.entry else ()
    return tuple(problem for problem in found if problem.stops_connection and problem.field not in _JUDGED_LATER)


def unusable(check: Check) -> ProbeReport:
    """Return the report of a file that is not a usable connection."""
    closed = check.entry.closed if check.entry else None
    if closed is not None:
        from integrator_tui.engine.sanitize import failure_of

        return _report(check, failure_of(closed))
    first = next(iter(broken(check)), None)
    where = f"line {first.line}: " if first and first.line else ""
    field = f"{first.field}: " if first and first.field else ""
    failure = Failure(
        None,
        "invalid_file",
        f"{where}{field}{first.message}" if first else "the file cannot be read",
        first.hint if first and first.hint else "see integrator-tui list",
    )
    return _report(check, failure)


def not_started(check: Check) -> ProbeReport:
    """Return the report of a check that was not begun, after another one had failed."""
    return _report(check, NOT_RUN)


def _report(check: Check, failure: Failure) -> ProbeReport:
    name = check.name if check.connection else PurePosixPath(check.file or check.name).stem
    vantage = check.vantage or LOCAL
    return ProbeReport(name, check.file, None, datetime.now(UTC), vantage, "error", failure=failure)
