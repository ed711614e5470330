"""Trust: contexts, what they are made of, and what cannot be read."""

from __future__ import annotations

import os
import ssl
import subprocess
from pathlib import Path

import pytest

from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.net import client_certificate
from integrator_tui.engine.net.trust_store import MAX_CONTEXTS, Trust, TrustStore
from integrator_tui.model.secret import Secret
from tests.engine.certified import Certified, client_pem
from tests.engine.dialling import NOBODY, dialled, failure_of, stages
from tests.engine.hostile import HostileServer, silent

MEMORY = hasattr(os, "memfd_create")


def refused(trust: Trust) -> StageFailed:
    with pytest.raises(StageFailed) as failed:
        NOBODY.context(trust)
    assert failed.value.kind == "ca_invalid"
    assert failed.value.failure("tls").stage is None
    assert failed.value.hint
    return failed.value


def test_one_context_for_one_trust_set(certified: Certified) -> None:
    store = TrustStore()
    secret = Secret("word")
    pem = client_pem(certified.client, "word")
    one = store.context(Trust((certified.ca,), client_cert=pem, client_key_passphrase=secret))
    assert store.context(Trust((certified.ca,), client_cert=pem, client_key_passphrase=Secret("word"))) is one
    assert store.context(Trust((certified.ca,))) is not one
    assert store.context(Trust((certified.ca,), verify=False)) is not store.context(Trust((certified.ca,)))


def hello(context: ssl.SSLContext) -> bytes:
    """The first message of a handshake."""
    out = ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), out, server_hostname="example.com").do_handshake()
    return out.read()


def test_no_server_is_asked_to_remember_a_session() -> None:
    session_ticket = b"\x00\x23\x00\x00"  # RFC 5077 section 3.2: the extension, empty
    assert session_ticket in hello(ssl.create_default_context())
    assert session_ticket not in hello(NOBODY.context(Trust()))


def test_the_passphrase_counts(certified: Certified) -> None:
    pem = client_pem(certified.client, "word")
    NOBODY.context(Trust(client_cert=pem, client_key_passphrase=Secret("word")))
    failed = refused(Trust(client_cert=pem, client_key_passphrase=Secret("wrong")))
    assert "passphrase" in failed.message
    assert "wrong" not in failed.message


def test_contexts_are_bounded(certified: Certified) -> None:
    store = TrustStore("/dev/null", "/dev/null")
    first = store.context(Trust((certified.ca,)))
    for number in range(MAX_CONTEXTS - 1):
        store.context(Trust((certified.ca + f"\n# {number}",)))
        assert store.context(Trust((certified.ca,))) is first
    for number in range(MAX_CONTEXTS):
        store.context(Trust((certified.ca + f"\n# other {number}",)))
    assert store.context(Trust((certified.ca,))) is not first


def test_a_bundle_with_comments(certified: Certified) -> None:
    pem = f"# Prüfstelle\r\n{certified.ca}\r\ntext between\n{certified.other.pem()}after"
    context = NOBODY.context(Trust((pem,)))
    assert context.cert_store_stats()["x509_ca"] == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda pem: "", "holds no certificate"),
        (lambda pem: "not a certificate", "holds no certificate"),
        (lambda pem: "-----BEGIN CERTIFICATE-----\n", "cannot be read"),
        (lambda pem: pem[:200], "cannot be read"),
        (lambda pem: pem.replace("M", "%"), "cannot be read"),
        (lambda pem: pem.replace("\n", " "), "cannot be read"),
        (lambda pem: pem + pem[:200], "certificate 2 of 2"),
        (lambda pem: pem[:200] + pem, "certificate 1 of 2"),
        (lambda pem: pem.replace("CERTIFICATE", "PRIVATE KEY"), "is a key"),
        (lambda pem: pem[:100] + "\x1b[31mü" + pem[100:], "cannot be read"),
    ],
)
def test_authorities_that_cannot_be_read(certified: Certified, change: object, said: str) -> None:
    failed = refused(Trust((change(certified.ca),)))  # type: ignore[operator]
    assert said in failed.message
    assert "\x1b" not in failed.message
    assert "ssl.c" not in failed.message


