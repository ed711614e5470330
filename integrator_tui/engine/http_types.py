"""The types of httpx that this program and the tests of its engine use, imported here and nowhere else.

A change to another line of the library, one whose names and meanings are httpx's, is a change of the one word in
the import below (and of the dependency in pyproject.toml). `docs/dependencies.md` says which lines there are.
"""

from __future__ import annotations

from httpx import (
    URL,
    AsyncBaseTransport,
    AsyncByteStream,
    AsyncClient,
    AsyncHTTPTransport,
    BasicAuth,
    ByteStream,
    ConnectError,
    ConnectTimeout,
    HTTPError,
    InvalidURL,
    Limits,
    LocalProtocolError,
    PoolTimeout,
    ProxyError,
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    Request,
    Response,
    Timeout,
    TransportError,
    UnsupportedProtocol,
    WriteTimeout,
)

__all__ = [
    "URL",
    "AsyncBaseTransport",
    "AsyncByteStream",
    "AsyncClient",
    "AsyncHTTPTransport",
    "BasicAuth",
    "ByteStream",
    "ConnectError",
    "ConnectTimeout",
    "HTTPError",
    "InvalidURL",
    "Limits",
    "LocalProtocolError",
    "PoolTimeout",
    "ProxyError",
    "ReadError",
    "ReadTimeout",
    "RemoteProtocolError",
    "Request",
    "Response",
    "Timeout",
    "TransportError",
    "UnsupportedProtocol",
    "WriteTimeout",
]
