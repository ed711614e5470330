"""What a curl command cannot say of a connection: each with the field and the way round.

Source: curl(1) of version 7.76, of which every option that is written is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from integrator_tui.interchange.curl_script.token_path import filter_of
from integrator_tui.interchange.exported import Refusal
from integrator_tui.interchange.exports.outgoing import (
    Outgoing,
    has_content,
    operations,
    the_test,
    the_token_request,
)
from integrator_tui.interchange.exports.pieces import sections_with_query
from integrator_tui.model.connection import (
    ApiKeyAuth,
    Connection,
    HttpBearerTokenAuth,
    MultipartBody,
    Options,
    RawBearerTokenAuth,
)
from integrator_tui.model.encoding import octets
from integrator_tui.model.headers import credentials_header
from integrator_tui.model.parameters import declared_secrets, request_templates
from integrator_tui.model.template import parse

_SAID: Final = frozenset(
    {"timeout", "proxy", "unix_socket", "verify", "client_cert_file", "follow_redirect", "stream_response"}
)
_STAYS: Final = frozenset({"authorization", "cookie"})
"""Headers that curl does not carry to another host."""
LONGEST: Final = 90_000
"""Bytes of a value: a line of curl's configuration holds 100 KiB, a word of a command in Linux 128 KiB."""
_WHERE_TO: Final = "switch following off and write the address that it leads to"

Wrong = tuple[str, str, str]


def refusals(connection: Connection, *, test_alone: bool = False) -> Iterator[Refusal]:
    """Yield what keeps a connection from being written; with `test_alone` the test alone counts."""
    found = [*_options(connection.options), *_of(connection, the_test(connection))]
    if not test_alone:
        found += _token(connection)
        for sent in operations(connection):
            found += _of(connection, sent)
    for field, message, way in found:
        yield Refusal(f"{connection.name}: {field}: {message}", way)


def _options(options: Options) -> Iterator[Wrong]:
    for name, field in Options.model_fields.items():
        value = getattr(options, name)
        if name not in _SAID and value not in (field.default, None, ()):
            yield f"options.{name}", "a curl command has nothing like it", "take it out, or run the test from here"


def _token(connection: Connection) -> Iterator[Wrong]:
    auth = connection.auth
    sent = the_token_request(connection)
    if sent is None or not isinstance(auth, HttpBearerTokenAuth):
        return
    yield from _of(connection, sent)
    if filter_of(auth.token_output) is None:
        way = "write it as body.access_token, or give the command a token that you have: integrator-tui token NAME"
        yield "auth.token_output", "only a path into the body can be said to jq", way
    if auth.request.stream_response:
        yield "auth.request.stream_response", "jq reads no events", "switch it off, if the service answers without"


def _of(connection: Connection, sent: Outgoing) -> Iterator[Wrong]:
    request = sent.request
    prefix = f"{sent.field}." if sent.field else ""
    shown = f" ({sent.title})" if sent.field.startswith("operations") else ""
    if sections_with_query(request.path):
        way = "write what stands behind the ? as parameters"
        yield f"{prefix or 'test_'}path{shown}", "a section of it holds the beginning of the query", way
    for key, text in request_templates(request, ""):
        if len(octets(text)) > LONGEST:
            way = "run it from here, or have curl read it from a file that you write"
            yield f"{prefix}{key.lstrip('.')}{shown}", f"a curl command holds no {len(text):,} characters", way
    if request.method == "HEAD" and has_content(request):
        yield f"{prefix}body{shown}", "curl sends no body with HEAD", "remove the body"
    if request.follow_redirect:
        yield from _redirects(connection, sent, prefix or "options.", shown)
    if isinstance(request.body, MultipartBody):
        for number, part in enumerate(request.body.multipart):
            key = f"{prefix}body.multipart.{number}"
            if "=" in part.name:
                yield f"{key}.name{shown}", "curl ends the name of a part at =", "write another name"
            for field in ("name", "file_name", "content_type"):
                if "{{" in (getattr(part, field) or ""):
                    yield f"{key}.{field}{shown}", "a curl command fills no template in it", "write the text itself"


def _redirects(connection: Connection, sent: Outgoing, prefix: str, shown: str) -> Iterator[Wrong]:
    field = f"{prefix}follow_redirect{shown}"
    if sent.request.method not in {"GET", "HEAD", "POST"}:
        yield field, f"curl keeps the method {sent.request.method} where a redirect asks for GET", _WHERE_TO
    secrets = set(declared_secrets(connection))
    for key, text in request_templates(sent.request, ""):
        header = key.removeprefix(".headers.") if key.startswith(".headers.") else ""
        carried = key.startswith(".body.") or bool(header and header.lower() not in _STAYS)
        if carried and secrets.intersection(parse(text).names):
            yield field, f"curl would carry the secret in {key.lstrip('.')} to another host", _WHERE_TO
    header = credentials_header(connection)
    own = isinstance(connection.auth, ApiKeyAuth | HttpBearerTokenAuth | RawBearerTokenAuth)
    if own and sent.proves and header and header.lower() not in _STAYS:
        yield field, f"curl would carry {header} to another host", _WHERE_TO
