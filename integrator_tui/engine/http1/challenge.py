"""Which ways to prove oneself an answer of 401 or 407 offers (RFC 9110 section 11.6.1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from integrator_tui.engine.failure import StageFailed, quote, vantage_failed
from integrator_tui.model.pattern import pattern

PROXY_USER: Final = "give them in the proxy's URL: http://user:password@host:port"

_QUOTED: Final = pattern(r'"(?:\\.|[^"\\])*"?')
_SCHEME: Final = pattern(r"(?:^|,)\s*([A-Za-z][A-Za-z0-9_-]*)(?=\s|,|$)")


def schemes(challenges: Iterable[str]) -> tuple[str, ...]:
    """Return the schemes that these header values name, as they are written, each once."""
    found = (name for value in challenges for name in _SCHEME.findall(_QUOTED.sub('""', value)))
    return tuple({name.lower(): quote(name, 40) for name in found}.values())


def without_basic(challenges: Iterable[str]) -> str:
    """Return the schemes of challenges that offer no Basic, as a list to read; empty where one does."""
    offered = schemes(challenges)
    return "" if any(name.lower() == "basic" for name in offered) else ", ".join(offered)


def unauthorized(proxy: str, challenges: Iterable[str], *, gave_user: bool) -> StageFailed:
    """Return the failure of a proxy that answered 407; `challenges` are the values of Proxy-Authenticate."""
    other = without_basic(challenges)
    if other:
        hint = "have it offer Basic too, or go through a proxy on this machine that speaks it"
        return vantage_failed(f"{proxy} asks for {other} (407), and here Basic alone is spoken", hint)
    said = "refuses the user or password" if gave_user else "wants a user and password"
    return vantage_failed(f"{proxy} {said} (407)", PROXY_USER)
