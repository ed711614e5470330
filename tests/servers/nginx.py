"""nginx with a port for each thing that can be right or wrong about a server."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.servers.chains import Chains
from tests.servers.programs import free_ports, program, running

TLS_SITES: Final = {
    "good": "ssl_protocols TLSv1.2 TLSv1.3;",
    "whole_chain": "ssl_protocols TLSv1.2 TLSv1.3;",
    "incomplete": "",
    "expired": "",
    "not_yet_valid": "",
    "wrong_host": "",
    "self_signed": "",
    "unknown_ca": "",
    "unknown_ca_shown": "",
    "client_purpose": "",
    "tls11": "ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;",
    "tls12": "ssl_protocols TLSv1.2;",
    "tls13": "ssl_protocols TLSv1.3;",
    "client_wanted": "ssl_protocols TLSv1.3; ssl_verify_client optional; ssl_client_certificate <folder>/ca.pem;",
    "client_required": "ssl_verify_client on; ssl_client_certificate <folder>/ca.pem;",
    "no_such_site": "ssl_reject_handshake on;",
}
"""The https ports, and what is said there beside the certificate."""

PASSWORDS: Final = {"user": "pässwörd: 100%", "empty": ""}
TEXT: Final = b"a line of text that repeats itself\n" * 2000
BIG: Final = 20_000_000
HUGE: Final = 10_000_000_000

_MAIN = """
<user> daemon off; worker_processes 1; pid <folder>/nginx.pid; error_log <folder>/error.log;
events { worker_connections 1024; }
http {
  access_log <folder>/access.log; default_type text/plain;
  client_body_temp_path <folder>/temporary; proxy_temp_path <folder>/temporary;
  fastcgi_temp_path <folder>/temporary; uwsgi_temp_path <folder>/temporary; scgi_temp_path <folder>/temporary;
  limit_req_zone $server_port zone=few:64k rate=1r/m;
  server { listen 127.0.0.1:<http_port>; include <folder>/paths.conf; }
  server { listen 127.0.0.1:<other_port>; include <folder>/paths.conf; }
"""

_TLS = """
  server { listen 127.0.0.1:<port> ssl; <special> include <folder>/paths.conf;
           ssl_certificate <folder>/<site>.pem; ssl_certificate_key <folder>/<site>.key; }
"""


@dataclass(frozen=True, slots=True)
class Nginx:
    """A running nginx: its origins by the name of the port, and its folder."""

    http: str
    other: str
    sites: Mapping[str, str]
    chains: Chains
    folder: Path

    @property
    def refused(self) -> str:
        """An https origin where nobody listens."""
        return self.sites["refused"]

    def plain_on_tls(self) -> str:
        """The address of a TLS port as if it spoke plain HTTP."""
        return self.sites["good"].replace("https:", "http:")

    def tls_on_plain(self) -> str:
        """The address of a plain port as if it spoke TLS."""
        return self.http.replace("http:", "https:")


def filled(text: str, **values: object) -> str:
    for name, value in values.items():
        text = text.replace(f"<{name}>", str(value))
    return text


def write_files(folder: Path, chains: Chains) -> None:
    """Write what nginx shows and serves."""
    (folder / "files").mkdir(parents=True)
    (folder / "ca.pem").write_text(chains.ca)
    for site in TLS_SITES:
        credentials = chains.server(site)
        (folder / f"{site}.pem").write_text(credentials.certificates_pem())
        (folder / f"{site}.key").write_text(credentials.key_pem())
    (folder / "passwords").write_text("".join(f"{user}:{_salted(word)}\n" for user, word in PASSWORDS.items()))
    (folder / "files" / "text").write_bytes(TEXT)
    (folder / "files" / "empty").write_bytes(b"")
    (folder / "files" / "bomb.gz").write_bytes(gzip.compress(bytes(200_000_000), 9))
    for name, size in (("big", BIG), ("huge", HUGE)):
        with (folder / "files" / name).open("wb") as file:
            file.truncate(size)


def _salted(password: str) -> str:
    """Return a password as nginx reads it, in the words of RFC 2307."""
    salt = b"salt"
    return "{SSHA}" + base64.b64encode(hashlib.sha1(password.encode() + salt).digest() + salt).decode()


@contextmanager
def nginx(folder: Path, chains: Chains, me: str) -> Iterator[Nginx]:
    """Run nginx until the end of the block; `me` is the origin that `/me` is passed on to."""
    command = program("nginx")
    write_files(folder, chains)
    http, other, refused, *ports = free_ports(3 + len(TLS_SITES))
    sites = {name: f"https://localhost:{port}" for name, port in zip(TLS_SITES, ports, strict=True)}
    sites["refused"] = f"https://localhost:{refused}"
    blocks = (
        filled(_TLS, site=name, special=special, port=port)
        for (name, special), port in zip(TLS_SITES.items(), ports, strict=True)
    )
    text = "".join((_MAIN, *blocks, "}"))
    # Started by root, its workers would be nobody, who may not enter the folders of a test.
    text = filled(text, user="user root;" if os.geteuid() == 0 else "")
    (folder / "nginx.conf").write_text(filled(text, folder=folder, http_port=http, other_port=other))
    with ExitStack() as stack:
        paths = (Path(__file__).parent / "nginx.conf").read_text()
        places = {"other": f"http://localhost:{other}", "refused": refused, "me": me}
        places["silent"] = stack.enter_context(_upstream(b""))
        places["cut"] = stack.enter_context(_upstream(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes!"))
        (folder / "paths.conf").write_text(filled(paths, folder=folder, **places))
        arguments = [command, "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", str(folder / "error.log")]
        stack.enter_context(running(arguments, http, folder / "start.log"))
        yield Nginx(f"http://localhost:{http}", f"http://localhost:{other}", sites, chains, folder)


@contextmanager
def _upstream(says: bytes) -> Iterator[int]:
    """Listen, and say the same to everybody before closing; nothing at all where `says` is empty."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    peer, _ = server.accept()
                except OSError:
                    return
                if says:
                    peer.recv(65536)
                    peer.sendall(says)
                    peer.close()
                else:
                    held.append(peer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield int(server.getsockname()[1])
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for peer in held:
                peer.close()
