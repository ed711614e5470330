"""The rows of the connection form, as data: labels are the documentation's, letter for letter, in its order.

Rows of ours, which that page does not have, stand under Options.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from integrator_tui.model.connection import AUTH_LABELS, METHODS
from integrator_tui.tui.widgets.fields.choice_field import Options
from integrator_tui.tui.widgets.fields.labelled import Label

RowKind = Literal["text", "number", "tags", "secret", "choice", "toggle", "pairs", "body", "block", "heading"]

SET_CA = "set_ca_cert"
"""The box that opens the certificate; no key of the file."""
TOKEN_CONNECTION = "auth.token_connection"


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row: what kind of editor, its label, and the options of a choice."""

    kind: RowKind
    label: Label
    options: Options = ()


def _text(text: str, path: str, hint: str, *, required: bool = False, placeholder: str = "") -> FormRow:
    return FormRow("text", Label(text, path, required, hint, placeholder))


def _heading(text: str) -> FormRow:
    return FormRow("heading", Label(text, ""))


CORE = (
    _text("Connection Name", "name", "A friendly name, unique in this workspace", required=True),
    _text(
        "API Documentation Link",
        "documentation_link",
        "Where the API is documented",
        placeholder="e.g. https://api.example.com",
    ),
    _text("Description", "description", "What this connection is for"),
    _text(
        "Base URL",
        "base_url",
        "Base location of the API, http or https",
        required=True,
        placeholder="e.g. https://api.example.com",
    ),
    _text("Test Path", "test_path", "What the test asks for below the base URL", placeholder="e.g. /health"),
    FormRow(
        "toggle",
        Label("Set Trusted CA Certificate", SET_CA, hint="An authority of your own signed the API's certificate"),
    ),
)
CA_BLOCK = FormRow(
    "block",
    Label(
        "Trusted CA Certificate",
        "ca_cert",
        hint="One or more PEM certificates; only for https",
        placeholder="paste -----BEGIN CERTIFICATE-----",
    ),
)
METHOD = FormRow(
    "choice",
    Label("Authentication", "auth.type", hint="How this connection proves itself; Enter opens the list"),
    tuple(AUTH_LABELS.items()),
)

_TOKEN_HEADER = (
    _text("Token Header", "auth.header", "The header that carries the token", required=True),
    _text("Token Prefix", "auth.prefix", "What stands before the token; empty sends the bare token", required=True),
)
_CLIENT_AUTH = (("basic_auth", "basic_auth"), ("www_form_urlencoded", "www_form_urlencoded"))
_SECRET = "Stored encrypted; F2 shows it, F8 removes it"
_NAMES = "{{name}}: a secret of that name, else the test asks for it"

METHOD_ROWS: dict[str, tuple[FormRow, ...]] = {
    "none": (),
    "basic": (
        _text("Username", "auth.username", "The user's name", required=True),
        FormRow("secret", Label("Password", "secrets.password", hint=_SECRET)),
    ),
    "http_bearer_token": (
        *_TOKEN_HEADER,
        FormRow(
            "choice",
            Label("Method", "auth.request.method", True, "How the token is asked for"),
            tuple((name, name) for name in METHODS),
        ),
        _text(
            "Request Path",
            "auth.request.path",
            "Where the token is asked for, below the base URL",
            required=True,
            placeholder="e.g. /oauth/token",
        ),
        FormRow("pairs", Label("URL Parameters", "auth.request.params", hint=_NAMES)),
        FormRow("pairs", Label("Headers", "auth.request.headers", hint=_NAMES)),
        FormRow("body", Label("Body", "auth.request.body")),
        _heading("Outputs"),
        _text(
            "Token",
            "auth.token_output",
            "JavaScript on body, statusCode and headers: the token",
            required=True,
            placeholder="e.g. body['access_token']",
        ),
        _text(
            "Expiration",
            "auth.expiration_output",
            "JavaScript that gives the token's life in seconds",
            required=True,
            placeholder="e.g. body['expires_in']",
        ),
    ),
    "raw_bearer_token": (
        *_TOKEN_HEADER,
        FormRow("secret", Label("Token", "secrets.token", hint=_SECRET)),
    ),
    "oauth2": (
        _text(
            "Access Token URL",
            "auth.access_token_url",
            "The token endpoint",
            required=True,
            placeholder="e.g. https://api.example.com",
        ),
        _text("Client ID", "auth.client_id", "As the authorization server knows this client", required=True),
        FormRow("secret", Label("Client Secret", "secrets.client_secret", hint=_SECRET)),
        FormRow(
            "choice", Label("Client Auth", "auth.client_auth", True, "How ID and secret are sent"), _CLIENT_AUTH
        ),
        _text("Scope", "auth.scope", "Scopes with blanks between them"),
        FormRow(
            "block",
            Label(
                "Trusted CA Certificate",
                "auth.ca_cert",
                hint="For the token endpoint; empty trusts the connection's own",
                placeholder="paste -----BEGIN CERTIFICATE-----",
            ),
        ),
    ),
}
ADVANCED = (
    _heading("Advanced"),
    FormRow(
        "toggle",
        Label("Follow Redirect", "auth.request.follow_redirect", hint="Follow 3xx answers of the token request"),
    ),
    FormRow(
        "toggle",
        Label("Stream Response", "auth.request.stream_response", hint="The token answer is a stream of events"),
    ),
    FormRow(
        "toggle",
        Label("Use different connection for auth", TOKEN_CONNECTION, hint="The token comes from another host"),
    ),
)
TOKEN_CONNECTION_ROWS = (
    _text(
        "Token Base URL",
        "auth.token_connection.base_url",
        "Base location of the token's host",
        required=True,
        placeholder="e.g. https://api.example.com",
    ),
    FormRow(
        "block",
        Label(
            "Token Trusted CA Certificate",
            "auth.token_connection.ca_cert",
            hint="For the token's host; empty trusts the connection's own",
            placeholder="paste -----BEGIN CERTIFICATE-----",
        ),
    ),
)
SECRETS = Label("Secrets", "secrets", hint="Stored encrypted, used as {{name}}; F2 shows, F8 removes")
OPTIONS = (
    _heading("Options"),
    FormRow("tags", Label("Tags", "tags", hint="Words with commas between them", placeholder="e.g. prod, orders")),
    _text("Trusted CA Certificate File", "ca_cert_file", "Path of a PEM file, relative to the connection's file"),
    FormRow(
        "number",
        Label("Connect Timeout", "options.timeout.connect", hint="Seconds for resolve, connect and tls each"),
    ),
    FormRow("number", Label("Read Timeout", "options.timeout.read", hint="Seconds for the answer as a whole")),
    _text("Proxy", "options.proxy", "http, https or socks5; empty takes the environment's"),
    FormRow(
        "toggle",
        Label("Verify TLS Certificates", "options.verify", hint="Off trusts anybody: for experiments only"),
    ),
    _text("Client Certificate File", "options.client_cert_file", "PEM with key and certificate, for mutual TLS"),
    FormRow(
        "toggle", Label("Test: Follow Redirect", "options.follow_redirect", hint="Follow 3xx answers of the test")
    ),
    FormRow(
        "toggle",
        Label("Test: Stream Response", "options.stream_response", hint="The test path answers with a stream"),
    ),
)
OPTIONAL_TEXTS = frozenset({"ca_cert", "ca_cert_file", "auth.ca_cert", "auth.token_connection.ca_cert",
                            "options.proxy", "options.client_cert_file"})  # fmt: skip
"""Texts that are absent where they are empty."""
KINDS = {row.label.path: row.kind for row in OPTIONS}
