"""Alerts as OpenSSL itself sends them, and certificates that OpenSSL does not like."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.model.probe import ProbeReport
from tests.engine.certified import client_pem
from tests.engine.probing import check, kind, outcomes, stage, target
from tests.servers.chains import Chains
from tests.servers.curl import curl
from tests.servers.programs import free_ports, program, running

Serve = Callable[..., str]


@pytest.fixture
def serve(chains: Chains, tmp_path: Path) -> Iterator[Serve]:
    """Start `openssl s_server` with these arguments and return its origin."""
    command = program("openssl")
    good = chains.server("good")
    (tmp_path / "server.pem").write_text(good.certificates_pem())
    (tmp_path / "server.key").write_text(good.key_pem())
    (tmp_path / "ca.pem").write_text(chains.ca)
    with ExitStack() as stack:

        def start(*arguments: str, certificate: Path = tmp_path / "server") -> str:
            [port] = free_ports(1)
            shown = ["-cert", f"{certificate}.pem", "-key", f"{certificate}.key"]
            trusted = ["-CAfile", str(tmp_path / "ca.pem"), "-naccept", "20", "-www"]
            line = [command, "s_server", "-accept", f"127.0.0.1:{port}", *shown, *trusted, *arguments]
            stack.enter_context(running(line, port, tmp_path / f"{port}.log"))
            return f"https://localhost:{port}"

        yield start


def message(report: ProbeReport) -> str:
    assert report.failure is not None
    return f"{report.failure.message}; {report.failure.hint}"


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
async def test_an_answer_until_the_end_of_the_connection(
    engine: Engine, chains: Chains, serve: Serve, version: str
) -> None:
    report = await check(engine, target(serve(version), ca_cert=chains.ca))
    assert set(outcomes(report).values()) == {"passed"}
    assert stage(report, "tls").detail["version"] == version.replace("-tls1_", "TLSv1.")
    assert stage(report, "respond").detail["bytes"] > 100


MUTUAL = ("-Verify", "2", "-verify_return_error")


@pytest.mark.parametrize(
    ("version", "shown", "says"),
    [
        ("-tls1_3", "none", "client certificate"),
        ("-tls1_3", "stranger", "client certificate's CA"),
        ("-tls1_3", "late", "client certificate has expired"),
        ("-tls1_2", "none", "client certificate"),
        ("-tls1_2", "stranger", "client certificate's CA"),
        ("-tls1_2", "late", "client certificate has expired"),
    ],
)
async def test_a_client_certificate_that_is_refused(
    engine: Engine, chains: Chains, serve: Serve, tmp_path: Path, version: str, shown: str, says: str
) -> None:
    (tmp_path / "client.pem").write_text(client_pem(getattr(chains, shown, chains.client)))
    own: dict[str, Any] = {} if shown == "none" else {"client_cert_file": "client.pem", "folder": tmp_path}
    report = await check(engine, target(serve(version, *MUTUAL), ca_cert=chains.ca, **own))
    where, what = kind(report)
    # TLS 1.3 refuses a client only after the handshake, when the request is on its way.
    assert (where, what) == ("respond" if version == "-tls1_3" else "tls", "tls_protocol")
    assert says in message(report)


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
async def test_a_client_certificate_that_is_taken(
    engine: Engine, chains: Chains, serve: Serve, tmp_path: Path, version: str
) -> None:
    (tmp_path / "client.pem").write_text(client_pem(chains.client, "the phrase"))
    report = await check(
        engine,
        target(
            serve(version, *MUTUAL),
            secrets={"client_cert_passphrase": "the phrase"},
            ca_cert=chains.ca,
            client_cert_file="client.pem",
            folder=tmp_path,
        ),
    )
    assert set(outcomes(report).values()) == {"passed"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"), "TLS 1.2"),
        (("-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"), "cipher"),
        (("-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_8_SHA256"), "cipher"),
        (("-tls1_3", "-alpn", "h2"), "HTTP/1.1"),
    ],
)
async def test_nothing_in_common(
    engine: Engine, chains: Chains, serve: Serve, arguments: tuple[str, ...], says: str
) -> None:
    report = await check(engine, target(serve(*arguments), ca_cert=chains.ca))
    assert kind(report) == ("tls", "tls_protocol")
    assert says in message(report)


OPENSSL_CERTIFICATES = {
    "small_key": ("rsa:1024", "-sha256", "subjectAltName=DNS:localhost"),
    "weak_digest": ("rsa:2048", "-sha1", "subjectAltName=DNS:localhost"),
    "name_only": ("rsa:2048", "-sha256", ""),
    "wildcard": ("rsa:2048", "-sha256", "subjectAltName=DNS:*.localhost"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of certificates by `openssl` under an authority `ca`."""
    folder = tmp_path_factory.mktemp("openssl")

    def run(*arguments: str) -> None:
        line = [program("openssl"), *arguments]
        subprocess.run(line, cwd=folder, check=True, capture_output=True)

    run(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
        "-subj",
        "/CN=RSA CA",
    )
    for name, (key, digest, extension) in OPENSSL_CERTIFICATES.items():
        (folder / "san").write_text(extension)
        new = ("req", "-new", "-newkey", key, "-nodes", "-keyout", f"{name}.key", "-out", "csr")
        run(*new, "-subj", "/CN=localhost")
        signing = ("-CA", "ca.pem", "-CAkey", "ca.key", "-days", "9", "-extfile", "san", digest)
        run("x509", "-req", "-in", "csr", *signing, "-out", f"{name}.pem")
    return folder


@pytest.mark.parametrize(
    ("certificate", "expected", "says"),
    [
        ("small_key", "tls_untrusted", "key too small|too weak"),
        ("weak_digest", "tls_untrusted", "md too weak|digest"),
        ("wildcard", "tls_hostname_mismatch", r"\*\.localhost"),
    ],
)
async def test_a_certificate_of_the_old_kind(
    engine: Engine, serve: Serve, made: Path, certificate: str, expected: str, says: str
) -> None:
    origin = serve("-cipher", "ALL:@SECLEVEL=0", certificate=made / certificate)
    report = await check(engine, target(origin, ca_cert=(made / "ca.pem").read_text()))
    assert kind(report) == ("tls", expected)
    assert re.search(says, message(report))
    assert stage(report, "tls").detail["subject"] == "CN=localhost"


async def test_a_name_in_the_subject_alone_is_none_although_curl_takes_it(
    engine: Engine, serve: Serve, made: Path
) -> None:
    """RFC 9110 section 4.3.4; browsers refuse it too."""
    origin = serve(certificate=made / "name_only")
    report = await check(engine, target(origin, ca_cert=(made / "ca.pem").read_text()))
    assert kind(report) == ("tls", "tls_hostname_mismatch")
    assert "it names no host at all, its subject is CN=localhost" in message(report)
    assert curl(origin, made / "ca.pem").code == 0
