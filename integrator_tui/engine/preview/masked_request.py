"""MaskedRequest: a request made of stand-ins, as it may be shown.

Rules: what is computed from a secret (a Basic header, the length of a body, a boundary that is a digest of its
parts) is masked whole, since it would tell of the secret; of credentials that somebody wrote into a header no more
is shown than their scheme.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.net.proxy import Proxy
from integrator_tui.engine.preview.stand_ins import StandIns
from integrator_tui.model.preview import RequestKind, RequestPreview, SentValue
from integrator_tui.model.secret import MASK
from integrator_tui.model.url import without_user_info

_CREDENTIALS: Final = frozenset({"authorization", "proxy-authorization"})
_SCHEMES: Final = frozenset({"basic", "bearer", "digest", "negotiate", "token", "apikey", "dpop", "hawk", "ntlm"})
_NO_TEXT: Final = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class MaskedRequest:
    """One request as it is about to be sent; `proxy` is the one that it goes through."""

    def __init__(self, sent: httpx.Request, proxy: Proxy | None, stand_ins: StandIns) -> None:
        self.method, self.url = sent.method, sent.url
        self._sent = sent
        self._forwarding = proxy if proxy and proxy.scheme != "socks5" and sent.url.scheme == "http" else None
        self._stand_ins = stand_ins
        self.body_is_masked = stand_ins.stand_in(sent.content)
        self._boundary = self._masked_boundary() if self.body_is_masked else ""

    @property
    def size(self) -> int | None:
        """The length of the body, None where a secret decides it."""
        return None if self.body_is_masked else len(self._sent.content)

    def shown(self, kind: RequestKind, values: Iterable[SentValue], notes: Iterable[str]) -> RequestPreview:
        """Return it with its values and what else is to be known of it."""
        masked = self._stand_ins.masked
        address = masked(without_user_info(str(self.url)))
        headers = tuple(self.headers())
        return RequestPreview(
            kind,
            self.method,
            masked(self._target()),
            address,
            headers,
            self._body(),
            self.size,
            tuple(values),
            tuple(notes),
        )

    def headers(self) -> Iterator[tuple[str, str]]:
        """Give the headers in the order in which they are sent."""
        added = self._forwarding.authorization if self._forwarding else ()
        for raw_name, raw_value in (*self._sent.headers.raw, *added):
            name, value = raw_name.decode("latin-1"), raw_value.decode("utf-8", "replace").strip(" \t")
            if name.lower() == "content-length" and self.body_is_masked:
                value = MASK
            elif self._boundary:
                value = value.replace(self._boundary, MASK)
            yield self._stand_ins.masked(name), self._header(name.lower(), value)

    def _header(self, name: str, value: str) -> str:
        stands_in = self._stand_ins.stand_in(value.encode())
        if name == "cookie" and not stands_in:
            return MASK
        if name not in _CREDENTIALS or not value:
            return self._stand_ins.masked(value)
        scheme, blank, rest = value.partition(" ")
        known = bool(blank and rest) and scheme.lower() in _SCHEMES
        if stands_in and not (known and scheme.lower() == "basic"):
            return self._stand_ins.masked(value)
        return f"{scheme} {MASK}" if known else MASK

    def _target(self) -> str:
        target = self.url.raw_path.decode("ascii")
        return f"http://{self.url.netloc.decode('ascii')}{target}" if self._forwarding else target

    def _body(self) -> str | None:
        """The text that the body is, None where it is none."""
        try:
            text = self._sent.content.decode("utf-8")
        except UnicodeDecodeError:
            return None
        if _NO_TEXT.search(text):
            return None
        return self._stand_ins.masked(text.replace(self._boundary, MASK) if self._boundary else text)

    def _masked_boundary(self) -> str:
        found = re.search(r'boundary="?([^";]+)', self._sent.headers.get("content-type", ""))
        return found[1] if found and f"--{found[1]}".encode() in self._sent.content else ""
