"""A TLS context for every port that speaks TLS, the right one and the wrong ones."""

from __future__ import annotations

import ssl
import tempfile
import warnings
from pathlib import Path

from integrator_tui.demo.certificates import Authority, Credentials, Validity, self_signed


def server_context(credentials: Credentials, directory: Path) -> ssl.SSLContext:
    """A server's context with this certificate; its key lies in `directory` (0600) while it is read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    with tempfile.NamedTemporaryFile("w", dir=directory, suffix=".pem") as file:
        file.write(credentials.certificates_pem() + credentials.key_pem())
        file.flush()
        context.load_cert_chain(file.name)
    return context


def contexts(authority: Authority, directory: Path) -> dict[str, ssl.SSLContext]:
    """The contexts by the name of their port."""
    right = authority.issue("127.0.0.1")
    other = Authority.create("Another Authority")
    between = authority.intermediate("Intermediate Authority")
    whole = between.issue("behind an intermediate")
    made = {
        "https": right,
        "https_other": right,
        "tls_expired": authority.issue("expired", validity=Validity.days(-30, -1)),
        "tls_not_yet_valid": authority.issue("not yet valid", validity=Validity.days(30, 60)),
        "tls_expiring": authority.issue("expiring", validity=Validity.days(-30, 3.5)),
        "tls_wrong_host": authority.issue("wrong host", ("wrong.example.com",)),
        "tls_untrusted": other.issue("of another authority"),
        "tls_self_signed": self_signed("self-signed"),
        "tls_incomplete": whole,
        "tls_chain": Credentials(whole.certificate, whole.key, (between.certificate,)),
        "tls_old": right,
        "mtls": right,
    }
    loaded = {name: server_context(credentials, directory) for name, credentials in made.items()}
    _only_old_versions(loaded["tls_old"])
    loaded["mtls"].verify_mode = ssl.CERT_REQUIRED
    loaded["mtls"].load_verify_locations(cadata=authority.pem())
    return loaded


def _only_old_versions(context: ssl.SSLContext) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
