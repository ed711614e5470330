"""Cases of resolve, connect and tls."""

from __future__ import annotations

import socket
from typing import Never

from integrator_tui.model.probe import ProbeReport
from tests.engine.certified import client_pem
from tests.engine.failing.lab import BASIC, Lab, case, mistrusted
from tests.engine.full_listener import full_listener
from tests.engine.hostile import HostileServer, keeps, ok, silent


@case("dns_not_found", "resolve- connect. respond.", "host in the base URL")
async def no_name(lab: Lab) -> ProbeReport:
    return await lab.probe(f"http://{'a' * 64}.example")


def resolver_says(lab: Lab, code: int) -> None:
    def getaddrinfo(*_: object, **__: object) -> Never:
        raise socket.gaierror(code, "as the system has it")

    lab.patch.setattr(socket, "getaddrinfo", getaddrinfo)


@case("dns_not_found", "resolve- connect. tls. respond.", "spelling")
async def no_such_host(lab: Lab) -> ProbeReport:
    resolver_says(lab, socket.EAI_NONAME)
    return await lab.probe("https://nowhere.example")


@case("dns_failed", "resolve- connect. tls. respond.", "/etc/resolv.conf")
async def no_name_server(lab: Lab) -> ProbeReport:
    resolver_says(lab, socket.EAI_AGAIN)
    return await lab.probe("https://nowhere.example")


# connect


@case("refused", "resolve+ connect- authenticate. respond.", "the server runs")
async def nobody_listens(lab: Lab) -> ProbeReport:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return await lab.probe(f"http://127.0.0.1:{bound.getsockname()[1]}", BASIC)


@case("unreachable", "resolve+ connect- respond.", "route")
async def no_way(lab: Lab) -> ProbeReport:
    return await lab.probe("http://224.0.0.1:81")  # no TCP to a multicast address


@case("connect_timeout", "resolve+ connect- tls. respond.", "firewall")
async def nobody_accepts(lab: Lab) -> ProbeReport:
    with full_listener() as port:
        return await lab.probe(f"https://127.0.0.1:{port}", connect=0.2)


# tls

mistrusted("tls_untrusted", "ca_cert", "unknown_ca")
mistrusted("tls_untrusted", "SHA-256", "self_signed")
mistrusted("tls_untrusted", "intermediate", "no_intermediate")
mistrusted("tls_expired", "renewed", "expired")
mistrusted("tls_expired", "clock", "expired_between")
mistrusted("tls_not_yet_valid", "clock", "not_yet_valid")
mistrusted("tls_hostname_mismatch", "names", "wrong_name")


@case("tls_timeout", "resolve+ connect+ tls- respond.", "TLS spoken")
async def silent_handshake(lab: Lab) -> ProbeReport:
    with HostileServer(silent) as server:
        return await lab.probe(f"https://{server.netloc}", connect=0.2)


@case("tls_protocol", "resolve+ connect+ tls- respond.", "http://")
async def plain_http_on_a_tls_port(lab: Lab) -> ProbeReport:
    def plain(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with HostileServer(plain) as server:
        return await lab.probe(f"https://{server.netloc}")


@case("tls_protocol", "resolve+ connect+ tls- respond.", "plain HTTP")
async def closed_in_the_handshake(lab: Lab) -> ProbeReport:
    with HostileServer(lambda connection: None) as server:
        return await lab.probe(f"https://{server.netloc}")


@case("tls_protocol", "resolve+ connect+ tls- respond.", "client_cert_file")
async def no_client_certificate_in_tls_1_2(lab: Lab) -> ProbeReport:
    return await lab.hostile(keeps(ok(b"")), "mutual_12")


@case("tls_protocol", "resolve+ connect+ tls+ respond-", "client_cert_file")
async def no_client_certificate(lab: Lab) -> ProbeReport:
    return await lab.hostile(keeps(ok(b"")), "mutual")


@case("tls_protocol", "resolve+ connect+ tls+ respond-", "client_cert_file")
async def a_strange_client_certificate(lab: Lab) -> ProbeReport:
    (lab.folder / "client.pem").write_text(client_pem(lab.certified.stranger))
    return await lab.hostile(keeps(ok(b"")), "mutual", folder=lab.folder, client_cert_file="client.pem")


@case("ca_invalid", "resolve. connect. tls. respond.", "PEM")
async def no_ca(lab: Lab) -> ProbeReport:
    return await lab.probe("https://127.0.0.1:1", ca_cert="not a certificate")


@case("ca_invalid", "resolve. connect. tls. respond.", "relative to")
async def no_client_certificate_file(lab: Lab) -> ProbeReport:
    return await lab.probe("https://127.0.0.1:1", folder=lab.folder, client_cert_file="missing.pem")
