"""The tls stage against real TLS servers: what is told where it passes, and each way it fails."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import ssl
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from integrator_tui.engine.net.trust_store import Trust
from integrator_tui.engine.net.wrong_name import near_miss
from integrator_tui.model.probe import Failure, StageResult
from tests.engine.certified import Certified, name, pem, sign
from tests.engine.dialling import dialled, failure_of, get, stages
from tests.engine.hostile import HostileServer, keeps, ok, silent

ANSWER = keeps(ok(b"secret weather"))


async def fails(certified: Certified, which: str, trust: Trust | None = None) -> tuple[Failure, StageResult]:
    with HostileServer(ANSWER, certified.contexts[which]) as server:
        failure, failed = await failure_of(f"https://localhost:{server.port}/", trust or Trust((certified.ca,)))
        assert failure.stage == "tls"
        return failure, failed


async def test_what_a_good_handshake_tells(certified: Certified) -> None:
    with HostileServer(ANSWER, certified.contexts["intermediate"]) as server:
        url = f"https://localhost:{server.port}/"
        found, wire = await stages(url, Trust((certified.ca,)))
        assert wire is not None
        assert await (await wire.handle_async_request(get(url))).aread() == b"secret weather"
        wire.close()
    assert [result.stage for result in found] == ["resolve", "connect", "tls"]
    detail = found[2].detail
    assert detail["version"] == "TLSv1.3"
    assert detail["cipher"].startswith("TLS_")
    assert detail["alpn"] == "http/1.1"
    assert detail["subject"] == "CN=behind,O=integrator-tui demo"
    assert detail["issuer"] == "CN=Intermediate,O=integrator-tui demo"
    assert detail["trusted_by"] == "CN=Test Authority,O=integrator-tui demo"
    assert detail["chain"] == 3
    assert detail["san"] == ["localhost", "127.0.0.1", "::1"]
    assert detail["days_left"] == 89
    expiry = datetime.strptime(detail["not_after"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert 89 <= (expiry - datetime.now(UTC)).days < 90
    assert len(detail["sha256"]) == 64


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_names_and_addresses(certified: Certified, host: str) -> None:
    with HostileServer(ANSWER, certified.contexts["good"]) as server:
        async with dialled(f"https://{host}:{server.port}/", Trust((certified.ca,))):
            pass


async def test_a_host_with_the_dot_of_the_root(certified: Certified, monkeypatch: pytest.MonkeyPatch) -> None:
    with HostileServer(ANSWER, certified.contexts["good"]) as server:
        infos = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: infos)
        async with dialled(f"https://localhost.:{server.port}/", Trust((certified.ca,))):
            pass


async def test_an_ipv6_address(certified: Certified) -> None:
    with HostileServer(ANSWER, certified.contexts["good"], family=socket.AF_INET6) as server:
        async with dialled(f"https://[::1]:{server.port}/", Trust((certified.ca,))):
            pass


async def test_an_unknown_authority(certified: Certified) -> None:
    failure, failed = await fails(certified, "unknown_ca")
    assert failure.kind == "tls_untrusted"
    assert "CN=Other Authority" in failure.message
    assert "ca_cert" in failure.hint
    assert "CN=Test Authority" in failure.hint
    assert failed.detail["subject"] == "CN=localhost,O=integrator-tui demo"
    assert failed.detail["chain"] == 1
    assert failed.detail["presented"][0]["sha256"] == failed.detail["sha256"]


async def test_an_unknown_authority_that_is_shown(certified: Certified) -> None:
    failure, failed = await fails(certified, "whole_unknown")
    assert failure.kind == "tls_untrusted"
    other = hashlib.sha256(certified.other.certificate.public_bytes(Encoding.DER)).hexdigest()
    assert other in failure.hint
    assert failed.detail["presented"][1]["sha256"] == other


async def test_self_signed(certified: Certified) -> None:
    failure, failed = await fails(certified, "self_signed")
    assert failure.kind == "tls_untrusted"
    assert "self-signed" in failure.message
    assert failed.detail["sha256"] in failure.hint


async def test_a_missing_intermediate(certified: Certified) -> None:
    failure, _ = await fails(certified, "no_intermediate")
    assert failure.kind == "tls_untrusted"
    assert "CN=Intermediate" in failure.message
    assert "intermediate" in failure.hint


async def test_a_missing_intermediate_of_a_public_authority(certified: Certified) -> None:
    failure, _ = await fails(certified, "public_like")
    assert failure.kind == "tls_untrusted"
    assert "http://ca.example/issuer.crt" in failure.hint


async def test_an_authority_that_got_a_new_key(certified: Certified) -> None:
    renewed = type(certified.other).create("Other Authority")
    failure, _ = await fails(certified, "unknown_ca", Trust((renewed.pem(),)))
    assert failure.kind == "tls_untrusted"
    assert "another key" in failure.hint


async def test_expired(certified: Certified) -> None:
    failure, failed = await fails(certified, "expired")
    assert failure.kind == "tls_expired"
    assert failed.detail["days_left"] == -3
    assert f"on {failed.detail['not_after']}, 2 days ago" in failure.message
    assert "clock" in failure.hint


async def test_an_expired_intermediate(certified: Certified) -> None:
    failure, failed = await fails(certified, "expired_between")
    assert failure.kind == "tls_expired"
    assert "CN=Old Intermediate" in failure.message
    assert failed.detail["days_left"] > 0


async def test_not_yet_valid(certified: Certified) -> None:
    failure, failed = await fails(certified, "not_yet_valid")
    assert failure.kind == "tls_not_yet_valid"
    assert failed.detail["not_before"] in failure.message
    assert "clock" in failure.hint


async def test_the_wrong_name(certified: Certified) -> None:
    failure, failed = await fails(certified, "wrong_name")
    assert failure.kind == "tls_hostname_mismatch"
    assert failure.message == "the certificate is for a.example, b.example, 192.0.2.1, not for localhost"
    assert failed.detail["san"] == ["a.example", "b.example", "192.0.2.1"]


async def test_the_wrong_address(certified: Certified) -> None:
    with HostileServer(ANSWER, certified.contexts["wrong_address"]) as server:
        failure, _ = await failure_of(f"https://127.0.0.1:{server.port}/", Trust((certified.ca,)))
    assert failure.kind == "tls_hostname_mismatch"
    assert "not for 127.0.0.1" in failure.message


async def test_a_certificate_without_names(certified: Certified) -> None:
    failure, _ = await fails(certified, "no_names")
    assert failure.kind == "tls_hostname_mismatch"
    assert "CN=nameless" in failure.message


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
async def test_a_name_in_the_subject_alone_is_none(certified: Certified, name: str) -> None:
    """RFC 9110 section 4.3.4: the subject's common name is not looked at, for a name as for an address."""
    with HostileServer(ANSWER, certified.contexts["common_name"]) as server:
        failure, _ = await failure_of(f"https://{name}:{server.port}/", Trust((certified.ca,)))
    assert failure.kind == "tls_hostname_mismatch"
    expected = f"the certificate is not for {name}: it names no host at all, its subject is CN=localhost"
    assert failure.message == expected
    assert f"with the subject alternative name {name}" in failure.hint


