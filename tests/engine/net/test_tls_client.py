"""Client certificates in real handshakes: missing, refused and shown."""

from __future__ import annotations

import socket
import ssl

import pytest

from integrator_tui.engine.failure import StageFailed
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
