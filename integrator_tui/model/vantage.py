"""Vantages: hosts that a test is made from, as ssh takes them and the user's own ssh configuration knows them."""

from __future__ import annotations

from typing import Final

from integrator_tui.model.probe import LOCAL
from integrator_tui.model.text import visible

LONGEST: Final = 512
"""Characters of a host at most: a name (RFC 1035: 253), a user and a port."""

HINT: Final = "write a host as `ssh HOST` takes it: a Host of ~/.ssh/config, or user@host"


def vantage_problem(host: str) -> str:
    """Return what keeps a text from being a host for ssh, empty where nothing does.

    What begins with a dash is an option to many programs, and to those that a ProxyCommand names too.
    """
    if not host:
        return "is empty"
    if len(host) > LONGEST:
        return f"is longer than {LONGEST} characters"
    if host.startswith("-"):
        return "begins with a dash, as an option does"
    if host == LOCAL:
        return f"is what results from here are called: give the host another name, such as {LOCAL}."
    if any(character.isspace() for character in host):
        return "holds a blank"
    if not host.isprintable() or visible(host) != host:
        return "holds control characters"
    return ""
