"""The rules of a Connection that no type can say: every Problem at once, each at its field.

Rules: an error keeps a connection from being used, a warning does not. A field is the dotted path of its
key in the file, `operations.0.path` for the first operation. `line` is None: the file knows lines, the
rules do not. No message holds what a template, a body or a certificate holds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Final

from integrator_tui.model import url
from integrator_tui.model.auth_rules import auth_problems, required_url
from integrator_tui.model.connection import (
    NEEDED_SECRETS,
    Connection,
    HttpBearerTokenAuth,
    OAuth2Auth,
    Operation,
    Options,
)
from integrator_tui.model.fields import AUTH_LABELS
from integrator_tui.model.headers import overruled_headers
from integrator_tui.model.parameters import (
    Purpose,
    missing,
    names_used,
    own_secret,
    parameters,
    request_templates,
    required,
    secrets_used,
    templates,
)
from integrator_tui.model.pattern import pattern
from integrator_tui.model.problem import Problem
from integrator_tui.model.request_rules import header_problems, one_line, request_problems
from integrator_tui.model.sources import source_problems
from integrator_tui.model.statuses import status_problems
from integrator_tui.model.template import parse
from integrator_tui.model.text import visible

__all__ = ["Purpose", "missing", "names_used", "parameters", "problems", "required", "secrets_used"]

SEAL: Final = "_seal"
"""The name below `secrets` that the seal has; no secret can take it."""

LONGEST_SOCKET: Final = 107
"""Bytes that the path of a unix socket has at most, on Linux (unix(7))."""

_OUTPUT_NAME: Final = pattern(r"[A-Za-z0-9_-][A-Za-z0-9 _-]*\Z")
_PEM_BLOCK: Final = pattern(r"-----BEGIN ([A-Z0-9 ]+)-----\s.*?\s-----END \1-----", re.DOTALL)
_CERTIFICATES: Final = frozenset({"CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE"})


def problems(connection: Connection) -> tuple[Problem, ...]:
    """Return everything that is wrong with the connection, in the order of the file's keys."""
    return tuple(
        problem
        for rule in (
            _identity,
            _address,
            _certificates,
            _headers,
            _passing,
            auth_problems,
            _operations,
            _options,
            _secrets,
            _templates,
        )
        for problem in rule(connection)
    )


def _identity(connection: Connection) -> Iterator[Problem]:
    if not connection.name.strip():
        yield Problem("name", "Connection Name is required", "give the connection a name")
    yield from one_line(connection.name, "name", "Connection Name")
    if connection.type != "http":
        yield type_problem(connection.type)
    yield from _documentation(connection.documentation_link, "documentation_link")


def type_problem(kind: str) -> Problem:
    """Return what is said of a connection of another type than http: one that is only spelled otherwise can be
    mended, any other is kept as it is."""
    if kind.lower() == "http":
        return Problem("type", "the type is written in small letters", "write type: http")
    message = f"a connection of type {visible(kind, limit=40)} cannot be opened here"
    return Problem("type", message, "it is kept as it is")


def _address(connection: Connection) -> Iterator[Problem]:
    yield from required_url(connection.base_url, "base_url", "Base URL")
    yield from url.path_problems(connection.test_path, "test_path")


def _documentation(link: str, field: str) -> Iterator[Problem]:
    if not link:
        return
    wrong = [problem for problem in url.problems(link, field) if problem.is_error]
    if wrong:
        yield Problem(field, f"API Documentation Link: {wrong[0].message}", "give an http or https address")


def _certificates(connection: Connection) -> Iterator[Problem]:
    yield from _pem(connection.ca_cert, "ca_cert")
    if connection.ca_cert_file is not None and not connection.ca_cert_file.strip():
        yield Problem("ca_cert_file", "the path is empty", "name a file, or remove the key")
    if connection.ca_cert is not None and connection.ca_cert_file is not None:
        yield Problem("ca_cert_file", "ca_cert is set too", "keep one of ca_cert and ca_cert_file")
    own = "ca_cert" if connection.ca_cert is not None else "ca_cert_file"
    if connection.ca_cert or connection.ca_cert_file:
        yield from _unused_trust(own, _trusting(connection))
    auth = connection.auth
    if isinstance(auth, OAuth2Auth):
        yield from _pem(auth.ca_cert, "auth.ca_cert")
        if auth.ca_cert:
            yield from _unused_trust("auth.ca_cert", [auth.access_token_url])
    elif isinstance(auth, HttpBearerTokenAuth) and auth.token_connection:
        yield from _pem(auth.token_connection.ca_cert, "auth.token_connection.ca_cert")
        if auth.token_connection.ca_cert:
            yield from _unused_trust("auth.token_connection.ca_cert", [auth.token_connection.base_url])


