"""Origin: where a request goes, and what credentials may not leave."""

from __future__ import annotations

from integrator_tui.engine import http_types as httpx
from integrator_tui.model.named_tuple import NamedTuple


class Origin(NamedTuple):
    """Scheme, host and port (RFC 6454); the host is ASCII, an IPv6 address without brackets."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: httpx.URL) -> Origin:
        """Return the origin of an http or https URL."""
        port = url.port or (443 if url.scheme == "https" else 80)
        return cls(url.scheme, url.raw_host.decode("ascii").strip("[]"), port)

    @property
    def netloc(self) -> str:
        """Host and port, an IPv6 address in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}"
