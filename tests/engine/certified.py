"""Certificates and TLS contexts for the servers of these tests."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from integrator_tui.demo.certificates import Authority, Credentials, Validity, pem, self_signed
from integrator_tui.demo.contexts import server_context


@dataclass(frozen=True)
class Certified:
    """One authority, an unknown one, and server contexts by what is special about their certificate."""

    authority: Authority
    other: Authority
    between: Authority
    client: Credentials
    stranger: Credentials
    contexts: dict[str, ssl.SSLContext]

    @property
    def ca(self) -> str:
        return self.authority.pem()


def certify(directory: Path) -> Certified:
    """Make everything anew; keys lie in `directory` while they are read."""
    authority, other = Authority.create("Test Authority"), Authority.create("Other Authority")
    between = authority.intermediate("Intermediate")
    behind = between.issue("behind")
    expired_between = expired_intermediate(authority)
    under_expired = expired_between.issue("under expired")
    made = {
        "good": authority.issue("localhost"),
        "unknown_ca": other.issue("localhost"),
        "whole_unknown": with_chain(other.issue("localhost"), other.certificate),
        "self_signed": self_signed("localhost"),
        "no_intermediate": behind,
        "intermediate": with_chain(behind, between.certificate),
        "public_like": public_like(other),
        "expired": authority.issue("localhost", validity=Validity.days(-30, -2.5)),
        "expired_between": with_chain(under_expired, expired_between.certificate),
        "not_yet_valid": authority.issue("localhost", validity=Validity.days(2, 30)),
        "wrong_name": authority.issue("elsewhere", ("a.example", "b.example", "192.0.2.1")),
        "no_names": no_names(authority),
        "common_name": no_names(authority, "localhost"),
        "address_as_name": address_as_name(authority),
        "wrong_address": authority.issue("localhost", ("localhost",)),
    }
    contexts = {name: server_context(credentials, directory) for name, credentials in made.items()}
    contexts["mutual"] = mutual(server_context(made["good"], directory), authority)
    contexts["mutual_12"] = mutual(server_context(made["good"], directory), authority)
    contexts["mutual_12"].maximum_version = ssl.TLSVersion.TLSv1_2
    client = authority.issue("client", ("client.example",), client=True)
    stranger = other.issue("stranger", ("client.example",), client=True)
    return Certified(authority, other, between, client, stranger, contexts)


def with_chain(credentials: Credentials, *chain: x509.Certificate) -> Credentials:
    return replace(credentials, chain=chain)


def mutual(context: ssl.SSLContext, authority: Authority) -> ssl.SSLContext:
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=authority.pem())
    return context


def client_pem(credentials: Credentials, passphrase: str | None = None) -> str:
    return credentials.key_pem(passphrase) + credentials.certificates_pem()


def sign(
    authority: Authority,
    subject: x509.Name,
    change: Callable[[x509.CertificateBuilder], x509.CertificateBuilder],
    validity: Validity | None = None,
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Issue a certificate that `change` adds to."""
    key = ec.generate_private_key(ec.SECP256R1())
    validity = validity or Validity.days(-1, 30)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity.start)
        .not_valid_after(validity.end)
    )
    return change(builder).sign(authority.key, hashes.SHA256()), key


def name(**parts: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(getattr(NameOID, oid), value) for oid, value in parts.items()])


def expired_intermediate(authority: Authority) -> Authority:
    def change(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
        return builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)

    return Authority(*sign(authority, name(COMMON_NAME="Old Intermediate"), change, Validity.days(-30, -5)))


def no_names(authority: Authority, subject: str = "nameless") -> Credentials:
    return Credentials(*sign(authority, name(COMMON_NAME=subject), lambda builder: builder))


def address_as_name(authority: Authority) -> Credentials:
    """Has an address where only names count, as many tools write it."""

    def change(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
        names = x509.SubjectAlternativeName([x509.DNSName("127.0.0.1")])
        return builder.add_extension(names, critical=False)

    return Credentials(*sign(authority, name(COMMON_NAME="localhost"), change))


def public_like(authority: Authority) -> Credentials:
    """Like the certificates of public authorities: it says where its issuer's certificate can be had."""

    def change(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
        url = x509.UniformResourceIdentifier("http://ca.example/issuer.crt")
        access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, url)
        return builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)

    return Credentials(*sign(authority, name(COMMON_NAME="localhost"), change))


__all__ = ["Certified", "certify", "client_pem", "name", "pem", "sign"]
