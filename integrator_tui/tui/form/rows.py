"""The rows of the connection form, as data: which fields it has, in which order, and with which kind of editor.

What a row says of itself stands in the table of fields. Rows of ours, which the documentation's page does not have,
stand under Options, those of a method last under Advanced.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from integrator_tui.model.fields import AUTH_LABELS, CLIENT_AUTHS, KEY_PLACES, METHODS, PASSING, field
from integrator_tui.tui.widgets.fields.choice_field import Options
from integrator_tui.tui.widgets.fields.labelled import Label

RowKind = Literal[
    "text",
    "number",
    "tags",
    "statuses",
    "secret",
    "choice",
    "toggle",
    "pairs",
    "body",
    "block",
    "outputs",
    "heading",
]

SET_CA = "set_ca_cert"
"""The box that opens the certificate; no key of the file."""
TOKEN_CONNECTION = "auth.token_connection"
FOLDER = "folder"
"""Where the file lies; no key of it."""


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row: what kind of editor, its label, and the options of a choice."""

    kind: RowKind
    label: Label
    options: Options = ()


def label_of(path: str) -> Label:
    """Return what the row of a key says of itself."""
    of = field(path)
    return Label(of.label, path, of.required, of.hint, of.placeholder)


def _row(kind: RowKind, path: str, options: Options = ()) -> FormRow:
    return FormRow(kind, label_of(path), options)


def _texts(*paths: str) -> tuple[FormRow, ...]:
    return tuple(_row("text", path) for path in paths)


def _words(words: tuple[str, ...]) -> Options:
    return tuple((word, word) for word in words)


def _heading(text: str) -> FormRow:
    return FormRow("heading", Label(text, ""))


CORE = (
    *_texts("name", "documentation_link", "description", "base_url", "test_path"),
    FormRow(
        "toggle",
        Label("Set Trusted CA Certificate", SET_CA, hint="An authority of your own signed the API's certificate"),
    ),
)
CA_BLOCK = _row("block", "ca_cert")
# The list has to be chosen from, but is never empty: no mark says so.
METHOD = FormRow(
    "choice", Label(field("auth.type").label, "auth.type", hint=field("auth.type").hint), tuple(AUTH_LABELS.items())
)

_TOKEN_HEADER = _texts("auth.header", "auth.prefix")
METHOD_ROWS: dict[str, tuple[FormRow, ...]] = {
    "none": (),
    "basic": (*_texts("auth.username"), _row("secret", "secrets.password")),
    "http_bearer_token": (
        *_TOKEN_HEADER,
        _row("choice", "auth.request.method", _words(METHODS)),
        *_texts("auth.request.path"),
        _row("pairs", "auth.request.params"),
        _row("pairs", "auth.request.headers"),
        _row("body", "auth.request.body"),
        _heading("Outputs"),
        *_texts("auth.token_output", "auth.expiration_output"),
    ),
    "raw_bearer_token": (*_TOKEN_HEADER, _row("secret", "secrets.token")),
    "oauth2": (
        *_texts("auth.access_token_url", "auth.client_id"),
        _row("secret", "secrets.client_secret"),
        _row("choice", "auth.client_auth", _words(CLIENT_AUTHS)),
        *_texts("auth.scope"),
        _row("block", "auth.ca_cert"),
    ),
    "api_key": (
        _row("choice", "auth.in", _words(KEY_PLACES)),
        *_texts("auth.name"),
        _row("secret", "secrets.api_key"),
    ),
}
ADVANCED = (
    _heading("Advanced"),
    _row("toggle", "auth.request.follow_redirect"),
    _row("toggle", "auth.request.stream_response"),
    _row("toggle", TOKEN_CONNECTION),
)
OURS: dict[str, tuple[FormRow, ...]] = {
    "http_bearer_token": (_row("statuses", "auth.request.accept"),),
    "oauth2": (_heading("Advanced"), _row("pairs", "auth.params")),
}
"""What a method has under Advanced that the documentation's page does not have."""
TOKEN_CONNECTION_ROWS = (
    *_texts("auth.token_connection.base_url"),
    _row("block", "auth.token_connection.ca_cert"),
)
SECRETS = label_of("secrets")
SECRETS_FROM = (_row("pairs", "secrets_from"),)
OPTIONS = (
    _heading("Options"),
    FormRow("text", Label("Folder", FOLDER, hint="Below the workspace, empty for its top; made where missing")),
    _row("tags", "tags"),
    _row("pairs", "headers"),
    _row("statuses", "test.status"),
    *_texts("test.expect"),
    *_texts("ca_cert_file"),
    _row("number", "options.timeout.connect"),
    _row("number", "options.timeout.read"),
    *_texts("options.proxy"),
    *_texts("options.unix_socket", "options.via"),
    _row("toggle", "options.verify"),
    *_texts("options.client_cert_file"),
    _row("toggle", "options.follow_redirect"),
    _row("toggle", "options.stream_response"),
)
OPERATIONS = replace(label_of("operations"), hint="n New, Enter Edit, d Duplicate, Del Delete, J K order")


def operation_rows(at: int) -> tuple[FormRow, ...]:
    """Return the rows of the operation at this place of its connection."""
    path = f"operations.{at}"
    return (
        *_texts(f"{path}.name", f"{path}.description", f"{path}.documentation_link"),
        _row("choice", f"{path}.method", _words(METHODS)),
        *_texts(f"{path}.path"),
        _row("pairs", f"{path}.params"),
        _row("pairs", f"{path}.headers"),
        _row("body", f"{path}.body"),
        _row("outputs", f"{path}.outputs"),
        _heading("Advanced"),
        _row("toggle", f"{path}.include_empty_params"),
        _row("toggle", f"{path}.follow_redirect"),
        _row("toggle", f"{path}.stream_response"),
    )


OPTIONAL_TEXTS = frozenset({"ca_cert", "ca_cert_file", "auth.ca_cert", "auth.token_connection.ca_cert",
                            "options.proxy", "options.unix_socket", "options.via",
                            "options.client_cert_file"})  # fmt: skip
"""Texts that are absent where they are empty."""
KINDS = {row.label.path: row.kind for rows in (OPTIONS, *OURS.values()) for row in rows}
USUAL_STATUSES = PASSING
"""What an empty row of statuses stands for."""
