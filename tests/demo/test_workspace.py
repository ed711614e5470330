"""The samples become a workspace that points at the running server; nothing else of them changes."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography import x509

from integrator_tui import bundled
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.demo.workspace import DEMO_SECRETS, PLACEHOLDERS, fill

SAMPLES = sorted(path for path in bundled.sample_connections().rglob("*.yaml"))


@pytest.fixture
def folder(demo: ThreadedDemoServer, tmp_path: Path) -> Path:
    fill(tmp_path / "connections", demo.addresses)
    return tmp_path / "connections"


def test_there_is_a_sample_for_every_method_and_a_stream() -> None:
    text = "".join(path.read_text() for path in SAMPLES)
    for kind in ("basic", "http_bearer_token", "raw_bearer_token", "oauth2", "api_key"):
        assert f"type: {kind}\n" in text
    assert any("\nauth:" not in path.read_text() for path in SAMPLES)
    assert "stream_response: true" in text


def test_files_are_listed_and_for_the_owner_alone(demo: ThreadedDemoServer, tmp_path: Path) -> None:
    written = fill(tmp_path / "made" / "connections", demo.addresses)
    root = tmp_path / "made" / "connections"
    assert [path.relative_to(root) for path in written] == [
        path.relative_to(bundled.sample_connections()) for path in SAMPLES
    ]
    for path in root.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    assert stat.S_IMODE(root.stat().st_mode) == 0o700


def test_addresses_are_the_servers(folder: Path, demo: ThreadedDemoServer) -> None:
    text = "".join(path.read_text() for path in folder.rglob("*.yaml"))
    assert [placeholder for placeholder in PLACEHOLDERS if placeholder in text] == []
    assert [port for port in PLACEHOLDERS.values() if demo.addresses[port] not in text] == []


def test_certificates_are_the_servers(folder: Path, demo: ThreadedDemoServer) -> None:
    ca_pem = demo.ca_file.read_text()
    assert (folder / "methods" / "sample-ca.pem").read_text() == ca_pem
    inline = (folder / "methods" / "oauth2.yaml").read_text()
    indented = "".join(f"  {line}\n" for line in ca_pem.splitlines())
    assert f"ca_cert: |\n{indented}tags:" in inline


def test_nothing_else_changes(folder: Path, demo: ThreadedDemoServer) -> None:
    for path in SAMPLES:
        shipped = path.read_text()
        if "BEGIN CERTIFICATE" in shipped:
            continue
        made = (folder / path.relative_to(bundled.sample_connections())).read_text()
        for placeholder, port in PLACEHOLDERS.items():
            made = made.replace(demo.addresses[port], placeholder)
        assert made == shipped


def test_shipped_samples_hold_no_secret_but_name_them_all() -> None:
    files = {str(path.relative_to(bundled.sample_connections())): path.read_text() for path in SAMPLES}
    assert DEMO_SECRETS.keys() <= files.keys()
    for file, text in files.items():
        assert "\nsecrets:" not in text
        for values in DEMO_SECRETS.values():
            assert [value for value in values.values() if value in text] == []
        for name in DEMO_SECRETS.get(file, {}):
            assert name in text


def test_the_sample_authority_can_be_read() -> None:
    pem = (bundled.sample_connections() / "methods" / "sample-ca.pem").read_bytes()
    assert x509.load_pem_x509_certificate(pem).not_valid_after_utc.year > 2100
