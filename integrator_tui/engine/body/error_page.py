"""What an answer that refuses says of the reason in its own words: the first line of text of its body.

Rules: a sample of the body is enough; markup is left out, and what is no text says nothing. Squid names its reason
in a header (`X-Squid-Error`), whatever the page says. What comes from here is foreign text: cut, not yet redacted.
"""

from __future__ import annotations

import re
from typing import Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.body import decoding
from integrator_tui.engine.failure import quote

SAMPLE: Final = 4096
"""Bytes of a body that are looked at."""
_LONGEST: Final = 120

_NOT_SHOWN: Final = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|head|title)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_TITLE: Final = re.compile(r"<title\b[^>]*>(.*?)</title", re.DOTALL | re.IGNORECASE)
_TAG: Final = re.compile(r"<[^>]*>?")
_NO_TEXT: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")

_SQUID: Final = {
    "ERR_DNS_FAIL": "it could not look the host up: check the name, as the proxy's own network knows it",
    "ERR_CONNECT_FAIL": "it could not connect to the host: check host and port, and the proxy's own network",
    "ERR_ACCESS_DENIED": "its rules do not allow this: have them changed, or see no_proxy",
    "ERR_CACHE_ACCESS_DENIED": "it wants a user and password: write them into options.proxy",
    "ERR_READ_TIMEOUT": "the host behind it did not answer in time",
    "ERR_SECURE_CONNECT_FAIL": "its own TLS to the host failed: look at its log",
}


def first_line(response: httpx.Response, sample: bytes) -> str:
    """Return the first line of text of a body that begins with `sample`, empty where it holds none."""
    if "content-encoding" in response.headers and _NO_TEXT.search(sample.decode("utf-8", "replace")):
        return ""
    text = decoding.text(response, sample[:SAMPLE])
    if _looks_like_html(response, text):
        # A table of two thousand names, which a test that passes has no use for.
        import html

        title = _TITLE.search(text)
        shown = html.unescape(_TAG.sub("\n", _NOT_SHOWN.sub("\n", text)))
        text = shown if shown.strip() else html.unescape(title[1]) if title else ""
    line = next((line for line in map(str.strip, text.splitlines()) if line), "")
    return "" if _NO_TEXT.search(line) else quote(line, _LONGEST)


def _looks_like_html(response: httpx.Response, text: str) -> bool:
    return "html" in response.headers.get("content-type", "").lower() or text.lstrip()[:1] == "<"


def squid_error(response: httpx.Response) -> tuple[str, str] | None:
    """Return what squid names as its reason and what to do about it, None where the answer is not squid's own."""
    said = response.headers.get("x-squid-error", "").strip()
    if not said:
        return None
    hint = _SQUID.get(said.partition(" ")[0], "look at its log for that reason")
    return quote(said, 80), f"squid, a proxy, answered this: {hint}"