async def test_an_address_among_the_names(certified: Certified) -> None:
    """RFC 9525 section 6.5: an address is compared with addresses alone."""
    with HostileServer(ANSWER, certified.contexts["address_as_name"]) as server:
        failure, _ = await failure_of(f"https://127.0.0.1:{server.port}/", Trust((certified.ca,)))
    assert failure.kind == "tls_hostname_mismatch"
    assert failure.message.startswith("the certificate has 127.0.0.1 as a DNS name")
    assert "IP:127.0.0.1, not DNS:127.0.0.1" in failure.hint


@pytest.mark.parametrize(
    ("host", "names", "said"),
    [
        ("::1", ("0:0:0:0:0:0:0:1",), "has 0:0:0:0:0:0:0:1 as a DNS name"),
        ("a.b.example", ("*.example",), "the star stands for one label"),
        ("example", ("x.example", "*.example"), "the star stands for one label"),
        ("example", ("*.elsewhere",), None),
        ("notexample", ("*.example",), None),
        ("127.0.0.1", ("127.0.0.2", "localhost"), None),
        ("127.0.0.1", ("*.0.0.1",), None),
        ("localhost", ("127.0.0.1",), None),
    ],
)
def test_names_that_are_nearly_right(host: str, names: tuple[str, ...], said: str | None) -> None:
    near = near_miss(host, names)
    assert (near is None) == (said is None)
    if near is not None and said is not None:
        assert said in near[0]


async def test_an_authority_that_nobody_knows_may_be_that_of_a_proxy_on_the_way(certified: Certified) -> None:
    for site in ("unknown_ca", "whole_unknown"):
        failure, _ = await fails(certified, site)
        assert "CN=Other Authority" in failure.message
        assert "suspect a proxy on the way that opens TLS" in failure.hint


async def test_without_verification_everything_is_told_and_nothing_believed(certified: Certified) -> None:
    with HostileServer(ANSWER, certified.contexts["self_signed"]) as server:
        found, wire = await stages(f"https://localhost:{server.port}/", Trust(verify=False))
        assert wire is not None
        wire.close()
    assert found[2].detail["verified"] is False
    assert found[2].detail["subject"] == "CN=localhost,O=integrator-tui demo"