def _trusting(connection: Connection) -> list[str]:
    """The URLs that are reached with the connection's own certificate authority."""
    auth = connection.auth
    urls = [connection.base_url]
    if isinstance(auth, OAuth2Auth) and auth.ca_cert is None:
        urls.append(auth.access_token_url)
    elif isinstance(auth, HttpBearerTokenAuth) and auth.token_connection and auth.token_connection.ca_cert is None:
        urls.append(auth.token_connection.base_url)
    return urls


def _unused_trust(field: str, urls: list[str]) -> Iterator[Problem]:
    if all(text.strip().lower().startswith("http:") for text in urls):
        hint = "use https, or remove the certificate"
        yield Problem(field, "a trusted certificate is not used by a plain http URL", hint, severity="warning")


def _pem(text: str | None, field: str) -> Iterator[Problem]:
    if text is None:
        return
    kinds = [match[1] for match in _PEM_BLOCK.finditer(text)]
    if any(kind.endswith("PRIVATE KEY") for kind in kinds):
        yield Problem(field, "a private key stands in the trusted certificate", "keep the certificates alone")
    elif not any(kind in _CERTIFICATES for kind in kinds):
        hint = "paste it with its lines -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----"
        yield Problem(field, "this is no certificate in PEM form", hint)


def _headers(connection: Connection) -> Iterator[Problem]:
    yield from header_problems(connection.headers, "headers")
    for name in overruled_headers(connection):
        hint = f"remove it, or choose the method {AUTH_LABELS['none']}"
        yield Problem(f"headers.{name}", "the method fills this header, so this one is never sent", hint,
                      severity="warning")  # fmt: skip


def _passing(connection: Connection) -> Iterator[Problem]:
    yield from status_problems(connection.test.status, "test.status")
    if connection.test.expect and not connection.test.expect.strip():
        yield Problem("test.expect", "the expression is empty", "write one that gives true, or remove the key")


def _operations(connection: Connection) -> Iterator[Problem]:
    names: set[str] = set()
    for index, operation in enumerate(connection.operations):
        field = f"operations.{index}"
        if not operation.name.strip():
            yield _nameless(field)
        elif operation.name in names:
            message = "another operation has this name"
            hint = "run it with --nth and its number among them, or give it a name of its own"
            yield Problem(f"{field}.name", message, hint, severity="warning")
        names.add(operation.name)
        yield from _operation(operation, field)


def operation_problems(operation: Operation, field: str) -> Iterator[Problem]:
    """Yield what is wrong with an operation by itself, whatever others its connection has."""
    if not operation.name.strip():
        yield _nameless(field)
    yield from _operation(operation, field)
    yield from _template_warnings(dict(request_templates(operation, field)))


def _nameless(field: str) -> Problem:
    return Problem(f"{field}.name", "the operation has no name", "give it one")


def _operation(operation: Operation, field: str) -> Iterator[Problem]:
    yield from one_line(operation.name, f"{field}.name", "the name")
    yield from _documentation(operation.documentation_link, f"{field}.documentation_link")
    yield from request_problems(operation, field)
    yield from _outputs(operation, field)


def _outputs(operation: Operation, field: str) -> Iterator[Problem]:
    yield from _output_names([output.name for output in operation.outputs], f"{field}.outputs")
    for output in operation.outputs:
        yield from _output_names([name for name, _ in output.children], f"{field}.outputs.{output.name}.children")


