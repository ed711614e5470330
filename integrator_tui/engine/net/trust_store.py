"""Trust: which certificates a connection believes, and the TLS contexts made of it.

Rules: the system's store plus the connection's own certificates; certifi only where the system has no
store. `SSL_CERT_FILE` and `SSL_CERT_DIR` arrive as settings and take the place of the compiled-in file
and directory, as OpenSSL has it; one that cannot be read is passed over, as OpenSSL does. A certificate
given to be trusted is an anchor wherever it stands in the chain. One context per distinct trust set, for
reading the system's bundle costs 20 ms and a megabyte; a hashed directory is looked into as needed.
"""

from __future__ import annotations

import contextlib
import os
import re
import ssl
from collections import OrderedDict
from functools import cached_property
from typing import TYPE_CHECKING, Final

from integrator_tui import atomic
from integrator_tui.engine.failure import StageFailed, quote
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.pattern import pattern
from integrator_tui.model.secret import Secret

if TYPE_CHECKING:
    from integrator_tui.engine.net.certificate import Certificate

MAX_CONTEXTS: Final = 64


class Trust(NamedTuple):
    """What a connection trusts and how it shows itself.

    `ca_pems` are PEM texts of one or more certificates each, trusted beside the system's; `verify` False
    believes anybody. `client_cert` is a PEM text of a key and its certificate chain, `client_key_passphrase`
    opens the key where it is encrypted.
    """

    ca_pems: tuple[str, ...] = ()
    verify: bool = True
    client_cert: str | None = None
    client_key_passphrase: Secret | None = None

    def __hash__(self) -> int:
        # A Secret has none.
        return hash(self[:3])

    @property
    def without_client(self) -> Trust:
        """The same trust, showing no certificate of our own."""
        return self._replace(client_cert=None, client_key_passphrase=None)


class TrustStore:
    """Makes and keeps TLS contexts for trust sets, least recently used first out."""

    def __init__(self, ca_file: str | None = None, ca_dir: str | None = None) -> None:
        """Take the values of `SSL_CERT_FILE` and `SSL_CERT_DIR`, None or empty where they are not set."""
        self._ca_file = ca_file or None
        self._ca_dir = ca_dir or None
        self._contexts: OrderedDict[Trust, ssl.SSLContext] = OrderedDict()

    def context(self, trust: Trust) -> ssl.SSLContext:
        """Return the context of `trust`; raises StageFailed `ca_invalid` where a PEM text cannot be read."""
        known = self._contexts.get(trust)
        if known is not None:
            self._contexts.move_to_end(trust)
            return known
        made = self._make(trust)
        self._contexts[trust] = made
        if len(self._contexts) > MAX_CONTEXTS:
            self._contexts.popitem(last=False)
        return made

    def _make(self, trust: Trust) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.set_alpn_protocols(["http/1.1"])
        # A name stands among the subject alternative names, or is none (RFC 9110 section 4.3.4).
        context.hostname_checks_common_name = False
        # No session is ever resumed, for each probe looks at the certificate anew: no server need remember one.
        context.options |= ssl.OP_NO_TICKET
        if not trust.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        else:
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            for where in self._system:
                with contextlib.suppress(OSError):  # ssl.SSLError is one: a bundle that holds nothing
                    context.load_verify_locations(**where)
        for pem in trust.ca_pems:
            load_ca(context, pem)
        if trust.client_cert is not None:
            from integrator_tui.engine.net.client_certificate import load_client_certificate

            load_client_certificate(context, trust.client_cert, trust.client_key_passphrase)
        return context

    @cached_property
    def _system(self) -> tuple[dict[str, str], ...]:
        """The places of the system's store, as `load_verify_locations` takes them."""
        paths = ssl.get_default_verify_paths()
        directory = self._ca_dir or paths.openssl_capath
        file: str | None = self._ca_file or paths.openssl_cafile
        hashed = _hashed_entries(directory)
        if file is None or not os.path.isfile(file):
            file = None
        elif os.path.realpath(file) == os.path.realpath(paths.openssl_cafile) and hashed >= _certificates_in(file):
            file = None  # the directory holds the same certificates, and is read only as needed
        if file is None and not hashed and not self._ca_file and not self._ca_dir:
            import certifi

            file = certifi.where()
        return (*([{"cafile": file}] if file else []), *([{"capath": directory}] if hashed else []))


