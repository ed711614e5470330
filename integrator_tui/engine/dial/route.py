"""Route: how an origin is reached."""

from __future__ import annotations

from typing import NamedTuple

from integrator_tui.engine.net.proxy import Proxy
from integrator_tui.engine.net.trust_store import Trust
from integrator_tui.engine.origin import Origin


class Route(NamedTuple):
    """How an origin is reached: over which connection, with which trust, through which proxy."""

    origin: Origin
    trust: Trust
    proxy: Proxy | None
