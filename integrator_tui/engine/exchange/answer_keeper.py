"""AnswerKeeper: the answer of one test, kept whole for whoever looks at it; nothing is sent to have it.

Rules: it is handed to a probe by the interface alone, to one of many with a bound: a check counts the bytes of an
answer. Of an answer to a token request, which part would be the token is not known, so all its values are masked
and its structure stays.
"""

from __future__ import annotations

from typing import Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.auth.token_answer import TokenAnswer
from integrator_tui.engine.auth.token_stream import structure
from integrator_tui.engine.body import decoding
from integrator_tui.engine.request.status import reason
from integrator_tui.model.answer import ReceivedAnswer
from integrator_tui.model.redact import Redactor
from integrator_tui.model.secret import MASK
from integrator_tui.model.url import without_user_info

SAMPLE: Final = 64 * 1024
"""Bytes of a body that a result holds at most, decoded."""

MARGIN: Final = 4096
"""Bytes that are kept beyond them, so that what is masked may be longer than its mask."""


class AnswerKeeper:
    """Takes what a probe is answered; `answer` is None where nothing was. `redactor` knows the probe's secrets.

    `most` bounds the bytes of a body that are kept; where the report is to hold the answer it `tells` it, and a few
    bytes more are needed. The values in `known` are as secret as the connection's own to
    who looks at it. `token_answer` is the answer to the token request as it came, for expressions to be tried on
    and never to be shown; None where none was asked for.
    """

    def __init__(self, most: int | None = None, *, known: tuple[str, ...] = (), tells: bool = False) -> None:
        self.most = most if most is None else most + (MARGIN if tells else 1)
        self.tells = tells
        self._bound = most
        self.known = known
        self.token_answer: ReceivedAnswer | None = None
        self.redactor = Redactor()
        self._response: httpx.Response | None = None
        self._body = bytearray()
        self._cut = ""
        self._of_token: ReceivedAnswer | None = None

    def begin(self, response: httpx.Response) -> bytearray:
        """Take the head of an answer; return what its body is to be added to, as it comes."""
        self._response = response
        self._body = bytearray()
        return self._body

    def broke_off(self, why: str) -> None:
        """Say why the body is not whole."""
        self._cut = why

    def refused_token(self, answer: TokenAnswer) -> None:
        """Take an answer that was no token."""
        self.token_answered(answer)
        response = answer.response
        headers = tuple(
            (name, value if name.lower() in _PLAIN else MASK) for name, value in response.headers.multi_items()
        )
        body = structure(decoding.text(response, answer.body)).encode("utf-8", "replace")
        self._of_token = ReceivedAnswer(
            response.status_code, reason(response), headers, body, _url(response), of_token=True
        )

    def token_answered(self, answer: TokenAnswer) -> None:
        """Take an answer to the token request."""
        response = answer.response
        headers = tuple(response.headers.multi_items())
        self.token_answer = ReceivedAnswer(
            response.status_code, reason(response), headers, answer.body, _url(response), of_token=True
        )

    @property
    def answer(self) -> ReceivedAnswer | None:
        """The answer, as far as it came."""
        return self.of_request or self.of_token

    @property
    def of_token(self) -> ReceivedAnswer | None:
        """The answer to a token request that was no token."""
        return self._of_token

    @property
    def of_request(self) -> ReceivedAnswer | None:
        """The answer to the request itself, as far as it came."""
        response = self._response
        if response is None:
            return None
        headers = tuple(response.headers.multi_items())
        body, cut, bound = bytes(self._body), self._cut, self._bound
        if bound is not None and not self.tells and len(body) > bound:
            body, cut = body[:bound], cut or f"the first {bound >> 10} KiB are kept"
        return ReceivedAnswer(response.status_code, reason(response), headers, body, _url(response), cut)


_PLAIN: Final = frozenset(
    {"content-type", "content-length", "date", "server", "cache-control", "connection", "via"}
)
"""Headers of a token answer whose values say nothing of a token."""


def _url(response: httpx.Response) -> str:
    return without_user_info(str(response.request.url))
