"""Loading a client certificate from text: the one thing that Python's TLS takes from a file only.

Rules: no key is written to a disk in plain. Where the kernel has anonymous files in memory they are
used; elsewhere the key is encrypted with a password made for the moment before it is written to a
private directory, and removed at once. OpenSSL is never left to ask for a passphrase on the terminal.
"""

from __future__ import annotations

import errno
import os
import secrets
import ssl
import tempfile
from collections.abc import Callable
from typing import Final

from integrator_tui.engine.failure import StageFailed, quote
from integrator_tui.engine.net.not_pem import BEGIN_CERTIFICATE, Found, joined, other_pem
from integrator_tui.model.secret import Secret

_MAKE: Final = "the file holds the key and its certificate as PEM, one after the other; the key may be encrypted"


_WHAT: Final = "the client certificate file"


def load_client_certificate(context: ssl.SSLContext, pem: str, passphrase: Secret | None) -> None:
    """Show the certificate of `pem` in handshakes of `context`; raises StageFailed `ca_invalid`."""
    if (found := joined(pem)) is not None:
        raise found.failure(_WHAT)
    if BEGIN_CERTIFICATE.search(pem) is None:
        raise (other_pem(pem) or Found("holds no certificate", _MAKE)).failure(_WHAT)
    if "-----BEGIN OPENSSH PRIVATE KEY-----" in pem:
        hint = "convert it: ssh-keygen -p -m PKCS8 -f KEY, on a copy of the key"
        raise StageFailed("ca_invalid", "the client key is in OpenSSH's own format", hint)
    if "PRIVATE KEY-----" not in pem:
        raise StageFailed("ca_invalid", "the client certificate file holds no private key", _MAKE)
    asked = False

    def password() -> bytes:
        nonlocal asked
        asked = True
        return passphrase.reveal().encode() if passphrase else b""

    load = _from_memory if hasattr(os, "memfd_create") and os.path.isdir("/proc/self/fd") else _from_encrypted_file
    try:
        load(context, pem, password)
    except (ssl.SSLError, ValueError, TypeError, OSError) as error:
        raise _unreadable(error, asked, passphrase) from error


def _unreadable(error: Exception, asked: bool, passphrase: Secret | None) -> StageFailed:
    if isinstance(error, OSError) and error.errno in {errno.EMFILE, errno.ENFILE}:
        message = f"the client certificate cannot be read: {(error.strerror or '').lower()}"
        return StageFailed("ca_invalid", message, "raise the limit (`ulimit -n`) or lower --concurrency")
    reason = (getattr(error, "reason", None) or str(error)).replace("_", " ").lower()
    if asked and not passphrase:
        hint = "save its passphrase as the secret client_cert_passphrase"
        return StageFailed("ca_invalid", "the client key is encrypted and no passphrase is given", hint)
    if "key values mismatch" in reason:
        hint = (
            "put the key and the certificate that was made for it into one file, the certificate before its chain"
        )
        return StageFailed("ca_invalid", "the client key does not belong to the client certificate", hint)
    if asked:
        hint = "correct the secret client_cert_passphrase"
        return StageFailed("ca_invalid", "the passphrase does not open the client key", hint)
    return StageFailed("ca_invalid", f"the client certificate cannot be read: {quote(reason)}", _MAKE)


def _from_memory(context: ssl.SSLContext, pem: str, password: Callable[[], bytes]) -> None:
    fd = os.memfd_create("client", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(fd), "wb") as file:
            file.write(pem.encode())
        context.load_cert_chain(f"/proc/self/fd/{fd}", password=password)
    finally:
        os.close(fd)


def _from_encrypted_file(context: ssl.SSLContext, pem: str, password: Callable[[], bytes]) -> None:
    from cryptography.hazmat.primitives import serialization as pem_format

    data = pem.encode()
    encrypted = "ENCRYPTED" in pem
    key = pem_format.load_pem_private_key(data, password() if encrypted else None)
    moment = secrets.token_hex(32).encode()
    text = key.private_bytes(
        pem_format.Encoding.PEM, pem_format.PrivateFormat.PKCS8, pem_format.BestAvailableEncryption(moment)
    )
    found = BEGIN_CERTIFICATE.search(pem)
    assert found is not None, "it was looked for before"
    start = len(pem[: found.start()].encode())
    with tempfile.TemporaryDirectory(prefix="integrator-tui-") as directory:
        path = os.path.join(directory, "client.pem")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text + _certificates(data[start:]))
        context.load_cert_chain(path, password=moment)


def _certificates(data: bytes) -> bytes:
    """Leave out a key that follows the certificates."""
    kept, inside_key = [], False
    for line in data.splitlines(keepends=True):
        inside_key = inside_key or (line.startswith(b"-----BEGIN") and b"PRIVATE KEY" in line)
        if not inside_key:
            kept.append(line)
        if line.startswith(b"-----END") and b"PRIVATE KEY" in line:
            inside_key = False
    return b"".join(kept)
