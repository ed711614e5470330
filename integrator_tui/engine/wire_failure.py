"""Why an exchange failed on the wire: closed, broken off, or not HTTP as it should be."""

from __future__ import annotations

import ast
import re
from typing import Final

from integrator_tui.engine.failure import StageFailed, Unanswered, protocol_error, quote
from integrator_tui.engine.tls_failure import alert_failed

OTHER_SERVICE: Final = "something else than an HTTP service may answer there: check host and port"
CUT_OFF: Final = "the server or a proxy before it broke off: look at their logs, or try again"
_QUOTED: Final = re.compile(r"(?:bytearray\()?(b'(?:[^'\\]|\\.)*'|b\"(?:[^\"\\]|\\.)*\")\)?", re.DOTALL)

NO_ANSWER: Final = "look at the server's log; is this the right port, and http or https as it should be?"


def unanswered(message: str, kept: bool) -> StageFailed:
    """Return the failure of a connection that ended before an answer; a `kept` one may be dialled again."""
    return (Unanswered if kept else StageFailed)("protocol_error", message, NO_ANSWER)


def broken(error: OSError, answering: bool, kept: bool) -> StageFailed:
    """Return the failure of a connection that broke, by a TLS alert or a reset, `answering` or before that."""
    alert = alert_failed(error)
    if alert is not None:
        return alert
    reason = quote(error.strerror or str(error)).lower()
    if answering:
        return protocol_error(f"the connection broke before the whole answer had come: {reason}", CUT_OFF)
    return unanswered(f"the connection broke before an answer: {reason}", kept)


def not_http(said: str, begin: bytes, in_head: bool, max_head: int) -> StageFailed:
    """Return the failure of an answer that h11 refused and said why.

    `begin` is how what was not understood begins, `in_head` whether the answer's head was still awaited.
    """
    if "Receive buffer too long" in said:
        what = "header block" if in_head else "trailer"
        return protocol_error(f"the answer's {what} is larger than {max_head // 1024} KiB", OTHER_SERVICE)
    if "unexpectedly closed" in said:
        if in_head and not begin.startswith(b"HTTP/"[: len(begin)]):
            return protocol_error(f"what answers is not HTTP: it begins '{quote(begin, 40)}'", OTHER_SERVICE)
        return protocol_error("the connection closed before the whole answer had come", CUT_OFF)
    if "closed connection without sending complete message body" in said:
        counts = said[said.find("(") :] if "(" in said else ""
        return protocol_error(f"the connection closed before the whole answer had come {counts}".rstrip(), CUT_OFF)
    return protocol_error(f"the answer is not HTTP/1.1 as it should be: {quote(_as_it_came(said))}")


def _as_it_came(said: str) -> str:
    """Return what h11 says with the bytes it quotes as text: escaped as Python escapes, no secret is found."""
    found = _QUOTED.search(said)
    if found is None:
        return said
    data: bytes = ast.literal_eval(found[1])
    return f"{said[: found.start()]}{data.decode('utf-8', 'replace')}"
