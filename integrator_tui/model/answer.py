"""KeptAnswer: what a server answered, kept for the screens. It may hold secrets that nobody knows yet: the token of
a login, somebody's data. So it lives in memory alone."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from integrator_tui.model.named_tuple import NamedTuple

Headers = tuple[tuple[str, str], ...]

REQUESTS: Final = "\0requests"
"""What stands for the name of an operation where the answers to requests are kept that stand in no file."""


class ReceivedAnswer(NamedTuple):
    """An answer as it came; `cut` says why the body is not whole, empty where it is. `of_token` marks the answer to
    a token request, whose body has every value masked already."""

    status: int
    reason: str
    headers: Headers
    body: bytes
    url: str
    cut: str = ""
    of_token: bool = False

    @property
    def content_type(self) -> str:
        """The type of the body, empty where none was told."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), "")


class KeptAnswer(NamedTuple):
    """An answer as it may be shown: known secrets are masked, the rest is what came. Make it visible where it is
    shown. `size` counts the bytes that came, `holds_secret` says that some of them are masked here."""

    number: int
    at: datetime
    status: int
    reason: str
    headers: Headers
    content_type: str
    body: bytes
    size: int
    cut: str
    of_token: bool
    holds_secret: bool
    url: str

    @property
    def status_line(self) -> str:
        """Status and reason phrase."""
        return f"{self.status} {self.reason}".rstrip()
