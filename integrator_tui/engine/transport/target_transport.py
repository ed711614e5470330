"""The transport of a connection: what it trusts, shows and goes through, for code that speaks httpx."""

from __future__ import annotations

from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.http_types import Limits
from integrator_tui.engine.net.pem_files import read_pem
from integrator_tui.engine.settings import EngineSettings
from integrator_tui.engine.target import Target
from integrator_tui.engine.transport.staged_transport import StagedTransport
from integrator_tui.errors import UsageError
from integrator_tui.model.secret import SecretRef
from integrator_tui.model.text import visible

PASSPHRASE = SecretRef("client_cert_passphrase")


def transport_for(target: Target, settings: EngineSettings, limits: Limits) -> StagedTransport:
    """Return a transport with the trust, the client certificate and the proxy of a connection.

    Raises UsageError where a certificate cannot be read, or the connection goes through a unix socket or is reached
    from another host, LockedError.
    """
    connection, options = target.connection, target.connection.options
    if options.unix_socket:
        raise UsageError(f"{connection.name} goes through a unix socket", "name the address of the space itself")
    if target.vantage:
        # The same name may be another server here, which would be given the credentials.
        raise UsageError(
            f"{connection.name} is reached from {visible(target.vantage, limit=200)}",
            "a space is reached from here alone: name its address, with --user",
        )
    try:
        ca = connection.ca_cert
        if connection.ca_cert_file is not None:
            ca = read_pem(target.folder, connection.ca_cert_file, "the trusted CA")
        client = None
        if options.client_cert_file is not None:
            client = read_pem(target.folder, options.client_cert_file, "the client certificate", with_key=True)
    except StageFailed as failed:
        raise UsageError(failed.message, failed.hint) from None
    has_phrase = client is not None and PASSPHRASE in connection.secret_names
    return StagedTransport(
        ca_cert=ca,
        verify=options.verify,
        client_cert=client,
        client_key_passphrase=target.reveal(PASSPHRASE) if has_phrase else None,
        proxy=options.proxy,
        limits=limits,
        settings=settings,
    )
