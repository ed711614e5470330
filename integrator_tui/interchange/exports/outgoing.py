"""What a connection sends, as exports write it: each request with all of its headers, and what surrounds it.

Here nothing is filled in. A header that the method fills, or that the request has itself, is not taken from the
connection; a body says its type where the request does not.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from integrator_tui.model.connection import (
    Body,
    Connection,
    FormBody,
    HttpBearerTokenAuth,
    MultipartBody,
    OAuth2Auth,
    Operation,
    RawBody,
    Request,
)
from integrator_tui.model.headers import inherited_headers
from integrator_tui.model.parameters import brings_credentials
from integrator_tui.model.rules import problems
from integrator_tui.model.url import filled, origin

FORM_TYPE: Final = "application/x-www-form-urlencoded"
JSON_TYPE: Final = "application/json"
_CERTIFICATE: Final = re.compile(
    r"-----BEGIN (?P<kind>(?:TRUSTED |X509 )?CERTIFICATE)-----\s[A-Za-z0-9+/=\s]+-----END (?P=kind)-----"
)


class ToWrite(NamedTuple):
    """A connection of an export. `file` is relative to the workspace, `declared` are the names of its secrets that
    have no value, `ca_pem` the certificates that it trusts besides the system's, wherever they stand, `folder` the
    absolute path of the file's folder."""

    connection: Connection
    file: str = ""
    declared: tuple[str, ...] = ()
    ca_pem: str | None = None
    folder: str = ""

    @property
    def secret_names(self) -> tuple[str, ...]:
        """The names of all secrets, those without a value too."""
        return tuple(dict.fromkeys((*self.connection.secret_names, *self.declared)))

    def beside(self, path: str) -> str:
        """Return a path that the file names as an absolute one."""
        return posixpath.normpath(posixpath.join(self.folder, path))


class Outgoing(NamedTuple):
    """A request below `base_url`, its headers complete; `proves` says that the method's credentials come with it.

    `field` is its key in the file, empty for the test.
    """

    title: str
    request: Request
    base_url: str
    proves: bool
    field: str = ""


def the_test(connection: Connection) -> Outgoing:
    """Return the test request."""
    options = connection.options
    request = Request(
        method="GET",
        path=connection.test_path,
        follow_redirect=options.follow_redirect,
        stream_response=options.stream_response,
    )
    headers = inherited_headers(connection, request)
    return Outgoing("test", request.model_copy(update={"headers": headers}), connection.base_url, proves=True)


def operations(connection: Connection) -> Iterator[Outgoing]:
    """Yield the operations that can be sent; those with a problem are told by `unsendable`."""
    wrong = {problem.operation for problem in problems(connection) if problem.is_error}
    for number, operation in enumerate(connection.operations):
        if number not in wrong:
            yield _operation(connection, operation, f"operations.{number}")


def unsendable(connection: Connection) -> tuple[str, ...]:
    """Return the names of the operations that have a problem."""
    wrong = dict.fromkeys(problem.operation for problem in problems(connection) if problem.is_error)
    return tuple(connection.operations[number].name for number in wrong if number is not None)


def _operation(connection: Connection, operation: Operation, field: str) -> Outgoing:
    request = typed(operation)
    request = request.model_copy(update={"headers": (*request.headers, *inherited_headers(connection, operation))})
    proves = not brings_credentials(connection, operation)
    return Outgoing(operation.name, request, connection.base_url, proves, field)


def the_token_request(connection: Connection) -> Outgoing | None:
    """Return the described token request of HTTP Bearer Token, None for every other method."""
    auth = connection.auth
    if not isinstance(auth, HttpBearerTokenAuth):
        return None
    place = auth.token_connection
    base_url = place.base_url if place else connection.base_url
    return Outgoing("token", typed(auth.request), base_url, proves=False, field="auth.request")


def the_client_credentials(auth: OAuth2Auth) -> Outgoing:
    """Return the token request of OAuth 2.0 (RFC 6749 section 4.4.2) without what is secret in it: the client
    proves itself as `client_auth` says."""
    form = [("grant_type", "client_credentials")]
    form += [("scope", auth.scope)] if auth.scope else []
    form += [("client_id", auth.client_id)] if auth.client_auth == "www_form_urlencoded" else []
    form += auth.params
    request = Request(method="POST", headers=(("Accept", "application/json"),), body=FormBody(form=tuple(form)))
    return Outgoing("token", request, auth.access_token_url, proves=False, field="auth.request")


def typed(request: Request) -> Request:
    """Return a request whose headers say the type of its body, as it is sent; a multipart body says its own."""
    given = any(name.lower() == "content-type" for name, _ in request.headers)
    kind = content_type(request.body)
    if not kind or given:
        return request
    return request.model_copy(update={"headers": (*request.headers, ("Content-Type", kind))})


def content_type(body: Body | None) -> str:
    """Return the type that a body has where nothing says another one; empty without one and of parts."""
    match body:
        case RawBody(raw=raw) if raw:
            return JSON_TYPE
        case FormBody(form=form) if filled(form):
            return FORM_TYPE
    return ""


def has_content(request: Request) -> bool:
    """Whether a request has a body that is not empty."""
    match request.body:
        case RawBody(raw=raw):
            return bool(raw)
        case FormBody(form=form):
            return bool(filled(form))
        case MultipartBody(multipart=parts):
            return bool(parts)
    return False


def same_place(first: str, second: str) -> bool:
    """Whether two base URLs have one origin."""
    return origin(first) == origin(second)


def certificates(pem: str) -> str:
    """Return the certificates of a text, one behind the other, and nothing else: a key may stand beside them."""
    return "".join(f"{match[0]}\n" for match in _CERTIFICATE.finditer(pem))