def _hashed_entries(directories: str) -> int:
    """Count the certificates of directories made with `openssl rehash`, a list separated as in PATH."""
    count = 0
    for directory in directories.split(os.pathsep):
        with contextlib.suppress(OSError):
            count += sum(1 for name in os.listdir(directory) if re.fullmatch(r"[0-9a-f]{8}\.\d+", name))
    return count


def _certificates_in(file: str) -> int:
    try:
        with open(file, "rb") as bundle:
            return bundle.read().count(b"-----BEGIN CERTIFICATE-----")
    except OSError:
        return 0


_BLOCK: Final = pattern(
    r"-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----(?P<body>.*?)(?:-----END \1-----|(?=-----BEGIN)|\Z)",
    re.DOTALL,
)


def load_ca(context: ssl.SSLContext, pem: str) -> int:
    """Trust every certificate of `pem` and return how many; raises StageFailed `ca_invalid`."""
    blocks = list(_BLOCK.finditer(pem))
    if not blocks:
        what = "is a key, not a certificate" if "PRIVATE KEY-----" in pem else "holds no certificate"
        from integrator_tui.engine.net.not_pem import Found, binary, other_pem

        found = other_pem(pem) or binary(pem.encode("utf-8", "replace"), "FILE")
        raise (found or Found(what, _PASTE)).failure("the trusted CA")
    for number, block in enumerate(blocks, 1):
        try:
            _load(context, block[1], block[0] + "\n")
        except (OSError, ValueError, TypeError) as error:  # ssl.SSLError is an OSError
            which = (
                f"certificate {number} of {len(blocks)} in the trusted CA" if len(blocks) > 1 else "the trusted CA"
            )
            # Where OpenSSL names no reason, Python says where in its own source it noticed.
            said = getattr(error, "reason", None) or str(error).partition(" (_ssl.c")[0]
            reason = quote(said).replace("_", " ").lower()
            raise StageFailed("ca_invalid", f"{which} cannot be read: {reason}", _PASTE) from error
    return len(blocks)


def _load(context: ssl.SSLContext, label: str, block: str) -> None:
    """Trust one certificate. What OpenSSL calls trusted says for what, and is read so from a file alone."""
    if not label.startswith("TRUSTED"):
        context.load_verify_locations(cadata=block.replace(label, "CERTIFICATE"))
        return
    with atomic.scratch_folder("integrator-tui-", {"ca.pem": block.encode()}) as folder:
        context.load_verify_locations(cafile=folder / "ca.pem")


def anchors(trust: Trust) -> tuple[Certificate, ...]:
    """Return the certificates that `trust` adds to the system's, as far as they can be read."""
    return tuple(found for pem in trust.ca_pems for found in certificates_in(pem))


def certificates_in(pem: str) -> tuple[Certificate, ...]:
    """Return the certificates of a text, as far as they can be read."""
    from integrator_tui.engine.net.certificate import read_certificate

    found: list[Certificate] = []
    for block in _BLOCK.finditer(pem):
        with contextlib.suppress(ValueError):
            found.append(read_certificate(_first(ssl.PEM_cert_to_DER_cert(_plain(block[0])))))
    return tuple(found)


def _plain(block: str) -> str:
    return re.sub(r"(X509|TRUSTED) CERTIFICATE", "CERTIFICATE", block)


def _first(der: bytes) -> bytes:
    """The certificate alone, without what OpenSSL writes after one that is trusted (X509_CERT_AUX)."""
    octets = der[1] & 0x7F if der[1:2] > b"\x80" else 0
    length = int.from_bytes(der[2 : 2 + octets], "big") if octets else der[1] if len(der) > 1 else 0
    return der[: 2 + octets + length]


_PASTE: Final = (
    "paste the whole PEM text, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, line ends kept"
)
