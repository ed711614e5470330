"""What a file or a text is that should hold certificates as PEM (RFC 7468) and does not, with what converts it."""

from __future__ import annotations

import shlex
from typing import Final, NamedTuple

from integrator_tui.engine.failure import StageFailed, quote
from integrator_tui.model.pattern import pattern

BEGIN_CERTIFICATE: Final = pattern(r"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----")
"""The line before a certificate, in OpenSSL's older spellings too (`PEM_read_bio_X509_AUX`)."""

_LABEL: Final = pattern(r"-----BEGIN ([A-Z0-9 ]+)-----")
_JOINED: Final = pattern(r"-----END [A-Z0-9 ]+-----[ \t]*-----BEGIN [A-Z0-9 ]+-----")
_BASE64: Final = pattern(rb"MI[A-Za-z0-9+/=\s]+\Z")
_PKCS7: Final = bytes.fromhex("06092a864886f70d010702")


class Found(NamedTuple):
    """What it is, as the end of a sentence, and what to do about it."""

    what: str
    hint: str

    def failure(self, of: str) -> StageFailed:
        """Return the failure of `of`, the trusted CA or the client certificate."""
        return StageFailed("ca_invalid", f"{of} {self.what}", self.hint)


def binary(data: bytes, name: str, *, with_key: bool = False) -> Found | None:
    """Return what the content of the file `name` is where it is no PEM at all, None where it may be.

    `with_key` says that a key belongs into it.
    """
    file = shlex.quote(quote(name))
    out = "client.pem" if with_key else "ca.pem"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or data[:2] in (b"-\0", b"\0-"):
        return Found("is text in UTF-16", f"convert it: iconv -f UTF-16 -t UTF-8 {file} > {out}")
    if b"-----BEGIN" in data:
        return None
    if data.startswith((b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")):
        command = f"keytool -importkeystore -srckeystore {file} -destkeystore store.p12 -deststoretype pkcs12"
        return Found("is a Java key store", f"convert it: {command}, then openssl pkcs12 -in store.p12 -out {out}")
    if data[:1] == b"\x30":
        return _der(data, file, out, with_key)
    if _BASE64.match(data.strip()):
        hint = "put the line -----BEGIN CERTIFICATE----- before it and -----END CERTIFICATE----- after it"
        return Found("is base64 without the lines around it that PEM has", hint)
    if data.lstrip()[:1] == b"<":
        return Found("is a web page", "download the certificate itself, as PEM")
    return None


def _der(data: bytes, file: str, out: str, with_key: bool) -> Found | None:
    content = data[2 + (data[1] & 0x7F if data[1:2] > b"\x80" else 0) :] if len(data) > 1 else b""
    if content.startswith(b"\x02\x01\x03"):
        command = f"openssl pkcs12 -in {file} {'' if with_key else '-nokeys '}-out {out}"
        return Found("is PKCS#12", f"convert it: {command}")
    if content.startswith(_PKCS7):
        return Found(
            "is PKCS#7 in DER", f"convert it: openssl pkcs7 -inform DER -in {file} -print_certs -out {out}"
        )
    if content.startswith(b"\x02\x01"):
        return Found("is a key in DER", f"convert it: openssl pkey -inform DER -in {file} -out key.pem")
    if content[:1] == b"\x30":
        return Found("is DER", f"convert it: openssl x509 -inform DER -in {file} -out {out}")
    return None


_OTHERS: Final = {
    "PKCS7": ("is PKCS#7", "convert it: openssl pkcs7 -in FILE -print_certs -out ca.pem"),
    "CMS": ("is PKCS#7", "convert it: openssl pkcs7 -in FILE -print_certs -out ca.pem"),
    "CERTIFICATE REQUEST": ("is a request for a certificate", "take the certificate that was issued for it"),
    "NEW CERTIFICATE REQUEST": ("is a request for a certificate", "take the certificate that was issued for it"),
    "X509 CRL": ("is a list of revoked certificates", "take the certificate of the CA that signed it"),
    "PUBLIC KEY": ("is a public key, not a certificate", "take the certificate that holds it"),
}


def other_pem(text: str) -> Found | None:
    """Return what a PEM text holds in place of certificates, None where that is nothing known."""
    return next((Found(*_OTHERS[label]) for label in _LABEL.findall(text) if label in _OTHERS), None)


def joined(text: str) -> Found | None:
    """Return where two parts stand on one line, which OpenSSL does not read; None where they do not."""
    found = _JOINED.search(text)
    if found is None:
        return None
    what = f"has two parts on one line: {quote(found[0])}"
    return Found(what, "put a line break between them: a file was joined to one that does not end its last line")
