"""What comes of a result, and what it has done by the screen that it was opened from."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from integrator_tui.model.connection import Operation
    from integrator_tui.model.entry import Draft, Entry
    from integrator_tui.model.probe import ProbeReport


@dataclass(frozen=True, slots=True)
class Trusted:
    """A certificate that the user wants to trust, for the token's server or the connection's own."""

    pem: str
    of_token: bool


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of a test: the last finished report with the draft that it is about, which is another one where the
    file was sealed meanwhile; what the user wants to trust; and the field that is to be edited, None for none."""

    report: ProbeReport | None
    draft: Draft
    trusted: Trusted | None = None
    edit_at: str | None = None


@dataclass(frozen=True, slots=True)
class ResultWays:
    """What a result has done by the screen that it was opened from; None where that cannot do it.

    `seal` asks and seals the file that is tested, `request` opens the request line, `keep` makes an expression an
    output of the operation that was sent, or of a new one, and gives the draft and the operation as they are stored
    then, None where it was left.
    """

    seal: Callable[[], Coroutine[Any, Any, Entry | None]] | None = None
    request: Callable[[], Coroutine[Any, Any, None]] | None = None
    keep: Callable[[Operation, str], Coroutine[Any, Any, tuple[Draft, Operation] | None]] | None = None


NO_WAYS: Final = ResultWays()
