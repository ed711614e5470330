"""Connections as a `.http` file, as the HTTP clients of JetBrains, Visual Studio Code and httpyac read them.

The three agree on requests, and not on where values come from: `$processEnv` is read by Visual Studio Code and
httpyac, a handler behind a request by JetBrains and httpyac. What the third needs stands in a comment. Whatever is
filled in is put in as it is: no client encodes it.

Sources: the README of the REST Client for Visual Studio Code, the documentation of JetBrains' HTTP Client and of
httpyac, and httpyac 6.16.7 itself.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from integrator_tui.interchange.curl_script.token_path import filter_of
from integrator_tui.interchange.exported import Exported
from integrator_tui.interchange.exports.outgoing import (
    Outgoing,
    ToWrite,
    operations,
    the_client_credentials,
    the_test,
    the_token_request,
    typed,
    unsendable,
)
from integrator_tui.interchange.exports.pieces import (
    Filled,
    Literal,
    Piece,
    Separator,
    Where,
    address,
    pieces,
)
from integrator_tui.interchange.exports.variable_names import ConnectionVariables, VariableNames
from integrator_tui.interchange.http_export.refusals import refusals
from integrator_tui.model.connection import (
    ApiKeyAuth,
    BasicAuth,
    Connection,
    FormBody,
    HttpBearerTokenAuth,
    MultipartBody,
    OAuth2Auth,
    Part,
    Passing,
    RawBearerTokenAuth,
    RawBody,
    Request,
)
from integrator_tui.model.encoding import EncodingContext, form_field, raw_body_context
from integrator_tui.model.template import parse
from integrator_tui.model.text import visible
from integrator_tui.model.url import filled

_HEAD: Final = """\
# Values come from environment variables, as Visual Studio Code and httpyac read them.
# In an IDE of JetBrains write {{$env.NAME}} for {{$processEnv NAME}}.
"""
_BOUNDARY: Final = "integrator-part"
_ENCODED: Final = {
    EncodingContext.FORM: "form-encoded",
    EncodingContext.FORM_TEXT: "form-encoded",
    EncodingContext.QUERY: "percent-encoded",
    EncodingContext.PATH: "percent-encoded",
    EncodingContext.JSON: "escaped as in a JSON string",
    EncodingContext.XML: "escaped as in XML",
}


def write(given: Sequence[ToWrite]) -> Exported:
    """Return the token requests, tests and operations of connections as one file."""
    refused = [refusal for each in given for refusal in refusals(each.connection)]
    if refused:
        return Exported(refused=tuple(refused))
    names = VariableNames(several=len(given) > 1)
    requests: list[str] = []
    variables: dict[str, None] = {}
    left_out: list[str] = []
    for each in given:
        file = _File(each, names)
        requests += file.requests()
        variables |= file.variables
        left_out += file.left_out()
    defined = "".join(f"@{name} = {{{{$processEnv {name}}}}}\n" for name in variables)
    head = f"{_HEAD}{defined}\n" if variables else ""
    return Exported(head + "\n".join(requests), left_out=tuple(left_out))


class _File:
    """The requests of one connection; `variables` are those that come from the environment."""

    def __init__(self, given: ToWrite, names: VariableNames) -> None:
        self.variables: dict[str, None] = {}
        self._given = given
        self._connection = given.connection
        self._names = ConnectionVariables(given, names)
        self._encoded: dict[str, str] = {}
        self._optional: dict[str, None] = {}

    def requests(self) -> Iterator[str]:
        auth = self._connection.auth
        title = visible(self._connection.name, limit=200)
        if isinstance(auth, HttpBearerTokenAuth) and (described := the_token_request(self._connection)):
            yield self._request(title, described) + self._taken(auth.token_output)
        elif isinstance(auth, OAuth2Auth):
            sent = the_client_credentials(auth)
            sent = sent._replace(request=typed(sent.request))
            yield self._request(title, sent) + self._taken("body.access_token")
        for sent in (the_test(self._connection), *operations(self._connection)):
            yield self._request(title, sent)

    def left_out(self) -> Iterator[str]:
        """Yield what is not in the file, after its requests were written."""
        name = self._connection.name
        elsewhere = _elsewhere(self._given)
        if elsewhere:
            yield f"{name}: left out, the settings of your client have it: {', '.join(elsewhere)}"
        if self._connection.test != Passing():
            yield f"{name}: left out, a .http file does not judge an answer: test"
        for operation in unsendable(self._connection):
            yield f"{name}: left out, it has a problem: the operation {operation}"
        for variable, how in self._encoded.items():
            yield f"{name}: {variable} is put in as it is: give it {how}"
        for variable in self._optional:
            yield f"{name}: {variable} is sent where it is empty too"

    # --- one request ---

    def _request(self, title: str, sent: Outgoing) -> str:
        request = sent.request
        lines = [f"### {title}: {visible(sent.title, limit=200)}"]
        if sent.field == "auth.request":
            lines.append(f"# @name {self._names.token.lower()}")
        if not request.follow_redirect:
            lines.append("# @no-redirect")
        key = self._key() if sent.proves else None
        made = address(sent.base_url, request, self._names.template, key)
        lines.append(f"{request.method} {self._text(_separated(made))}")
        lines += [
            f"{name}: {self._text(self._pieces(value, EncodingContext.HEADER))}" for name, value in request.headers
        ]
        lines += self._credentials() if sent.proves else self._client(sent)
        body = self._body(request) + self._client_secret(sent)
        if isinstance(request.body, MultipartBody) and body:
            lines.append(f"Content-Type: multipart/form-data; boundary={_BOUNDARY}")
        return "\n".join(lines) + "\n" + (f"\n{body}\n" if body else "")

    def _pieces(self, text: str, context: EncodingContext) -> Iterator[Piece]:
        return pieces(parse(text), context, self._names.template)

    def _text(self, made_of: Iterable[Piece]) -> str:
        return "".join(self._written(piece) for piece in made_of)

    def _written(self, piece: Piece) -> str:
        match piece:
            case Literal(text=text):
                return text
            case Where(variables=variables, pieces=inner):
                self._optional |= dict.fromkeys(variables)
                return self._text(inner)
            case Filled(variable=variable, context=context, raw=raw):
                if variable != self._names.token:
                    self.variables[variable] = None
                how = _ENCODED.get(context)
                if how and not (raw and context in {EncodingContext.JSON, EncodingContext.XML}):
                    self._encoded[variable] = how
                return f"{{{{{variable}}}}}"
        return ""

    def _body(self, request: Request) -> str:
        match request.body:
            case RawBody(raw=raw):
                given = next((value for name, value in request.headers if name.lower() == "content-type"), None)
                return self._text(self._pieces(raw, raw_body_context(given))).removesuffix("\n")
            case FormBody(form=form):
                fields = (
                    f"{form_field(name)}={self._text(self._pieces(value, EncodingContext.FORM))}"
                    for name, value in filled(form)
                )
                return "&".join(fields)
            case MultipartBody(multipart=parts) if parts:
                return "\n".join([*map(self._part, parts), f"--{_BOUNDARY}--"])
        return ""

    def _part(self, part: Part) -> str:
        head = f'Content-Disposition: form-data; name="{part.name}"'
        if part.file_name is not None:
            head += f'; filename="{part.file_name}"'
        kind = part.content_type or ("application/octet-stream" if part.file_name is not None else None)
        context = raw_body_context(part.content_type) if part.content_type else EncodingContext.TEXT
        typed = f"\nContent-Type: {kind}" if kind else ""
        return f"--{_BOUNDARY}\n{head}{typed}\n\n{self._text(self._pieces(part.content, context))}"

    # --- how it proves itself ---

    def _own(self, name: str, context: EncodingContext = EncodingContext.TEXT) -> Filled:
        return Filled(self._names.own(name), context)

    def _key(self) -> tuple[str, Filled] | None:
        auth = self._connection.auth
        if isinstance(auth, ApiKeyAuth) and auth.place == "query":
            return auth.name, self._own("api_key", EncodingContext.QUERY)
        return None

    def _credentials(self) -> Iterator[str]:
        match self._connection.auth:
            case BasicAuth(username=username):
                yield self._basic(username, "password")
            case RawBearerTokenAuth(header=header, prefix=prefix):
                yield self._header(header, prefix, self._own("token"))
            case HttpBearerTokenAuth(header=header, prefix=prefix):
                yield self._header(header, prefix, Filled(self._names.token))
            case OAuth2Auth():
                yield self._header("Authorization", "Bearer", Filled(self._names.token))
            case ApiKeyAuth(name=name) if self._connection.auth.place == "header":
                yield self._header(name, "", self._own("api_key"))

    def _header(self, header: str, prefix: str, value: Filled) -> str:
        written = self._text(self._pieces(prefix, EncodingContext.HEADER))
        name = self._text(self._pieces(header, EncodingContext.HEADER))
        return f"{name}: {f'{written} ' if prefix else ''}{self._text([value])}"

    def _basic(self, username: str, secret: str) -> str:
        if secret not in self._given.secret_names:
            # Nothing in it is secret, and a client would take a name alone for the value itself.
            return f"Authorization: Basic {base64.b64encode(f'{username}:'.encode()).decode('ascii')}"
        user = self._text(self._pieces(username, EncodingContext.TEXT))
        return f"Authorization: Basic {user} {self._text([self._own(secret)])}"

    def _client(self, sent: Outgoing) -> Iterator[str]:
        """How the client of a token request proves itself in a header."""
        auth = self._connection.auth
        if sent.field == "auth.request" and isinstance(auth, OAuth2Auth) and auth.client_auth == "basic_auth":
            yield self._basic(auth.client_id, "client_secret")

    def _client_secret(self, sent: Outgoing) -> str:
        """Return the field of a token request that holds the client secret, empty where none does."""
        auth = self._connection.auth
        in_form = isinstance(auth, OAuth2Auth) and auth.client_auth == "www_form_urlencoded"
        if not in_form or sent.field != "auth.request" or "client_secret" not in self._given.secret_names:
            return ""
        return f"&client_secret={self._text([self._own('client_secret', EncodingContext.FORM)])}"

    def _taken(self, expression: str) -> str:
        """Return what takes the token out of the answer."""
        name = self._names.token
        plain = expression.strip().rstrip("; ")
        taken = f"((body, statusCode) => ({plain}))(response.body, response.status)"
        lines = ["", f'> {{% client.global.set("{name}", {taken}); %}}', ""]
        if path := filter_of(expression):
            steps = re.sub(r'\["([A-Za-z_]\w*)"\]', r".\1", path.removeprefix("."))
            lines += [
                "# In Visual Studio Code delete the line that begins with > and take the # from this one:",
                f"# @{name} = {{{{{name.lower()}.response.body.${steps}}}}}",
                "",
            ]
        return "\n".join(lines)


def _separated(made_of: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the pieces of an address with every parameter there, so that what stands before each is known."""
    text = "?"
    for piece in made_of:
        if isinstance(piece, Where) and Separator() in piece.pieces:
            inner = tuple(Literal(text) if each == Separator() else each for each in piece.pieces)
            yield Where(piece.variables, inner, piece.empty)
            text = "&"
        elif isinstance(piece, Separator):
            yield Literal(text)
            text = "&"
        else:
            yield piece


def _elsewhere(given: ToWrite) -> list[str]:
    """Return the fields that say how one gets there, which each client has in settings of its own."""
    connection: Connection = given.connection
    options = connection.options
    said = {
        "ca_cert": given.ca_pem,
        "options.timeout": options.timeout != type(options.timeout)(),
        "options.proxy": options.proxy,
        "options.verify": not options.verify,
        "options.client_cert_file": options.client_cert_file,
    }
    return [key for key, value in said.items() if value]
