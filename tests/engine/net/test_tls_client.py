"""Client certificates in real handshakes: missing, refused and shown."""

from __future__ import annotations

import socket
import ssl

import pytest

from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.net.tls_failure import alert_failed, handshake_failed
from integrator_tui.engine.net.trust_store import Trust
from integrator_tui.model.secret import Secret
from tests.engine.certified import Certified, client_pem
from tests.engine.dialling import dialled, failure_of, get
from tests.engine.hostile import HostileServer, keeps, ok, read_head

ANSWER = keeps(ok(b"secret weather"))


async def test_a_client_certificate_that_is_missing_is_told_at_the_first_read(certified: Certified) -> None:
    with HostileServer(ANSWER, certified.contexts["mutual"]) as server:
        url = f"https://localhost:{server.port}/"
        async with dialled(url, Trust((certified.ca,))) as wire:
            with pytest.raises(StageFailed) as failed:
                await wire.handle_async_request(get(url))
    assert failed.value.kind == "tls_protocol"
    assert "client certificate" in failed.value.message
    assert "client_cert_file" in failed.value.hint


async def test_a_client_certificate_that_is_missing_in_tls_1_2(certified: Certified) -> None:
    with HostileServer(ANSWER, certified.contexts["mutual_12"]) as server:
        failure, _ = await failure_of(f"https://localhost:{server.port}/", Trust((certified.ca,)))
    assert failure.kind == "tls_protocol"
    assert "client_cert_file" in failure.hint


async def test_a_client_certificate_of_a_stranger(certified: Certified) -> None:
    trust = Trust((certified.ca,), client_cert=client_pem(certified.stranger))
    with HostileServer(ANSWER, certified.contexts["mutual"]) as server:
        url = f"https://localhost:{server.port}/"
        async with dialled(url, trust) as wire:
            with pytest.raises(StageFailed) as failed:
                await wire.handle_async_request(get(url))
    assert failed.value.kind == "tls_protocol"
    assert "client certificate" in failed.value.message


@pytest.mark.parametrize("passphrase", [None, "over the hills"])
async def test_a_client_certificate_is_shown(certified: Certified, passphrase: str | None) -> None:
    secret = Secret(passphrase) if passphrase else None
    trust = Trust(
        (certified.ca,), client_cert=client_pem(certified.client, passphrase), client_key_passphrase=secret
    )

    def who(connection: socket.socket) -> None:
        assert isinstance(connection, ssl.SSLSocket)
        subject = dict(part[0] for part in connection.getpeercert()["subject"])  # type: ignore[index,misc]
        read_head(connection)
        connection.sendall(ok(subject["commonName"].encode()))

    with HostileServer(who, certified.contexts["mutual"]) as server:
        url = f"https://localhost:{server.port}/"
        async with dialled(url, trust) as wire:
            assert await (await wire.handle_async_request(get(url))).aread() == b"client"


def alert(code: int) -> ssl.SSLError:
    """What OpenSSL makes of a fatal alert of a server (RFC 8446 section 6)."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    incoming.write(bytes((21, 3, 3, 0, 2, 2, code)))
    with pytest.raises(ssl.SSLError) as raised:
        client.do_handshake()
    return raised.value


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (42, "bad_certificate"),
        (43, "unsupported_certificate"),
        (44, "certificate_revoked"),
        (45, "certificate_expired"),
        (46, "certificate_unknown"),
        (48, "unknown_ca"),
    ],
)
def test_every_alert_about_a_certificate_that_was_not_shown_asks_for_one(code: int, name: str) -> None:
    error = alert(code)
    for failed in (
        alert_failed(error, shows_certificate=False),
        handshake_failed(error, b"\x16\x03\x03", 443, shows_certificate=False),
    ):
        assert failed is not None
        assert failed.message == f"the server requires a client certificate, which it says by the alert {name}"
        assert "options.client_cert_file" in failed.hint
    shown = alert_failed(error, shows_certificate=True)
    assert shown is not None
    assert "requires" not in shown.message


@pytest.mark.parametrize(
    ("first_bytes", "said"),
    [(b"\x16\x03\x03\0\x7a", "requires a client certificate"), (b"\x15\x03\x03\0\x02", "refused the handshake")],
)
def test_a_refused_handshake_is_about_a_certificate_once_the_server_has_spoken(
    first_bytes: bytes, said: str
) -> None:
    """TLS 1.2 has no other alert for a certificate that is missing, and the same one where no cipher is shared."""
    error = alert(40)
    assert said in handshake_failed(error, first_bytes, 443, shows_certificate=False).message
    assert "refused the handshake" in handshake_failed(error, first_bytes, 443).message


def test_alerts_about_other_things_are_not_about_a_certificate() -> None:
    for code in (70, 80, 112):
        failed = handshake_failed(alert(code), b"\x16\x03\x03", 443, shows_certificate=False)
        assert "client certificate" not in failed.message
