"""Messages: the heads of a request and of its answer as lines, as they came or as they may be shown.

Rules: a line of the way begins with `*`, one that was sent with `>`, one that came with `<`. What carries
credentials is masked by the name of its header too, since nobody knows the value of a cookie that a server made.
Of credentials no more is shown than their scheme.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.exchange.exchange import Exchange
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.request.status import reason
from integrator_tui.engine.sanitize import Sanitizer
from integrator_tui.model.probe import StageOutcome, StageResult
from integrator_tui.model.secret import MASK
from integrator_tui.model.secret_names import CREDENTIAL_HEADERS
from integrator_tui.model.stages import MARKS, summary
from integrator_tui.model.text import visible

_SCHEMES: Final = frozenset({"basic", "bearer", "digest", "negotiate", "token"})


def answer_head(response: httpx.Response) -> bytes:
    """Return status line and headers as they came, with the empty line behind them."""
    phrase = response.extensions.get("reason_phrase", response.reason_phrase.encode())
    lines = [f"{response.http_version} {response.status_code} ".encode("ascii", "replace") + phrase]
    lines += [name + b": " + value for name, value in response.headers.raw]
    return b"\r\n".join([*lines, b"", b""])


def answer_lines(response: httpx.Response, sanitizer: Sanitizer, *, masks_cookies: bool = False) -> tuple[str, ...]:
    """Return status line and headers as they may be shown."""
    first = f"{response.http_version} {response.status_code} {reason(response)}".rstrip()
    return (sanitizer.text(first), *_header_lines(tuple(response.headers.raw), sanitizer, masks=masks_cookies))


def request_lines(request: httpx.Request, sanitizer: Sanitizer) -> tuple[str, ...]:
    """Return the request line and the headers as they may be shown."""
    target = sanitizer.text(request.url.raw_path.decode("ascii", "replace"))
    first = f"{sanitizer.text(request.method)} {target} HTTP/1.1"
    return (first, *_header_lines(tuple(request.headers.raw), sanitizer, masks=True))


def _header_lines(headers: tuple[tuple[bytes, bytes], ...], sanitizer: Sanitizer, *, masks: bool) -> Iterator[str]:
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1"), raw_value.decode("utf-8", "replace")
        hides = masks and name.lower() in CREDENTIAL_HEADERS
        yield f"{sanitizer.text(name)}: {_masked(name.lower(), value) if hides else sanitizer.text(value)}"


def _masked(name: str, value: str) -> str:
    """Return the value of a header that carries credentials, of which the scheme alone is shown."""
    scheme, blank, rest = value.partition(" ")
    known = bool(blank and rest) and scheme.lower() in _SCHEMES and name.endswith("authorization")
    return f"{scheme} {MASK}" if known else MASK


class Telling:
    """An exchange whose stages and heads are told as they come to pass."""

    def __init__(self, exchange: Exchange, sanitizer: Sanitizer, told: Callable[[str], None]) -> None:
        self._exchange = exchange
        self._sanitizer = sanitizer
        self._told = told

    async def head(self) -> httpx.Response:
        """Return the head of the final answer; raises StageFailed as the exchange does."""
        started = time.perf_counter()
        try:
            response = await self._exchange.head(self._stage)
        except StageFailed as failed:
            if self._exchange.stage not in ("resolve", "connect", "tls"):
                self._sent(failed)
            raise
        self._sent(None)
        ms = (time.perf_counter() - started) * 1000
        for hop in self._exchange.hops:
            self._told(f"* {self._sanitizer.text(str(hop['status']))} → {self._sanitizer.text(str(hop['url']))}")
        for line in answer_lines(response, self._sanitizer, masks_cookies=True):
            self._told(f"< {line}")
        self._told(f"* the answer began after {ms:.1f} ms")
        return response

    def _stage(self, result: StageResult) -> None:
        clean = self._sanitizer.clean(result)
        fact = visible(summary(clean.stage, clean.detail))
        time_taken = "–" if clean.ms is None else f"{clean.ms:.1f} ms"
        self._told(f"* {MARKS[clean.outcome]} {clean.stage:<13}{clean.outcome:<8} {time_taken:>9}  {fact}".rstrip())

    def _sent(self, failed: StageFailed | None) -> None:
        """Tell how the request was authenticated, and what was sent."""
        exchange = self._exchange
        for stage in exchange.token_stages:
            self._told("* token request:")
            self._stage(stage)
        if exchange.plan.method != "none":
            refused = failed is not None and exchange.stage == "authenticate"
            outcome: StageOutcome = "failed" if refused else "passed"
            detail = {"method": exchange.plan.method}
            self._stage(StageResult("authenticate", outcome, exchange.authenticate_seconds * 1000, detail))
        if exchange.asked is not None:
            for line in request_lines(exchange.asked, self._sanitizer):
                self._told(f"> {line}")
