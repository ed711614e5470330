"""What was gathered of command lines, as connections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from integrator_tui.interchange.curl.contents import kept
from integrator_tui.interchange.curl.gathered import CurlWay, GatheredRequests
from integrator_tui.interchange.imported import ImportedConnection
from integrator_tui.model.connection import Connection, Operation, Options, Timeout
from integrator_tui.model.headers import grouped
from integrator_tui.model.secret import Secret

_USUAL: Final = Options()


def connections_of(gathered_by_way: Mapping[CurlWay, GatheredRequests], name: str) -> Iterator[ImportedConnection]:
    """Yield a connection for each way; `name` is that of the connection, empty for that of its host."""
    for way, gathered in gathered_by_way.items():
        secrets = {key: value for key, value in gathered.secrets.items() if value}
        operations = tuple(gathered.operations)
        test = _test_of(operations)
        yield ImportedConnection(
            Connection(
                name=name or way.origin.partition("://")[2],
                base_url=way.origin,
                test_path=_path_of(test) if test else "",
                ca_cert_file=way.ca_file,
                headers=grouped(test.headers) if test else (),
                auth=way.auth,
                operations=() if test else operations,
                options=_options(way, gathered, test),
                secrets=tuple(secrets),
            ),
            {key: Secret(value) for key, value in secrets.items()},
            gathered.line,
            test,
        )


def _test_of(operations: tuple[Operation, ...]) -> Operation | None:
    """Return the one GET without a body that is the test request, None where there is more."""
    if len(operations) != 1:
        return None
    only = operations[0]
    return only if only.method == "GET" and only.body is None else None


def _path_of(test: Operation) -> str:
    query = "&".join(f"{kept(name)}={kept(value)}" for name, value in test.params)
    return f"{test.path}?{query}" if query else test.path


def _options(way: CurlWay, gathered: GatheredRequests, test: Operation | None) -> Options:
    follows = test is not None and test.follow_redirect
    streams = test is not None and test.stream_response
    said = (gathered.connect, gathered.read, way.proxy, way.unix_socket, way.certificate, follows, streams)
    if way.verify and not any(said):
        return _USUAL
    usual = _USUAL.timeout
    timeout = usual
    if gathered.connect or gathered.read:
        timeout = Timeout(connect=gathered.connect or usual.connect, read=gathered.read or usual.read)
    return Options(
        timeout=timeout,
        proxy=way.proxy,
        unix_socket=way.unix_socket,
        verify=way.verify,
        client_cert_file=way.certificate,
        follow_redirect=follows,
        stream_response=streams,
    )
