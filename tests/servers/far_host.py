"""A host of its own network: names, addresses and servers that this machine cannot reach, but over its sshd.

Run as a program inside namespaces of its own (`python -m tests.servers.far_host FOLDER`), it gives that machine an
address, names, web servers and an sshd on a port of its own, prints a line when all is up, and ends with its
standard input. Nothing listens on this machine: ssh reaches the sshd by a command that enters the namespaces.
"""

from __future__ import annotations

import json
import os
import shlex
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from integrator_tui.demo.certificates import Authority
from tests.engine.nodes import node
from tests.servers.name_server import is_possible, raise_loopback
from tests.servers.programs import program

ADDRESS: Final = "10.99.0.1"
NAME: Final = "orders.far.test"
HTTP, HTTPS, SILENT, CLOSING, HALF, SSH = 8080, 8443, 8081, 8082, 8083, 2222
OWN: Final = ("unshare", "--mount", "--net")

_SSHD: Final = """\
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowTcpForwarding {forwarding}
"""

_CONFIG: Final = """\
Host bastion
  ProxyCommand sh -c 'echo $$ > {folder}/bastion.pid; exec {enter} {sshd} -i -f {folder}/sshd_config'
Host second
  ProxyCommand {enter} {sshd} -i -f {folder}/sshd_config
Host inner
  HostName {address}
  Port {port}
  ProxyJump second
Host forbidding
  ProxyCommand {enter} {sshd} -i -f {folder}/sshd_forbidding
Host stranger
  UserKnownHostsFile /dev/null
  ProxyCommand {enter} {sshd} -i -f {folder}/sshd_config
Host changed
  UserKnownHostsFile {folder}/known_changed
  ProxyCommand {enter} {sshd} -i -f {folder}/sshd_config
Host refused
  ProxyCommand {enter} {sshd} -i -f {folder}/sshd_config -o AuthorizedKeysFile=none
Host mute
  ProxyCommand sh -c 'echo $$ > {folder}/mute.pid; exec sleep 600'
Host gone
  ProxyCommand false
Host *
  User root
  IdentityFile {folder}/key
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known_hosts
  GlobalKnownHostsFile /dev/null
# What a user may have asked for otherwise, and what is not to count here.
Host * !second
  ForwardAgent yes
  LocalForward 127.0.0.1:{local} 127.0.0.1:1
  PermitLocalCommand yes
  LocalCommand touch {folder}/local_command
  ControlMaster auto
  ControlPath {folder}/shared-%C
  ControlPersist yes
"""


@dataclass(frozen=True)
class FarHost:
    """The host as this machine sees it: `bin` holds an ssh that reads `config`, `ca` is whom its servers' TLS is
    from."""

    folder: Path
    ca: str
    local_port: int

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def program(self) -> str:
        return str(self.bin / "ssh")

    def pids(self, name: str = "bastion") -> list[int]:
        """The processes at the far end of the newest connection to a host, the first one first."""
        found = [int((self.folder / f"{name}.pid").read_text())]
        for pid in found:
            children = Path(f"/proc/{pid}/task/{pid}/children")
            if children.exists():
                found += map(int, children.read_text().split())
        return found

    def arguments(self) -> list[list[str]]:
        """The words of every ssh that was started, in their order."""
        log = self.folder / "ssh.log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def environments(self) -> str:
        log = self.folder / "ssh.env"
        return log.read_text() if log.exists() else ""


