"""What blackbox_exporter cannot say of a test: each with the field and the way round.

Source: blackbox_exporter's CONFIGURATION.md, and the headers that prometheus/common keeps for itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from integrator_tui.interchange.exported import Refusal
from integrator_tui.interchange.exports.outgoing import ToWrite, the_test
from integrator_tui.model.connection import (
    ApiKeyAuth,
    Connection,
    HttpBearerTokenAuth,
    OAuth2Auth,
    Options,
    RawBearerTokenAuth,
)
from integrator_tui.model.parameters import CLIENT_CERT_PASSPHRASE, declared_secrets, templates
from integrator_tui.model.template import parse
from integrator_tui.model.url import without_user_info

RESERVED: Final = frozenset(
    {
        *(
            "authorization",
            "host",
            "content-encoding",
            "content-length",
            "content-type",
            "user-agent",
            "connection",
        ),
        *("keep-alive", "proxy-authenticate", "proxy-authorization", "www-authenticate", "accept-encoding"),
        *("x-prometheus-remote-write-version", "x-prometheus-remote-read-version"),
        *("x-prometheus-scrape-timeout-seconds", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"),
    }
)
"""Headers, in lower case, whose value the exporter reads from no file."""
_SAID: Final = frozenset({"timeout", "proxy", "verify", "client_cert_file", "follow_redirect"})
_OURS: Final = "check it from here: integrator-tui check --format prometheus"

Wrong = tuple[str, str, str]


def refusals(given: ToWrite) -> Iterator[Refusal]:
    """Yield what keeps the test of a connection from being a module."""
    connection = given.connection
    for field, message, way in (*_templates(connection), *_auth(given), *_headers(connection), *_options(given)):
        yield Refusal(f"{connection.name}: {field}: {message}", way)


def _templates(connection: Connection) -> Iterator[Wrong]:
    secrets = declared_secrets(connection)
    for field, text in templates(connection, "test"):
        if isinstance(connection.auth, HttpBearerTokenAuth) and field.startswith("auth."):
            continue
        template = parse(text)
        in_a_file = field.startswith("headers.") and template.is_one_value and template.names[0] in secrets
        if template.tags and not in_a_file:
            yield field, "the exporter fills in no template", f"write the text itself, or {_OURS}"
        elif in_a_file and field.partition(".")[2].lower() in RESERVED:
            yield field, "the exporter reads this header from no file", _OURS


def _auth(given: ToWrite) -> Iterator[Wrong]:
    auth = given.connection.auth
    match auth:
        case HttpBearerTokenAuth():
            way = f"use type: oauth2, where the service has client credentials, or {_OURS}"
            yield "auth.type", "the exporter fetches tokens by client credentials alone", way
        case ApiKeyAuth() if auth.place == "query":
            yield "auth.in", "the key would stand in every address that Prometheus keeps", _OURS
        case ApiKeyAuth(name=name) if name.lower() in RESERVED:
            yield "auth.name", "the exporter reads this header from no file", _OURS
        case RawBearerTokenAuth(header=header, prefix=prefix):
            if header.lower() == "authorization" and not prefix:
                yield "auth.prefix", "the exporter writes Bearer where there is none", _OURS
            elif header.lower() != "authorization" and header.lower() in RESERVED:
                yield "auth.header", "the exporter reads this header from no file", _OURS
        case OAuth2Auth(params=params):
            if max(Counter(name for name, _ in params).values(), default=0) > 1:
                yield "auth.params", "the exporter sends each name once", _OURS
            if "client_secret" not in given.secret_names:
                yield "auth.type", "the exporter wants a client secret", _OURS


def _headers(connection: Connection) -> Iterator[Wrong]:
    counted = Counter(name.lower() for name, _ in the_test(connection).request.headers)
    for name, count in counted.items():
        if count > 1:
            yield f"headers.{name}", "the exporter sends each header once", "join the values with a comma"


def _options(given: ToWrite) -> Iterator[Wrong]:
    connection = given.connection
    options = connection.options
    for name, field in Options.model_fields.items():
        if name not in _SAID and getattr(options, name) not in (field.default, None, ()):
            yield f"options.{name}", "the exporter has nothing like it", _OURS
    if options.follow_redirect and given.secret_names:
        way = "switch following off and write the address that it leads to"
        yield "options.follow_redirect", "the exporter would carry the secret to another host", way
    if connection.test.expect:
        yield (
            "test.expect",
            "the exporter runs no JavaScript",
            f"write fail_if_body_json_not_matches_cel, or {_OURS}",
        )
    if options.proxy and options.proxy != without_user_info(options.proxy):
        yield "options.proxy", "its password would stand in plain", _OURS
    if options.client_cert_file and CLIENT_CERT_PASSPHRASE in given.secret_names:
        yield "options.client_cert_file", "the exporter opens no key with a passphrase", _OURS
    if options.client_cert_file and not given.folder:
        yield "options.client_cert_file", "the file's place is not known yet", "save the connection first"
