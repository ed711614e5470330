"""What a `.http` file cannot say of a connection: each with the field and the way round."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from integrator_tui.interchange.exported import Refusal
from integrator_tui.interchange.exports.outgoing import Outgoing, operations, the_test, the_token_request
from integrator_tui.model.connection import (
    BasicAuth,
    Connection,
    FormBody,
    HttpBearerTokenAuth,
    MultipartBody,
    OAuth2Auth,
    Options,
    RawBody,
)
from integrator_tui.model.parameters import request_templates
from integrator_tui.model.template import parse

_SETTINGS: Final = frozenset(
    {"timeout", "proxy", "verify", "client_cert_file", "follow_redirect", "stream_response"}
)
_NO_BODY: Final = re.compile(r"^(?:###|[<>]|>>|#|//|@|```|\?\?)", re.MULTILINE)
"""How lines begin that are no text of a body to one of the clients; `<` of a tag is not among them."""
_SECTION: Final = frozenset({"#", "^"})
_TAG: Final = re.compile(r"^<(?=[A-Za-z!?/])", re.MULTILINE)

Wrong = tuple[str, str, str]


def refusals(connection: Connection) -> Iterator[Refusal]:
    """Yield what keeps a connection from being written as a file."""
    token = the_token_request(connection)
    sent = [*([token] if token else []), the_test(connection), *operations(connection)]
    found = [*_options(connection), *_auth(connection), *(wrong for each in sent for wrong in _of(each))]
    for field, message, way in found:
        yield Refusal(f"{connection.name}: {field}: {message}", way)


def _options(connection: Connection) -> Iterator[Wrong]:
    for name, field in Options.model_fields.items():
        if name not in _SETTINGS and getattr(connection.options, name) not in (field.default, None, ()):
            yield f"options.{name}", "these clients have nothing like it", "run it from here"


def _auth(connection: Connection) -> Iterator[Wrong]:
    auth = connection.auth
    if isinstance(auth, BasicAuth) and (not auth.username or re.search(r"\s", parse(auth.username).masked("x"))):
        yield "auth.username", "these clients end it at a blank", "send the header Authorization: Basic of a secret"
    if isinstance(auth, BasicAuth) and any(tag.kind in _SECTION for tag in parse(auth.username).tags):
        yield "auth.username", "these clients know no sections", "write the value itself"
    if isinstance(auth, OAuth2Auth) and auth.client_auth == "basic_auth" and re.search(r"[^\w.~-]", auth.client_id):
        way = "use client_auth: www_form_urlencoded, if the service takes it"
        yield "auth.client_id", "these clients write it without the encoding of RFC 6749", way
    if isinstance(auth, HttpBearerTokenAuth) and re.search(r"\bheaders\b", auth.token_output):
        way = "read the token from the body, if it stands there too"
        yield "auth.token_output", "headers are read in another way by each of these clients", way
    if isinstance(auth, HttpBearerTokenAuth) and ("\n" in auth.token_output.strip() or "%}" in auth.token_output):
        yield "auth.token_output", "a handler stands in one line here", "write the expression in one line"


def _of(sent: Outgoing) -> Iterator[Wrong]:
    request = sent.request
    shown = f" ({sent.title})" if sent.field.startswith("operations") else ""
    prefix = f"{sent.field}." if sent.field else "test request: "
    for key, text in request_templates(request, ""):
        template = parse(text)
        field = f"{prefix}{key.lstrip('.')}{shown}"
        if any(tag.kind in _SECTION for tag in template.tags):
            yield (
                field,
                "these clients know no sections",
                "write the text without {{#…}}, as an operation of its own",
            )
        literals = [step.text if step.kind == "text" else "\0" for step in template.steps]
        if re.search(r"\{\{|\{\0", "".join(literals)):
            yield field, "braces that stay as they stand are a variable there", "take them out"
    texts = []
    match request.body:
        case RawBody(raw=raw):
            texts = [("body.raw", raw)]
        case MultipartBody(multipart=parts):
            texts = [(f"body.multipart.{number}.content", part.content) for number, part in enumerate(parts)]
            for number, part in enumerate(parts):
                head = f"{part.name}{part.file_name or ''}{part.content_type or ''}"
                if re.search(r'["\r\n]', head) or "{{" in head:
                    way = "write plain text"
                    yield (
                        f"{prefix}body.multipart.{number}{shown}",
                        "quotes and templates have no place in its head",
                        way,
                    )
        case FormBody():
            pass
    for key, text in texts:
        if _NO_BODY.search(_TAG.sub("x", text)):
            way = "begin the line with a blank, where the service does not mind"
            yield f"{prefix}{key}{shown}", "a line of it begins as something else does in these files", way
        if text and (not text.strip() or text[0] in "\r\n" or text.endswith("\n\n") or "\r" in text):
            yield f"{prefix}{key}{shown}", "these clients do not send empty lines around it", "take them out"