@pytest.mark.parametrize(
    "load",
    [
        pytest.param(client_certificate._from_memory, marks=pytest.mark.skipif(not MEMORY, reason="no memfd here")),
        client_certificate._from_encrypted_file,
    ],
)
@pytest.mark.parametrize("passphrase", [None, "word"])
@pytest.mark.parametrize("key_first", [True, False])
def test_loading_a_client_certificate(
    certified: Certified, load: object, passphrase: str | None, key_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, chain = certified.client.key_pem(passphrase), certified.client.certificates_pem()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    load(context, key + chain if key_first else chain + key, lambda: (passphrase or "").encode())  # type: ignore[operator]


def test_no_key_is_left_behind(certified: Certified, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    class Spy:
        def load_cert_chain(self, path: str, password: bytes) -> None:
            assert Path(path).stat().st_mode & 0o077 == 0
            assert Path(path).parent.stat().st_mode & 0o077 == 0
            written.append(Path(path).read_bytes())

    client_certificate._from_encrypted_file(Spy(), client_pem(certified.client), lambda: b"")  # type: ignore[arg-type]
    assert b"ENCRYPTED PRIVATE KEY" in written[0]
    assert b"BEGIN PRIVATE KEY" not in written[0]
    assert list(tmp_path.iterdir()) == []


def test_client_certificates_that_cannot_be_read(certified: Certified) -> None:
    key, chain = certified.client.key_pem(), certified.client.certificates_pem()
    assert "no certificate" in refused(Trust(client_cert=key)).message
    assert "no private key" in refused(Trust(client_cert=chain)).message
    assert "does not belong" in refused(Trust(client_cert=certified.stranger.key_pem() + chain)).message
    assert "cannot be read" in refused(Trust(client_cert=key[:80] + "\n" + chain)).message
    missing = refused(Trust(client_cert=client_pem(certified.client, "word")))
    assert "encrypted" in missing.message
    assert "client_cert_passphrase" in missing.hint


async def test_a_trust_that_cannot_be_read_ends_before_anything_is_dialled() -> None:
    with HostileServer(silent) as server:
        with pytest.raises(StageFailed) as failed:
            await stages(f"https://{server.netloc}/", Trust(("nonsense",)))
        assert failed.value.kind == "ca_invalid"
        assert server.accepted == 0
        async with dialled(f"http://{server.netloc}/", Trust(("nonsense",))):
            pass  # nothing of it is used where there is no TLS


async def test_the_system_s_store_as_file(certified: Certified, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(certified.ca)
    await believes(certified, TrustStore(str(file), "/dev/null"))


async def test_the_system_s_store_as_directory(certified: Certified, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(certified.ca)
    name = subprocess.run(
        ["openssl", "x509", "-noout", "-hash", "-in", str(file)], check=True, capture_output=True, text=True
    ).stdout.strip()
    file.rename(tmp_path / f"{name}.0")
    await believes(certified, TrustStore("/dev/null", f"/nonexistent{os.pathsep}{tmp_path}"))


async def believes(certified: Certified, store: TrustStore) -> None:
    from integrator_tui.engine.dial.dialer import Network

    with HostileServer(silent, certified.contexts["good"]) as server:
        found, wire = await stages(f"https://{server.netloc}/", Trust((certified.other.pem(),)), net=Network(store))
        assert wire is not None, found[-1].failure
        wire.close()
        failure, _ = await failure_of(f"https://{server.netloc}/")
        assert failure.kind == "tls_untrusted"


def test_a_system_s_store_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "nonsense.pem"
    file.write_text("nonsense")
    assert TrustStore(str(file), str(tmp_path)).context(Trust()).cert_store_stats()["x509"] == 0


def test_certifi_where_the_system_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = ssl.get_default_verify_paths()._replace(openssl_cafile="/nonexistent", openssl_capath="/nonexistent")
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    assert TrustStore().context(Trust()).cert_store_stats()["x509_ca"] > 100
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    assert TrustStore(str(empty)).context(Trust()).cert_store_stats()["x509_ca"] == 0


def test_nothing_is_loaded_for_those_who_verify_nothing() -> None:
    context = TrustStore().context(Trust(verify=False))
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)
    assert context.cert_store_stats()["x509"] == 0
