"""Certificates made at start, with a life as short as the server's.

Keys are EC P-256 and stay in memory, but for those a TLS context has to read from a file. Every
certificate carries the extensions that strict verification asks for (RFC 5280 section 4.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""The names a certificate of this server is for."""


@dataclass(frozen=True)
class Validity:
    """The time a certificate is good for."""

    start: datetime
    end: datetime

    @classmethod
    def days(cls, first: float, last: float) -> Self:
        """From `first` to `last`, both in days counted from now."""
        now = datetime.now(UTC).replace(microsecond=0)
        return cls(now + timedelta(days=first), now + timedelta(days=last))


CURRENT = (-1.0, 90.0)
"""The usual validity in days from now: a day back, for clocks that are behind."""


@dataclass(frozen=True)
class Credentials:
    """A certificate with the chain that is shown beside it, and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...] = ()

    def certificates_pem(self) -> str:
        """The certificate, then its chain, as PEM text."""
        return "".join(pem(one) for one in (self.certificate, *self.chain))

    def key_pem(self, passphrase: str | None = None) -> str:
        """The private key as PKCS #8 PEM text, encrypted where a passphrase is given."""
        encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if passphrase is not None:
            encryption = serialization.BestAvailableEncryption(passphrase.encode())
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
        ).decode()


@dataclass(frozen=True)
class Authority:
    """A certificate authority, its private key in memory only."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def create(cls, name: str) -> Self:
        """A new self-signed authority called `name`."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(name)
        builder = _builder(subject, subject, key, Validity.days(-2, 366))
        return cls(_authority_extensions(builder, key, key.public_key()).sign(key, hashes.SHA256()), key)

    def intermediate(self, name: str) -> Authority:
        """An authority called `name` whose certificate this one signed."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name(name), self.certificate.subject, key, Validity.days(-2, 366))
        signed = _authority_extensions(builder, key, self.key.public_key()).sign(self.key, hashes.SHA256())
        return Authority(signed, key)

    def issue(
        self,
        name: str,
        hosts: tuple[str, ...] = LOOPBACK,
        validity: Validity | None = None,
        *,
        client: bool = False,
    ) -> Credentials:
        """A certificate for `hosts` (names and addresses), for a TLS server or, with `client`, a TLS client."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name(name), self.certificate.subject, key, validity or Validity.days(*CURRENT))
        usage = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
        builder = _leaf_extensions(builder, key, self.key.public_key(), hosts, usage)
        return Credentials(builder.sign(self.key, hashes.SHA256()), key)

    def pem(self) -> str:
        """The authority's certificate as PEM text."""
        return pem(self.certificate)


def self_signed(name: str) -> Credentials:
    """A server certificate that nobody but itself vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_name(name), _name(name), key, Validity.days(*CURRENT))
    builder = _leaf_extensions(builder, key, key.public_key(), LOOPBACK, ExtendedKeyUsageOID.SERVER_AUTH)
    return Credentials(builder.sign(key, hashes.SHA256()), key)


def pem(certificate: x509.Certificate) -> str:
    """One certificate as PEM text."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _name(text: str) -> x509.Name:
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "integrator-tui demo")
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, validity: Validity
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity.start)
        .not_valid_after(validity.end)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _authority_extensions(
    builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey, issuer: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False)
    )


def _leaf_extensions(
    builder: x509.CertificateBuilder,
    key: ec.EllipticCurvePrivateKey,
    issuer: ec.EllipticCurvePublicKey,
    hosts: tuple[str, ...],
    usage: x509.ObjectIdentifier,
) -> x509.CertificateBuilder:
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False)
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
