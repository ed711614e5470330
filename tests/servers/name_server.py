"""A name server on port 53 of a machine of its own, and probes that ask it through the system's resolver.

Run as a program inside namespaces of its own (`python -m tests.servers.name_server FOLDER HOST…`), it gives
the loopback of that machine a DNS server (RFC 1035), writes /etc/resolv.conf there alone, and prints the
report of a check of each host. What the server does is in the first label of the name.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from integrator_tui.engine.engine import Engine
from integrator_tui.engine.settings import EngineSettings
from tests.engine.hostile import HostileServer, keeps, ok
from tests.engine.probing import target

A, AAAA = 1, 28
NXDOMAIN, SERVFAIL, REFUSED = 3, 2, 5
CODES: Final = {"nxdomain": NXDOMAIN, "servfail": SERVFAIL, "refused": REFUSED, "nodata": 0, "four": 0, "both": 0}
ADDRESSES: Final = {
    ("four", A): bytes((127, 0, 0, 1)),
    ("both", A): bytes((127, 0, 0, 1)),
    ("both", AAAA): bytes(15) + b"\1",
}


def command(folder: Path, *hosts: str) -> list[str]:
    """Return the command that runs this module on a machine of its own."""
    own = ["unshare", "--map-root-user", "--mount", "--net"]
    return [*own, sys.executable, "-m", "tests.servers.name_server", str(folder), *hosts]


def is_possible() -> bool:
    """Whether this system lets us make such a machine: containers often forbid it."""
    try:
        tried = subprocess.run(["unshare", "--map-root-user", "--mount", "--net", "true"], capture_output=True)
    except FileNotFoundError:
        return False
    return tried.returncode == 0


def answer(query: bytes) -> bytes | None:
    """Return the answer to a query of one question; None where the name says that there is none."""
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode())
        at += 1 + query[at]
    kind = int.from_bytes(query[at + 1 : at + 3], "big")
    question = query[12 : at + 5]
    if labels[0] not in CODES:
        return None
    found = ADDRESSES.get((labels[0], kind))
    head = query[:2] + struct.pack("!HHHHH", 0x8180 | CODES[labels[0]], 1, 1 if found else 0, 0, 0)
    record = b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(found)) + found if found else b""
    return head + question + record


def serve(server: socket.socket) -> None:
    while True:
        query, sender = server.recvfrom(4096)
        if (said := answer(query)) is not None:
            server.sendto(said, sender)


def raise_loopback() -> None:
    """Switch the loopback of a new network on (`netdevice(7)`)."""
    get_flags, set_flags, up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(sock, get_flags, request))[1]
        fcntl.ioctl(sock, set_flags, struct.pack("16sh14x", b"lo", flags | up))


async def check_all(hosts: list[str], port: int) -> list[object]:
    engine = Engine(EngineSettings(ca_file="/dev/null", ca_dir="/dev/null"))
    reports = [await engine.check(target(f"http://{host}:{port}", connect=1.0), host, None) for host in hosts]
    await engine.aclose()
    return [report.to_json() for report in reports]


def main(folder: Path, hosts: list[str]) -> None:
    raise_loopback()
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions attempts:1 timeout:30\n")
    (folder / "nsswitch.conf").write_text("hosts: dns\n")
    for name in ("resolv.conf", "nsswitch.conf"):
        subprocess.run(["mount", "--bind", str(folder / name), f"/etc/{name}"], check=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 53))
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        with HostileServer(keeps(ok(b"hello"))) as web:
            sys.stdout.write(json.dumps(asyncio.run(check_all(hosts, web.port))))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
