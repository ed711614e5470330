"""Content codings: what a Content-Encoding says was done to a body, and which of that is undone here.

Rules: gzip and deflate are undone. A name that is no coding (`utf-8`, `none`, `aws-chunked`, a name with
parameters) says nothing about the bytes and is passed over, as browsers do; a coding that is one and is not undone
here leaves the body as it came. The names are those of the registry that RFC 9110 section 8.4.1 made.
"""

from __future__ import annotations

from typing import Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.failure import StageFailed, protocol_error, quote
from integrator_tui.engine.oddity import odd
from integrator_tui.model.named_tuple import NamedTuple

UNDONE: Final = frozenset({"gzip", "deflate"})
_REGISTERED: Final = UNDONE | frozenset("aes128gcm br compress dcb dcz exi pack200-gzip x-compress zstd".split())


class ContentCodings(NamedTuple):
    """`names` are to be undone, the outermost first; `foreign` is the first that cannot be, empty where all can;
    `passed_over` are no codings. `asked_for` says that the request's author asked for the foreign one."""

    names: tuple[str, ...] = ()
    foreign: str = ""
    passed_over: tuple[str, ...] = ()
    asked_for: bool = False

    def tell(self, response: httpx.Response) -> None:
        """Note what is odd about them."""
        for name in self.passed_over:
            odd(response, f"its Content-Encoding {quote(name, 40)} names no coding and was passed over")
        if self.foreign and not self.asked_for:
            odd(response, f"it is encoded as {quote(self.foreign, 40)}, which was not asked for, and stays so")

    def not_undone(self) -> StageFailed:
        """Return the failure of who has to read the body."""
        name = quote(self.foreign, 40)
        if self.asked_for:
            hint = f"take {name} out of the request's Accept-Encoding: gzip and deflate are undone here"
        else:
            hint = "only gzip and deflate were asked for: the server should heed Accept-Encoding (RFC 9110 12.5.3)"
        return protocol_error(f"the answer is encoded as {name}, which is not undone here", hint)


def content_codings(response: httpx.Response) -> ContentCodings:
    """Return what the Content-Encoding of `response` says."""
    names, passed_over, foreign = [], [], ""
    for said in reversed(response.headers.get("content-encoding", "").split(",")):
        name = said.strip().lower()
        name = "gzip" if name == "x-gzip" else name
        if name in UNDONE:
            names.append(name)
        elif name in _REGISTERED:
            foreign = foreign or name
        elif name not in ("", "identity"):
            passed_over.append(said.strip())
    return ContentCodings(tuple(names), foreign, tuple(passed_over), _asks_for(response.request, foreign))


def _asks_for(request: httpx.Request, name: str) -> bool:
    offered = request.headers.get("accept-encoding", "").lower().split(",")
    return bool(name) and bool({name, "*"} & {offer.partition(";")[0].strip() for offer in offered})
