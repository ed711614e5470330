"""A connection's test request as a curl command that anyone may be shown.

No secret is in it: what a secret would fill stands as a shell variable of its name, which the reader sets;
Basic authentication names the user only, so that curl asks for the password.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterable

from integrator_tui.model.connection import (
    ApiKeyAuth,
    BasicAuth,
    Connection,
    HttpBearerTokenAuth,
    OAuth2Auth,
    RawBearerTokenAuth,
    Request,
)
from integrator_tui.model.headers import inherited_headers
from integrator_tui.model.url import join, without_user_info

_PLACEHOLDER = re.compile(r"\{\{\{?([^{}]+)\}\}\}?")


def curl(connection: Connection) -> str:
    """Return the test request of `connection` as one curl command over several lines."""
    words = list(_options(connection))
    words.append(_url(connection.base_url, connection.test_path))
    return " \\\n  ".join(["curl --silent --show-error --include", *words])


def _options(connection: Connection) -> Iterable[str]:
    options = connection.options
    yield f"--connect-timeout {options.timeout.connect:g}"
    if options.stream_response:
        # In a stream the read timeout bounds the silence; curl takes it in whole seconds.
        yield f"--no-buffer --speed-limit 1 --speed-time {math.ceil(options.timeout.read)}"
    else:
        yield f"--max-time {options.timeout.read:g}"
    if options.follow_redirect:
        yield "--location"
    if not options.verify:
        yield "--insecure"
    if connection.ca_cert_file:
        yield f"--cacert {_quoted(connection.ca_cert_file)}"
    elif connection.ca_cert:
        yield "--cacert ca.pem"
    if options.client_cert_file:
        yield f"--cert {_quoted(options.client_cert_file)}"
    if options.proxy:
        yield f"--proxy {_quoted(without_user_info(options.proxy))}"
    if options.unix_socket:
        yield f"--unix-socket {_quoted(options.unix_socket)}"
    for name, value in inherited_headers(connection, Request(method="GET")):
        # curl leaves out a header whose value is empty, but for one that ends with a semicolon.
        yield f"--header {_quoted(f'{name}: {value}' if value else f'{name};')}"
    yield from _credentials(connection)


def _credentials(connection: Connection) -> Iterable[str]:
    match connection.auth:
        case BasicAuth(username=username):
            yield f"--user {_quoted(username)}"
        case RawBearerTokenAuth(header=header, prefix=prefix):
            yield f"--header {_header(header, prefix, variable('token'))}"
        case HttpBearerTokenAuth(header=header, prefix=prefix):
            yield f"--header {_header(header, prefix, 'ACCESS_TOKEN')}"
        case OAuth2Auth():
            yield f"--header {_header('Authorization', 'Bearer', 'ACCESS_TOKEN')}"
        case ApiKeyAuth(name=name) if connection.auth.place == "header":
            yield f"--header {_header(name, '', variable('api_key'))}"
        case ApiKeyAuth(name=name):
            yield f'--get --data-urlencode {_quoted(f"{name}=")}"${variable("api_key")}"'


def _url(base_url: str, path: str) -> str:
    """Return the joined URL as one shell word; a name is no URL text, so joining sees a marker in its place."""
    names: list[str] = []

    def mark(match: re.Match[str]) -> str:
        names.append(match[0])
        return f"zq{len(names) - 1}qz"

    joined = join(_PLACEHOLDER.sub(mark, base_url), _PLACEHOLDER.sub(mark, path))
    return _quoted(re.sub(r"zq(\d+)qz", lambda match: names[int(match[1])], joined))


def _header(name: str, prefix: str, shell_variable: str) -> str:
    plain = _quoted(f"{name}: {prefix} " if prefix else f"{name}: ")
    return f'{plain}"${shell_variable}"'


def variable(name: str) -> str:
    """Return the shell variable that stands for a secret or parameter of that name."""
    cleaned = re.sub(r"[^A-Za-z0-9_]", "_", name).upper()
    return f"_{cleaned}" if cleaned[:1].isdigit() or not cleaned else cleaned


def _quoted(text: str) -> str:
    """Return `text` as one shell word in which each `{{name}}` is a shell variable."""
    pieces = []
    position = 0
    for match in _PLACEHOLDER.finditer(text):
        if match.start() > position:
            pieces.append(shlex.quote(text[position : match.start()]))
        pieces.append(f'"${variable(match[1].strip())}"')
        position = match.end()
    if position < len(text) or not pieces:
        pieces.append(shlex.quote(text[position:]))
    return "".join(pieces)
