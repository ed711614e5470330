"""Previewing: what would be sent, made by the planner that makes what is sent, from stand-ins for the secrets.

Rules: no secret is opened, nothing is sent, looked up or fetched. A stand-in is letters and digits that no text
holds, so that it is written alike in an address, a form, JSON or a header; whatever it stands in is masked after
the request was made. What is computed from it (a Basic header, the length of a body, a boundary) is masked whole:
it would tell of the secret. A parameter is masked as a secret where it stands in for one, or has a name like one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from secrets import token_hex
from typing import Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.auth.credentials import (
    HeaderCredentials,
    NoCredentials,
    TokenCredentials,
    bearer,
    with_header,
)
from integrator_tui.engine.exchange.plan import Plan
from integrator_tui.engine.exchange.planner import Planner
from integrator_tui.engine.net.proxy import Proxy
from integrator_tui.engine.request.render import DEFAULT_HEADERS, Values, values, with_content
from integrator_tui.engine.target import Target
from integrator_tui.errors import IntegratorError
from integrator_tui.model.connection import (
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
from integrator_tui.model.parameters import Purpose, declared_secrets, given_in_place, operation_field
from integrator_tui.model.preview import RequestKind, RequestPreview, SentValue
from integrator_tui.model.probe import Stage
from integrator_tui.model.redact import Redactor
from integrator_tui.model.secret import MASK, Secret, SecretRef
from integrator_tui.model.template import parse
from integrator_tui.model.url import filled as filled_pairs
from integrator_tui.model.url import without_user_info

_PROGRAM: Final = "this program"
_COMMAND_LINE: Final = "the command line"
_CREDENTIALS: Final = frozenset({"authorization", "proxy-authorization"})
_SCHEMES: Final = frozenset({"basic", "bearer", "digest", "negotiate", "token", "apikey", "dpop", "hawk", "ntlm"})
_LIKE_A_SECRET: Final = re.compile(
    r"passwor[dt]|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|credential|(?:^|[_-])(?:pin|otp|pwd)(?:$|[_-])",
    re.IGNORECASE,
)


class StandIns:
    """What stands for values that are not shown, and the way from there to the mask.

    `empty` are secrets known to be empty without opening anything; `known` are values that were typed just now, and
    are masked wherever else they stand.
    """

    def __init__(self, empty: Iterable[str] = (), known: Iterable[str] = ()) -> None:
        self._begin = f"x{token_hex(10)}"
        self._empty = frozenset(empty)
        self._names: dict[str, str] = {}
        self._pattern = re.compile(rf"{self._begin}\d+x")
        self._known = Redactor(known)

    def of(self, name: str) -> str:
        """Return what stands for the value of this name."""
        return self._names.setdefault(name, f"{self._begin}{len(self._names)}x")

    def reveal(self, ref: SecretRef) -> Secret:
        """Return what stands for a secret, in place of the way to it."""
        return Secret("" if ref in self._empty else self.of(ref))

    def stands_in(self, text: str) -> bool:
        """Tell whether one stands in the text."""
        return self._begin in text

    def masked(self, text: str) -> str:
        """Return the text as it may be shown."""
        text = self._pattern.sub(MASK, text) if self._begin in text else text
        return text if self._known.is_empty else self._known.text(text)


def preview(
    planner: Planner, target: Target, purpose: Purpose, stand_ins: StandIns, *, content: bytes | None = None
) -> tuple[RequestPreview, ...]:
    """Return what `target` would send, whose secrets are not asked for; `content` is a body that is sent as it is.

    Raises what Planner.plan raises, with stand-ins masked.
    """
    connection = target.connection
    given = _covered(connection, purpose, target.parameters, stand_ins)
    covered = target._replace(reveal=stand_ins.reveal, parameters=given)
    try:
        plan = planner.plan(covered, purpose, with_keys=False)
        filled = values(connection, purpose, stand_ins.reveal, given)
    except IntegratorError as error:
        error.message, error.hint = stand_ins.masked(error.message), stand_ins.masked(error.hint)
        raise
    if content is not None:
        plan = plan._replace(request=with_content(plan.request, content))
    return tuple(_Showing(connection, purpose, plan, filled, stand_ins, given, content is not None).requests())


def _covered(
    connection: Connection, purpose: Purpose, given: Mapping[str, str], stand_ins: StandIns
) -> dict[str, str]:
    """Return the parameters with stand-ins for those that are not shown."""
    in_place = given_in_place(connection, purpose)
    return {
        name: stand_ins.of(name) if value and (name == in_place or _LIKE_A_SECRET.search(name)) else value
        for name, value in given.items()
    }


class _Showing:
    """The requests of one plan, being shown."""

    def __init__(
        self,
        connection: Connection,
        purpose: Purpose,
        plan: Plan,
        filled: Values,
        stand_ins: StandIns,
        given: Mapping[str, str],
        with_content: bool,
    ) -> None:
        self._connection = connection
        self._purpose = purpose
        self._plan = plan
        self._filled = filled
        self._stand_ins = stand_ins
        self._given = given
        self._with_content = with_content
        self._declared = declared_secrets(connection)

    def requests(self) -> Iterator[RequestPreview]:
        plan = self._plan
        if plan.token is not None:
            sent, proxy = plan.token.request.request, plan.token.route.proxy
            yield self._shown("token", sent, proxy, self._of_token(sent), self._notes(sent, proxy, "authenticate"))
        if self._purpose != "token":
            sent, header, source = self._with_credentials()
            proxy, listed = plan.route.proxy, self._of_request(sent, header, source)
            yield self._shown(self._kind, sent, proxy, listed, self._notes(sent, proxy, "respond"))

    @property
    def _kind(self) -> RequestKind:
        if not isinstance(self._purpose, Operation):
            return "test"
        return "request" if operation_field(self._connection, self._purpose) == "operation" else "operation"

    def _with_credentials(self) -> tuple[httpx.Request, str, str]:
        """The request that proves itself, the header that does so, and where that came from."""
        request, credentials = self._plan.request, self._plan.credentials
        match credentials:
            case HeaderCredentials():
                sent = with_header(request, credentials.header, credentials.value.reveal())
                return sent, credentials.header, self._of_credentials()
            case TokenCredentials():
                token = bearer(credentials.prefix, self._stand_ins.of("\0the token"))
                source = "the token that the request above fetches, or one that is held"
                if isinstance(self._connection.auth, HttpBearerTokenAuth):
                    source = f"{self._source('auth.prefix', self._connection.auth.prefix)}, {source}"
                return with_header(request, credentials.header, token), credentials.header, source
            case NoCredentials():
                return request, "", ""

    def _of_credentials(self) -> str:
        auth = self._connection.auth
        match auth:
            case BasicAuth():
                stored = "password" in self._connection.secrets
                password = "secret password" if stored else "no password"
                return f"computed from {self._source('auth.username', auth.username)}, {password}"
            case RawBearerTokenAuth():
                stored = "token" in self._connection.secrets
                token = "secret token" if stored else "parameter token"
                return f"{self._source('auth.prefix', auth.prefix)}, {token}" if auth.prefix else token
            case _:
                return "auth"

    # the parts of what is shown

    def _shown(
        self,
        kind: RequestKind,
        sent: httpx.Request,
        proxy: Proxy | None,
        listed: Iterable[SentValue],
        notes: Iterable[str],
    ) -> RequestPreview:
        masked = self._stand_ins.masked
        raw, boundary = sent.content, self._boundary(sent)
        text = _text_of(raw)
        target = sent.url.raw_path.decode("ascii")
        added: tuple[tuple[bytes, bytes], ...] = ()
        if proxy is not None and proxy.scheme != "socks5" and sent.url.scheme == "http":
            target = f"http://{sent.url.netloc.decode('ascii')}{target}"
            added = proxy.authorization
        if text is not None:
            text = masked(text.replace(boundary, MASK) if boundary else text)
        return RequestPreview(
            kind,
            sent.method,
            masked(target),
            masked(without_user_info(str(sent.url))),
            tuple(self._headers(sent, added)),
            text,
            None if self._in_body(sent) else len(raw),
            tuple(listed),
            tuple(notes),
        )

    def _in_body(self, sent: httpx.Request) -> bool:
        """Whether something in the body is masked."""
        return self._stand_ins.stands_in(sent.content.decode("latin-1"))

    def _boundary(self, sent: httpx.Request) -> str:
        """The boundary of a multipart body where a secret stands in it: as a digest of the parts it would tell."""
        found = re.search(r'boundary="?([^";]+)', sent.headers.get("content-type", ""))
        masked = found is not None and f"--{found[1]}".encode() in sent.content and self._in_body(sent)
        return found[1] if found is not None and masked else ""

    def _headers(self, sent: httpx.Request, added: Iterable[tuple[bytes, bytes]] = ()) -> Iterator[tuple[str, str]]:
        """The headers as they may be shown, in the order in which they are sent."""
        boundary = self._boundary(sent)
        for raw_name, raw_value in (*sent.headers.raw, *added):
            name, value = raw_name.decode("latin-1"), raw_value.decode("utf-8", "replace").strip(" \t")
            if name.lower() == "content-length" and self._in_body(sent):
                value = MASK
            elif boundary:
                value = value.replace(boundary, MASK)
            yield self._stand_ins.masked(name), self._header(name, value)

    def _header(self, name: str, value: str) -> str:
        """The value of a header as it may be shown: of credentials no more than their scheme."""
        if name.lower() == "cookie":
            return self._stand_ins.masked(value) if self._stand_ins.stands_in(value) else MASK
        if name.lower() not in _CREDENTIALS or not value:
            return self._stand_ins.masked(value)
        scheme, blank, rest = value.partition(" ")
        known = bool(blank and rest) and scheme.lower() in _SCHEMES
        if self._stand_ins.stands_in(value) and not (known and scheme.lower() == "basic"):
            return self._stand_ins.masked(value)
        return f"{scheme} {MASK}" if known else MASK

    def _notes(self, sent: httpx.Request, proxy: Proxy | None, stage: Stage) -> Iterator[str]:
        """What else is to be known of a request: the way it goes, and what is odd about it."""
        options = self._connection.options
        if proxy is not None:
            yield f"through the proxy {proxy}"
        if not options.verify:
            yield "not verified: the certificate of the server is not checked"
        if options.client_cert_file and sent.url.scheme == "https":
            yield f"with the client certificate {options.client_cert_file}"
        if stage == "respond" and self._plan.follow_redirect:
            yield "redirects are followed: where to, only the server can tell"
        if stage == "respond" and self._with_content:
            yield "the body is sent as it is: a secret that stands in it is not known here, and is shown"
        for warning in self._plan.warnings:
            # What a secret makes of JSON is not known here.
            guessed = warning.kind == "body_not_json" and self._in_body(sent)
            if warning.stage == stage and not guessed:
                yield self._stand_ins.masked(warning.message)

    # where values came from

    def _of_token(self, sent: httpx.Request) -> Iterator[SentValue]:
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

    def _of_client_credentials(self, auth: OAuth2Auth, sent: httpx.Request) -> Iterator[SentValue]:
        secret = "secret client_secret"
        if "client_secret" not in self._connection.secrets:
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
            if "client_secret" in self._connection.secrets:
                yield SentValue("body client_secret", MASK, secret)

    def _of_request(self, sent: httpx.Request, header: str, source: str) -> Iterator[SentValue]:
        connection, purpose = self._connection, self._purpose
        if isinstance(purpose, Operation):
            described: Request = purpose
            field = operation_field(connection, purpose)
            path = f"{field}.path"
            if field == "operation" and purpose.path == connection.test_path:
                path = "test_path"
        else:
            described, field, path = Request(method="GET", path=connection.test_path), "", "test_path"
        yield from self._of_described(described, field, path, connection.base_url, "base_url", sent, header, source)

    def _of_described(
        self,
        described: Request,
        field: str,
        path: str,
        base_url: str,
        base_field: str,
        sent: httpx.Request,
        header: str = "",
        source: str = "",
    ) -> Iterator[SentValue]:
        yield self._value("method", sent.method, self._from(f"{field}.method") if field else "the test")
        yield self._field("base URL", without_user_info(base_url), base_field)
        if described.path:
            yield self._field("path", described.path, path)
        for name, value in filled_pairs(described.params):
            if described.include_empty_params or self._filled.text(value):
                yield self._field(f"query {name}", value, f"{field}.params.{name}")
        known = {}
        for name, value in described.headers:
            known[name.lower()] = self._source(f"{field}.headers.{name}", value)
        if header:
            known[header.lower()] = source
        yield from self._of_headers(sent, known, base_field)
        yield from self._of_body(described, f"{field}.body", sent)

    def _of_headers(self, sent: httpx.Request, known: Mapping[str, str], base_field: str) -> Iterator[SentValue]:
        """The headers in the order in which they are sent. Whatever of them the file does not say is computed, or
        this program's own."""
        defaults = {name.lower() for name, _ in DEFAULT_HEADERS}
        own = {
            "host": base_field,
            "content-length": "computed from the body",
            "content-type": "the kind of the body",
        }
        for (raw_name, _), (name, value) in zip(sent.headers.raw, self._headers(sent), strict=True):
            low = raw_name.decode("latin-1").lower()
            source = known.get(low) or own.get(low) or (_PROGRAM if low in defaults else "computed")
            yield SentValue(f"header {name}", value, source)

    def _of_body(self, described: Request, field: str, sent: httpx.Request) -> Iterator[SentValue]:
        if self._with_content:
            yield SentValue("body", _size(len(sent.content)), f"{_COMMAND_LINE}, as it is")
            return
        match described.body:
            case FormBody(form=pairs):
                for name, value in filled_pairs(pairs):
                    yield self._field(f"body {name}", value, f"{field}.form.{name}")
            case RawBody(raw=raw) if raw:
                size = "as it stands above" if self._in_body(sent) else _size(len(sent.content))
                yield SentValue("body", size, self._source(f"{field}.raw", raw))
            case MultipartBody(multipart=parts):
                for index, part in enumerate(parts):
                    name = self._stand_ins.masked(self._filled.text(part.name))
                    yield self._field(f"part {name}", part.content, f"{field}.multipart.{index}.content")

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
            return f"secret {name}"
        return f"parameter {name}" if self._given.get(name) else f"parameter {name}, left empty"


def _size(count: int) -> str:
    return f"{count:,} byte{'' if count == 1 else 's'}"


def _text_of(data: bytes) -> str | None:
    """The text that these bytes are, None where they are none."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", text) else text
