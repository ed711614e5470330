"""Sources: where each value of a request came from, in the order in which it is sent.

Rules: what the file says is named by its dotted key, what fills a template in it by the name of the secret or
of the parameter; what stands nowhere is computed, or this program's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from integrator_tui.engine.preview.masked_request import MaskedRequest
from integrator_tui.engine.preview.stand_ins import StandIns
from integrator_tui.engine.request.render import DEFAULT_HEADERS, Values
from integrator_tui.model.connection import (
    ApiKeyAuth,
    BasicAuth,
    Connection,
    FormBody,
    HttpBearerTokenAuth,
    MultipartBody,
    OAuth2Auth,
    Operation,
    RawBearerTokenAuth,
    RawBody,
    Request,
)
from integrator_tui.model.headers import inherited_headers
from integrator_tui.model.parameters import Purpose, credentials_parameter, declared_secrets, operation_field
from integrator_tui.model.preview import SentValue
from integrator_tui.model.secret import MASK
from integrator_tui.model.template import parse
from integrator_tui.model.text import counted
from integrator_tui.model.url import filled as filled_pairs
from integrator_tui.model.url import without_user_info

_PROGRAM: Final = "this program"
_COMMAND_LINE: Final = "the command line"
_FETCHED: Final = "the token that the request above fetches, or one that is held"


class Sources:
    """Tells of the values of one purpose, filled in with `filled`; `with_content` where the body is no template."""

    def __init__(
        self,
        connection: Connection,
        purpose: Purpose,
        filled: Values,
        stand_ins: StandIns,
        *,
        given: Mapping[str, str],
        with_content: bool,
    ) -> None:
        self._connection = connection
        self._purpose = purpose
        self._filled = filled
        self._stand_ins = stand_ins
        self._given = given
        self._with_content = with_content
        self._declared = declared_secrets(connection)

    def of_token(self, sent: MaskedRequest) -> Iterator[SentValue]:
        """Give the values of the request that fetches the token."""
        auth = self._connection.auth
        if isinstance(auth, HttpBearerTokenAuth):
            place = auth.token_connection
            base, field = (
                (place.base_url, "auth.token_connection.base_url")
                if place
                else (self._connection.base_url, "base_url")
            )
            yield from self._of_described(auth.request, "auth.request", "auth.request.path", base, field, sent)
        elif isinstance(auth, OAuth2Auth):
            yield from self._of_client_credentials(auth, sent)

    def _of_client_credentials(self, auth: OAuth2Auth, sent: MaskedRequest) -> Iterator[SentValue]:
        secret = self._secret("client_secret")
        if "client_secret" not in self._connection.secret_names:
            secret = "no client secret"
        yield self._value("method", "POST", "OAuth 2.0")
        yield self._value("url", str(sent.url), self._source("auth.access_token_url", auth.access_token_url))
        in_form = auth.client_auth == "www_form_urlencoded"
        computed = f"computed from {self._source('auth.client_id', auth.client_id)}, {secret}"
        known = {"authorization": computed, "accept": "OAuth 2.0"}
        yield from self._of_headers(sent, known, "auth.access_token_url")
        yield self._value("body grant_type", "client_credentials", "OAuth 2.0")
        if auth.scope:
            yield self._field("body scope", auth.scope, "auth.scope")
        if in_form:
            yield self._field("body client_id", auth.client_id, "auth.client_id")
            if "client_secret" in self._connection.secret_names:
                yield SentValue("body client_secret", MASK, secret)
        for name, value in auth.params:
            yield self._field(f"body {name}", value, f"auth.params.{name}")

    def of_request(self, sent: MaskedRequest, header: str) -> Iterator[SentValue]:
        """Give the values of the request itself; `header` is the one that the method fills, if it does."""
        connection, purpose = self._connection, self._purpose
        if isinstance(purpose, Operation):
            described: Request = purpose
            field = operation_field(connection, purpose)
            path = f"{field}.path"
            if field == "operation" and purpose.path == connection.test_path:
                path = "test_path"
        else:
            described, field, path = Request(method="GET", path=connection.test_path), "", "test_path"
        yield from self._of_described(described, field, path, connection.base_url, "base_url", sent, header)

    def _of_described(
        self,
        described: Request,
        field: str,
        path: str,
        base_url: str,
        base_field: str,
        sent: MaskedRequest,
        header: str = "",
    ) -> Iterator[SentValue]:
        yield self._value("method", sent.method, self._from(f"{field}.method") if field else "the test")
        yield self._field("base URL", without_user_info(base_url), base_field)
        if described.path:
            yield self._field("path", described.path, path)
        for name, value in filled_pairs(described.params):
            if described.include_empty_params or self._filled.text(value):
                yield self._field(f"query {name}", value, f"{field}.params.{name}")
        parameter = "" if field == "auth.request" else self._parameter(described)
        if parameter:
            yield SentValue(f"query {parameter}", MASK, self._of_credentials())
        known = {}
        for name, value in described.headers:
            known[name.lower()] = self._source(f"{field}.headers.{name}", value)
        if field != "auth.request":
            for name, value in inherited_headers(self._connection, described):
                known[name.lower()] = self._source(f"headers.{name}", value)
        if header:
            known[self._stand_ins.masked(header).lower()] = self._of_credentials()
        yield from self._of_headers(sent, known, base_field)
        yield from self._of_body(described, f"{field}.body", sent)

    def _parameter(self, described: Request) -> str:
        """The query parameter that the method fills, empty where it fills none."""
        name = self._filled.text(credentials_parameter(self._connection))
        return "" if any(own == name for own, _ in described.params) else self._stand_ins.masked(name)

    def _of_headers(self, sent: MaskedRequest, known: Mapping[str, str], base_field: str) -> Iterator[SentValue]:
        """The headers in the order in which they are sent. Whatever of them the file does not say is computed, or
        this program's own."""
        defaults = {name.lower() for name, _ in DEFAULT_HEADERS}
        own = {
            "host": base_field,
            "content-length": "computed from the body",
            "content-type": "the kind of the body",
            "proxy-authorization": "computed from options.proxy, or the environment's",
        }
        for name, value in sent.headers():
            low = name.lower()
            source = known.get(low) or own.get(low) or (_PROGRAM if low in defaults else "computed")
            yield SentValue(f"header {name}", value, source)

    def _of_body(self, described: Request, field: str, sent: MaskedRequest) -> Iterator[SentValue]:
        if self._with_content:
            yield SentValue("body", _size(sent.size), f"{_COMMAND_LINE}, as it is")
            return
        match described.body:
            case FormBody(form=pairs):
                for name, value in filled_pairs(pairs):
                    yield self._field(f"body {name}", value, f"{field}.form.{name}")
            case RawBody(raw=raw) if raw:
                yield SentValue("body", _size(sent.size), self._source(f"{field}.raw", raw))
            case MultipartBody(multipart=parts):
                for index, part in enumerate(parts):
                    name = self._stand_ins.masked(self._filled.text(part.name))
                    yield self._field(f"part {name}", part.content, f"{field}.multipart.{index}.content")

    def _of_credentials(self) -> str:
        auth, stored = self._connection.auth, self._connection.secret_names
        match auth:
            case BasicAuth():
                password = self._secret("password") if "password" in stored else "no password"
                return f"computed from {self._source('auth.username', auth.username)}, {password}"
            case RawBearerTokenAuth():
                token = self._secret("token") if "token" in stored else "parameter token"
                return f"{self._source('auth.prefix', auth.prefix)}, {token}" if auth.prefix else token
            case ApiKeyAuth():
                return self._secret("api_key") if "api_key" in stored else "parameter api_key"
            case HttpBearerTokenAuth(prefix=prefix) if prefix:
                return f"{self._source('auth.prefix', prefix)}, {_FETCHED}"
            case _:
                return _FETCHED

    def _field(self, place: str, template: str, field: str) -> SentValue:
        return self._value(place, self._filled.text(template), self._source(field, template))

    def _value(self, place: str, text: str, source: str) -> SentValue:
        return SentValue(place, self._stand_ins.masked(text), source)

    def _source(self, field: str, template: str) -> str:
        """Where a value came from: its key, and who fills in the names in it."""
        return ", ".join((self._from(field), *(self._filler(name) for name in parse(template).names)))

    def _from(self, field: str) -> str:
        return _COMMAND_LINE if field.startswith("operation.") else field

    def _filler(self, name: str) -> str:
        if name in self._declared:
            return self._secret(name)
        return f"parameter {name}" if self._given.get(name) else f"parameter {name}, left empty"

    def _secret(self, name: str) -> str:
        source = dict(self._connection.secrets_from).get(name)
        return f"secret {name}" if source is None else f"secret {name} from {source}"


def _size(count: int | None) -> str:
    return "as it stands above" if count is None else counted(count, "byte")