@contextmanager
def far_host(folder: Path) -> Iterator[FarHost]:
    """Run the host until the end of the block."""
    _require_root()
    keys(folder)
    authority = Authority.create("Far Authority")
    issued = authority.issue(NAME, (NAME,))
    (folder / "far.pem").write_text(issued.certificates_pem() + issued.key_pem())
    with subprocess.Popen(
        [*OWN, sys.executable, "-m", "tests.servers.far_host", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            assert process.stdout.readline() == b"up\n"
            enter = [program("nsenter"), "-t", str(process.pid), "-m", "-n", "--"]
            yield FarHost(folder, authority.pem(), _configured(folder, enter))
        finally:
            process.stdin.close()
            process.wait(20)


def near_host(folder: Path) -> FarHost:
    """Return a host that is this machine, reached over an sshd of its own that is started for each connection."""
    _require_root()
    keys(folder)
    # What sshd wants below /run is there for it alone.
    own = 'mount -t tmpfs tmpfs /run && mkdir /run/sshd && exec "$@"'
    return FarHost(folder, "", _configured(folder, ["unshare", "--mount", "sh", "-c", own, "sh"]))


def _require_root() -> None:
    if os.geteuid() or not is_possible():
        pytest.skip("this system lets this user make no namespace of its own, so there is no other host")


def keys(folder: Path) -> None:
    """Make the keys of user and host, and what sshd reads."""
    for name in ("key", "host_key", "other_host_key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    (folder / "authorized_keys").write_text((folder / "key.pub").read_text())
    names = f"bastion,second,forbidding,changed,refused,[{ADDRESS}]:{SSH}"
    for known, key in (("known_hosts", "host_key.pub"), ("known_changed", "other_host_key.pub")):
        (folder / known).write_text(f"{names} {(folder / key).read_text()}")
    (folder / "sshd_config").write_text(_SSHD.format(folder=folder, forwarding="yes"))
    (folder / "sshd_forbidding").write_text(_SSHD.format(folder=folder, forwarding="no"))


def _configured(folder: Path, enter: list[str]) -> int:
    """Write what ssh reads; `enter` are the words that lead where sshd is. Return the port that it forwards."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        local: int = free.getsockname()[1]
    (folder / "enter").write_text(f'#!/bin/sh\nexec {shlex.join(enter)} "$@"\n')
    (folder / "enter").chmod(0o755)
    filled = {"enter": folder / "enter", "sshd": program("sshd"), "address": ADDRESS, "port": SSH, "local": local}
    (folder / "config").write_text(_CONFIG.format(folder=folder, **filled))
    _wrap(folder, program("ssh"))
    return local


def _wrap(folder: Path, ssh: str) -> None:
    """Write an ssh that reads the configuration of this host, and keeps what it was given."""
    (folder / "bin").mkdir()
    wrapper = folder / "bin" / "ssh"
    wrapper.write_text(
        f"#!{sys.executable} -IS\n"
        "import json, os, sys\n"
        f"with open({str(folder / 'ssh.log')!r}, 'a') as log: log.write(json.dumps(sys.argv[1:]) + '\\n')\n"
        f"with open({str(folder / 'ssh.env')!r}, 'a') as log: log.write(json.dumps(dict(os.environ)) + '\\n')\n"
        f"os.execv({ssh!r}, [sys.argv[0], '-F', {str(folder / 'config')!r}, *sys.argv[1:]])\n"
    )
    wrapper.chmod(0o755)


def _serve(listener: socket.socket, serve: Callable[[socket.socket], None]) -> None:
    while True:
        peer, _ = listener.accept()
        threading.Thread(target=serve, args=(peer,), daemon=True).start()


def _closes(peer: socket.socket) -> None:
    peer.close()


def _half(peer: socket.socket) -> None:
    """Give half an answer, and wait."""
    with peer:
        peer.recv(65536)
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        peer.recv(65536)


def main(folder: Path) -> None:
    raise_loopback()
    for command in (
        ["ip", "address", "add", f"{ADDRESS}/32", "dev", "lo"],
        ["mount", "--bind", str(folder / "hosts"), "/etc/hosts"],
        ["mount", "--bind", str(folder / "nsswitch.conf"), "/etc/nsswitch.conf"],
        ["mount", "-t", "tmpfs", "tmpfs", "/run"],
    ):
        (folder / "hosts").write_text(f"127.0.0.1 localhost\n{ADDRESS} {NAME}\n")
        (folder / "nsswitch.conf").write_text("hosts: files\npasswd: files\n")
        subprocess.run(command, check=True)
    os.mkdir("/run/sshd")
    with ExitStack() as stack:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(folder / "far.pem")
        stack.enter_context(node("far", ADDRESS, HTTP))
        stack.enter_context(node("far over TLS", ADDRESS, HTTPS, tls))
        for port, serve in ((CLOSING, _closes), (HALF, _half)):
            listener = stack.enter_context(socket.create_server((ADDRESS, port)))
            threading.Thread(target=_serve, args=(listener, serve), daemon=True).start()
        waiting = [stack.enter_context(socket.create_server((ADDRESS, SILENT), backlog=0))]
        for _ in range(4):
            waiting.append(stack.enter_context(socket.socket()))
            waiting[-1].setblocking(False)
            waiting[-1].connect_ex((ADDRESS, SILENT))
        sshd = [program("sshd"), "-D", "-f", str(folder / "sshd_config")]
        daemon = subprocess.Popen([*sshd, "-o", f"ListenAddress={ADDRESS}:{SSH}"])
        stack.callback(daemon.wait)
        stack.callback(daemon.terminate)
        sys.stdout.write("up\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
