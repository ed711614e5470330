"""Why a stage failed, told by the step that failed and never by the class of the exception alone.

Rules: a kind is one of `model.probe.FAILURE_KINDS`; a message is one line; whatever a server, a
resolver or a certificate said goes through `visible` first; a hint names the next thing to do.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping
from typing import Any, Final

from integrator_tui.model.probe import ERROR_KINDS, FAILURE_KINDS, Failure, Stage
from integrator_tui.model.secret import Secret
from integrator_tui.model.text import visible

QUOTE_LIMIT: Final = 200
"""Characters of foreign text that a message holds at most."""


class StageFailed(Exception):
    """A step of a probe failed; the engine turns it into a `StageResult`, it never leaves the engine.

    `kind` is one of `FAILURE_KINDS`, `message` one line, `hint` the next thing to do, `detail` JSON
    values for the stage's detail. `token` is one that was obtained before: what is told may hold it.
    """

    token: Secret | None = None
    answer: Any = None
    """The answer that it failed on, where one came."""

    def __init__(self, kind: str, message: str, hint: str = "", *, detail: Mapping[str, Any] | None = None) -> None:
        if kind not in FAILURE_KINDS:
            raise ValueError(f"{kind} is no failure kind")
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.hint = hint
        self.detail: Mapping[str, Any] = detail or {}

    def failure(self, stage: Stage) -> Failure:
        """Return the `Failure` of `stage`; a kind that says the probe could not be made has no stage."""
        return Failure(None if self.kind in ERROR_KINDS else stage, self.kind, self.message, self.hint)


class Unanswered(StageFailed):
    """The server closed a kept connection before any byte of an answer: dial again, once."""


def quote(text: str | bytes, limit: int = QUOTE_LIMIT) -> str:
    """Return foreign text made visible on one line, cut at `limit` characters; bytes are read as UTF-8."""
    if isinstance(text, bytes | bytearray):
        text = bytes(text[: limit * 4]).decode("utf-8", "replace")
    return visible(text, limit=limit)


def seconds(value: float) -> str:
    """Return a time span as a person says it: `5 s`, `0.25 s`."""
    return f"{value:g} s"


_NOT_FOUND: Final = frozenset(
    code
    for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY")
    if (code := getattr(socket, name, None)) is not None
)


def resolve_failed(host: str, error: OSError | ValueError, only: str = "") -> StageFailed:
    """Return the failure of a name look-up: the name does not exist, or nobody could say. `only` is the version of
    the addresses that were asked for, 4 or 6, where the other was not."""
    name = quote(host)
    if isinstance(error, ValueError):
        return StageFailed("dns_not_found", f"{name} is not a host name", "correct the host in the base URL")
    if error.errno in _NOT_FOUND and only:
        hint = f"leave -{only} out, or check the spelling of the host"
        return StageFailed("dns_not_found", f"{name}: no such host with an IPv{only} address", hint)
    if error.errno in _NOT_FOUND:
        hint = (
            "check the spelling of the host, or whether its name is only known inside another network (VPN, proxy)"
        )
        return StageFailed("dns_not_found", f"{name}: no such host", hint)
    reason = quote(error.strerror or str(error))
    hint = "this machine's resolver gave no answer: check /etc/resolv.conf and that its name servers are reachable"
    return StageFailed("dns_failed", f"{name} could not be looked up: {reason}", hint)


def resolve_timeout(host: str, timeout: float) -> StageFailed:
    """Return the failure of a look-up that got no answer within `timeout` seconds."""
    hint = "the name servers of this machine do not answer: check /etc/resolv.conf, the VPN and the firewall"
    return StageFailed("dns_failed", f"{quote(host)}: no answer from the resolver within {seconds(timeout)}", hint)


_CONNECT_WORDS: Final[dict[int | None, str]] = {
    errno.ECONNREFUSED: "connection refused",
    errno.ENETUNREACH: "network unreachable",
    errno.EHOSTUNREACH: "host unreachable",
    errno.ENETDOWN: "network is down",
    errno.EHOSTDOWN: "host is down",
    errno.EADDRNOTAVAIL: "no such address from here",
    errno.ETIMEDOUT: "no answer",
    errno.ECONNRESET: "connection reset",
    errno.EACCES: "not permitted by this machine's firewall",
    errno.EPERM: "not permitted by this machine's firewall",
    errno.EMFILE: "too many open files in this process",
    errno.ENFILE: "too many open files on this machine",
}


def connect_reason(error: OSError) -> str:
    """Return why one attempt to connect failed, in a few words."""
    return _CONNECT_WORDS.get(error.errno) or quote(error.strerror or str(error))


def connect_failed(host: str, port: int, errors: Mapping[str, OSError]) -> StageFailed:
    """Return the failure of connecting, from the error of each address that was tried.

    A refusal says most (something answered), then silence, then an address that cannot be reached.
    """
    codes = {error.errno for error in errors.values()}
    reasons = ", ".join(f"{address}: {connect_reason(error)}" for address, error in errors.items())
    message = f"{quote(host)} port {port}: {reasons}"
    if errno.ECONNREFUSED in codes or errno.ECONNRESET in codes:
        hint = f"nothing accepts connections on port {port} there: check the port and that the server runs"
        return StageFailed("refused", message, hint)
    if errno.ETIMEDOUT in codes:
        return StageFailed("connect_timeout", message, _SILENT)
    if codes & {errno.EMFILE, errno.ENFILE}:
        return StageFailed("unreachable", message, "raise the limit (`ulimit -n`) or lower --concurrency")
    return StageFailed("unreachable", message, "check the network, its routes (`ip route get`) and the VPN")


_SILENT: Final = "a firewall may drop packets, or the host is down; a longer connect timeout helps only a slow path"


def socket_failed(path: str, error: OSError) -> StageFailed:
    """Return the failure of connecting to a unix socket."""
    name, code = quote(path), error.errno
    if code == errno.ENOENT:
        return StageFailed("unreachable", f"{name}: there is no such socket", "check options.unix_socket")
    if code in (errno.EACCES, errno.EPERM):
        hint = "check options.unix_socket: owner and group of it, and the folders above, decide who may"
        return StageFailed("unreachable", f"{name}: this user may not open this socket", hint)
    if code == errno.ECONNREFUSED:
        hint = "check options.unix_socket, and that its server runs: the file of one that ended may be left"
        return StageFailed("refused", f"{name}: connection refused", hint)
    return StageFailed("unreachable", f"{name}: {connect_reason(error)}", "check options.unix_socket")


def socket_timeout(path: str, timeout: float) -> StageFailed:
    """Return the failure of a unix socket that took no connection within `timeout` seconds."""
    hint = "check the server behind options.unix_socket: it hangs, or has more to do than it can"
    return StageFailed("connect_timeout", f"{quote(path)} took no connection within {seconds(timeout)}", hint)


def connect_timeout(host: str, port: int, timeout: float, tried: Mapping[str, OSError]) -> StageFailed:
    """Return the failure of a connection nobody accepted within `timeout` seconds."""
    others = "".join(f"; {address}: {connect_reason(error)}" for address, error in tried.items())
    message = f"{quote(host)} port {port} did not answer within {seconds(timeout)}{others}"
    return StageFailed("connect_timeout", message, _SILENT)


def protocol_error(message: str, hint: str = "") -> StageFailed:
    """Return the failure of a server that did not keep to HTTP."""
    return StageFailed("protocol_error", message, hint or "look at the server's log, or ask with `curl -v`")


def read_timeout(timeout: float, what: str = "the answer") -> StageFailed:
    """Return the failure of an answer that was not complete within `timeout` seconds."""
    hint = "the server is slow or hangs: try again, look at its log, or raise options.timeout.read"
    return StageFailed("read_timeout", f"{what} was not complete within {seconds(timeout)}", hint)


def too_large(limit: int, what: str = "the answer") -> StageFailed:
    """Return the failure of an answer longer than `limit` bytes, decoded."""
    size = f"{limit // 1048576} MiB" if limit >= 1048576 else f"{limit} bytes"
    hint = "turn on Stream Response, or choose another test path"
    return StageFailed("response_too_large", f"{what} is larger than {size}", hint)


def vantage_failed(message: str, hint: str = "", *, cause: StageFailed | None = None) -> StageFailed:
    """Return the failure of a proxy; `cause` is what failed on the way to it."""
    detail = dict(cause.detail) | {"cause": cause.kind} if cause else None
    return StageFailed(
        "vantage_failed", message, hint or "check options.proxy, or *_proxy and no_proxy", detail=detail
    )
