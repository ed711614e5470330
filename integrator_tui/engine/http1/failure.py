"""Why an exchange failed on the wire: closed, broken off, or not HTTP as it should be."""

from __future__ import annotations

from typing import Final

from integrator_tui.engine.failure import StageFailed, Unanswered, protocol_error, quote
from integrator_tui.engine.http1.response_parser import CutOff, NotChunked, NotHttp, Refused, TooLarge, Torn

OTHER_SERVICE: Final = "something else than an HTTP service may answer there: check host and port"
CUT_OFF: Final = "the server or a proxy before it broke off: look at their logs, or try again"

TORN: Final = "have the server say Content-Length, send chunks, or end TLS with close_notify (RFC 9112 9.8)"

NO_ANSWER: Final = "look at the server's log; is this the right port, and http or https as it should be?"


def unanswered(message: str, kept: bool) -> StageFailed:
    """Return the failure of a connection that ended before an answer; a `kept` one may be dialled again."""
    return (Unanswered if kept else StageFailed)("protocol_error", message, NO_ANSWER)


def broken(error: OSError, answering: bool, kept: bool, *, shows_certificate: bool) -> StageFailed:
    """Return the failure of a connection that broke, by a TLS alert or a reset, `answering` or before that.

    `shows_certificate` says whether we have a client certificate to show.
    """
    from integrator_tui.engine.net.tls_failure import alert_failed

    alert = alert_failed(error, shows_certificate=shows_certificate)
    if alert is not None:
        return alert
    reason = quote(error.strerror or str(error)).lower()
    if answering:
        return protocol_error(f"the connection broke before the whole answer had come: {reason}", CUT_OFF)
    return unanswered(f"the connection broke before an answer: {reason}", kept)


def refused(why: Refused) -> StageFailed:
    """Return the failure of an answer that is none as it should be."""
    match why:
        case NotHttp():
            return protocol_error(f"what answers is not HTTP: it begins '{quote(why.begin, 40)}'", OTHER_SERVICE)
        case NotChunked():
            return protocol_error(f"the answer is not chunked as it should be: {why}")
        case TooLarge():
            return protocol_error(str(why), OTHER_SERVICE)
        case Torn():
            return protocol_error(str(why), TORN)
        case CutOff():
            return protocol_error(str(why), CUT_OFF)
        case _:
            return protocol_error(f"the answer is not HTTP/1.1 as it should be: {why}")