def _output_names(names: list[str], field: str) -> Iterator[Problem]:
    for index, name in enumerate(names):
        if not _OUTPUT_NAME.match(name):
            hint = "letters, digits, spaces, _ and -, not beginning with a space"
            yield Problem(f"{field}.{name}", "an output cannot have this name", hint)
        elif name in names[:index]:
            yield Problem(f"{field}.{name}", "another output has this name", "names of outputs are unique")


def _options(connection: Connection) -> Iterator[Problem]:
    options = connection.options
    for key, seconds in (("connect", options.timeout.connect), ("read", options.timeout.read)):
        if not (math.isfinite(seconds) and seconds > 0):
            yield Problem(f"options.timeout.{key}", "a timeout is a number of seconds above 0", "for example 5")
    if options.proxy is not None:
        schemes = ("http", "https", "socks5", "socks5h")
        yield from url.problems(options.proxy, "options.proxy", schemes=schemes, user_info=True)
    if options.unix_socket is not None:
        yield from _unix_socket(options.unix_socket, has_proxy=options.proxy is not None)
    if options.via is not None:
        yield from _via(options)
    if options.client_cert_file is not None and not options.client_cert_file.strip():
        yield Problem("options.client_cert_file", "the path is empty", "name a file, or remove the key")


def _via(options: Options) -> Iterator[Problem]:
    # Few connections have one.
    from integrator_tui.model.vantage import HINT, vantage_problem

    if wrong := vantage_problem(options.via or ""):
        yield Problem("options.via", f"the host {wrong}", HINT)
    for other, key in ((options.proxy, "options.proxy"), (options.unix_socket, "options.unix_socket")):
        if other is not None:
            what = "a proxy" if key == "options.proxy" else "a unix socket"
            yield Problem("options.via", f"{what} is not reached from another host", f"remove this, or {key}")


def _unix_socket(path: str, *, has_proxy: bool) -> Iterator[Problem]:
    field = "options.unix_socket"
    if not path.startswith("/") or path.endswith("/"):
        yield Problem(field, "a unix socket is named by its absolute path", "for example /run/app/app.sock")
    elif "\0" in path or any(character < " " for character in path):
        yield Problem(field, "a path holds no control characters", "for example /run/app/app.sock")
    elif len(path.encode("utf-8", "surrogateescape")) > LONGEST_SOCKET:
        yield Problem(field, f"the path of a unix socket has at most {LONGEST_SOCKET} bytes", "shorten it")
    if has_proxy:
        yield Problem(field, "a unix socket is not reached through a proxy", "remove this, or options.proxy")


def _secrets(connection: Connection) -> Iterator[Problem]:
    own = own_secret(connection)
    if own and connection.auth.type in NEEDED_SECRETS and own not in connection.secret_names:
        hint = f"store it as the secret {own}, or give it with --param {own}=…"
        yield Problem(f"secrets.{own}", f"{own} missing", hint, severity="warning")
    yield from source_problems(connection)
    elsewhere = dict.fromkeys(name for name, _ in connection.secrets_from if name not in connection.secrets)
    for index, name in enumerate((*connection.secrets, *elsewhere)):
        field = f"secrets.{name}"
        if not name.strip():
            yield Problem(field, "a secret has no name", "give it one")
        elif name == SEAL:
            yield Problem(field, f"{SEAL} is the name of the seal", "choose another name")
        elif ":" in name:
            yield Problem(field, "the name of a secret cannot hold a colon", "choose another name")
        elif parse(f"{{{{{name}}}}}").names != (name,):
            hint = "no braces, no line breaks, no spaces around it, none of # ^ / & ! > = at its beginning"
            yield Problem(field, "no template could name this secret", hint)
        if name in connection.secrets[:index]:
            yield Problem(field, "another secret has this name", "names of secrets are unique")


def _templates(connection: Connection) -> Iterator[Problem]:
    fields = dict(templates(connection, "test"))
    for index, operation in enumerate(connection.operations):
        fields |= dict(request_templates(operation, f"operations.{index}"))
    yield from _template_warnings(fields)


def _template_warnings(fields: Mapping[str, str]) -> Iterator[Problem]:
    for field, text in fields.items():
        for warning in parse(text).warnings:
            yield Problem(field, warning, "write {{name}}, or leave it if it is meant so", severity="warning")
