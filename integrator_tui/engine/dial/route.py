"""Route: how an origin is reached."""

from __future__ import annotations

from integrator_tui.engine.net.proxy import Proxy
from integrator_tui.engine.net.trust_store import Trust
from integrator_tui.engine.origin import Origin
from integrator_tui.model.named_tuple import NamedTuple


class Node(NamedTuple):
    """What is dialled in an origin's place: another host and port, or a unix socket of this machine."""

    host: str = ""
    port: int = 0
    socket: str = ""

    def __str__(self) -> str:
        return self.socket or (f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}")


class Route(NamedTuple):
    """How an origin is reached: over which connection, with which trust, through which proxy; `node` is
    what is dialled in its place, None for itself; `via` the host that it is dialled from, empty for this one. What
    TLS verifies stays the origin's."""

    origin: Origin
    trust: Trust
    proxy: Proxy | None
    node: Node | None = None
    via: str = ""

    @property
    def place(self) -> tuple[str, int]:
        """The host and port that are looked up and connected to from here."""
        place = self.proxy or self.node or self.origin
        return place.host, place.port

    @property
    def server(self) -> str:
        """What tells one server from another: nodes of one origin know the same tokens, behind a socket there may
        be anybody, and a name may lead elsewhere from another host."""
        if self.via:
            return f"{self.origin} via {self.via}"
        return (
            f"{self.origin} {self.node.socket}" if self.node is not None and self.node.socket else str(self.origin)
        )
