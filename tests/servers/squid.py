"""squid, a proxy that names its reasons: open to all, or after a password."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.servers.programs import free_ports, program, running

USER, PASSWORD, REALM = "user", "proxy-pass-22", "the proxy"

_CONFIG = """
{ports}
pid_filename none
cache_log {folder}/cache.log
access_log none
cache_store_log none
coredump_dir {folder}
cache_mem 8 MB
cache deny all
shutdown_lifetime 0 seconds
pinger_enable off
visible_hostname squid.test
connect_timeout 2 seconds
dns_nameservers 127.0.0.1
dns_timeout 1 second
dns_retransmit_interval 500 milliseconds
acl forbidden url_regex forbidden
acl forbidden_host dstdomain forbidden.invalid
acl digest_port localport {digest}
acl all_users proxy_auth REQUIRED
http_access deny forbidden
http_access deny forbidden_host
http_access allow digest_port all_users
http_access deny digest_port
http_access allow all
"""
_DIGEST = """
auth_param digest program {helpers}/digest_file_auth -c {folder}/passwords
auth_param digest children 1 startup=0 idle=1
auth_param digest realm {realm}
"""


class Squid(NamedTuple):
    """A running squid: a port for everybody, and one that asks for Digest."""

    open: str
    digest: str


@contextmanager
def squid() -> Iterator[Squid]:
    """Run squid until the end of the block.

    Started by root it becomes another user, who may not enter the folders of a test: it gets one of its own.
    """
    command = program("squid")
    with TemporaryDirectory(prefix="squid-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            folder.chmod(0o777)
        with _running(command, folder) as server:
            yield server


@contextmanager
def _running(command: str, folder: Path) -> Iterator[Squid]:
    secret = hashlib.md5(f"{USER}:{REALM}:{PASSWORD}".encode()).hexdigest()
    (folder / "passwords").write_text(f"{USER}:{REALM}:{secret}\n")
    everybody, digest = free_ports(2)
    ports = "".join(f"http_port 127.0.0.1:{port}\n" for port in (everybody, digest))
    text = _DIGEST + _CONFIG
    text = text.format(folder=folder, ports=ports, digest=digest, helpers="/usr/lib/squid", realm=REALM)
    (folder / "squid.conf").write_text(text)
    # -N: no other process; -n: a name of its own, for its shared memory.
    arguments = [command, "-N", "-n", f"test{everybody}", "-f", str(folder / "squid.conf")]
    with running(arguments, everybody, folder / "start.log") as process:
        try:
            yield Squid(f"http://127.0.0.1:{everybody}", f"http://127.0.0.1:{digest}")
        finally:
            # Asked to end, it takes two seconds; it holds nothing that is worth them.
            process.kill()
