"""What ssh says, read: of a target, whose own kind it has then, and of itself, which is `vantage_failed`.

Rules: a refusal comes over the control socket without its reason; that stands in what the master writes of itself,
by the number of the channel, and right before it which channel leads where. Words of the far end are quoted,
visible and bounded.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from typing import Final

from integrator_tui.engine.failure import StageFailed, quote, seconds, vantage_failed

_FORWARDED: Final = re.compile(r"debug1: channel_connect_stdio_fwd:? (.*):(\d+)$")
_NEW: Final = re.compile(r"debug1: channel (\d+): new (?:\[stdio-forward\]|stdio-forward )")
_REFUSED: Final = re.compile(r"channel (\d+): open failed: (.*)$")
_FREED: Final = re.compile(r"debug1: channel (\d+): free: ")
_DEBUG: Final = re.compile(r"debug\d: |OpenSSH_\S+, |Authenticated to |Authenticating to |\s*$")

_KEPT: Final = 20
"""Lines of its own that are kept of what ssh says, and reasons of refusals."""

Place = tuple[str, int]


class Said:
    """What one ssh process has said so far."""

    def __init__(self) -> None:
        self._own: deque[str] = deque(maxlen=_KEPT)
        self._asked: Place | None = None
        self._channels: dict[str, Place] = {}
        self._reasons: deque[tuple[Place, str]] = deque(maxlen=_KEPT * 10)

    def add(self, line: str) -> None:
        """Take one line."""
        if found := _FORWARDED.match(line):
            self._asked = (found[1], int(found[2]))
        elif found := _NEW.match(line):
            if self._asked is not None:
                self._channels[found[1]] = self._asked
        elif found := _REFUSED.match(line):
            if place := self._channels.get(found[1]):
                self._reasons.append((place, found[2]))
        elif found := _FREED.match(line):
            self._channels.pop(found[1], None)
        elif not _DEBUG.match(line):
            self._own.append(line)

    def reason(self, host: str, port: int) -> str:
        """Return why the oldest channel to that place that nobody asked about was refused, empty where ssh did not
        say."""
        for found in self._reasons:
            if found[0] == (host, port):
                self._reasons.remove(found)
                return found[1]
        return ""

    @property
    def own(self) -> tuple[str, ...]:
        """What it said of itself."""
        return tuple(self._own)


def target_failed(said: str, via: str, host: str, port: int) -> StageFailed:
    """Return the failure of a channel that was not opened, from what `said` of it."""
    name, seen = f"{quote(host)} port {port}", f"seen from {quote(via)}"
    words, detail = said.lower(), {"vantage": via}
    if "prohibited" in words:
        hint = (
            f"{quote(via)} forbids it: AllowTcpForwarding and PermitOpen of its sshd_config, or the key's options"
        )
        return vantage_failed(f"{quote(via)} opens no way to {name}: {quote(said)}", hint)
    for patterns, kind, what, hint in _OF_TARGET:
        if any(pattern in words for pattern in patterns):
            return StageFailed(kind, f"{name}, {seen}: {what}", hint, detail=detail)
    if "connect failed" in words:
        hint = f"try it there: ssh {quote(via)} nc -vz {quote(host)} {port}"
        return StageFailed("unreachable", f"{name}, {seen}: {quote(said)}", hint, detail=detail)
    return vantage_failed(f"{quote(via)} opened no way to {name}: {quote(said) or 'without a reason'}", _LOOK)


def connect_timeout(via: str, host: str, port: int, timeout: float) -> StageFailed:
    """Return the failure of a target that did not answer a vantage which is well."""
    message = f"{quote(host)} port {port}, seen from {quote(via)}, did not answer within {seconds(timeout)}"
    hint = "a firewall between the two may drop packets, or the host is down"
    return StageFailed("connect_timeout", message, hint, detail={"vantage": via})


def not_answering(via: str) -> StageFailed:
    """Return the failure of a vantage that is silent."""
    return vantage_failed(
        f"the vantage {quote(via)} does not answer any more", f"is it up? try: ssh {quote(via)} true"
    )


def start_timeout(via: str, timeout: float) -> StageFailed:
    """Return the failure of a vantage to which ssh found no way in time."""
    hint = f"try: ssh {quote(via)} true; raise options.timeout.connect where it is slow, or a key has to be touched"
    return vantage_failed(f"ssh was not connected to {quote(via)} within {seconds(timeout)}", hint)


def ended(via: str, own: Iterable[str]) -> StageFailed:
    """Return the failure of a way that ended midway."""
    why = _last(own)
    return vantage_failed(f"the way over {quote(via)} ended{': ' + quote(why) if why else ''}", _LOOK)


def not_started(via: str, own: Iterable[str]) -> StageFailed:
    """Return why there is no way to a vantage, from what ssh said before it ended."""
    lines = tuple(own)
    text = "\n".join(lines).lower()
    name = quote(via)
    for pattern, message, hint in _OF_SSH:
        if pattern in text:
            cause = next((line for line in lines if pattern in line.lower()), "")
            return vantage_failed(f"{name}: {message} ({quote(cause)})", hint.format(name=name))
    return vantage_failed(f"{name}: ssh ended: {quote(_last(lines)) or 'without a word'}", f"try: ssh {name} true")


def _last(lines: Iterable[str]) -> str:
    return next((line for line in reversed(tuple(lines)) if line.strip()), "")


_LOOK: Final = "look at the vantage: is it up, did somebody end its sshd, is the line between stable?"

_OF_TARGET: Final = (
    (
        ("connection refused",),
        "refused",
        "connection refused",
        "nothing accepts connections there: check the port and that the server runs",
    ),
    (
        ("timed out",),
        "connect_timeout",
        "did not answer",
        "a firewall may drop packets, or the host is down",
    ),
    (
        ("temporary failure in name", "try again", "non-recoverable failure"),
        "dns_failed",
        "its name could not be looked up there",
        "the resolver of the vantage gave no answer, or does not know the name",
    ),
    (
        ("name or service not known", "nodename nor servname", "no address associated", "name does not resolve",
         "unknown host", "not known", "name has no usable address", "no such host"),
        "dns_not_found",
        "no such host",
        "check the spelling of the host, or whether its name is known there",
    ),
    (
        ("no route to host", "unreachable", "host is down", "permission denied"),
        "unreachable",
        "it cannot be reached",
        "check the routes and firewalls there",
    ),
)  # fmt: skip
"""Words that the far end says of a target, the kind that they have here, what is said of it, and the hint."""

_KNOWN: Final = "compare the host's key with what its owner says, then connect once by hand: ssh {name}"
_OF_SSH: Final = (
    (
        "identification has changed",
        "the host key is another one than before",
        "ask the host's owner; where the new key is right: ssh-keygen -R {name}, and connect once by hand",
    ),
    ("host key is known", "its host key is not known", _KNOWN),
    ("host key verification failed", "its host key was not accepted", _KNOWN),
    (
        "permission denied",
        "it lets this user not in",
        "is the key in the agent (ssh-add -l), and the user right? try: ssh -o BatchMode=yes {name} true",
    ),
    (
        "too many authentication failures",
        "it lets this user not in",
        "name the key: IdentityFile and IdentitiesOnly yes for {name} in ~/.ssh/config",
    ),
    (
        "could not resolve hostname",
        "ssh does not find the host",
        "is it spelled as in ~/.ssh/config? try: ssh {name}",
    ),
    ("connection refused", "nothing answers at its ssh port", "is sshd running there? try: ssh {name}"),
    ("timed out", "it does not answer", "is it up, and reachable from here? try: ssh {name}"),
    ("bad configuration option", "ssh does not understand its configuration", "try: ssh -G {name}"),
    ("too long for unix domain socket", "the control path is too long", "set XDG_RUNTIME_DIR to a short path"),
)
"""Words that ssh says of itself, what that means, and the hint."""
