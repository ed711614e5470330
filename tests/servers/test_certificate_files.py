"""Certificate files of every kind, made by OpenSSL: taken as curl takes them, or named with what converts them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrator_tui.engine.engine import Engine
from tests.engine.certified import client_pem
from tests.engine.probing import check, kind, target
from tests.servers.chains import Chains
from tests.servers.curl import curl
from tests.servers.programs import free_ports, program, running

PHRASE = "the phrase"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, chains: Chains) -> Path:
    made = tmp_path_factory.mktemp("files")
    (made / "ca.pem").write_text(chains.ca)
    good, client = chains.server("good"), chains.client
    (made / "server.pem").write_text(good.key_pem() + good.certificates_pem())
    (made / "client.pem").write_text(client_pem(client))
    (made / "client.key").write_text(client.key_pem())
    (made / "client.crt").write_text(client.certificates_pem())
    return made


@pytest.fixture(scope="module")
def origin(folder: Path) -> Iterator[str]:
    """A server that wants a client certificate and takes none but the authority's."""
    [port] = free_ports(1)
    shown = ["-cert", str(folder / "server.pem"), "-key", str(folder / "server.pem"), "-www"]
    wants = ["-Verify", "2", "-verify_return_error", "-CAfile", str(folder / "ca.pem")]
    line = [program("openssl"), "s_server", "-accept", f"127.0.0.1:{port}", *shown, *wants]
    with running(line, port, folder / "server.log"):
        yield f"https://localhost:{port}"


def run(folder: Path, *line: str) -> bytes:
    return subprocess.run(line, cwd=folder, check=True, stdout=subprocess.PIPE).stdout


def openssl(folder: Path, *arguments: str) -> bytes:
    return run(folder, program("openssl"), *arguments)


def trusted(folder: Path, *arguments: str) -> None:
    openssl(folder, "x509", "-in", "ca.pem", "-trustout", *arguments, "-out", "trusted.pem")
    assert "BEGIN TRUSTED CERTIFICATE" in (folder / "trusted.pem").read_text()


@pytest.mark.parametrize("uses", [(), ("-addtrust", "serverAuth"), ("-addreject", "serverAuth")])
async def test_a_trusted_certificate_as_authority(
    engine: Engine, folder: Path, origin: str, uses: tuple[str, ...]
) -> None:
    trusted(folder, *uses)
    theirs = curl(origin, folder / "trusted.pem", "--cert", str(folder / "client.pem"))
    wanted = target(origin, ca_cert_file="trusted.pem", client_cert_file="client.pem", folder=folder)
    ours = await check(engine, wanted)
    assert (ours.outcome == "passed") == (theirs.code == 0) == ("-addreject" not in uses)
    text = (folder / "trusted.pem").read_text()
    pasted = await check(engine, target(origin, ca_cert=text, client_cert_file="client.pem", folder=folder))
    assert pasted.outcome == ours.outcome


@pytest.mark.parametrize("label", ["X509 CERTIFICATE", "TRUSTED CERTIFICATE", "CERTIFICATE"])
async def test_a_client_certificate_in_older_spellings(
    engine: Engine, folder: Path, origin: str, label: str
) -> None:
    text = (folder / "client.pem").read_text().replace(" CERTIFICATE-", f" {label}-")
    (folder / "spelled.pem").write_text(text)
    theirs = curl(origin, folder / "ca.pem", "--cert", str(folder / "spelled.pem"))
    ours = await check(engine, target(origin, ca_cert_file="ca.pem", client_cert_file="spelled.pem", folder=folder))
    assert theirs.code == 0
    assert ours.outcome == "passed", ours.failure


@pytest.mark.parametrize("change", ["crlf", "cr", "bom", "joined ca"])
async def test_texts_that_editors_and_cat_leave(engine: Engine, folder: Path, origin: str, change: str) -> None:
    text = (folder / "ca.pem").read_text()
    made = {
        "crlf": text.replace("\n", "\r\n"),
        "cr": text.replace("\n", "\r"),
        "bom": "\ufeff" + text,
        "joined ca": text.rstrip("\n") * 2,
    }[change]
    (folder / "changed.pem").write_bytes(made.encode())
    ours = await check(
        engine, target(origin, ca_cert_file="changed.pem", client_cert_file="client.pem", folder=folder)
    )
    assert ours.outcome == "passed", ours.failure


async def test_a_client_certificate_joined_without_a_line_break(engine: Engine, folder: Path, origin: str) -> None:
    joined = (folder / "client.key").read_text().rstrip("\n") + (folder / "client.crt").read_text()
    (folder / "joined.pem").write_text(joined)
    theirs = curl(origin, folder / "ca.pem", "--cert", str(folder / "joined.pem"))
    ours = await check(engine, target(origin, client_cert_file="joined.pem", folder=folder))
    assert theirs.code != 0
    assert kind(ours) == (None, "ca_invalid")
    assert ours.failure is not None
    assert "two parts on one line: -----END PRIVATE KEY----------BEGIN CERTIFICATE-----" in ours.failure.message
    assert "put a line break between them" in ours.failure.hint


