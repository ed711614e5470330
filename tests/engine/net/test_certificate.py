"""What is read of a certificate, by `ssl` itself and by the X.509 library: the same."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from integrator_tui.engine.net.certificate import Certificate, _from_info, _parse, read_certificate
from tests.engine.certified import Certified, pem, sign

NAMES = [
    [(NameOID.COMMON_NAME, "plain")],
    [(NameOID.COUNTRY_NAME, "DE"), (NameOID.ORGANIZATION_NAME, 'A, "B" & C; <D>+E\\F')],
    [(NameOID.COMMON_NAME, "#hash"), (NameOID.ORGANIZATIONAL_UNIT_NAME, " space "), (NameOID.TITLE, "Dr.")],
    [(NameOID.STREET_ADDRESS, "Weg 1"), (NameOID.DOMAIN_COMPONENT, "example"), (NameOID.USER_ID, "u")],
    [(NameOID.EMAIL_ADDRESS, "a@b.example"), (NameOID.SERIAL_NUMBER, "12"), (NameOID.POSTAL_CODE, "1")],
    [
        (NameOID.COMMON_NAME, "grün \u202e\x1b[31m"),
        (NameOID.STATE_OR_PROVINCE_NAME, "ü"),
        (NameOID.LOCALITY_NAME, "x"),
    ],
    [(NameOID.JURISDICTION_COUNTRY_NAME, "DE"), (NameOID.BUSINESS_CATEGORY, "x"), (NameOID.SURNAME, "s")],
    [],
]


def told_by_ssl(certificate: x509.Certificate, path: Path) -> dict[str, object]:
    path.write_text(pem(certificate))
    told: dict[str, object] = ssl._ssl._test_decode_cert(str(path))  # type: ignore[attr-defined]
    return told


@pytest.mark.parametrize("parts", NAMES)
def test_both_ways_tell_the_same(
    certified: Certified, parts: list[tuple[x509.ObjectIdentifier, str]], tmp_path: Path
) -> None:
    subject = x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])

    def change(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
        import ipaddress

        names = [
            x509.DNSName("a.example"),
            x509.IPAddress(ipaddress.ip_address("192.0.2.1")),
            x509.IPAddress(ipaddress.ip_address("2001:db8::7")),
            x509.RFC822Name("a@b.example"),
        ]
        url = x509.UniformResourceIdentifier("http://ca.example/issuer.crt")
        access = x509.AccessDescription(x509.oid.AuthorityInformationAccessOID.CA_ISSUERS, url)
        return builder.add_extension(x509.SubjectAlternativeName(names), critical=False).add_extension(
            x509.AuthorityInformationAccess([access]), critical=False
        )

    certificate, _ = sign(certified.authority, subject, change)
    der = certificate.public_bytes(Encoding.DER)
    told = _from_info(der, "x", lambda: told_by_ssl(certificate, tmp_path / "one.pem"))
    parsed = _parse(der, "x")
    assert parsed.names == ("a.example", "192.0.2.1", "2001:db8::7")
    assert parsed.issuers_url == "http://ca.example/issuer.crt"
    assert not any(character in parsed.subject for character in "\x1b\u202e")
    if any(oid in (NameOID.TITLE, NameOID.SURNAME) for oid, _ in parts):
        assert told is None  # rare attributes are left to the library
    else:
        assert told == parsed


def test_the_pem_is_the_certificate_s_own(certified: Certified) -> None:
    der = certified.authority.certificate.public_bytes(Encoding.DER)
    assert read_certificate(der).pem == certified.ca


def test_a_certificate_is_read_once(certified: Certified) -> None:
    der = certified.authority.certificate.public_bytes(Encoding.DER)
    assert read_certificate(der) is read_certificate(bytes(der))


@pytest.mark.parametrize("der", [b"", b"nonsense", bytes(range(256)) * 2])
def test_what_is_no_certificate(der: bytes) -> None:
    with pytest.raises(ValueError):
        read_certificate(der)


def test_days_left_are_whole_days() -> None:
    def left(hour: int) -> int:
        moment = datetime(2030, 1, 11, tzinfo=UTC)
        certificate = Certificate(b"", "", "", "", moment, moment)
        return certificate.days_left(datetime(2030, 1, 10, hour, tzinfo=UTC))

    assert (left(0), left(1)) == (1, 0)
