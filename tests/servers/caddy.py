"""caddy, whose TLS is Go's, with sites that want a client certificate."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.servers.chains import Chains
from tests.servers.programs import free_ports, program, running

_CONFIG = """
{{
  admin off
  auto_https off
  storage file_system {folder}
}}
https://localhost:{required}, https://127.0.0.1:{required} {{
  tls {folder}/server.pem {folder}/server.key {{
    protocols tls1.2 {version}
    client_auth {{
      mode require_and_verify
      trusted_ca_cert_file {folder}/ca.pem
    }}
  }}
  respond "hello"
}}
"""


class Caddy(NamedTuple):
    """A running caddy: the port of the site that wants a client certificate."""

    port: int
    folder: Path

    @property
    def by_name(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def by_address(self) -> str:
        return f"https://127.0.0.1:{self.port}"


@contextmanager
def caddy(folder: Path, chains: Chains, version: str = "tls1.3") -> Iterator[Caddy]:
    """Run caddy until the end of the block, with TLS up to `version`."""
    command = program("caddy")
    both = chains.authority.issue("localhost", ("localhost", "127.0.0.1"))
    (folder / "server.pem").write_text(both.certificates_pem())
    (folder / "server.key").write_text(both.key_pem())
    (folder / "ca.pem").write_text(chains.ca)
    [port] = free_ports(1)
    (folder / "Caddyfile").write_text(_CONFIG.format(folder=folder, required=port, version=version))
    # Its state stays in the folder of the test, wherever it would look for one.
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    arguments = [command, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with running(arguments, port, folder / "caddy.log", environment):
        yield Caddy(port, folder)