FOREIGN_AUTHORITIES = {
    "DER": ("x509", "-in", "ca.pem", "-outform", "DER"),
    "PKCS#12": ("pkcs12", "-export", "-nokeys", "-in", "ca.pem", "-passout", "pass:"),
    "PKCS#7 in DER": ("crl2pkcs7", "-nocrl", "-certfile", "ca.pem", "-outform", "DER"),
    "text in UTF-16": (),
}


@pytest.mark.parametrize("what", FOREIGN_AUTHORITIES)
async def test_an_authority_is_converted_by_the_command_that_is_named(
    engine: Engine, folder: Path, tmp_path: Path, origin: str, what: str
) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    made = FOREIGN_AUTHORITIES[what]
    text = (tmp_path / "ca.pem").read_text()
    data = openssl(tmp_path, *made) if made else text.encode("utf-16")
    (tmp_path / "the ca").write_bytes(data)
    (tmp_path / "ca.pem").unlink()
    report = await check(engine, target(origin, ca_cert_file="the ca", folder=tmp_path))
    assert kind(report) == (None, "ca_invalid")
    assert report.failure is not None
    assert report.failure.message == f"the trusted CA the ca is {what}"
    command = report.failure.hint.removeprefix("convert it: ")
    subprocess.run(
        command + (" -passin pass:" if "pkcs12" in command else ""), shell=True, cwd=tmp_path, check=True
    )
    again = await check(
        engine, target(origin, ca_cert_file="ca.pem", client_cert_file="client.pem", folder=tmp_path)
    )
    assert again.outcome == "passed", again.failure


async def test_a_client_certificate_is_converted_by_the_command_that_is_named(
    engine: Engine, folder: Path, tmp_path: Path, origin: str
) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    openssl(tmp_path, "pkcs12", "-export", "-in", "client.pem", "-passout", "pass:", "-out", "client.p12")
    (tmp_path / "client.pem").unlink()
    report = await check(engine, target(origin, client_cert_file="client.p12", folder=tmp_path))
    assert kind(report) == (None, "ca_invalid")
    assert report.failure is not None
    assert report.failure.message == "the client certificate client.p12 is PKCS#12"
    command = report.failure.hint.removeprefix("convert it: ")
    assert command == "openssl pkcs12 -in client.p12 -out client.pem"
    subprocess.run(f"{command} -passin pass: -passout 'pass:{PHRASE}'", shell=True, cwd=tmp_path, check=True)
    again = await check(
        engine,
        target(
            origin,
            secrets={"client_cert_passphrase": PHRASE},
            ca_cert_file="ca.pem",
            client_cert_file="client.pem",
            folder=tmp_path,
        ),
    )
    assert again.outcome == "passed", again.failure


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (("req", "-new", "-key", "client.key", "-subj", "/CN=x"), "is a request for a certificate"),
        (("pkey", "-in", "client.key", "-pubout"), "is a public key, not a certificate"),
        (("crl2pkcs7", "-nocrl", "-certfile", "ca.pem"), "is PKCS#7"),
        (("pkey", "-in", "client.key"), "is a key, not a certificate"),
        (("pkey", "-in", "client.key", "-outform", "DER"), "is a key in DER"),
    ],
)
async def test_what_is_no_authority_at_all(engine: Engine, folder: Path, made: tuple[str, ...], what: str) -> None:
    (folder / "other").write_bytes(openssl(folder, *made))
    report = await check(engine, target("https://localhost:1", ca_cert_file="other", folder=folder))
    assert kind(report) == (None, "ca_invalid")
    assert report.failure is not None
    assert report.failure.message.startswith("the trusted CA")
    assert report.failure.message.endswith(what)


async def test_base64_and_pages_are_told_from_certificates(engine: Engine, folder: Path) -> None:
    lines = (folder / "ca.pem").read_text().splitlines()
    for content, what in (
        ("\n".join(lines[1:-1]), "base64 without the lines around it"),
        ("<!DOCTYPE html><html></html>", "is a web page"),
    ):
        (folder / "other").write_text(content)
        report = await check(engine, target("https://localhost:1", ca_cert_file="other", folder=folder))
        assert kind(report) == (None, "ca_invalid")
        assert report.failure is not None
        assert what in report.failure.message


async def test_an_authority_that_is_trusted_for_something_is_named_where_it_does_not_fit(
    engine: Engine, folder: Path, origin: str, chains: Chains
) -> None:
    (folder / "stranger.pem").write_text(chains.other.pem())
    openssl(folder, "x509", "-in", "stranger.pem", "-trustout", "-out", "trusted-stranger.pem")
    report = await check(engine, target(origin, ca_cert_file="trusted-stranger.pem", folder=folder))
    assert kind(report) == ("tls", "tls_untrusted")
    assert report.failure is not None
    assert "ca_cert holds " in report.failure.hint
