"""Every TLS port shows the certificate it promises, and a client sees why it must not trust the wrong ones."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509

from integrator_tui.demo.certificates import Authority, Validity
from integrator_tui.demo.ports import PORTS
from integrator_tui.demo.server import CLIENT_KEY_PASSPHRASE, ThreadedDemoServer

Connect = Callable[..., http.client.HTTPConnection]


def trusting(demo: ThreadedDemoServer) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(demo.ca_file))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def shaken(demo: ThreadedDemoServer, port: str, name: str | None = None) -> ssl.SSLSocket:
    origin = urlsplit(demo.addresses[port])
    plain = socket.create_connection((origin.hostname, origin.port), timeout=60)
    try:
        return trusting(demo).wrap_socket(plain, server_hostname=name or origin.hostname)
    except BaseException:
        plain.close()
        raise


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "::1"])
def test_the_certificate_is_good_for_every_loopback_name(demo: ThreadedDemoServer, name: str) -> None:
    with shaken(demo, "https", name) as secured:
        assert secured.version() == "TLSv1.3"


@pytest.mark.parametrize("port", ["https_other", "tls_expiring", "tls_chain"])
def test_other_good_certificates(demo: ThreadedDemoServer, port: str) -> None:
    shaken(demo, port).close()


def test_the_expiring_certificate_ends_within_days(demo: ThreadedDemoServer) -> None:
    with shaken(demo, "tls_expiring") as secured:
        shown = secured.getpeercert(binary_form=True)
    assert shown
    left = x509.load_der_x509_certificate(shown).not_valid_after_utc - datetime.now(UTC)
    assert left.days == 3


@pytest.mark.parametrize(
    ("port", "code"),
    [
        ("tls_expired", 10),
        ("tls_not_yet_valid", 9),
        ("tls_wrong_host", 64),
        ("tls_untrusted", 20),
        ("tls_self_signed", 18),
        ("tls_incomplete", 20),
    ],
)
def test_wrong_certificates(demo: ThreadedDemoServer, port: str, code: int) -> None:
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        shaken(demo, port)
    assert caught.value.verify_code == code
    demo.at(port).wait_for(lambda visits: visits.counts.refused >= 1 and visits.counts.connections_open == 0)


def test_a_name_that_is_not_in_it(demo: ThreadedDemoServer) -> None:
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        shaken(demo, "https", "other.example.com")
    assert caught.value.verify_code == 62


def test_old_versions_are_told_apart_by_the_alert(demo: ThreadedDemoServer) -> None:
    with pytest.raises(ssl.SSLError) as caught:
        shaken(demo, "tls_old")
    assert caught.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION"


def test_a_reset_in_the_handshake(demo: ThreadedDemoServer) -> None:
    with pytest.raises(ConnectionResetError):
        shaken(demo, "tls_reset")


def test_tls_on_a_plain_port(demo: ThreadedDemoServer) -> None:
    with pytest.raises(ssl.SSLError) as caught:
        shaken(demo, "http")
    assert caught.value.reason == "WRONG_VERSION_NUMBER"


def test_plain_http_on_a_tls_port_is_told(demo: ThreadedDemoServer) -> None:
    origin = urlsplit(demo.addresses.https)
    assert origin.hostname
    connection = http.client.HTTPConnection(origin.hostname, origin.port, timeout=60)
    connection.request("GET", "/health")
    response = connection.getresponse()
    assert (response.status, b"HTTPS port" in response.read()) == (400, True)
    connection.close()


def test_mutual_tls_refuses_a_client_without_a_certificate(demo: ThreadedDemoServer) -> None:
    # With TLS 1.3 the client learns of it only when it reads (RFC 8446 section 4.4.2.4).
    with shaken(demo, "mtls") as secured, pytest.raises(ssl.SSLError) as caught:
        secured.sendall(b"GET /health HTTP/1.1\r\n\r\n")
        secured.recv(100)
    assert caught.value.reason == "TLSV13_ALERT_CERTIFICATE_REQUIRED"


@pytest.mark.parametrize("encrypted", [False, True])
def test_mutual_tls_takes_the_client_certificate(
    demo: ThreadedDemoServer, connect: Connect, encrypted: bool
) -> None:
    context = trusting(demo)
    file = demo.encrypted_client_file if encrypted else demo.client_file
    context.load_cert_chain(file, password=CLIENT_KEY_PASSPHRASE if encrypted else None)
    connection = connect("mtls", context)
    connection.request("GET", "/client-certificate")
    assert json.load(connection.getresponse()) == {"client": "demo client"}
    connection.close()


def test_files_are_for_the_owner_alone(demo: ThreadedDemoServer) -> None:
    for file in (demo.ca_file, demo.client_file, demo.encrypted_client_file):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_no_server_key_is_left_on_disk(demo: ThreadedDemoServer) -> None:
    assert {file.name for file in demo.ca_file.parent.iterdir()} == {"ca.pem", "client.pem", "client-encrypted.pem"}
    assert "PRIVATE KEY" not in demo.ca_file.read_text()


def test_an_authority_is_new_every_time() -> None:
    first, second = Authority.create("One"), Authority.create("One")
    assert first.pem() != second.pem()
    assert first.issue("leaf", validity=Validity.days(0, 1)).certificate.issuer == first.certificate.subject


def test_every_tls_port_is_tested_here() -> None:
    names = {name for name, port in PORTS.items() if port.scheme == "https"}
    source = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in sorted(names) if f'"{name}"' not in source] == []