async def test_a_trusted_certificate_is_an_anchor_wherever_it_stands(certified: Certified) -> None:
    with HostileServer(ANSWER, certified.contexts["no_intermediate"]) as server:
        async with dialled(f"https://localhost:{server.port}/", Trust((pem(certified.between.certificate),))):
            pass


async def test_the_second_look_sends_nothing(certified: Certified) -> None:
    heard: list[bytes] = []

    def listen(connection: socket.socket) -> None:
        heard.append(connection.recv(100))

    with HostileServer(listen, certified.contexts["self_signed"]) as server:
        await failure_of(f"https://localhost:{server.port}/")
        assert server.accepted == 2
    assert heard == [b""]


@pytest.mark.parametrize(
    ("which", "kind", "hint"),
    [
        ("unknown_ca", "tls_untrusted", "ca_cert"),
        ("expired", "tls_expired", "renew"),
        ("not_yet_valid", "tls_not_yet_valid", "clock"),
        ("wrong_name", "tls_hostname_mismatch", "host name"),
    ],
)
async def test_a_certificate_that_is_shown_only_once(
    certified: Certified, which: str, kind: str, hint: str
) -> None:
    """The second look is refused: then there is less to tell, and what there is is told."""
    future = certify_future()
    shown = 0

    def once(connection: socket.socket) -> None:
        nonlocal shown
        shown += 1
        if shown == 1:
            with certified.contexts[which].wrap_socket(connection, server_side=True) as secured:
                silent(secured)

    with HostileServer(once) as server:
        failure, failed = await failure_of(f"https://localhost:{server.port}/", Trust((certified.ca, future)))
    assert shown == 2
    assert failure.kind == kind
    assert hint in failure.hint
    assert "Tomorrow" not in failure.message
    assert "subject" not in failed.detail


def certify_future() -> str:
    """The certificate of an authority that begins tomorrow."""
    from integrator_tui.demo.certificates import Authority, Validity

    def change(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
        return builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)

    subject = name(COMMON_NAME="Tomorrow")
    return pem(sign(Authority.create("Any"), subject, change, Validity.days(1, 30))[0])


async def test_plain_http_where_tls_is_expected() -> None:
    def plain(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with HostileServer(plain) as server:
        failure, _ = await failure_of(f"https://127.0.0.1:{server.port}/")
    assert failure.kind == "tls_protocol"
    assert "plain HTTP" in failure.message
    assert "http://" in failure.hint


@pytest.mark.parametrize(
    ("greeting", "said"), [(b"SSH-2.0-OpenSSH_9.2\r\n", "speaks SSH"), (b"\x00\x1b[31mgarbage" * 9, "is not TLS")]
)
async def test_something_else_where_tls_is_expected(greeting: bytes, said: str) -> None:
    def other(connection: socket.socket) -> None:
        connection.sendall(greeting)
        silent(connection)

    with HostileServer(other) as server:
        failure, _ = await failure_of(f"https://127.0.0.1:{server.port}/")
    assert failure.kind == "tls_protocol"
    assert said in failure.message
    assert "\x1b" not in failure.message


@pytest.mark.parametrize("reset", [False, True])
async def test_a_handshake_that_is_broken_off(reset: bool) -> None:
    def leave(connection: socket.socket) -> None:
        connection.recv(100 if reset else 65536)  # what is left unread makes the close a reset
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    with HostileServer(leave) as server:
        failure, _ = await failure_of(f"https://127.0.0.1:{server.port}/")
    assert failure.kind == "tls_protocol"
    assert "in the handshake" in failure.message


async def test_a_silent_handshake() -> None:
    with HostileServer(silent) as server:
        failure, _ = await failure_of(f"https://127.0.0.1:{server.port}/", timeout=1)
        assert await asyncio.to_thread(server.gone.wait, 60)
    assert failure.kind == "tls_timeout"
    assert "said nothing" in failure.message


async def test_only_an_old_version(certified: Certified, tmp_path: Path) -> None:
    context = old_context(certified, tmp_path)
    with HostileServer(ANSWER, context) as server:
        failure, _ = await failure_of(f"https://localhost:{server.port}/", Trust((certified.ca,)))
    assert failure.kind == "tls_protocol"
    assert "TLS 1.2" in failure.message


def old_context(certified: Certified, directory: Path) -> ssl.SSLContext:
    import warnings

    from integrator_tui.demo.contexts import server_context

    context = server_context(certified.authority.issue("localhost"), directory)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def test_a_good_certificate_loads_no_x509_library() -> None:
    code = (
        "import sys, integrator_tui.engine.dial.dialer\n"
        "assert not [name for name in sys.modules if name.startswith('cryptography')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
