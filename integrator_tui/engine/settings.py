"""What an engine is handed of its user: trust, proxies, and the ways to other hosts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from integrator_tui.model.named_tuple import NamedTuple

if TYPE_CHECKING:
    from integrator_tui.engine.ssh.command import SshSettings
    from integrator_tui.model.ways_in import WaysIn


class EngineSettings(NamedTuple):
    """The user's network settings: `ca_file` and `ca_dir` replace the system's trust (`SSL_CERT_FILE`,
    `SSL_CERT_DIR`), `proxies` maps `http`, `https`, `all` and `no` to the environment's values, `ways_in` says what
    is dialled in place of where names lead, `ssh` how other hosts are reached, asked for when the first is needed.
    """

    ca_file: str | None = None
    ca_dir: str | None = None
    proxies: Mapping[str, str] = MappingProxyType({})
    ways_in: WaysIn | None = None
    ssh: Callable[[], SshSettings] | None = None
