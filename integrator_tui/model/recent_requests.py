"""RecentRequest: a request that was typed, as it may be kept on a disk.

Rules: method, path and query alone, no header and no body. The value of what is named like a secret, or reads like
one, is left out, but for a template: that names a secret and holds none. A path in which something reads like a
secret is not kept at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple
from urllib.parse import unquote_plus

from integrator_tui.model.connection import Operation, Pairs
from integrator_tui.model.secret_names import may_be_secret

LONGEST: Final = 2000
"""Characters of a path that is kept."""
MOST_PARAMS: Final = 50
_LONGEST_VALUE: Final = 500

_TEMPLATE: Final = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_WEB_TOKEN: Final = re.compile(r"eyJ[\w-]{8,}\.[\w-]+")
_LETTERS_AND_DIGITS: Final = re.compile(r"(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[\w~+/=.-]{20,}")
_VALUE: Final = re.compile(r"(?=.*\d)(?=.*[^\d]).|.{16}")
"""What behind `token/` is rather a value than a word: letters and digits, or a long text."""
_LONG: Final = re.compile(r"[\w~+/=-]{40,}")


class RecentRequest(NamedTuple):
    """Method, path and query parameters of a request that was sent."""

    method: str
    path: str
    params: Pairs = ()

    @property
    def words(self) -> str:
        """The request in a line."""
        query = "&".join(f"{name}={value}" for name, value in self.params)
        joint = "&" if "?" in self.path else "?"
        return f"{self.method} {self.path}{joint}{query}" if query else f"{self.method} {self.path}".rstrip()


def looks_like_a_token(value: str) -> bool:
    """Return whether a text is a web token, or letters and digits without sense."""
    plain = unquote_plus(_TEMPLATE.sub("", value))
    return bool(_WEB_TOKEN.search(plain) or _LETTERS_AND_DIGITS.fullmatch(plain) or _LONG.fullmatch(plain))


def rememberable(
    operation: Operation, is_known: Callable[[str], bool] = lambda text: False
) -> RecentRequest | None:
    """Return what may be kept of a request, None where its path may hold a secret. `is_known` tells whether a text
    holds a secret that is known."""
    path, mark, query = operation.path.partition("?")
    if len(operation.path) > LONGEST or _may_hold_secret(path) or is_known(unquote_plus(path)) or is_known(path):
        return None

    def kept(name: str, value: str) -> str:
        is_plain = bool(_TEMPLATE.sub("", value).strip())
        hidden = is_plain and (may_be_secret(name) or looks_like_a_token(value))
        known = is_known(value) or is_known(unquote_plus(value))
        return "" if hidden or known or len(value) > _LONGEST_VALUE else value

    parts = (part.partition("=") for part in query.split("&")) if mark else ()
    kept_query = "&".join(f"{name}{sign}{kept(name, value)}" for name, sign, value in _named(parts))
    params = tuple(
        (name, kept(name, value)) for name, value in operation.params[:MOST_PARAMS] if not is_known(name)
    )
    return RecentRequest(operation.method, f"{path}{mark}{kept_query}", params)


def _named(parts: Iterable[tuple[str, str, str]]) -> Iterable[tuple[str, str, str]]:
    """A part of a query without a sign is a value without a name."""
    return (part if part[1] or not looks_like_a_token(part[0]) else ("", "", "") for part in parts)


def _may_hold_secret(path: str) -> bool:
    """Whether a segment reads like a secret, or stands behind one that is named like one."""
    before = ""
    for segment in path.split("/"):
        plain = _TEMPLATE.sub("", segment)
        name, sign, _ = plain.partition("=")
        is_value = bool(_VALUE.search(plain)) and may_be_secret(before)
        if plain and (is_value or (sign and may_be_secret(name)) or looks_like_a_token(plain)):
            return True
        before = plain
    return False
